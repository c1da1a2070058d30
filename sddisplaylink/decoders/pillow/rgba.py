"""Converts any of Pillow's modes to RGBA with 8 bits and straight alpha."""

from __future__ import annotations

from collections.abc import Iterator

from PIL import Image

__all__ = ["rgba_bands", "rgba_bytes", "to_rgba"]

_BAND = 1 << 22  # pixels
_COPIED_AT_ONCE = 1 << 19  # pixels; tobytes() needs the memory of what it copies twice


def to_rgba(picture: Image.Image) -> Image.Image:
    """A copy of `picture` in mode RGBA; transparency that Pillow keeps in ``info`` becomes alpha."""
    if picture.mode.startswith("I;16"):
        picture = _high_bytes(picture)
    return picture.convert("RGBA")


def rgba_bands(picture: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    """The same in bands of limited size, from top to bottom: (first row, band)."""
    width, height = picture.size
    rows = max(1, _BAND // width)
    for top in range(0, height, rows):
        part = picture if rows >= height else picture.crop((0, top, width, min(height, top + rows)))
        yield top, to_rgba(part)


def rgba_bytes(picture: Image.Image) -> memoryview:
    """A copy of the pixels of an RGBA picture, read-only."""
    width, height = picture.size
    rows = max(1, _COPIED_AT_ONCE // width)
    if rows >= height:
        return memoryview(picture.tobytes())
    pixels, stride = bytearray(4 * width * height), 4 * width
    for top in range(0, height, rows):
        bottom = min(height, top + rows)
        pixels[top * stride : bottom * stride] = picture.crop((0, top, width, bottom)).tobytes()
    return memoryview(pixels).toreadonly()


def _high_bytes(picture: Image.Image) -> Image.Image:
    """16-bit grey as 8-bit grey: convert() would clip everything above 255 to white.

    The transparent value in ``info`` has 16 bits.
    """
    samples = picture.tobytes()
    first = 0 if picture.mode.endswith("B") else 1  # the high bytes
    grey = Image.frombytes("L", picture.size, samples[first::2])
    if isinstance(key := picture.info.get("transparency"), int):
        from PIL import ImageChops

        low = Image.frombytes("L", picture.size, samples[1 - first :: 2])
        hidden = ImageChops.darker(_equal(grey, key >> 8), _equal(low, key & 255))
        grey.putalpha(ImageChops.invert(hidden))
    return grey


def _equal(grey: Image.Image, value: int) -> Image.Image:
    """255 where the picture has that value, and 0 elsewhere."""
    return grey.point([255 * (level == value) for level in range(256)])
