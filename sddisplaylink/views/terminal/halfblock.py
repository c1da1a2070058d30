"""Pictures of half-block characters: every cell shows two dots, one above the other."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from operator import ne

from PIL import Image

from sddisplaylink.views.terminal.colour import BLACK, RGB, ColourDepth, sgr
from sddisplaylink.views.terminal.layout import Area, Dots, Placement, scaled
from sddisplaylink.views.terminal.renderer import Renderer

DOTS = Dots(across=1, down=2)
FAINTEST = 64  # alpha below which a dot is left out, where it would be blended with a guess

_UPPER, _LOWER, _SPACE = "▀".encode(), "▄".encode(), b" "
_DEFAULT_BACKGROUND = b"49"
_KNOWN_CELLS = 1 << 15

Row = Sequence[int]


# What is written for a cell: its glyph, foreground and background as SGR parameters; a space needs no foreground.
Cell = tuple[bytes, bytes | None, bytes]


class HalfBlockRenderer(Renderer):
    """Draws frames at first whole, then only the cells that have changed. Dots that are transparent stay unpainted."""

    enlarges = True

    def __init__(
        self,
        *,
        depth: ColourDepth = ColourDepth.TRUECOLOUR,
        background: RGB | None = None,
        width: int | None = None,
    ) -> None:
        super().__init__(width=width)
        self._background = background
        self._cell = CellMaker(depth)
        self._shown: list[Row] | None = None

    def resize(self, area: Area) -> None:
        """The screen has been cleared, and this part of it is for the picture."""
        super().resize(area)
        self._shown = None

    def dots(self, area: Area) -> Dots:
        """Two dots in each cell, whatever its size."""
        return DOTS

    def draw(self, image: Image.Image) -> bytes:
        """The bytes that make the screen show this RGBA picture; none if it shows it already."""
        placement = self.place(image.size)
        new, old = cell_rows(self._flat(image, placement)), self._shown
        self._shown = new
        if old is None:
            return self._whole(new, placement)
        changed = sum(sum(map(ne, after, before)) for after, before in zip(new, old, strict=True))
        cells = placement.columns * placement.rows
        if changed * 4 > cells * 3:
            return self._whole(new, placement)
        part = self._changes(new, old, placement)
        # A whole picture has at least one byte per cell, so a shorter part needs no comparison.
        return part if len(part) <= cells else min(part, self._whole(new, placement), key=len)

    def inline(self, image: Image.Image, screen: Area) -> bytes:
        """The picture as lines of text at the cursor, one row less than the screen at most."""
        placement = self.place(image.size, screen.without_last_row())
        writer = CellWriter(self._cell)
        for row in cell_rows(self._flat(image, placement)):
            writer.write(row)
            writer.end()
            writer.raw(b"\r\n")
        return writer.take()

    def _flat(self, image: Image.Image, placement: Placement) -> Image.Image:
        return flatten(scaled(image, placement), self._background, placement.rows * DOTS.down)

    def _whole(self, rows: list[Row], placement: Placement) -> bytes:
        writer = CellWriter(self._cell)
        for number, row in enumerate(rows):
            writer.move_to(placement.row + number, placement.column)
            writer.write(row)
        writer.end()
        return writer.take()

    def _changes(self, new: list[Row], old: list[Row], placement: Placement) -> bytes:
        writer = CellWriter(self._cell)
        for number, (after, before) in enumerate(zip(new, old, strict=True)):
            end = -1
            for start, stop in changed_runs(after, before):
                if end < 0:
                    writer.move_to(placement.row + number, placement.column + start)
                else:
                    writer.raw(b"\x1b[%dC" % (start - end))
                writer.write(after[start:stop])
                end = stop
        writer.end()
        return writer.take()


class CellMaker:
    """Makes cells, and remembers some: an animation shows the same ones again in every loop."""

    def __init__(self, depth: ColourDepth) -> None:
        self._depth = depth
        self._known: dict[int, Cell] = {}

    def __call__(self, dots: int) -> Cell:
        """The cell for eight bytes of dots, see cell_rows()."""
        cell = self._known.get(dots)
        if cell is None:
            cell = make_cell(dots, self._depth)
            # What came first is kept: throwing out the oldest would throw out all of a long loop before it comes again.
            if len(self._known) < _KNOWN_CELLS:
                self._known[dots] = cell
        return cell


class CellWriter:
    """Collects cells, setting a colour only where it differs from the one before."""

    def __init__(self, cell: CellMaker) -> None:
        self._cell = cell
        self._parts: list[bytes] = []
        self._foreground: bytes | None = None
        self._background: bytes = _DEFAULT_BACKGROUND

    def raw(self, data: bytes) -> None:
        """Bytes as they are."""
        self._parts.append(data)

    def move_to(self, row: int, column: int) -> None:
        """The cursor to a cell, counted from 0."""
        self._parts.append(b"\x1b[%d;%dH" % (row + 1, column + 1))

    def write(self, row: Row) -> None:
        """Cells from the cursor on."""
        append, cell_of = self._parts.append, self._cell
        foreground, background = self._foreground, self._background
        last, glyph = -1, b""
        for dots in row:
            if dots != last:
                last = dots
                glyph, wanted, behind = cell_of(dots)
                if wanted == foreground or wanted is None:
                    if behind != background:
                        append(b"\x1b[%bm" % behind)
                elif behind == background:
                    append(b"\x1b[%bm" % wanted)
                else:
                    append(b"\x1b[%b;%bm" % (wanted, behind))
                foreground, background = wanted or foreground, behind
            append(glyph)
        self._foreground, self._background = foreground, background

    def end(self) -> None:
        """Back to the terminal's own colours."""
        if self._foreground is not None or self._background != _DEFAULT_BACKGROUND:
            self._parts.append(b"\x1b[m")
            self._foreground, self._background = None, _DEFAULT_BACKGROUND

    def take(self) -> bytes:
        """All that has been written."""
        return b"".join(self._parts)


