"""Tables of native structures, which the scanners of containers write."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from typing import Any

from sddisplaylink.errors import ImageFormatError
from sddisplaylink.native import ffi

__all__ = ["Table"]

_FIRST, _LATER = 64, 256  # structures in a block
_LARGEST = 256 << 20  # bytes


class Table:
    """The first so many native structures in blocks of memory that never move.

    A table is never changed, but a larger one may share its blocks. The one thread that extends a table may then write
    to what is left of the last block, and to the list of blocks.
    """

    __slots__ = ("_blocks", "_firsts", "_kind", "_length")

    def __init__(self, kind: str, blocks: list[Any] | None = None, firsts: list[int] | None = None) -> None:
        """`kind`: the type of an array; `firsts`: the number of the first structure in each block."""
        self._kind = kind
        self._blocks = [] if blocks is None else blocks
        self._firsts = [] if firsts is None else firsts
        self._length = len(self._blocks)  # what is added to the lists later does not belong to this table

    def at(self, number: int) -> Any:
        """A pointer to the structure of that number."""
        block = bisect_right(self._firsts, number, 0, self._length) - 1
        return self._blocks[block] + (number - self._firsts[block])

    def room(self, count: int, *, extend: bool) -> tuple[Table, Any, int]:
        """A table that has room for structure number `count`, a pointer there, and how many fit from there on.

        `extend`: the caller, and nobody else, extends this table. Otherwise only the blocks so far are shared.
        ImageFormatError: too many.
        """
        length = self._length
        if extend and length:
            block, used = self._blocks[length - 1], count - self._firsts[length - 1]
            if used < len(block):
                return self, block + used, len(block) - used
        block = ffi.new(self._kind, _LATER if count else _FIRST)
        if count // len(block) * ffi.sizeof(block) > _LARGEST:
            raise ImageFormatError("the file's index takes more memory than the limit")
        blocks, firsts = self._blocks, self._firsts
        if not extend:
            blocks, firsts = blocks[:length], firsts[:length]
        blocks.append(block)
        firsts.append(count)
        return Table(self._kind, blocks, firsts), block + 0, len(block)

    def blocks(self, count: int) -> Iterable[tuple[Any, int]]:
        """The first `count` structures: (pointer, how many) for each block."""
        firsts = self._firsts[: self._length]
        for block, first, end in zip(self._blocks, firsts, (*firsts[1:], count), strict=False):
            if (there := min(end, count) - first) > 0:
                yield block, there
