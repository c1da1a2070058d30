"""From any of Pillow's modes to RGBA with 8 bits and straight alpha."""

from __future__ import annotations

from PIL import Image

from sddisplaylink.errors import ImageFormatError

__all__ = ["tile_rgba", "to_rgba"]


def to_rgba(picture: Image.Image) -> Image.Image:
    """A copy of `picture` in mode RGBA; transparency that Pillow keeps in ``info`` becomes alpha."""
    if picture.mode.startswith("I;16"):
        picture = _high_bytes(picture)
    return picture.convert("RGBA")


def tile_rgba(picture: Image.Image, size: tuple[int, int]) -> Image.Image:
    """The same, of a tile: ImageFormatError if it is not of the `size` that its container announced."""
    tile = to_rgba(picture)
    if tile.size != size:
        raise ImageFormatError("not of the size that was announced")
    return tile


def _high_bytes(picture: Image.Image) -> Image.Image:
    """16-bit grey as 8-bit grey: convert() would clip everything above 255 to white."""
    samples = picture.tobytes()
    big_endian = picture.mode.endswith("B")
    grey = Image.frombytes("L", picture.size, samples[0 if big_endian else 1 :: 2])
    grey.info.update(picture.info)
    return grey
