"""FLI and FLC: the frames of the file, and the palette of each, of which Pillow reads only the first."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from itertools import accumulate
from typing import NamedTuple

from sddisplaylink.decoders.data.limits import Limits
from sddisplaylink.decoders.pillow.container import Container
from sddisplaylink.decoders.protocol import Buffer
from sddisplaylink.errors import ImageFormatError

__all__ = ["is_flic", "read_flic"]

_FLI, _FLC = 0xAF11, 0xAF12
_HEADER, _FRAME_HEADER, _CHUNK_HEADER = 128, 16, 6
_FRAME = 0xF1FA
_COLOURS = 256
_PADDING = 8  # bytes
_PALETTE, _PALETTE_OF_6_BITS = 4, 11
_BLACK, _RUNS, _PIXELS = 13, 15, 16
_WHOLE_PICTURE = (_BLACK, _RUNS, _PIXELS)
_MILLISECOND_NS, _SECOND_NS = 1_000_000, 1_000_000_000
_FLI_TICKS = 70  # a second


class _Chunk(NamedTuple):
    kind: int
    begin: int
    """Where the content begins, after size and type."""
    end: int


def is_flic(data: bytes) -> bool:
    """True if `data` begins as these files do."""
    return len(data) >= _HEADER and struct.unpack_from("<H", data, 4)[0] in (_FLI, _FLC)


def read_flic(data: bytes, limits: Limits) -> Container | None:
    """Index a file; None if it declares no frames. ImageFormatError: too many frames, or no whole one."""
    magic, announced = struct.unpack_from("<HH", data, 4)
    if not announced:
        return None
    if announced > limits.frames:
        raise ImageFormatError(f"the file has more frames than the limit of {limits.frames}")
    frames: list[_Chunk] = []
    for chunk in _chunks(data, _HEADER, len(data)):
        if chunk.kind == _FRAME and len(frames) < announced:  # one more leads from the last frame to the first
            frames.append(chunk)
    if not frames:
        raise ImageFormatError("the file holds no whole frame")
    (speed,) = struct.unpack_from("<I", data, 16)
    delay = speed * _MILLISECOND_NS if magic == _FLC else speed * _SECOND_NS // _FLI_TICKS
    keys = frozenset([0, *[index for index, frame in enumerate(frames) if _is_whole_picture(data, frame)]])
    pieces = _Pieces(data, frames, keys)
    return Container(
        "FLI",
        (delay,) * len(frames),
        1 if announced == 1 else 0,
        pieces.whole,
        truncated=len(frames) < announced,
        keys=keys,
        palettes=pieces.palettes,
        since=pieces.since,
        can_resume=_are_indices_known(pieces.palettes, keys),
    )


def _chunks(data: bytes, begin: int, end: int) -> Iterator[_Chunk]:
    """The whole chunks of that part of the file."""
    while begin + _CHUNK_HEADER <= end:
        size, kind = struct.unpack_from("<IH", data, begin)
        if size < _CHUNK_HEADER or begin + size > end:
            return
        yield _Chunk(kind, begin + _CHUNK_HEADER, begin + size)
        begin += size


def _is_whole_picture(data: bytes, frame: _Chunk) -> bool:
    """Whether a frame sets all pixels, so that none before it is needed."""
    return any(chunk.kind in _WHOLE_PICTURE for chunk in _parts(data, frame))


def _parts(data: bytes, frame: _Chunk) -> Iterator[_Chunk]:
    return _chunks(data, frame.begin + _FRAME_HEADER - _CHUNK_HEADER, frame.end)


class _Pieces:
    """Files of some frames, for Pillow, which decodes from the first one on."""

    def __init__(self, data: bytes, frames: Sequence[_Chunk], keys: frozenset[int]) -> None:
        # without what lies before, between and after the frames, on which Pillow fails
        self.whole = _file_of(data, len(frames), [_padded(data[frame.begin : frame.end]) for frame in frames])
        self.palettes = _palettes(data, frames)
        self._keys = keys
        sizes = [_CHUNK_HEADER + frame.end - frame.begin + _PADDING for frame in frames]
        self._begins = list(accumulate(sizes, initial=_HEADER))

    def since(self, index: int, pixels: Buffer | None = None) -> tuple[bytes, int]:
        """As of `Since`: the whole file, or up to the next key."""
        if index == 0 and pixels is None:
            return self.whole, len(self.palettes)
        end = index + 1
        while end < len(self.palettes) and end not in self._keys:
            end += 1
        frames = [self.whole[self._begins[index] : self._begins[end]]]
        if pixels is not None:
            first = _frame_of(_indices(pixels, self.palettes[index]))
            frames = [first, self.whole[self._begins[index + 1] : self._begins[end]]]
        return _file_of(self.whole, end - index, frames), end


def _file_of(header: bytes, count: int, frames: Sequence[bytes]) -> bytes:
    return b"".join([header[:6], count.to_bytes(2, "little"), header[8:_HEADER], *frames])


def _padded(content: bytes) -> bytes:
    """A frame of that content, and more, because Pillow rejects short chunks at the end, such as one of all black."""
    return struct.pack("<IH", _CHUNK_HEADER + len(content) + _PADDING, _FRAME) + content + bytes(_PADDING)


def _frame_of(indices: bytes) -> bytes:
    chunk = struct.pack("<IH", _CHUNK_HEADER + len(indices), _PIXELS) + indices
    return struct.pack("<IHH8x", _FRAME_HEADER + len(chunk), _FRAME, 1) + chunk


# ---- palettes ----


def _colours(palette: bytes) -> list[bytes]:
    return [palette[at : at + 3] for at in range(0, len(palette), 3)]


def _are_indices_known(palettes: Sequence[bytes], keys: frozenset[int]) -> bool:
    """Whether the colours of a picture tell its indices well enough for the frames that are drawn over it.

    They do as long as no later palette gives two colours to indices of the same one.
    """
    return all(
        index in keys or palettes[index] is palettes[index - 1] or _distinguishes(palettes[index - 1], palettes[index])
        for index in range(1, len(palettes))
    )


def _distinguishes(palette: bytes, later: bytes) -> bool:
    """Whether colours that differ in the later palette differ in the earlier one."""
    before = _colours(palette)
    return len(set(before)) == len(set(zip(before, _colours(later), strict=True)))


def _indices(pixels: Buffer, palette: bytes) -> bytes:
    """The index of each pixel's colour."""
    known = memoryview(b"".join([colour + b"\xff" for colour in _colours(palette)])).cast("I")
    index_of = {colour: index for index, colour in enumerate(known)}
    return bytes([index_of[colour] for colour in memoryview(pixels).cast("B").cast("I")])


