"""Frames as Core Graphics wants them: a CGImage over memory that is Core Foundation's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sddisplaylink.frames.frame import Frame
from sddisplaylink.views.appkit.frameworks import CoreFoundation, Quartz

if TYPE_CHECKING:
    from Quartz import CGImageRef

_ROW_ALIGNMENT = 64  # Core Animation copies images whose rows do not begin on a cache line
_BITS, _BITS_A_PIXEL, _BYTES_A_PIXEL = 8, 32, 4


class PictureMaker:
    """Makes the CGImages of one player's frames. All of them are converted in the same memory, one after another.

    ``CFDataCreate`` copies the pixels out of that memory, so that no image holds memory of Python's. Core Graphics'
    functions that take Python's memory as it is do not do through PyObjC: ``CGDataProviderCreateWithData`` never gives
    it back, and ``CGDataProviderCreateWithCFData`` with a buffer calls Python on Core Animation's threads.
    """

    def __init__(self) -> None:
        self._scratch = bytearray()

    def image_of(self, frame: Frame) -> CGImageRef:
        """A CGImage of the frame in sRGB, of premultiplied BGRA."""
        buffer = frame.buffer("BGRa", row_alignment=_ROW_ALIGNMENT, out=self._memory_for(frame))
        data = CoreFoundation.CFDataCreate(None, buffer.data, buffer.nbytes)
        return Quartz.CGImageCreate(
            *buffer.size,
            _BITS,
            _BITS_A_PIXEL,
            buffer.stride,
            Quartz.CGColorSpaceCreateWithName(Quartz.kCGColorSpaceSRGB),
            Quartz.kCGImageAlphaPremultipliedFirst | Quartz.kCGBitmapByteOrder32Little,
            Quartz.CGDataProviderCreateWithCFData(data),
            None,
            True,
            Quartz.kCGRenderingIntentDefault,
        )

    def _memory_for(self, frame: Frame) -> bytearray:
        """The memory to convert in; the frames of a player are all as large as the first."""
        width, height = frame.size
        row = -(-width * _BYTES_A_PIXEL // _ROW_ALIGNMENT) * _ROW_ALIGNMENT
        if len(self._scratch) < row * height:
            self._scratch = bytearray(row * height)
        return self._scratch
