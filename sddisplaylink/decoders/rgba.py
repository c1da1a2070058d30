"""From any of Pillow's modes to RGBA with 8 bits and straight alpha."""

from __future__ import annotations

from collections.abc import Iterator

from PIL import Image

__all__ = ["rgba_bands", "to_rgba"]

_BAND = 1 << 22  # pixels


def to_rgba(picture: Image.Image) -> Image.Image:
    """A copy of `picture` in mode RGBA; transparency that Pillow keeps in ``info`` becomes alpha."""
    if picture.mode.startswith("I;16"):
        picture = _high_bytes(picture)
    return picture.convert("RGBA")


def rgba_bands(picture: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    """The same from top to bottom, in bands that are not too large: (first row, band)."""
    width, height = picture.size
    rows = max(1, _BAND // width)
    for top in range(0, height, rows):
        part = picture if rows >= height else picture.crop((0, top, width, min(height, top + rows)))
        yield top, to_rgba(part)


def _high_bytes(picture: Image.Image) -> Image.Image:
    """16-bit grey as 8-bit grey: convert() would clip everything above 255 to white."""
    samples = picture.tobytes()
    big_endian = picture.mode.endswith("B")
    grey = Image.frombytes("L", picture.size, samples[0 if big_endian else 1 :: 2])
    grey.info.update(picture.info)
    return grey
