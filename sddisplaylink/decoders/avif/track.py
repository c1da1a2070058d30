"""A track of an AVIF file: the frames of a sequence, when each is shown, and where its data lies."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice, pairwise, repeat
from typing import NamedTuple

from sddisplaylink.decoders.avif.boxes import Box, Reader, find, find_all
from sddisplaylink.errors import ImageFormatError

__all__ = ["Track", "read_track"]

_SECOND_NS = 1_000_000_000
_INDEFINITE = {"I": 0xFFFFFFFF, "Q": 0xFFFFFFFFFFFFFFFF}
_CODEC = b"av01"
_MOST_PLAYS = 0x7FFFFFFF  # libavif takes more as for ever


class Track(NamedTuple):
    """A track by its boxes, which have not been checked against the data."""

    number: int
    box: Box
    is_auxiliary: bool
    """Whether the track holds the alpha channel of another one."""
    frame_count: int
    timescale: int
    """Ticks a second."""
    deltas: tuple[tuple[int, ...], ...]
    """(number of frames, ticks of each), from the first frame on."""
    plays: int
    """0 = for ever."""
    keys: frozenset[int]
    """Frames that need none before them."""
    chunks: tuple[int, ...]
    """Where each chunk of frames begins in the file."""
    runs: tuple[tuple[int, ...], ...]
    """(first chunk, counted from 1, frames in each chunk from there on)."""
    sizes: int | tuple[int, ...]
    """Bytes of each frame; a single number for all frames of that size."""

    def delays_ns(self, count: int) -> tuple[int | None, ...]:
        """The delays of the first `count` frames; their sum is exact to the nanosecond.

        Missing ones are as the last.
        """
        if not self.timescale:
            return (None,) * count
        ticks = self._ticks(count)
        times, at = [0], 0
        for delta in ticks:
            at += delta
            times.append(at * _SECOND_NS // self.timescale)
        return tuple(later - earlier for earlier, later in pairwise(times))

    def whole(self, size: int) -> int:
        """How many frames, from the first one on, are complete in a file of `size` bytes."""
        for number, (begin, length) in enumerate(self.spans()):
            if not length or begin + length > size:
                return number
        return self.frame_count

    def spans(self) -> Iterator[tuple[int, int]]:
        """(offset, bytes) of each frame."""
        sizes = repeat(self.sizes) if isinstance(self.sizes, int) else iter(self.sizes)
        for chunk, frames in enumerate(self._frames_of_chunks()):
            position = self.chunks[chunk]
            for size in islice(sizes, frames):
                yield position, size
                position += size

    def _ticks(self, count: int) -> Iterator[int]:
        delta = 1
        for frames, delta in self.deltas:
            yield from repeat(delta, min(frames, count))
            count -= min(frames, count)
        yield from repeat(delta, count)

    def _frames_of_chunks(self) -> Iterator[int]:
        return _frames_of_chunks(self.runs, len(self.chunks))


def read_track(data: bytes, box: Box) -> Track | None:
    """Read a track of AV1 frames; None for any other. ImageFormatError if its boxes are invalid."""
    header = find(data, box, b"tkhd")
    table = find(data, box, b"mdia", b"minf", b"stbl")
    if header is None or table is None or not _is_av1(data, table):
        return None
    number, duration = _read_header(Reader(data, header))
    chunks = _read_chunks(data, table)
    if not number or not chunks:
        return None
    runs = _read_rows(data, table, b"stsc", "III")
    sizes, announced = _read_sizes(data, table)
    return Track(
        number=number,
        box=box,
        is_auxiliary=find(data, box, b"tref", b"auxl") is not None,
        frame_count=_count(runs, len(chunks), announced),
        timescale=_read_timescale(data, box),
        deltas=_read_rows(data, table, b"stts", "II"),
        plays=_read_plays(data, box, duration),
        keys=frozenset(key - 1 for (key,) in _read_rows(data, table, b"stss", "I")),
        chunks=chunks,
        runs=runs,
        sizes=sizes,
    )


def _is_av1(data: bytes, table: Box) -> bool:
    """Whether the first description of samples is one of AV1."""
    box = find(data, table, b"stsd")
    return box is not None and data[box.begin + 12 : box.begin + 16] == _CODEC


def _read_header(read: Reader) -> tuple[int, int | None]:
    """The track's number, and its length with all repetitions in ticks of the movie; None = for ever."""
    version, _ = read.version_and_flags()
    layout = "Q" if version else "I"
    _, _, number, _, duration = read(f"{layout}{layout}II{layout}")
    return number, None if duration == _INDEFINITE[layout] else duration


def _read_timescale(data: bytes, box: Box) -> int:
    header = find(data, box, b"mdia", b"mdhd")
    if header is None:
        return 0
    read = Reader(data, header)
    version, _ = read.version_and_flags()
    return read("QQI" if version else "III")[2]


def _read_plays(data: bytes, box: Box, duration: int | None) -> int:
    """By the rule of libavif and Chromium: without an edit list, for ever; with one that does not repeat, once."""
    if find(data, box, b"edts") is None or (edits := find(data, box, b"edts", b"elst")) is None:
        return 0
    read = Reader(data, edits)
    version, flags = read.version_and_flags()
    if not flags & 1:
        return 1
    count, length = read("IQ" if version else "II")
    if count != 1 or not length:
        raise ImageFormatError("an edit list that is none of an image")
    plays = 0 if duration is None else -(-duration // length)
    return plays if plays <= _MOST_PLAYS else 0


def _read_chunks(data: bytes, table: Box) -> tuple[int, ...]:
    rows = _read_rows(data, table, b"stco", "I") or _read_rows(data, table, b"co64", "Q")
    return tuple(offset for (offset,) in rows)


def _read_rows(data: bytes, table: Box, kind: bytes, layout: str) -> tuple[tuple[int, ...], ...]:
    """The rows of a box that is a table; none if there is no such box."""
    box = find(data, table, kind)
    if box is None:
        return ()
    read = Reader(data, box)
    _, count = read("II")
    return tuple(read.table(layout, count))


def _read_sizes(data: bytes, table: Box) -> tuple[int | tuple[int, ...], int]:
    """Bytes of each frame, and the number of frames."""
    box = next(find_all(data, table, b"stsz"), None)
    if box is None:
        return 0, 0
    read = Reader(data, box)
    _, size, count = read("III")
    return (size, count) if size else (tuple(length for (length,) in read.table("I", count)), count)


def _count(runs: tuple[tuple[int, ...], ...], chunks: int, announced: int) -> int:
    """How many frames all chunks have; at most as many as there are sizes."""
    return min(sum(frames * times for frames, times in _spread(runs, chunks)), announced)


def _frames_of_chunks(runs: tuple[tuple[int, ...], ...], chunks: int) -> Iterator[int]:
    for frames, times in _spread(runs, chunks):
        yield from repeat(frames, times)


def _spread(runs: tuple[tuple[int, ...], ...], chunks: int) -> Iterator[tuple[int, int]]:
    """(frames in a chunk, number of such chunks) of every run."""
    begins = [run[0] for run in runs] + [chunks + 1]
    for run, (begin, end) in zip(runs, pairwise(begins), strict=True):
        yield run[1], max(0, min(end, chunks + 1) - max(begin, 1))
