"""Buffers in which frames are composed: handed out without a copy, and reused once no view of them is left."""

from __future__ import annotations

import mmap
import sys
from collections import deque
from typing import Any, TypeAlias

from sddisplaylink.decoders.protocol import Buffer
from sddisplaylink.native import ffi

__all__ = ["EMPTY", "BufferPool", "FrameBuffer", "HeldFrame", "zeroed"]

EMPTY = -1
"""The content of a buffer that is transparent black, as under frame 0."""

_PIXEL = 4
_HUGE_PAGE = 2 << 20  # bytes; larger buffers are mapped, so that untouched pages cost nothing
_SPARE = 2

_Memory: TypeAlias = Any  # a cffi array of uint8_t that owns its memory


def zeroed(nbytes: int) -> _Memory:
    """At least so many zero bytes. MemoryError if there is no memory."""
    if nbytes < _HUGE_PAGE:
        return ffi.new("uint8_t[]", nbytes)
    whole = nbytes // _HUGE_PAGE * _HUGE_PAGE
    try:
        # Linux aligns a mapping with huge pages only if its length is a multiple of their size
        pages = mmap.mmap(-1, whole + _HUGE_PAGE * (whole < nbytes), flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    except (OSError, OverflowError) as error:
        raise MemoryError(f"{nbytes} bytes of pixels") from error
    if hasattr(mmap, "MADV_HUGEPAGE"):  # mapping small pages one by one takes longer than drawing on them
        pages.madvise(mmap.MADV_HUGEPAGE, 0, whole)
    return ffi.from_buffer("uint8_t[]", pages)


def _canvas(memory: _Memory, size: tuple[int, int]) -> Any:
    width, height = size
    return ffi.new("sddl_canvas *", (memory, width * height * _PIXEL, width * _PIXEL, width, height))


class FrameBuffer:
    """RGBA rows without gaps. The memory returns to its pool when neither the buffer nor a view of it is left."""

    __slots__ = ("_memory", "_pool", "c", "content", "views")

    def __init__(self, pool: BufferPool, memory: _Memory, canvas: Any, content: int | None) -> None:
        self._memory = memory
        self.views: list[None] = []
        """One entry for each exported view."""
        self.c = canvas
        self.content = content
        """The frame that the buffer shows, EMPTY, or None if that is not known."""
        self._pool = pool  # last: what there is to return is complete

    def export(self) -> memoryview:
        """A read-only view of the pixels. Nothing is drawn here while the view, or anything made of it, exists."""
        self.views.append(None)
        view = ffi.gc(self._memory, self._view_released)
        return memoryview(ffi.buffer(view, self._pool.nbytes)).toreadonly()

    def _view_released(self, _: Any) -> None:
        """A view was dropped: on any thread, at any moment."""
        self.views.pop()

    def __del__(self) -> None:
        pool = getattr(self, "_pool", None)  # None if an interrupt came into __init__()
        if pool is not None:
            pool.release(self._memory, self.c, self.content)


class BufferPool:
    """Gives out buffers of one size, and keeps a few released ones for reuse."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.size = size
        self.nbytes = size[0] * size[1] * _PIXEL
        self._spare: deque[tuple[_Memory, Any, int | None]] = deque()
        self._most_spare = _SPARE

    def acquire(self, wanted: int = EMPTY) -> FrameBuffer:
        """A buffer for exclusive use, if possible a released one whose content is near frame `wanted`. MemoryError."""
        spare = self._spare
        try:
            found = spare.pop()
        except IndexError:
            memory = zeroed(self.nbytes)
            return FrameBuffer(self, memory, _canvas(memory, self.size), EMPTY)
        if found[2] != wanted and spare:  # finalizers may add buffers meanwhile, but only this thread takes one
            other = spare.pop()
            if _distance(other[2], wanted) < _distance(found[2], wanted):
                found, other = other, found
            spare.append(other)
        return FrameBuffer(self, *found)

    def release(self, memory: _Memory, canvas: Any, content: int | None) -> None:
        """Return a buffer to the pool. Called by finalizers: any thread, takes no lock."""
        if len(self._spare) < self._most_spare:
            self._spare.append((memory, canvas, content))

    def clear(self) -> None:
        """Release the buffers that are kept for reuse."""
        self._spare.clear()

    def close(self) -> None:
        """Release these buffers, and keep none from now on."""
        self._most_spare = 0
        self._spare.clear()


def _distance(content: int | None, wanted: int) -> int:
    return sys.maxsize if content is None else abs(content - wanted)


class HeldFrame:
    """The pixels of a held frame, as a buffer that others are drawn over."""

    __slots__ = ("_pixels", "c", "content")

    views = (None,)

    def __init__(self, pixels: Buffer, size: tuple[int, int], index: int) -> None:
        self._pixels = pixels
        self.c = _canvas(ffi.from_buffer("uint8_t[]", pixels), size)
        self.content: int | None = index

    def export(self) -> memoryview:
        """The frame's own pixels."""
        return memoryview(self._pixels).cast("B").toreadonly()
