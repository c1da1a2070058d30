"""Pictures of block characters: by default every cell shows two dots, one above the other."""

from __future__ import annotations

import sys
from collections.abc import Callable, Hashable, Sequence
from operator import ne
from typing import Any, NamedTuple

from PIL import Image

from sddisplaylink.frames.frame import Frame
from sddisplaylink.views.terminal.colour import BLACK, RGB, ColourDepth, dithered, sgr
from sddisplaylink.views.terminal.layout import Area, Dots, Placement, scaled
from sddisplaylink.views.terminal.renderer import Renderer

DOTS = Dots(across=1, down=2)
FAINTEST = 64  # alpha below which a dot is left out if the background is not known

_UPPER, _LOWER, _SPACE = "▀".encode(), "▄".encode(), b" "
_DEFAULT_BACKGROUND = b"49"
_KNOWN_CELLS = 1 << 15
_KNOWN_ROWS = 256  # frames
_KNOWN_BYTES = 8_000_000  # of changes from frame to frame

Row = Sequence[Any]
"""Cells: for each something that can be compared and hashed, its dots."""


# A cell: its glyph, foreground and background as SGR parameters; a space needs no foreground.
Cell = tuple[bytes, bytes | None, bytes]


class Symbols(NamedTuple):
    """The characters that cells are made of: how many dots one shows, and how dots become cells."""

    name: str
    dots: Dots
    rows: Callable[[Image.Image, bool], list[Row]]
    """Rows of cells, dithered or not, of an RGBA picture of whole cells whose dots are opaque or all zero."""
    cell: Callable[[Any, ColourDepth], Cell]
    """What is written for one of them."""


class HalfBlockRenderer(Renderer):
    """Draws the first frame whole, then only cells that have changed. Transparent dots stay unpainted.

    What an animation has changed from one frame to the next is remembered, as every loop changes the same again.
    """

    enlarges = True

    def __init__(
        self,
        *,
        depth: ColourDepth = ColourDepth.TRUECOLOUR,
        background: RGB | None = None,
        width: int | None = None,
        symbols: Symbols | None = None,
        dither: bool = False,
    ) -> None:
        super().__init__(width=width)
        self._background = background
        self._symbols = symbols = HALF if symbols is None else symbols
        self.dot_aspect = symbols.dots.down / (2 * symbols.dots.across)  # of cells that are twice as high as wide
        self._dithers = dither and depth is ColourDepth.PALETTE
        self._cell = CellMaker(depth, symbols)
        self._shown: list[Row] | None = None
        self._shown_key: Hashable = None
        self._known_rows: dict[Hashable, list[Row]] = {}
        self._known_changes: dict[tuple[Hashable, Hashable], bytes] = {}
        self._known_bytes = 0

    def resize(self, area: Area) -> None:
        """The screen has been cleared, and this part of it is for the picture."""
        super().resize(area)
        self._shown = self._shown_key = None
        self._known_rows.clear()
        self._known_changes.clear()
        self._known_bytes = 0

    def dots(self, area: Area) -> Dots:
        """As many in each cell as its symbols show, whatever the size of a cell."""
        return self._symbols.dots

    def draw_frame(self, frame: Frame) -> bytes:
        """The same for a frame of one animation."""
        change = self._known_changes.get((self._shown_key, frame.index))
        if change is None:
            change = self._remember(frame, self._shown_key, self._shown)
        self._shown, self._shown_key = self._known_rows.get(frame.index, self._shown), frame.index
        return change

    def _remember(self, frame: Frame, former_key: Hashable, former: list[Row] | None) -> bytes:
        change, shown = self.draw(frame.image), self._shown
        if shown is not None and (len(self._known_rows) < _KNOWN_ROWS or frame.index in self._known_rows):
            self._known_rows[frame.index] = shown
            is_known = former is not None and self._known_rows.get(former_key) is former
            if is_known and self._known_bytes + len(change) <= _KNOWN_BYTES:
                self._known_changes[former_key, frame.index] = change
                self._known_bytes += len(change)
        return change

    def draw(self, image: Image.Image) -> bytes:
        """The bytes that make the screen show this RGBA picture; none if the screen shows it already."""
        placement = self.place(image.size)
        new, old = self._rows(image, placement), self._shown
        self._shown, self._shown_key = new, None
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
        """The picture as lines of text at the cursor, at most one row less than the screen."""
        placement = self.place(image.size, screen.without_last_row())
        writer = CellWriter(self._cell)
        for row in self._rows(image, placement):
            writer.write(row)
            writer.end()
            writer.raw(b"\r\n")
        return writer.take()

    def _rows(self, image: Image.Image, placement: Placement) -> list[Row]:
        across, down = self._symbols.dots
        size = (placement.columns * across, placement.rows * down)
        flat = flatten(scaled(image, placement), self._background, size[1])
        if flat.width < size[0]:
            flat = flat.crop((0, 0, *size))
        return self._symbols.rows(flat, self._dithers)

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
    """Makes cells, and caches some: an animation shows the same cells again in every loop."""

    def __init__(self, depth: ColourDepth, symbols: Symbols) -> None:
        self._depth, self._make = depth, symbols.cell
        self._known: dict[Any, Cell] = {}

    def __call__(self, dots: Any) -> Cell:
        """The cell for those dots."""
        cell = self._known.get(dots)
        if cell is None:
            cell = self._make(dots, self._depth)
            # The first cells are kept: evicting the oldest would evict all of a long loop before it starts again.
            if len(self._known) < _KNOWN_CELLS:
                self._known[dots] = cell
        return cell