def _palettes(data: bytes, frames: Sequence[_Chunk]) -> tuple[bytes, ...]:
    """The palettes of all frames; frames with the same palette share one object."""
    palette, palettes = bytes(3 * _COLOURS), []
    for frame in frames:
        for chunk in _parts(data, frame):
            if chunk.kind in (_PALETTE, _PALETTE_OF_6_BITS):
                palette = _changed(palette, data[chunk.begin : chunk.end], chunk.kind == _PALETTE_OF_6_BITS)
        palettes.append(palette)
    return tuple(palettes)


def _changed(palette: bytes, chunk: bytes, has_6_bits: bool) -> bytes:
    """The palette after a palette chunk: packets of a number of colours to skip, and the colours that follow."""
    colours = bytearray(palette)
    at, position = 0, 2
    for _ in range(int.from_bytes(chunk[:2], "little")):
        if position + 2 > len(chunk):
            break
        at += chunk[position]
        count = min(chunk[position + 1] or _COLOURS, _COLOURS - at)
        values = chunk[position + 2 : position + 2 + 3 * max(0, count)]
        if has_6_bits:
            values = bytes([value << 2 & 0xFF | value >> 4 & 3 for value in values])
        colours[3 * at : 3 * at + len(values)] = values
        at += count
        position += 2 + len(values)
    return bytes(colours[: 3 * _COLOURS])
