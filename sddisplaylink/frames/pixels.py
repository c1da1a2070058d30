"""Converts a frame's pixels to the layout of a toolkit."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, Literal, SupportsIndex, cast

from PIL import Image

from sddisplaylink.immutable import Immutable
from sddisplaylink.native import check, ffi, lib

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["PixelBuffer", "PixelFormat", "convert_pixels"]

PixelFormat = Literal["RGBA", "BGRA", "RGBa", "BGRa"]
"""Order of the four bytes of a pixel; small a: colours are premultiplied by alpha. Pillow's names."""

_LAYOUTS: dict[str, int] = {
    "RGBA": lib.SDDL_LAYOUT_RGBA,
    "BGRA": lib.SDDL_LAYOUT_BGRA,
    "RGBa": lib.SDDL_LAYOUT_RGBA | lib.SDDL_LAYOUT_PREMULTIPLIED,
    "BGRa": lib.SDDL_LAYOUT_BGRA | lib.SDDL_LAYOUT_PREMULTIPLIED,
}
_PIXEL = 4
_LARGEST_ALIGNMENT = 4096
_new_bytes = ffi.new_allocator(should_clear_after_alloc=False)  # every byte of a row is written


class PixelBuffer(Immutable):
    """Pixels of a frame, four bytes each, in rows of `stride` bytes; made by `Frame.buffer`.

    Toolkits use the memory as it is. It must live as long as the object that they make of it: keep ``data`` until
    then::

        numpy.asarray(buffer)  # (height, width, 4) of uint8
        QImage(buffer.data, *buffer.size, buffer.stride, QImage.Format.Format_ARGB32_Premultiplied)  # of "BGRa"
        cairo.ImageSurface.create_for_data(out, cairo.FORMAT_ARGB32, *buffer.size, buffer.stride)  # of "BGRa"

    PyObjC alone must have a copy, of "BGRa": it never gives back memory that CGDataProviderCreateWithData holds::

        data = CFDataCreate(None, buffer.data, buffer.nbytes)
        CGImageCreate(*buffer.size, 8, 32, buffer.stride, CGColorSpaceCreateDeviceRGB(),
                      kCGImageAlphaPremultipliedFirst | kCGBitmapByteOrder32Little,
                      CGDataProviderCreateWithCFData(data), None, False, kCGRenderingIntentDefault)
    """

    __slots__ = {  # noqa: RUF023 -- in the order of the constructor
        "data": 'Flat bytes, format ``"B"``: `nbytes` of them. Read-only unless they were written to ``out``.',
        "stride": "Bytes from one row to the next, at least 4 × width. Bytes between rows have no meaning.",
        "size": "(width, height) in pixels.",
        "format": '``"RGBA"``, ``"BGRA"``, or with premultiplied colours ``"RGBa"``, ``"BGRa"``.',
    }

    data: memoryview
    stride: int
    size: tuple[int, int]
    format: PixelFormat

    def __init__(self, data: memoryview, stride: int, size: tuple[int, int], format: PixelFormat) -> None:  # noqa: A002
        object.__setattr__(self, "data", data)
        object.__setattr__(self, "stride", stride)
        object.__setattr__(self, "size", size)
        object.__setattr__(self, "format", format)

    @property
    def nbytes(self) -> int:
        """Size in bytes: stride × height."""
        return self.data.nbytes

    @property
    def image(self) -> Image.Image:
        """A PIL image over the memory, without a copy; ValueError unless the format is ``"RGBA"``.

        Pillow copies the pixels before it changes them, except in ``Image.frombytes``, which must not be called on the
        image.
        """
        if self.format != "RGBA":
            raise ValueError(f'Pillow can only share memory in format "RGBA", not "{self.format}"')
        memory: Any = self.data  # not covered by Pillow's annotations
        return Image.frombuffer("RGBA", self.size, memory, "raw", "RGBA", self.stride, 1)

    @property
    def __array_interface__(self) -> dict[str, Any]:
        """NumPy's array interface, version 3: (height, width, 4) of uint8 over this memory."""
        width, height = self.size
        shape, strides = (height, width, _PIXEL), (self.stride, _PIXEL, 1)
        return {"version": 3, "shape": shape, "typestr": "|u1", "data": self.data, "strides": strides}

    def __repr__(self) -> str:
        width, height = self.size
        return f"<PixelBuffer {self.format} {width}x{height}, {self.stride} bytes a row>"


def convert_pixels(
    rgba: memoryview, layout: PixelFormat, row_alignment: SupportsIndex, out: WriteableBuffer | None
) -> PixelBuffer:
    """As `Frame.buffer`, for C-contiguous straight RGBA pixels of shape (height, width, 4)."""
    if layout not in _LAYOUTS:
        raise ValueError(f"format must be one of {', '.join(_LAYOUTS)}, not {layout!r}")
    height, width, _ = cast(tuple[int, int, int], rgba.shape)
    stride = _aligned(width * _PIXEL, row_alignment)
    if out is None and layout == "RGBA" and stride == width * _PIXEL:
        return PixelBuffer(rgba.cast("B"), stride, (width, height), layout)
    memory = _new_bytes("uint8_t[]", stride * height) if out is None else _writable(out, stride * height)
    target = ffi.new("sddl_canvas *", (memory, len(memory), stride, width, height))
    source = ffi.new("sddl_canvas *", (ffi.from_buffer("uint8_t[]", rgba), rgba.nbytes, width * _PIXEL, width, height))
    check(lib.sddl_convert(target, source, _LAYOUTS[layout]))
    data = memoryview(ffi.buffer(memory, stride * height))
    return PixelBuffer(data.toreadonly() if out is None else data, stride, (width, height), layout)


def _aligned(row: int, alignment: SupportsIndex) -> int:
    """The smallest multiple of `alignment` that holds `row` bytes."""
    step = operator.index(alignment)
    if not 1 <= step <= _LARGEST_ALIGNMENT or step & (step - 1):
        raise ValueError(f"row_alignment must be a power of two from 1 to {_LARGEST_ALIGNMENT}, not {step}")
    return -(-row // step) * step


def _writable(out: WriteableBuffer, size: int) -> Any:
    """`out` as a pointer for the kernels.

    BufferError if `out` is read-only or not contiguous, TypeError if it is no buffer.
    """
    memory = ffi.from_buffer("uint8_t[]", out, require_writable=True)
    if len(memory) < size:
        raise ValueError(f"out has {len(memory)} bytes, {size} are needed")
    return memory