class CellWriter:
    """Writes cells, setting a colour only if it differs from the one before."""

    def __init__(self, cell: CellMaker) -> None:
        self._cell = cell
        self._parts: list[bytes] = []
        self._foreground: bytes | None = None
        self._background: bytes = _DEFAULT_BACKGROUND

    def raw(self, data: bytes) -> None:
        """Write bytes unchanged."""
        self._parts.append(data)

    def move_to(self, row: int, column: int) -> None:
        """Move the cursor to a cell, counted from 0."""
        self._parts.append(b"\x1b[%d;%dH" % (row + 1, column + 1))

    def write(self, row: Row) -> None:
        """Write cells from the cursor on."""
        append, cell_of = self._parts.append, self._cell
        foreground, background = self._foreground, self._background
        last: Any = None
        glyph = b""
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
        """Reset colours to the terminal's own."""
        if self._foreground is not None or self._background != _DEFAULT_BACKGROUND:
            self._parts.append(b"\x1b[m")
            self._foreground, self._background = None, _DEFAULT_BACKGROUND

    def take(self) -> bytes:
        """All that has been written."""
        return b"".join(self._parts)


def flatten(image: Image.Image, background: RGB | None, height: int) -> Image.Image:
    """The picture with every dot either opaque, blended over `background`, or all zero; padded to `height`.

    If the background is not known (None), black is assumed, and faint dots are left out, which would darken soft edges.
    """
    alpha = image.getchannel("A")
    if image.height == height and alpha.getextrema() == (255, 255):
        return image
    opaque = Image.alpha_composite(Image.new("RGBA", image.size, (*(background or BLACK), 255)), image)
    canvas = Image.new("RGBA", (image.width, height))
    least = FAINTEST if background is None else 1
    canvas.paste(opaque, (0, 0), alpha.point(lambda value: 255 if value >= least else 0))
    return canvas


def cell_rows(image: Image.Image, dithers: bool = False) -> list[Row]:
    """Rows of cells, each the eight bytes of its upper and lower dot as one integer."""
    dots = memoryview((dithered(image) if dithers else image).tobytes()).cast("I")
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


HALF = Symbols("half", DOTS, cell_rows, make_cell)
"""Half blocks, which every font has."""
