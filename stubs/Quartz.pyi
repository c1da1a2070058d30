"""See objc.pyi."""

from collections.abc import Sequence

from CoreFoundation import CFDataRef

kCGBitmapByteOrder32Little: int
kCGColorSpaceSRGB: str
kCGImageAlphaPremultipliedFirst: int
kCGRenderingIntentDefault: int

class CGColorSpaceRef: ...
class CGDataProviderRef: ...
class CGImageRef: ...

def CGColorSpaceCreateWithName(name: str, /) -> CGColorSpaceRef: ...
def CGDataProviderCreateWithCFData(data: CFDataRef, /) -> CGDataProviderRef: ...
def CGImageCreate(
    width: int,
    height: int,
    bitsPerComponent: int,
    bitsPerPixel: int,
    bytesPerRow: int,
    space: CGColorSpaceRef,
    bitmapInfo: int,
    provider: CGDataProviderRef,
    decode: Sequence[float] | None,
    shouldInterpolate: bool,
    intent: int,
    /,
) -> CGImageRef: ...
