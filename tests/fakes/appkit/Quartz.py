"""A stand-in for PyObjC's ``Quartz``: images over memory that they keep, or never give back; readable by Pillow."""

from __future__ import annotations

import weakref
from dataclasses import dataclass
from typing import Any

import bridge
from CoreFoundation import CFDataRef
from PIL import Image

kCGBitmapByteOrder32Little = 2 << 12
kCGColorSpaceSRGB = "kCGColorSpaceSRGB"
kCGImageAlphaPremultipliedFirst = 2
kCGRenderingIntentDefault = 0


@dataclass(frozen=True)
class CGColorSpaceRef:
    name: str


@dataclass(frozen=True, eq=False)
class CGDataProviderRef:
    data: Any
    """With ``bytes()``, which Core Animation calls when it draws, on a thread of its own."""
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
        stored = Image.frombytes("RGBA", size, self.provider.data.bytes(), "raw", "BGRA", self.bytesPerRow)
        blue, green, red, alpha = (stored.getchannel(name) for name in "BGRA")
        return Image.merge("RGBa", (red, green, blue, alpha)).convert("RGBA")


def CGColorSpaceCreateWithName(name: str, /) -> CGColorSpaceRef:
    return CGColorSpaceRef(name)


class _Borrowed(bridge.ByteArray):
    def bytes(self) -> bytes:
        found: bytes = self.data.tobytes()
        return found


def CGDataProviderCreateWithData(info: Any, data: Any, size: int, release: Any, /) -> CGDataProviderRef:
    """Apple says that `data` is given back when the provider goes. Through PyObjC that never happens.

    ``m_CGDataProviderCreateWithData`` (pyobjc-framework-Quartz/Modules/_callbacks.m) takes two references to the
    buffer, one in ``PyObjC_PythonToCArray`` and one in ``Py_BuildValue("OOlOO", ...)``, and one to its view of the
    buffer; ``m_releaseData`` gives back the tuple's alone, with a callback or without.
    """
    if release is not None and not callable(release):
        raise TypeError("release not callable")
    borrowed = _Borrowed(data, size)
    bridge.keep_for_ever(borrowed)
    provider = CGDataProviderRef(borrowed, size)
    if release is not None:
        weakref.finalize(provider, release, info)
    return provider


def CGDataProviderCreateWithCFData(data: Any, /) -> CGDataProviderRef:
    """Retains the data. A buffer of Python's is no CFData: PyObjC makes one that asks Python for each byte."""
    if not isinstance(data, CFDataRef):
        data = bridge.autorelease(bridge.OC_PythonData(memoryview(data)))
    return CGDataProviderRef(data, memoryview(data.data).nbytes)


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
