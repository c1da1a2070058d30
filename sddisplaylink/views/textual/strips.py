"""Frames as the lines of a Textual widget."""

from __future__ import annotations

from functools import lru_cache

from PIL import Image
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from sddisplaylink.views.terminal.colour import RGB, ColourDepth
from sddisplaylink.views.terminal.halfblock import CellMaker, Symbols, flatten
from sddisplaylink.views.terminal.layout import Area, Placement, place, scaled

__all__ = ["StripMaker"]


class StripMaker:
    """Draws pictures with symbols, and remembers the cells that it has made."""

    def __init__(self, symbols: Symbols) -> None:
        self._symbols = symbols
        self._aspect = symbols.dots.down / (2 * symbols.dots.across)
        self._cell = CellMaker(ColourDepth.TRUECOLOUR, symbols)

    def place(self, size: tuple[int, int], columns: int, rows: int) -> Placement:
        """Where a picture of so many pixels stands in so many cells."""
        area = Area(max(1, columns), max(1, rows))
        return place(size, area, self._symbols.dots, dot_aspect=self._aspect)

    def lines(self, picture: Image.Image, columns: int, rows: int, background: RGB, base: Style) -> list[Strip]:
        """All lines of a widget of that size that shows the RGBA picture in its middle."""
        placement = self.place(picture.size, columns, rows)
        across, down = self._symbols.dots
        size = placement.columns * across, placement.rows * down
        flat = flatten(scaled(picture, placement), background, size[1])
        if flat.width < size[0]:
            flat = flat.crop((0, 0, *size))
        empty = Strip.blank(columns, base)
        left = Segment(" " * placement.column, base)
        right = Segment(" " * (columns - placement.column - placement.columns), base)
        drawn = [
            Strip([left, *(self._segment(dots, base) for dots in row), right], columns).simplify()
            for row in self._symbols.rows(flat, False)
        ]
        return [*[empty] * placement.row, *drawn, *[empty] * (rows - placement.row - placement.rows)]

    def _segment(self, dots: object, base: Style) -> Segment:
        glyph, front, back = self._cell(dots)
        return Segment(glyph.decode(), base + _style(front, back))


@lru_cache(maxsize=1 << 14)
def _style(front: bytes | None, back: bytes) -> Style:
    """The style for two colours as they are written to a terminal."""
    return Style(color=_colour(front), bgcolor=_colour(back))


def _colour(parameters: bytes | None) -> str | None:
    parts = [] if parameters is None else parameters.split(b";")
    return "rgb({},{},{})".format(*map(int, parts[2:])) if len(parts) == 5 else None
