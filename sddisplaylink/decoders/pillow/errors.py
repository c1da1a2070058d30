"""Converts Pillow's exceptions for broken files, and opens files under a size limit."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from PIL import Image

from sddisplaylink.errors import ImageFormatError

if TYPE_CHECKING:
    from PIL import ImageFile

__all__ = ["CONTENT_ERRORS", "check_pixels", "check_plausible", "content_errors", "identify", "in_one_line"]

# What Pillow's plugins raise on broken files. UnidentifiedImageError is an OSError, ImageFormatError a ValueError.
CONTENT_ERRORS = (
    OSError,
    SyntaxError,
    EOFError,
    ValueError,
    TypeError,
    LookupError,
    ArithmeticError,
    AttributeError,
    AssertionError,
    NotImplementedError,
    RuntimeError,
    struct.error,
    zlib.error,
    Image.DecompressionBombError,
    Warning,  # if the program turns warnings into exceptions
)

_LARGE = 4_000_000  # pixels; on a larger canvas a frame has to cover a part of it
_SMALL_PART = 8
_NEVER = ("EPS",)  # Pillow would run a PostScript interpreter on the file


@contextmanager
def content_errors(where: str = "") -> Iterator[None]:
    """Convert exceptions of Pillow for broken content to an ImageFormatError of one line that begins with `where`."""
    try:
        yield
    except CONTENT_ERRORS as error:
        raise in_one_line(error, where) from error


def in_one_line(error: Exception, where: str = "") -> ImageFormatError:
    """An ImageFormatError with the text of `error`, in one line that begins with `where`."""
    reason = " ".join(str(error).split()) or type(error).__name__
    return ImageFormatError(f"{where}: {reason}" if where else reason)


def check_pixels(size: tuple[int, int], limit: int | None) -> None:
    """ImageFormatError for an empty picture and for one of more than `limit` pixels."""
    width, height = size
    if width < 1 or height < 1:
        raise ImageFormatError(f"the picture is empty ({width}x{height})")
    if limit is not None and width * height > limit:
        raise ImageFormatError(f"{width}x{height} pixels are more than the limit of {limit}")


def check_plausible(canvas: tuple[int, int], frame: tuple[int, int]) -> None:
    """ImageFormatError if the frame covers too little of a large canvas: a wrong bit must not cost gigabytes."""
    pixels = canvas[0] * canvas[1]
    if pixels > _LARGE and frame[0] * frame[1] * _SMALL_PART < pixels:
        raise ImageFormatError(f"{canvas[0]}x{canvas[1]} pixels are absurd for a frame of {frame[0]}x{frame[1]}")


def identify(data: bytes, limit: int | None) -> ImageFile.ImageFile:
    """Open `data` with the Pillow plugin that accepts it. ImageFormatError if none does or if it is too large.

    Image.open() would do the same, but checks sizes by a warning, which can only be caught by filters of the whole
    process.
    """
    Image.init()
    for name in Image.ID:
        if name in _NEVER:
            continue
        factory, accepts = Image.OPEN[name]
        try:
            if accepts is not None and accepts(data[:16]) is not True:
                continue
            picture = factory(io.BytesIO(data), "")
        except (SyntaxError, IndexError, TypeError, struct.error):
            continue
        check_pixels(picture.size, limit)
        return picture
    raise ImageFormatError("not an image, or not in a known format")
