"""Grey of more than 8 bits whose brightest value follows from the file's format, not from Pillow's mode."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image, ImageFile

__all__ = ["in_eight_bits"]

_SCALES = {("PPM", "I"): (1 / 256, 0.0), ("PPM", "F"): (255.0, 0.5)}  # 16 bits, as Pillow scales them, and 0 to 1
_OF_12_BITS = 1 / 16
_BITS = 258  # tag of TIFF


def in_eight_bits(source: ImageFile.ImageFile) -> Image.Image:
    """A loaded picture with 8 bits, if it has more of them, all of which convert() would take for white or black."""
    if source.mode == "I;16" and getattr(source, "tag_v2", {}).get(_BITS) == (12,):
        return source.convert("I").point(lambda value: value * _OF_12_BITS).convert("L")
    scale, offset = _SCALES.get((source.format or "", source.mode), (0.0, 0.0))
    return source.point(lambda value: value * scale + offset).convert("L") if scale else source
