"""Frames as Core Graphics wants them: a CGImage over memory that lives as long as the image does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sddisplaylink.frames.frame import Frame
from sddisplaylink.views.appkit.frameworks import Quartz

if TYPE_CHECKING:
    from Quartz import CGImageRef

_ROW_ALIGNMENT = 64  # Core Animation copies images whose rows do not begin on a cache line
_BITS, _BITS_A_PIXEL = 8, 32


def image_of(frame: Frame) -> CGImageRef:
    """A CGImage of the frame in sRGB: its pixels are converted once, to premultiplied BGRA, and not copied again."""
    buffer = frame.buffer("BGRa", row_alignment=_ROW_ALIGNMENT)
    provider = Quartz.CGDataProviderCreateWithData(None, buffer.data, buffer.nbytes, None)  # holds the memory
    return Quartz.CGImageCreate(
        *buffer.size,
        _BITS,
        _BITS_A_PIXEL,
        buffer.stride,
        Quartz.CGColorSpaceCreateWithName(Quartz.kCGColorSpaceSRGB),
        Quartz.kCGImageAlphaPremultipliedFirst | Quartz.kCGBitmapByteOrder32Little,
        provider,
        None,
        True,
        Quartz.kCGRenderingIntentDefault,
    )
