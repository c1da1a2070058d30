"""An AVIF sequence: how many frames, how long each, how often they are played, and which of them are whole."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from sddisplaylink.decoders.avif.boxes import Box, boxes, find, find_all
from sddisplaylink.decoders.avif.track import Track, read_track
from sddisplaylink.decoders.data.limits import Limits
from sddisplaylink.decoders.pillow.container import Container
from sddisplaylink.errors import ImageFormatError

__all__ = ["is_avif", "read_avif", "with_known_brand"]

_SEQUENCE, _STILL, _ANY = b"avis", b"avif", b"mif1"
_BRANDS = (_SEQUENCE, _STILL, _ANY, b"msf1")
"""Those by which Pillow knows the format."""
_BRANDS_BEGIN, _MOST_BRANDS = 16, 64
_MOST_TRACKS = 64


def is_avif(data: bytes) -> bool:
    """True if `data` begins as an AVIF file may."""
    if data[4:8] != b"ftyp":
        return False
    size = min(int.from_bytes(data[:4], "big"), _BRANDS_BEGIN + 4 * _MOST_BRANDS)
    compatible = [data[at : at + 4] for at in range(_BRANDS_BEGIN, size, 4)]
    return data[8:12] in _BRANDS or _SEQUENCE in compatible or _STILL in compatible


def with_known_brand(data: bytes) -> bytes:
    """An AVIF file with a first brand that Pillow knows: it looks at no other."""
    return data if data[8:12] in _BRANDS else data[:8] + _ANY + data[12:]


def read_avif(data: bytes, limits: Limits) -> Container | None:
    """The container of a sequence; None for a still picture, and where Pillow's reading is better.

    ImageFormatError: more frames than `limits` allow, or not one whole frame.
    """
    if data[8:12] == _STILL:  # the file may hold a sequence as well, but asks for its picture to be shown
        return None
    try:
        top = list(boxes(data, 0, len(data)))
        movie = next((box for box in top if box.kind == b"moov" and box.end <= len(data)), None)
        tracks = [] if movie is None else list(_tracks(data, movie))
    except ImageFormatError:  # libavif will report the error
        return None
    main = next((track for track in tracks if not track.is_auxiliary), None)
    if movie is None or main is None or not main.frame_count:
        return None
    if main.frame_count > limits.frames:
        raise ImageFormatError(f"the file has more frames than the limit of {limits.frames}")
    data = _with_timescales(data, tracks)
    whole = min(track.whole(len(data)) for track in tracks)
    if not whole:
        raise ImageFormatError("the AVIF file holds no whole frame")
    truncated = whole < main.frame_count
    if truncated:
        data = _without_missing(data, top, movie, {track.box: (track, whole) for track in tracks})
    plays = main.plays if main.frame_count > 1 else 1
    return Container("AVIF", main.delays_ns(whole), plays, data, truncated=truncated, keys=main.keys or range(1))


def _tracks(data: bytes, movie: Box) -> Iterator[Track]:
    for number, box in enumerate(find_all(data, movie, b"trak")):
        if number >= _MOST_TRACKS:
            raise ImageFormatError("too many tracks")
        if (track := read_track(data, box)) is not None:
            yield track


def _with_timescales(data: bytes, tracks: list[Track]) -> bytes:
    """The file with 1 tick a second where it says 0, by which Pillow would divide."""
    for track in tracks:
        header = find(data, track.box, b"mdia", b"mdhd")
        if not track.timescale and header is not None:
            at = header.begin + (20 if data[header.begin] else 12)
            data = data[:at] + (1).to_bytes(4, "big") + data[at + 4 :]
    return data


# ---- incomplete files are completed, because libavif rejects them ----


def _without_missing(data: bytes, top: list[Box], movie: Box, tracks: dict[Box, tuple[Track, int]]) -> bytes:
    """The file reduced to its first frames, by another movie box at its end, which replaces the first one."""
    file = bytearray(data)
    file[movie.start + 4 : movie.start + 8] = b"free"
    last = top[-1]
    if last.end > len(data):
        _set_size(file, last, len(data) - last.start)
    inner = b"".join(
        _short_track(data, *tracks[box]) if box in tracks else data[box.start : box.end]
        for box in boxes(data, movie.begin, movie.end)
    )
    return bytes(file) + _box(b"moov", inner)


def _set_size(file: bytearray, box: Box, size: int) -> None:
    if box.begin - box.start == 16:
        struct.pack_into(">Q", file, box.start + 8, size)
    else:
        struct.pack_into(">I", file, box.start, min(size, 0xFFFFFFFF))


def _short_track(data: bytes, track: Track, count: int) -> bytes:
    """The track box for the first `count` frames."""
    spans = list(zip(track.spans(), range(count), strict=False))
    tables = {
        b"stsz": _table(b"stsz", struct.pack(">I", 0), [size for (_, size), _ in spans], "I"),
        b"stco": _table(b"co64", b"", [offset for (offset, _), _ in spans], "Q"),
        b"stsc": _box(b"stsc", struct.pack(">IIIII", 0, 1, 1, 1, 1)),
    }
    tables[b"co64"] = tables[b"stco"]
    return _rebuilt(data, track.box, (b"mdia", b"minf", b"stbl"), tables)


def _rebuilt(data: bytes, box: Box, path: tuple[bytes, ...], tables: dict[bytes, bytes]) -> bytes:
    """The box with `tables` in place of those at the end of the `path`."""
    parts = []
    for inner in boxes(data, box.begin, box.end):
        if path and inner.kind == path[0] and find(data, box, path[0]) == inner:
            parts.append(_rebuilt(data, inner, path[1:], tables))
        elif not path and inner.kind in tables:
            parts.append(tables[inner.kind])
        else:
            parts.append(data[inner.start : inner.end])
    return _box(box.kind, b"".join(parts))


def _table(kind: bytes, before: bytes, values: list[int], layout: str) -> bytes:
    return _box(kind, struct.pack(f">I{len(before)}sI{len(values)}{layout}", 0, before, len(values), *values))


def _box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content
