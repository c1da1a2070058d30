"""How large a picture becomes on a screen of cells, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from PIL import Image


@dataclass(frozen=True)
class TerminalSize:
    """A screen in cells. `cell_width` and `cell_height` are pixels of one cell, 0 where the terminal does not tell."""

    columns: int
    rows: int
    cell_width: int = 0
    cell_height: int = 0


class Dots(NamedTuple):
    """How many picture dots one cell shows across and down."""

    across: int
    down: int


@dataclass(frozen=True)
class Placement:
    """Where a picture stands: its first cell (from 0), the cells that it covers, its size in dots."""

    column: int
    row: int
    columns: int
    rows: int
    width: int
    height: int


def place(
    size: tuple[int, int], terminal: TerminalSize, dots: Dots, *, width: int | None = None, enlarge: bool = True
) -> Placement:
    """Fit a picture of `size` pixels into the terminal, centred, with its aspect ratio kept.

    `width` is how many columns it shall have: it is drawn that wide even when that enlarges it, but never larger than
    the screen. Without one it is as large as fits, or at most its own size if `enlarge` is false.
    """
    columns = min(width or terminal.columns, terminal.columns)
    room = (columns * dots.across, terminal.rows * dots.down)
    scale = min(room[0] / size[0], room[1] / size[1])
    if not enlarge and width is None:
        scale = min(scale, 1.0)
    across = min(room[0], max(1, round(size[0] * scale)))
    down = min(room[1], max(1, round(size[1] * scale)))
    covers = (-(-across // dots.across), -(-down // dots.down))
    corner = ((terminal.columns - covers[0]) // 2, (terminal.rows - covers[1]) // 2)
    return Placement(*corner, *covers, across, down)


def scaled(image: Image.Image, placement: Placement) -> Image.Image:
    """The picture in the placement's dots, RGBA. Pillow weighs colours by their alpha, so no fringe appears."""
    if image.size == (placement.width, placement.height):
        return image
    return image.resize((placement.width, placement.height), Image.Resampling.HAMMING)
