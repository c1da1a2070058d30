"""Cells of characters: made of pictures, and written as the bytes that make a terminal show them, by native kernels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from PIL import Image

from sddisplaylink.native import check, ffi, lib
from sddisplaylink.views.terminal.colour import ColourDepth, dithered
from sddisplaylink.views.terminal.layout import Dots, Placement

__all__ = ["CELL_SIZE", "HALF", "Symbols", "canvas_of", "glyph_table", "write_cells"]

CELL_SIZE = ffi.sizeof("sddl_cell")
_PIXEL = 4

RGB = tuple[int, int, int]
Cell = tuple[str, RGB | None, RGB | None]
"""A character, its colour, and its background's; None where there is none."""


class Symbols(NamedTuple):
    """The characters that cells are made of: how many dots one shows, and how dots become cells."""

    name: str
    dots: Dots
    glyphs: Sequence[str]
    make_cells: Callable[[Image.Image, bool], bytes]
    """Cells, row by row, dithered or not, of an RGBA picture of whole cells whose dots are opaque or all zero."""
    table: Any
    """The glyphs as the kernel wants them."""

    def cell(self, data: bytes) -> Cell:
        """What the CELL_SIZE bytes of a cell say."""
        red, green, blue, symbol, back_red, back_green, back_blue, is_opaque = data
        front = (red, green, blue) if symbol else None
        return self.glyphs[symbol], front, (back_red, back_green, back_blue) if is_opaque else None


def glyph_table(glyphs: Sequence[str]) -> Any:
    """The characters' UTF-8, each filled up with zeros."""
    size = lib.SDDL_GLYPH_BYTES
    return ffi.new("char[]", b"".join(glyph.encode().ljust(size, b"\0") for glyph in glyphs))


def canvas_of(image: Image.Image) -> Any:
    """An RGBA picture for the kernels, and its pixels, which have to live as long."""
    pixels = ffi.from_buffer("uint8_t[]", image.tobytes())
    return ffi.new("sddl_canvas *", (pixels, ffi.sizeof(pixels), _PIXEL * image.width, *image.size)), pixels


def write_cells(
    symbols: Symbols,
    depth: ColourDepth,
    placement: Placement,
    cells: bytes,
    shown: bytes | None = None,
    *,
    in_lines: bool = False,
) -> bytes:
    """The bytes that make the screen show the cells, whole or where they differ from those `shown`, if that is shorter.

    `in_lines`: as lines of text at the cursor.
    """
    former = ffi.NULL if shown is None else ffi.from_buffer("sddl_cell[]", shown)
    text = ffi.new(
        "sddl_cell_text *",
        (
            ffi.from_buffer("sddl_cell[]", cells),
            former,
            placement.columns,
            placement.rows,
            placement.column,
            placement.row,
            symbols.table,
            len(symbols.glyphs),
            depth is ColourDepth.PALETTE,
            in_lines,
        ),
    )
    output = ffi.new("uint8_t[]", 2 * lib.SDDL_CELL_BYTES * (placement.columns * placement.rows + 1))
    size = check(lib.sddl_write_cells(text, output, ffi.sizeof(output)))
    return bytes(ffi.buffer(output, size))


def _half_cells(image: Image.Image, dithers: bool) -> bytes:
    canvas, pixels = canvas_of(dithered(image) if dithers else image)
    cells = bytearray(len(pixels) * CELL_SIZE // (2 * _PIXEL))
    target = ffi.from_buffer("sddl_cell[]", cells, require_writable=True)
    check(lib.sddl_half_cells(canvas, target, len(cells) // CELL_SIZE))
    return bytes(cells)


HALF = Symbols("half", Dots(across=1, down=2), " ▀▄", _half_cells, glyph_table(" ▀▄"))
"""Half blocks, which every font has: every cell shows two dots, one above the other."""
