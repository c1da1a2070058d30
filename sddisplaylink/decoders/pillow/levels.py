"""Grey of more than 8 bits whose levels follow from the file's format, not from Pillow's mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image, ImageFile

__all__ = ["in_eight_bits"]

_Levels = tuple[float, float]  # a factor, and what is added
_OF_NETPBM: dict[str, _Levels] = {"I": (1 / 256, 0.0), "F": (255.0, 0.5)}  # Pillow's 16 bits, and numbers from 0 to 1
_OF_12_BITS: _Levels = 1 / 16, 0.0
_OF_16_BITS_INVERTED: _Levels = -1 / 256, 255.999
_BITS, _KIND, _WHITE_IS_ZERO = 258, 262, 0  # tags of TIFF, and a value


def in_eight_bits(source: ImageFile.ImageFile) -> Image.Image:
    """A loaded picture, with 8 bits if converting Pillow's mode to RGBA would give it other levels."""
    levels = _OF_NETPBM.get(source.mode) if source.format == "PPM" else _levels_of_tiff(source)
    if levels is None:
        return source
    factor, offset = levels
    picture = source.convert("I") if source.mode == "I;16" else source
    return picture.point(lambda value: value * factor + offset).convert("L")


def _levels_of_tiff(source: ImageFile.ImageFile) -> _Levels | None:
    tags = getattr(source, "tag_v2", {})
    if source.mode != "I;16" or not tags:
        return None
    if tags.get(_BITS) == (12,):
        return _OF_12_BITS
    return _OF_16_BITS_INVERTED if tags.get(_KIND) == _WHITE_IS_ZERO else None
