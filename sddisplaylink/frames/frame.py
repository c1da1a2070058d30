"""One decoded frame of an animation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, SupportsIndex

from PIL import Image

from sddisplaylink.frames.pixels import PixelBuffer, PixelFormat, convert_pixels
from sddisplaylink.immutable import Immutable

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

__all__ = ["Frame"]


class Frame(Immutable):
    """A complete picture as it is shown. Immutable; valid even after its image is closed.

    Frames compare by identity. ``numpy.asarray(frame)`` copies nothing: a read-only (height, width, 4) array of uint8.
    """

    __slots__ = {  # noqa: RUF023 -- in the order of the constructor
        "index": "Number of the frame in its image, from 0.",
        "timestamp": "When the frame begins in one forward loop of the image, in seconds.",
        "duration": "How long the frame is shown, in seconds, by the image's timing rule.",
        "size": "(width, height) in pixels, the same for every frame of an image.",
        "rgba": 'Read-only pixels, shape (height, width, 4), format ``"B"``, C-contiguous: red, green, blue, '
        "straight alpha.",
        "__weakref__": "",
    }

    index: int
    timestamp: float
    duration: float
    size: tuple[int, int]
    rgba: memoryview

    def __init__(self, index: int, timestamp: float, duration: float, size: tuple[int, int], rgba: memoryview) -> None:
        object.__setattr__(self, "index", index)
        object.__setattr__(self, "timestamp", timestamp)
        object.__setattr__(self, "duration", duration)
        object.__setattr__(self, "size", size)
        object.__setattr__(self, "rgba", rgba)

    @classmethod
    def of_pixels(
        cls, index: int, timestamp: float, duration: float, size: tuple[int, int], pixels: bytes | memoryview
    ) -> Frame:
        """A frame over `pixels` (width × height × 4 bytes), which are not copied."""
        width, height = size
        return cls(index, timestamp, duration, size, memoryview(pixels).cast("B", (height, width, 4)))

    @property
    def nbytes(self) -> int:
        """Size of the pixels in bytes."""
        return self.rgba.nbytes

    @property
    def image(self) -> Image.Image:
        """A new PIL image (mode RGBA) at every call: a copy, so that changing the image does not change the frame."""
        return Image.frombytes("RGBA", self.size, self.rgba)

    def buffer(
        self,
        format: PixelFormat = "RGBA",  # noqa: A002 -- the name in Pillow and Qt
        *,
        row_alignment: SupportsIndex = 1,
        out: WriteableBuffer | None = None,
    ) -> PixelBuffer:
        """The pixels in another layout, converted without holding the interpreter lock.

        ``"RGBA"`` without padding of rows is the frame's own memory; anything else is new memory, or `out`.

        Args:
            format: ``"RGBA"`` or ``"BGRA"``, straight alpha; ``"RGBa"`` or ``"BGRa"``, colours premultiplied by alpha
                and rounded to nearest: Qt, cairo and Core Graphics want ``"BGRa"``.
            row_alignment: a power of two up to 4096; rows begin at multiples of so many bytes. Core Graphics likes 64.
            out: writable, contiguous memory of stride × height bytes or more, such as a bytearray or the memory of a
                surface whose rows are as far apart; only the first stride × height bytes are used.

        Raises:
            ValueError: a format or alignment that is not one of these, or `out` is too small.
            TypeError, BufferError: `out` is no buffer; it is read-only or not contiguous.
        """
        return convert_pixels(self.rgba, format, row_alignment, out)

    @property
    def __array_interface__(self) -> dict[str, Any]:
        """NumPy's array interface, version 3: (height, width, 4) of uint8 over the frame's own read-only memory."""
        return {"version": 3, "shape": self.rgba.shape, "typestr": "|u1", "data": self.rgba}

    def __reduce__(self) -> tuple[Any, ...]:
        """For pickle, which copies the pixels: frames can be passed to other processes."""
        return Frame.of_pixels, (self.index, self.timestamp, self.duration, self.size, self.rgba.tobytes())

    def __repr__(self) -> str:
        width, height = self.size
        return f"<Frame {self.index} {width}x{height} at {self.timestamp:.3f} s for {self.duration:.3f} s>"
