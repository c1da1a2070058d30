"""Painters of GIF: by the native kernels or by Pillow's codecs."""

from __future__ import annotations

from typing import Any

from sddisplaylink.decoders.composition.buffers import zeroed
from sddisplaylink.decoders.gif.reader import GifReader
from sddisplaylink.decoders.pillow.errors import CONTENT_ERRORS
from sddisplaylink.decoders.pillow.painter import PillowPainter
from sddisplaylink.decoders.regions import FrameRegion
from sddisplaylink.errors import ImageFormatError, SDDisplayLinkError
from sddisplaylink.native import check, ffi, lib

__all__ = ["NativeGifPainter", "PillowGifPainter"]

_CODE_SIZES = range(9)  # for others the kernel and Pillow treat the first code differently
_CODE_SIZES_OF_PILLOW = range(2, 9)  # without smaller ones, which some encoders write
_MARGINS = lib.SDDL_LZW_LEAD + lib.SDDL_LZW_SLACK
_LARGE = 1 << 20  # bytes of indices: a work buffer of that size is always kept
LONG = 48 << 10
"""Bytes of codes from which on decoding on another thread saves time: handing over costs about 100 µs."""


class NativeGifPainter:
    """A Painter that decodes and draws in one native call; needs one byte of memory for each pixel."""

    is_slow = False

    def __init__(self, reader: GifReader) -> None:
        self.reader = reader
        self.prepared: tuple[int, Any] | None = None
        self._index = reader.index
        self._pillow = PillowPainter(reader)
        self._work: Any = zeroed(0)

    def __copy__(self) -> NativeGifPainter:
        return NativeGifPainter(self.reader)

    def draw(self, region: FrameRegion, target: Any, under: Any, flags: int) -> bool:
        """Decode the region and draw it; False if pixels are missing."""
        data = self.reader.data
        data.check()
        prepared, self.prepared = self.prepared, None
        if prepared is not None and prepared[0] == region.number:
            work = prepared[1]
            state = self._index.state
            check(lib.sddl_gif_paint(*data.extent, state, region.record, target, under, flags, work, len(work)))
            return True
        if not is_regular(region.record):
            return self._pillow.draw(region, target, under, flags)
        return self._draw(region, target, under, flags | lib.SDDL_DRAW_WHOLE)

    def draw_part(self, region: FrameRegion, target: Any) -> None:
        """Draw the pixels up to invalid codes, as browsers do, which refuse a file with no other frame."""
        self.reader.data.check()
        is_only = not self._index.has(1) and self._index.ended
        flags = lib.SDDL_DRAW_WHOLE if is_only else 0
        if not self._draw(region, target, ffi.NULL, flags) and is_only:
            raise ImageFormatError("pixels are missing, and there is no other frame")

    def prepare(self, index: int) -> object:
        """Decode the colour indices. None if some are missing, or if Pillow has to decode the frame."""
        data = self.reader.data
        pointer, size = data.extent
        if index >= self._index.count or data.is_closed:
            return None
        frame = self._index.frame(index)
        if not frame.width or not frame.height or not is_regular(frame):
            return None
        try:
            self.reader.check_size(index)
            data.check()
            work = zeroed(_MARGINS + frame.width * frame.height)
        except (SDDisplayLinkError, MemoryError):
            return None
        whole = lib.sddl_gif_decode(pointer, size, frame, work, len(work)) == lib.SDDL_PIXELS_WHOLE
        return work if whole else None

    def worth_preparing(self, index: int) -> bool:
        """True if the frame has many codes."""
        if index >= self._index.count:
            return False
        frame = self._index.frame(index)
        return bool(frame.end - frame.begin >= LONG)

    def purge(self) -> None:
        """Give up all memory."""
        self.prepared = None
        self._work = zeroed(0)

    def _draw(self, region: FrameRegion, target: Any, under: Any, flags: int) -> bool:
        """Decode and draw; whether all pixels were there."""
        work = self._work
        if len(work) < _MARGINS + region.width * region.height:
            work = self._larger_work(region)
        status = lib.sddl_gif_draw(
            *self.reader.data.extent, self._index.state, region.record, target, under, flags, work, len(work)
        )
        return (status if status >= 0 else check(status)) == lib.SDDL_PIXELS_WHOLE

    def _larger_work(self, region: FrameRegion) -> Any:
        """A buffer that is large enough, kept for the next region unless it is much larger than the canvas."""
        needed = _MARGINS + region.width * region.height
        self.reader.check_size(region.number)
        self._work = zeroed(0)  # frees the old one first
        work = zeroed(needed)
        if needed <= max(_LARGE, _MARGINS + self.reader.size[0] * self.reader.size[1]):
            self._work = work
        return work


def is_regular(frame: Any) -> bool:
    """True if the kernel can decode the codes of an sddl_gif_frame."""
    return frame.code_size in _CODE_SIZES


class PillowGifPainter(PillowPainter):
    """A Painter of GIF by Pillow's codecs.

    Frames that they refuse are left to the kernel, which draws what pixels there are.
    """

    def __init__(self, reader: GifReader) -> None:
        super().__init__(reader)
        self._reader = reader
        self._kernel = NativeGifPainter(reader)

    def __copy__(self) -> PillowGifPainter:
        return PillowGifPainter(self._reader)

    def draw(self, region: FrameRegion, target: Any, under: Any, flags: int) -> bool:
        """Decode the region and draw it; False if Pillow cannot."""
        regular = is_regular(region.record)
        if regular and region.record.code_size not in _CODE_SIZES_OF_PILLOW:
            return False
        try:
            return super().draw(region, target, under, flags)
        except CONTENT_ERRORS:
            if not regular:
                raise
        return False

    def draw_part(self, region: FrameRegion, target: Any) -> None:
        """Draw the pixels that the kernel can decode."""
        self._kernel.draw_part(region, target)

    def purge(self) -> None:
        """Give up all memory."""
        self._kernel.purge()
