"""Finer symbols than half blocks: block elements, which most fonts have, and sextants, of Unicode 13.

A cell shows two colours. The native kernel chooses, of all symbols of a set, the one that comes nearest to the picture.
"""

from __future__ import annotations

from collections.abc import Iterable

from PIL import Image

from sddisplaylink.native import check, ffi, lib
from sddisplaylink.views.terminal.cells import CELL_SIZE, HALF, Symbols, canvas_of, glyph_table
from sddisplaylink.views.terminal.colour import mixed
from sddisplaylink.views.terminal.layout import Dots

__all__ = ["SYMBOLS"]

_ACROSS = lib.SDDL_CELL_COLUMNS
_LEFT, _RIGHT, _ALL = 0b010101, 0b101010, 0b111111  # sextants that are older characters

Glyphs = dict[str, int]
"""Characters, and the dots that each paints: bit 0 is at the top left, bit 1 at its right, and so on downwards."""


def _sextant(mask: int) -> str:
    """The character of 2 x 3 dots."""
    older = {0: " ", _LEFT: "▌", _RIGHT: "▐", _ALL: "█"}
    return older.get(mask) or chr(0x1FB00 + mask - 1 - (mask > _LEFT) - (mask > _RIGHT))


def _grid(glyphs: Iterable[str], down: int, rows: int) -> Glyphs:
    """Characters of 2 x `down` dots, counted up like their masks, in cells of so many rows."""

    def mask_of(number: int) -> int:
        painted = 0
        for at in range(_ACROSS * rows):
            dot = at // _ACROSS * down // rows * 2 + at % _ACROSS * 2 // _ACROSS
            painted |= (number >> dot & 1) << at
        return painted

    return {glyph: mask_of(number) for number, glyph in enumerate(glyphs)}


def _lower(glyphs: str, parts: Iterable[int], rows: int) -> Glyphs:
    """Characters whose lower eighths are painted."""
    dots = _ACROSS * rows
    return {glyph: (1 << dots) - (1 << dots - dots * part // 8) for glyph, part in zip(glyphs, parts, strict=True)}


def _left(rows: int) -> Glyphs:
    """Characters whose left quarter, or all but the right one, is painted."""
    line = sum(1 << _ACROSS * row for row in range(rows))
    return {"▎": line, "▊": 7 * line}


class _SymbolSet:
    """Characters to choose from: those of a grid, the second half of which are complements of the first, and others."""

    def __init__(self, rows: int, grid: Glyphs, more: Glyphs) -> None:
        order, known = list(grid), grid | more
        half = len(order) // 2
        glyphs = [*order[:half], *more, *order[half:]]
        self.glyphs = glyphs
        self._rows = rows
        self._masks = ffi.new("uint64_t[]", [known[glyph] for glyph in glyphs])
        self._table = ffi.new("sddl_symbols *", (self._masks, len(glyphs), half + len(more), rows))

    def make_cells(self, image: Image.Image, dithers: bool) -> bytes:
        """As in Symbols."""
        columns, lines = image.width // _ACROSS, image.height // self._rows
        canvas, _pixels = canvas_of(image)
        cells = bytearray(CELL_SIZE * columns * lines)
        target = ffi.from_buffer("sddl_cell[]", cells, require_writable=True)
        check(lib.sddl_fit_symbols(canvas, self._table, target, columns * lines))
        return _dithered_cells(cells, (2 * columns, lines)) if dithers else bytes(cells)


def _dithered_cells(cells: bytearray, size: tuple[int, int]) -> bytes:
    """The same with mixed() colours: both colours of all cells are pixels of a picture, and the rest is its alpha."""
    picture = Image.frombytes("RGBA", size, cells)
    colours = mixed(picture.convert("RGB"))
    colours.putalpha(picture.getchannel("A"))
    return colours.tobytes()


def _symbols(name: str, rows: int, grid: Glyphs, more: Glyphs) -> Symbols:
    chosen = _SymbolSet(rows, grid, more)
    return Symbols(name, Dots(_ACROSS, rows), chosen.glyphs, chosen.make_cells, glyph_table(chosen.glyphs))


_QUADRANTS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"
_SEXTANTS = [_sextant(mask) for mask in range(64)]

QUAD = _symbols("quad", 8, _grid(_QUADRANTS, 2, 8), _lower("▁▂▃▅▆▇", (1, 2, 3, 5, 6, 7), 8) | _left(8))
SEXTANT = _symbols("sextant", 12, _grid(_SEXTANTS, 3, 12), _lower("▂▄▆", (2, 4, 6), 12) | _left(12))

SYMBOLS = {symbols.name: symbols for symbols in (HALF, QUAD, SEXTANT)}
"""By the name that users give."""
