"""GIF through the native kernels; code sizes that GIF does not have are left to Pillow."""

from __future__ import annotations

from typing import Any

from sddisplaylink.decoders.composition.buffers import zeroed
from sddisplaylink.decoders.composition.prepared import Prepared
from sddisplaylink.decoders.gif.source import GifSource
from sddisplaylink.decoders.pillow.errors import CONTENT_ERRORS
from sddisplaylink.decoders.pillow.painter import PillowPainter
from sddisplaylink.errors import ImageFormatError, SDDisplayLinkError
from sddisplaylink.native import check, ffi, lib

__all__ = ["NativeGifPainter", "PillowGifPainter"]

_CODE_SIZES = range(9)  # about the first code of others, the kernel and Pillow are not of one mind
_CODE_SIZES_OF_PILLOW = range(2, 9)  # GIF's own: the smaller ones, which some encoders write, it does not know
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

    def draw(self, index: int, target: Any, under: Any, flags: int) -> bool:
        """Decode the tile and draw it; False if pixels are missing."""
        self._source.data.check()
        if (work := self._prepared.take(index)) is not None:
            self._paint(index, target, under, flags, work)
            return True
        if not self.is_regular(index):
            return self._pillow.draw(index, target, under, flags)
        return self._draw(index, target, under, flags | lib.SDDL_DRAW_WHOLE)

    def draw_part(self, index: int, target: Any) -> None:
        """Draw the pixels before the codes end or make no sense, as browsers do; they refuse a file of such a frame."""
        self._source.data.check()
        is_only = not self._index.has(1) and self._index.ended
        flags = lib.SDDL_DRAW_WHOLE if is_only else 0
        if not self._draw(index, target, ffi.NULL, flags) and is_only:
            raise ImageFormatError("pixels are missing, and there is no other frame")

    def is_regular(self, index: int) -> bool:
        """True if the kernel knows what the tile's codes mean."""
        return self.code_size(index) in _CODE_SIZES

    def code_size(self, index: int) -> int:
        """As stored."""
        return int(self._index.frame(index).code_size)

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

    def purge(self) -> None:
        """Give up all memory."""
        self._prepared.clear()
        self._work = zeroed(0)

    def _draw(self, index: int, target: Any, under: Any, flags: int) -> bool:
        """Whether all pixels are there."""
        data, frame = self._source.data.extent, self._index.frame(index)
        work = self._work_for(index, frame)
        status = lib.sddl_gif_draw(*data, self._index.state, frame, target, under, flags, work, len(work))
        return check(status) == lib.SDDL_PIXELS_WHOLE

    def _paint(self, index: int, target: Any, under: Any, flags: int, work: Any) -> None:
        source, frame, state = self._source.data, self._index.frame(index), self._index.state
        check(lib.sddl_gif_paint(source.pointer, source.size, state, frame, target, under, flags, work, len(work)))

    def _indices(self, index: int) -> Any:
        """The work buffer with the indices of a tile; None if they are not all there, or for Pillow."""
        data = self._source.data
        pointer, size, frame = data.pointer, data.size, self._index.frame(index)
        if not frame.width or not frame.height or not self.is_regular(index):
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


class PillowGifPainter(PillowPainter):
    """GIF by Pillow's codecs. They cannot say where pixels are missing: of what they refuse the kernel draws a part."""

    def __init__(self, source: GifSource) -> None:
        super().__init__(source)
        self._kernel = NativeGifPainter(source)

    def draw(self, index: int, target: Any, under: Any, flags: int) -> bool:
        """Decode the tile and draw it; False if Pillow cannot."""
        is_regular = self._kernel.is_regular(index)
        if is_regular and self._kernel.code_size(index) not in _CODE_SIZES_OF_PILLOW:
            return False
        try:
            return super().draw(index, target, under, flags)
        except CONTENT_ERRORS:
            if not is_regular:
                raise
        return False

    def draw_part(self, index: int, target: Any) -> None:
        """Draw what the kernel makes of it."""
        self._kernel.draw_part(index, target)

    def purge(self) -> None:
        """Give up all memory."""
        self._kernel.purge()
