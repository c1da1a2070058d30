"""GIF through the native kernels; whatever they do not make sense of is left to Pillow."""

from __future__ import annotations

from typing import Any

from sddisplaylink.core import check, lib
from sddisplaylink.decoders.frame_memory import zeroed
from sddisplaylink.decoders.gif import GifSource
from sddisplaylink.decoders.pillow_painter import PillowPainter
from sddisplaylink.decoders.prepared import Prepared
from sddisplaylink.errors import SDDisplayLinkError

__all__ = ["NativeGifPainter"]

_CODE_SIZES = range(2, 9)  # GIF's own; about the first code of others, the kernel and Pillow are not of one mind
_MARGINS = lib.SDDL_LZW_LEAD + lib.SDDL_LZW_SLACK
_LARGE = 1 << 20  # bytes of indices that are kept whatever the size of the canvas
_LONG = 48 << 10  # bytes of codes from which on another thread gains: handing over costs some 100 µs


class NativeGifPainter:
    """A Painter that decodes and draws in one call, into no other memory than a byte a pixel."""

    def __init__(self, source: GifSource) -> None:
        self._source = source
        self._index = source.index
        self._pillow = PillowPainter(source)
        self._prepared: Prepared[Any] = Prepared()
        self._work: Any = zeroed(0)

    def draw(self, index: int, target: Any, under: Any, flags: int) -> None:
        """Decode the tile and draw it."""
        self._source.data.check()
        if (work := self._prepared.take(index)) is not None:
            self._paint(index, target, under, flags, work)
        elif self._draw(index, target, under, flags) != lib.SDDL_PIXELS_WHOLE:
            self._pillow.draw(index, target, under, flags)

    def prepare(self, index: int) -> None:
        """Decode the indices."""
        if index < self._index.count:
            self._prepared.make(index, lambda: self._indices(index))

    def worth_preparing(self, index: int) -> bool:
        """True if there are many codes."""
        return index < self._index.count and self.data_size(index) >= _LONG

    def data_size(self, index: int) -> int:
        """The length of its data blocks."""
        frame = self._index.frame(index)
        return int(frame.end - frame.begin)

    def forget_prepared(self) -> None:
        """Give up what was decoded ahead."""
        self._prepared.clear()

    def purge(self) -> None:
        """Give up all memory."""
        self._prepared.clear()
        self._work = zeroed(0)

    def _draw(self, index: int, target: Any, under: Any, flags: int) -> int:
        frame = self._index.frame(index)
        if frame.code_size not in _CODE_SIZES:
            return int(lib.SDDL_PIXELS_BROKEN)
        work = self._work_for(index, frame)
        data, flags = self._source.data.extent, flags | lib.SDDL_DRAW_WHOLE
        return check(lib.sddl_gif_draw(*data, self._index.state, frame, target, under, flags, work, len(work)))

    def _paint(self, index: int, target: Any, under: Any, flags: int, work: Any) -> None:
        source, frame, state = self._source.data, self._index.frame(index), self._index.state
        check(lib.sddl_gif_paint(source.pointer, source.size, state, frame, target, under, flags, work, len(work)))

    def _indices(self, index: int) -> Any:
        """The work buffer with the indices of a tile; None if they are for Pillow."""
        data = self._source.data
        pointer, size, frame = data.pointer, data.size, self._index.frame(index)
        if not frame.width or not frame.height or frame.code_size not in _CODE_SIZES:
            return None
        try:
            self._source.check_size(index)
            data.check()
            work = zeroed(_MARGINS + frame.width * frame.height)
        except (SDDisplayLinkError, MemoryError):
            return None
        whole = lib.sddl_gif_decode(pointer, size, frame, work, len(work)) == lib.SDDL_PIXELS_WHOLE
        return work if whole else None

    def _work_for(self, index: int, frame: Any) -> Any:
        """A buffer that is large enough; it is kept for the next tile, unless the canvas is much smaller."""
        needed = _MARGINS + frame.width * frame.height
        if needed <= len(self._work):
            return self._work
        self._source.check_size(index)
        self._work = zeroed(0)  # the old one goes first
        work = zeroed(needed)
        if needed <= max(_LARGE, _MARGINS + self._source.size[0] * self._source.size[1]):
            self._work = work
        return work
