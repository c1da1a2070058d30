"""Computes sizes and positions of pictures on a screen of cells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from PIL import Image

Size = tuple[int, int]


class Area(NamedTuple):
    """A screen in cells, or the part of one that begins at the cell (column, row), counted from 0.

    `cell_width` and `cell_height` are pixels of one cell, 0 if the terminal does not report them.
    """

    columns: int
    rows: int
    cell_width: int = 0
    cell_height: int = 0
    column: int = 0
    row: int = 0

    def without_last_row(self) -> Area:
        """The area that can be drawn on without scrolling; at least one row."""
        return self._replace(rows=max(1, self.rows - 1))


class Dots(NamedTuple):
    """How many picture dots one cell shows across and down."""

    across: int
    down: int


class Placement(NamedTuple):
    """The place of a picture: its first cell (from 0), the cells that it covers, and its size in dots."""

    column: int
    row: int
    columns: int
    rows: int
    width: int
    height: int


def place(
    size: Size, area: Area, dots: Dots, *, width: int | None = None, enlarge: bool = True, dot_aspect: float = 1.0
) -> Placement:
    """Fit a picture of `size` pixels into the area, centred, with its aspect ratio kept.

    `width` is the number of columns: the picture is drawn that wide, even if that enlarges it, but never larger than
    the area. Without `width` it is as large as fits, or at most its own size if `enlarge` is false. `dot_aspect` is the
    width of a dot over its height.
    """
    columns = min(width or area.columns, area.columns)
    room = (columns * dots.across, area.rows * dots.down)
    scale = min(room[0] * dot_aspect / size[0], room[1] / size[1])
    if not enlarge and width is None:
        scale = min(scale, 1.0)
    across = min(room[0], max(1, round(size[0] * scale / dot_aspect)))
    down = min(room[1], max(1, round(size[1] * scale)))
    covers = (-(-across // dots.across), -(-down // dots.down))
    column = area.column + (area.columns - covers[0]) // 2
    return Placement(column, area.row + (area.rows - covers[1]) // 2, *covers, across, down)


def scaled(image: Image.Image, placement: Placement) -> Image.Image:
    """The picture scaled to the placement's dots, RGBA.

    Pillow weighs colours by their alpha, so that edges get no fringe.
    """
    if image.size == (placement.width, placement.height):
        return image
    return image.resize((placement.width, placement.height), Image.Resampling.HAMMING)


def tiles(sizes: Sequence[Size], screen: Area, dots: Dots, *, width: int | None = None) -> list[Area]:
    """Areas for pictures of these sizes, side by side and wrapped to rows; the whole screen for a single picture.

    With a `width`, as many pictures in a row as fit with that many columns each; otherwise as many as makes them
    largest.
    """
    count = len(sizes)
    if width is not None:
        return _grid(count, min(count, max(1, screen.columns // min(width, screen.columns))), screen)

    def dots_covered(across: int) -> int:
        placed = [place(size, area, dots) for size, area in zip(sizes, _grid(count, across, screen), strict=True)]
        return sum(placement.width * placement.height for placement in placed)

    # Of equally good layouts, the one with the fewest rows.
    return _grid(count, max(range(min(count, screen.columns), 0, -1), key=dots_covered), screen)


def _grid(count: int, across: int, screen: Area) -> list[Area]:
    down = -(-count // across)
    columns, rows = max(1, screen.columns // across), max(1, screen.rows // down)
    corners = ((index % across * columns, index // across * rows) for index in range(count))
    return [screen._replace(columns=columns, rows=rows, column=column, row=row) for column, row in corners]


def sheet(pictures: Sequence[tuple[Image.Image, Placement]], dots: Dots) -> tuple[Image.Image, int]:
    """One picture of all of them, as placed on the screen, and its number of columns."""
    left = min(placement.column for _, placement in pictures)
    top = min(placement.row for _, placement in pictures)
    columns = max(placement.column + placement.columns for _, placement in pictures) - left
    rows = max(placement.row + placement.rows for _, placement in pictures) - top
    canvas = Image.new("RGBA", (columns * dots.across, rows * dots.down))
    for image, placement in pictures:
        corner = ((placement.column - left) * dots.across, (placement.row - top) * dots.down)
        canvas.paste(scaled(image, placement), corner)
    return canvas, columns