def flatten(image: Image.Image, background: RGB | None, height: int) -> Image.Image:
    """Every dot either opaque, partial alpha being blended over `background`, or all zero; padded below to `height`.

    With an unknown background (None) black is assumed, and faint dots are left out: soft edges would be black ones.
    """
    alpha = image.getchannel("A")
    if image.height == height and alpha.getextrema() == (255, 255):
        return image
    opaque = Image.alpha_composite(Image.new("RGBA", image.size, (*(background or BLACK), 255)), image)
    canvas = Image.new("RGBA", (image.width, height))
    least = FAINTEST if background is None else 1
    canvas.paste(opaque, (0, 0), alpha.point(lambda value: 255 if value >= least else 0))
    return canvas


def cell_rows(image: Image.Image) -> list[Row]:
    """Rows of cells, each the eight bytes of its upper and lower dot as one integer."""
    dots = memoryview(image.tobytes()).cast("I")
    width = image.width
    rows: list[Row] = []
    for upper in range(0, len(dots), 2 * width):
        cells = memoryview(bytearray(8 * width))
        halves = cells.cast("I")
        halves[0::2] = dots[upper : upper + width]
        halves[1::2] = dots[upper + width : upper + 2 * width]
        rows.append(cells.cast("Q").tolist())
    return rows


def make_cell(dots: int, depth: ColourDepth) -> Cell:
    """The cell for an upper and a lower dot, either of which may be transparent."""
    red, green, blue, alpha, lower_red, lower_green, lower_blue, lower_alpha = dots.to_bytes(8, sys.byteorder)
    if not lower_alpha:
        if not alpha:
            return _SPACE, None, _DEFAULT_BACKGROUND
        return _UPPER, sgr(38, red, green, blue, depth), _DEFAULT_BACKGROUND
    if not alpha:
        return _LOWER, sgr(38, lower_red, lower_green, lower_blue, depth), _DEFAULT_BACKGROUND
    background = sgr(48, lower_red, lower_green, lower_blue, depth)
    if red == lower_red and green == lower_green and blue == lower_blue:
        return _SPACE, None, background
    return _UPPER, sgr(38, red, green, blue, depth), background


def changed_runs(after: Row, before: Row) -> list[tuple[int, int]]:
    """Half-open ranges of the cells that differ, in order."""
    if after == before:
        return []
    runs: list[tuple[int, int]] = []
    start = -1
    for column, differs in enumerate(map(ne, after, before)):
        if differs and start < 0:
            start = column
        elif not differs and start >= 0:
            runs.append((start, column))
            start = -1
    return [*runs, (start, len(after))] if start >= 0 else runs
