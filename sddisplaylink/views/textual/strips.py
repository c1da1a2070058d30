"""Frames as the lines of a Textual widget."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from PIL import Image
from rich.segment import Segment
from rich.style import Style
from textual.strip import Strip

from sddisplaylink.views.terminal.cells import CELL_SIZE, Symbols
from sddisplaylink.views.terminal.colour import RGB
from sddisplaylink.views.terminal.halfblock import flatten
from sddisplaylink.views.terminal.layout import Area, Placement, place, scaled

__all__ = ["StripMaker"]


class StripMaker:
    """Draws pictures with symbols."""

    def __init__(self, symbols: Symbols) -> None:
        self._symbols = symbols
        self._aspect = symbols.dots.down / (2 * symbols.dots.across)

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
        cells, line = self._symbols.make_cells(flat, False), CELL_SIZE * placement.columns
        drawn = [
            Strip([left, *self._segments(cells[at : at + line], base), right], columns).simplify()
            for at in range(0, len(cells), line)
        ]
        return [*[empty] * placement.row, *drawn, *[empty] * (rows - placement.row - placement.rows)]

    def _segments(self, row: bytes, base: Style) -> Iterator[Segment]:
        for at in range(0, len(row), CELL_SIZE):
            glyph, front, back = self._symbols.cell(row[at : at + CELL_SIZE])
            yield Segment(glyph, base + _style(front, back))


@lru_cache(maxsize=1 << 14)
def _style(front: RGB | None, back: RGB | None) -> Style:
    return Style(color=_colour(front), bgcolor=_colour(back))


def _colour(colour: RGB | None) -> str | None:
    return None if colour is None else "rgb({},{},{})".format(*colour)
