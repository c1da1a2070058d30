"""A stand-in for PyObjC's ``Quartz``: images over memory that they keep, readable by Pillow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PIL import Image

kCGBitmapByteOrder32Little = 2 << 12
kCGColorSpaceSRGB = "kCGColorSpaceSRGB"
kCGImageAlphaPremultipliedFirst = 2
kCGRenderingIntentDefault = 0


@dataclass(frozen=True)
class CGColorSpaceRef:
    name: str


@dataclass(frozen=True)
class CGDataProviderRef:
    data: memoryview
    size: int


@dataclass(frozen=True, eq=False)
class CGImageRef:
    width: int
    height: int
    bytesPerRow: int
    space: CGColorSpaceRef
    provider: CGDataProviderRef

    def rgba(self) -> Image.Image:
        """The picture with straight alpha."""
        size = self.width, self.height
        stored = Image.frombytes("RGBA", size, self.provider.data.tobytes(), "raw", "BGRA", self.bytesPerRow)
        blue, green, red, alpha = (stored.getchannel(name) for name in "BGRA")
        return Image.merge("RGBa", (red, green, blue, alpha)).convert("RGBA")


def CGColorSpaceCreateWithName(name: str, /) -> CGColorSpaceRef:
    return CGColorSpaceRef(name)


def CGDataProviderCreateWithData(info: Any, data: Any, size: int, release: None, /) -> CGDataProviderRef:
    """PyObjC takes flat buffers of bytes as they are, and holds them until the provider goes."""
    view = memoryview(data)
    assert (view.ndim, view.itemsize, view.nbytes) == (1, 1, size)
    assert release is None
    return CGDataProviderRef(view, size)


def CGImageCreate(
    width: int,
    height: int,
    bitsPerComponent: int,
    bitsPerPixel: int,
    bytesPerRow: int,
    space: CGColorSpaceRef,
    bitmapInfo: int,
    provider: CGDataProviderRef,
    decode: None,
    shouldInterpolate: bool,
    intent: int,
    /,
) -> CGImageRef:
    assert (bitsPerComponent, bitsPerPixel) == (8, 32)
    assert bitmapInfo == kCGImageAlphaPremultipliedFirst | kCGBitmapByteOrder32Little
    assert bytesPerRow >= width * 4
    assert provider.size >= bytesPerRow * height
    assert (decode, shouldInterpolate, intent) == (None, True, kCGRenderingIntentDefault)
    return CGImageRef(width, height, bytesPerRow, space, provider)
