"""Finer symbols than half blocks: quadrants, which most fonts have, and sextants, of Unicode 13."""

from __future__ import annotations

from collections.abc import Callable

from PIL import Image

from sddisplaylink.views.terminal.colour import ColourDepth, sgr
from sddisplaylink.views.terminal.halfblock import HALF, Cell, Row, Symbols
from sddisplaylink.views.terminal.layout import Dots

__all__ = ["SYMBOLS"]

_DEFAULT_BACKGROUND = b"49"
_OPAQUE = 255
_LEFT, _RIGHT, _ALL = 0b010101, 0b101010, 0b111111  # sextants that are older characters


def _sextant(mask: int) -> str:
    """The character whose dots the mask names: bit 0 is at the top left, bit 1 at its right, and so on downwards."""
    older = {0: " ", _LEFT: "▌", _RIGHT: "▐", _ALL: "█"}
    return older.get(mask) or chr(0x1FB00 + mask - 1 - (mask > _LEFT) - (mask > _RIGHT))


_QUADRANTS = [glyph.encode() for glyph in " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"]
_SEXTANTS = [_sextant(mask).encode() for mask in range(64)]


def _rows_of(across: int, down: int) -> Callable[[Image.Image], list[Row]]:
    """What splits a picture into cells of so many dots, each the bytes of its dots row by row."""
    step = 4 * across

    def rows(image: Image.Image) -> list[Row]:
        data, length = image.tobytes(), 4 * image.width
        found: list[Row] = []
        for top in range(0, len(data), down * length):
            lines = [data[top + length * line : top + length * (line + 1)] for line in range(down)]
            parts = [[line[left : left + step] for left in range(0, length, step)] for line in lines]
            found.append(list(map(b"".join, zip(*parts, strict=True))))
        return found

    return rows


def _cell_of(glyphs: list[bytes]) -> Callable[[bytes, ColourDepth], Cell]:
    """What makes the cell that is nearest to some dots: two colours, and the glyph that says which dot has which."""

    def cell(dots: bytes, depth: ColourDepth) -> Cell:
        count = len(dots) // 4
        alpha = dots[3::4]
        if min(alpha) < _OPAQUE:
            mask = sum(1 << dot for dot in range(count) if alpha[dot])
            if not mask:
                return b" ", None, _DEFAULT_BACKGROUND
            return glyphs[mask], sgr(38, *_mean(dots, mask, count), depth), _DEFAULT_BACKGROUND
        mask = _split(dots, count)
        if mask == 0:
            return b" ", None, sgr(48, *_mean(dots, (1 << count) - 1, count), depth)
        front, back = _mean(dots, mask, count), _mean(dots, ~mask, count)
        return glyphs[mask], sgr(38, *front, depth), sgr(48, *back, depth)

    return cell


def _split(dots: bytes, count: int) -> int:
    """The dots of one of the two colours, as a mask; 0 if all are alike.

    Split in the middle of the channel that differs most, then every dot goes to the nearer of the two mean colours.
    """
    reds, greens, blues = dots[0::4], dots[1::4], dots[2::4]
    widest = max((reds, greens, blues), key=lambda channel: max(channel) - min(channel))
    low, high = min(widest), max(widest)
    if low == high:
        return 0
    middle = (low + high) / 2
    mask = sum(1 << dot for dot in range(count) if widest[dot] > middle)
    front, back = _mean(dots, mask, count), _mean(dots, ~mask, count)
    red, green, blue = (one - other for one, other in zip(front, back, strict=True))
    limit = sum((one * one - other * other) / 2 for one, other in zip(front, back, strict=True))
    nearer = zip(range(count), reds, greens, blues, strict=True)
    refined = sum(1 << dot for dot, *value in nearer if value[0] * red + value[1] * green + value[2] * blue > limit)
    return refined if 0 < refined < (1 << count) - 1 else mask


def _mean(dots: bytes, mask: int, count: int) -> tuple[int, int, int]:
    """The mean colour of the dots that the mask names."""
    chosen = [4 * dot for dot in range(count) if mask >> dot & 1]
    half = len(chosen) // 2
    red, green, blue = (sum(dots[at + channel] for at in chosen) for channel in range(3))
    return (red + half) // len(chosen), (green + half) // len(chosen), (blue + half) // len(chosen)


QUAD = Symbols("quad", Dots(2, 2), _rows_of(2, 2), _cell_of(_QUADRANTS))
SEXTANT = Symbols("sextant", Dots(2, 3), _rows_of(2, 3), _cell_of(_SEXTANTS))

SYMBOLS = {symbols.name: symbols for symbols in (HALF, QUAD, SEXTANT)}
"""By the name that users give."""
