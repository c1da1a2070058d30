"""Colours for terminals: 24 bits, or the 256-colour palette of xterm."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import lru_cache

from PIL import Image, ImageChops

RGB = tuple[int, int, int]

BLACK: RGB = (0, 0, 0)

_TRUECOLOUR_TERMS = ("direct", "truecolor", "kitty", "ghostty", "alacritty", "wezterm", "foot")
_CUBE = (0, 95, 135, 175, 215, 255)


class ColourDepth(Enum):
    """How colours are written."""

    TRUECOLOUR = "truecolour"
    PALETTE = "256 colours"


def colour_depth(environ: Mapping[str, str]) -> ColourDepth:
    """The colour depth: 24 bits unless TERM names a 256-colour terminal and COLORTERM says nothing else."""
    if environ.get("COLORTERM", "").lower() in ("truecolor", "24bit"):
        return ColourDepth.TRUECOLOUR
    term = environ.get("TERM", "").lower()
    if any(name in term for name in _TRUECOLOUR_TERMS) or "256" not in term:
        return ColourDepth.TRUECOLOUR
    return ColourDepth.PALETTE


# ---- dithering ----

_BAYER = (0, 8, 2, 10, 12, 4, 14, 6, 3, 11, 1, 9, 15, 7, 13, 5)  # 4 x 4
_AMPLITUDE = 36  # of 255: about the distance of the cube's steps


def dithered(image: Image.Image) -> Image.Image:
    """An RGBA picture with mixed() colours, and all zero where it is transparent."""
    alpha = image.getchannel("A")
    colours = mixed(image.convert("RGB"))
    colours.putalpha(alpha)
    empty = Image.new("RGBA", image.size)
    empty.paste(colours, mask=alpha)
    return empty


def mixed(image: Image.Image) -> Image.Image:
    """An RGB picture in colours of the palette, neighbours differing so that they mix to the colour that was.

    The pattern is fixed, and not diffused errors, so that what stands still in an animation does not flicker.
    """
    tile = Image.new("L", (4, 4))
    tile.putdata([round(_AMPLITUDE * (value + 0.5) / 16) for value in _BAYER])
    pattern = Image.new("L", image.size)
    for top in range(0, image.height, 4):
        for left in range(0, image.width, 4):
            pattern.paste(tile, (left, top))
    offsets = Image.merge("RGB", [pattern] * 3)
    spread = ImageChops.add(image, offsets, offset=-_AMPLITUDE // 2)
    return spread.quantize(palette=_palette_image(), dither=Image.Dither.NONE).convert("RGB")


@lru_cache(maxsize=1)
def _palette_image() -> Image.Image:
    """A picture with xterm's 240 fixed colours as its palette."""
    cube = [(red, green, blue) for red in _CUBE for green in _CUBE for blue in _CUBE]
    greys = [(8 + 10 * step,) * 3 for step in range(24)]
    palette = Image.new("P", (1, 1))
    palette.putpalette([value for colour in (*cube, *greys) for value in colour])
    return palette
