"""An edit log: saves the pixels that each frame overwrites, so that stepping back needs no decoding."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from typing import Any, NamedTuple

from sddisplaylink.decoders.composition.buffers import zeroed
from sddisplaylink.decoders.regions import Rect
from sddisplaylink.native import check, ffi, lib

__all__ = ["EditRing"]

_PIXEL = 4


class _Entry(NamedTuple):
    frame: int
    rects: Sequence[Rect]
    c: Any  # `rects` as an array of sddl_rect
    begin: int
    end: int


class EditRing:
    """Pixels of frame n - 1 where frame n differs from it, for as many n as fit. Not thread-safe.

    The memory is a ring, mapped in one piece: new memory would cost more than the copies. The oldest entries, which are
    farthest from the current frame, are overwritten first.
    """

    def __init__(self) -> None:
        self._memory: Any = zeroed(0)
        self._room = self._head = self._used = 0
        self._entries: dict[int, _Entry] = {}
        self._oldest: deque[_Entry] = deque()

    @property
    def room(self) -> int:
        """The largest number of bytes; 0 = no recording. Setting it discards all entries. MemoryError."""
        return self._room

    @room.setter
    def room(self, nbytes: int) -> None:
        self._room = nbytes
        self.clear()

    @property
    def nbytes(self) -> int:
        """How many bytes have been used."""
        return self._used

    def __contains__(self, index: object) -> bool:
        return index in self._entries

    def rects(self, index: int) -> Sequence[Rect]:
        """The rectangles in which frame `index` and the one before it differ."""
        return self._entries[index].rects

    def record(self, index: int, before: Any, rects: Sequence[Rect]) -> None:
        """Save the rectangles that frame `index` is going to change in the frame `before` it, an sddl_canvas."""
        size = _PIXEL * sum([width * height for _, _, width, height in rects])
        if index in self._entries or size > self._room:
            return
        begin = self._make_room(size)
        entry = _Entry(index, rects, ffi.new("sddl_rect[]", rects), begin, begin + size)
        check(lib.sddl_save(before, entry.c, len(rects), self._memory + begin, size))
        self._head, self._used = entry.end, max(self._used, entry.end)
        self._entries[index] = entry
        self._oldest.append(entry)

    def undo(self, index: int, canvas: Any) -> None:
        """Undo frame `index` on an sddl_canvas, which then shows the frame before."""
        entry = self._entries[index]
        check(lib.sddl_put_back(canvas, entry.c, len(entry.c), self._memory + entry.begin, entry.end - entry.begin))

    def clear(self) -> None:
        """Discard all entries."""
        self._entries.clear()
        self._oldest.clear()
        self._head = self._used = 0
        self._memory = zeroed(0)
        self._memory = zeroed(self._room)  # untouched pages cost nothing

    def _make_room(self, size: int) -> int:
        """The position for so many bytes; overwrites the oldest entries."""
        begin = self._head
        if begin + size > self._room:
            while self._oldest and self._oldest[0].begin >= begin:
                self._give_up_oldest()
            begin = 0
        while self._oldest and begin <= self._oldest[0].begin < begin + size:
            self._give_up_oldest()
        return begin

    def _give_up_oldest(self) -> None:
        del self._entries[self._oldest.popleft().frame]
