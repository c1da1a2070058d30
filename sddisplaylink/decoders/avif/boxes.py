"""The boxes of an ISO base media file, as AVIF, HEIF and MP4 have them: a size, a type, and a body."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from sddisplaylink.errors import ImageFormatError

__all__ = ["Box", "Reader", "boxes", "find", "find_all"]

_HEADER = 8
_MOST_BOXES = 4096  # side by side; real files have less than a hundredth of that


class Box(NamedTuple):
    """The position of a box in the file."""

    kind: bytes
    start: int
    """Where the header begins."""
    begin: int
    """Where its body begins."""
    end: int
    """Where the box ends by its size, which may be beyond the end of the file."""


def boxes(data: bytes, begin: int, end: int) -> Iterator[Box]:
    """The boxes side by side in that part of the file; the last one may be incomplete.

    ImageFormatError for an impossible size, or too many boxes.
    """
    end = min(end, len(data))
    position = begin
    for _ in range(_MOST_BOXES):
        if position + _HEADER > end:
            return
        size, kind = struct.unpack_from(">I4s", data, position)
        header = _HEADER
        if size == 1 and position + 16 <= end:
            (size,) = struct.unpack_from(">Q", data, position + _HEADER)
            header = 16
        elif size == 0:  # to the end of the enclosing box
            size = end - position
        if size < header:
            raise ImageFormatError(f"a box of {size} bytes")
        yield Box(kind, position, position + header, position + size)
        position += size
    raise ImageFormatError("too many boxes")


def find_all(data: bytes, box: Box, kind: bytes) -> Iterator[Box]:
    """The complete boxes of that type in another box."""
    for inner in boxes(data, box.begin, box.end):
        if inner.kind == kind and inner.end <= min(box.end, len(data)):
            yield inner


def find(data: bytes, box: Box, *path: bytes) -> Box | None:
    """The first box on that path of types; None if there is none, or if it is incomplete."""
    for kind in path:
        inner = next(find_all(data, box, kind), None)
        if inner is None:
            return None
        box = inner
    return box


class Reader:
    """Reads numbers from a box, one after the other. ImageFormatError if the box ends too early."""

    def __init__(self, data: bytes, box: Box) -> None:
        self._data = data
        self._end = min(box.end, len(data))
        self._position = box.begin
        self._kind = box.kind

    def __call__(self, layout: str) -> tuple[int, ...]:
        """The next numbers, as `struct` reads them; the bytes are in network order."""
        size = struct.calcsize(f">{layout}")
        if self._position + size > self._end:
            raise ImageFormatError(f"the box {self._kind.decode('ascii', 'replace')} is too short")
        values = struct.unpack_from(f">{layout}", self._data, self._position)
        self._position += size
        return values

    def version_and_flags(self) -> tuple[int, int]:
        """Read the version and flags with which most boxes begin."""
        (both,) = self("I")
        return both >> 24, both & 0xFFFFFF

    def table(self, layout: str, count: int) -> Iterator[tuple[int, ...]]:
        """Read `count` rows of numbers. ImageFormatError, before any is read, if the box is too small."""
        size = struct.calcsize(f">{layout}") * count
        if self._position + size > self._end:
            raise ImageFormatError(f"the box {self._kind.decode('ascii', 'replace')} has no room for {count} entries")
        rows = memoryview(self._data)[self._position : self._position + size]
        self._position += size
        return struct.iter_unpack(f">{layout}", rows)
