"""The kernel that writes cells for a terminal, against a plain one in Python: the same bytes."""

from __future__ import annotations

import random
from collections.abc import Iterable

import pytest
from PIL import Image

from sddisplaylink.native import ffi, lib
from sddisplaylink.views.terminal.cells import CELL_SIZE, HALF, write_cells
from sddisplaylink.views.terminal.colour import ColourDepth
from sddisplaylink.views.terminal.layout import Placement
from sddisplaylink.views.terminal.symbols import SYMBOLS
from support.palette import palette_index

RGB = tuple[int, int, int]
COLUMNS, ROWS = 9, 5
PLACE = Placement(3, 2, COLUMNS, ROWS, COLUMNS, 2 * ROWS)
DEPTHS = tuple(ColourDepth)


class Writer:
    """Writes cells one by one."""

    def __init__(self, depth: ColourDepth) -> None:
        self.text = ""
        self._depth = depth
        self._front: str | None = None
        self._back = "49"

    def cell(self, data: bytes) -> None:
        glyph, front, back = HALF.cell(data)
        wanted = [(self._colour(38, front), self._front), (self._colour(48, back) or "49", self._back)]
        changed = [new for new, old in wanted if new is not None and new != old]
        self.text += f"\x1b[{';'.join(changed)}m" * bool(changed) + glyph
        self._front, self._back = wanted[0][0] or self._front, wanted[1][0] or "49"

    def end(self) -> None:
        self.text += "\x1b[m" * (self._front is not None or self._back != "49")
        self._front, self._back = None, "49"

    def _colour(self, layer: int, colour: RGB | None) -> str | None:
        if colour is None:
            return None
        if self._depth is ColourDepth.PALETTE:
            return f"{layer};5;{palette_index(colour)}"
        return f"{layer};2;{colour[0]};{colour[1]};{colour[2]}"


def plain(cells: bytes, depth: ColourDepth, numbers: Iterable[int]) -> bytes:
    """Those cells, with the cursor moved to them."""
    writer, last = Writer(depth), None
    for number in numbers:
        row, column = divmod(number, COLUMNS)
        if last is None or last // COLUMNS != row:
            writer.text += f"\x1b[{PLACE.row + row + 1};{PLACE.column + column + 1}H"
        elif number > last + 1:
            writer.text += f"\x1b[{number - last - 1}C"
        writer.cell(cells[number * CELL_SIZE :][:CELL_SIZE])
        last = number
    writer.end()
    return writer.text.encode()


def noise(chance: random.Random) -> Image.Image:
    """Dots of few colours, some of them transparent."""
    colours = [(*chance.randbytes(3), 255) for _ in range(3)] + [(0, 0, 0, 0)]
    picture = Image.new("RGBA", (COLUMNS, 2 * ROWS))
    picture.putdata([chance.choice(colours) for _ in range(2 * COLUMNS * ROWS)])  # type: ignore[list-item]
    return picture


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("seed", range(20))
def test_the_same_bytes(seed: int, depth: ColourDepth) -> None:
    chance = random.Random(seed)
    before = HALF.make_cells(picture := noise(chance), False)
    for _ in range(chance.randrange(1, 60)):
        picture.putpixel((chance.randrange(COLUMNS), chance.randrange(2 * ROWS)), (*chance.randbytes(3), 255))
    after = HALF.make_cells(picture, False)
    every = range(COLUMNS * ROWS)
    changed = [n for n in every if after[n * CELL_SIZE :][:CELL_SIZE] != before[n * CELL_SIZE :][:CELL_SIZE]]
    whole, part = plain(after, depth, every), plain(after, depth, changed)
    assert write_cells(HALF, depth, PLACE, after) == whole
    found = write_cells(HALF, depth, PLACE, after, before)
    assert found == (part if len(part) <= COLUMNS * ROWS else min(part, whole, key=len))
    lines = write_cells(HALF, depth, PLACE, after, in_lines=True)
    assert b"H" not in lines
    assert lines.count(b"\r\n") == ROWS


def test_every_kind_of_half_block() -> None:
    red, blue, nothing = (250, 0, 0, 255), (0, 0, 250, 255), (9, 9, 9, 0)
    pairs = [(red, blue), (red, red), (red, nothing), (nothing, blue), (nothing, nothing)]
    picture = Image.new("RGBA", (len(pairs), 2))
    picture.putdata([upper for upper, _ in pairs] + [lower for _, lower in pairs])  # type: ignore[list-item]
    cells = HALF.make_cells(picture, False)
    assert [HALF.cell(cells[at : at + CELL_SIZE]) for at in range(0, len(cells), CELL_SIZE)] == [
        ("▀", red[:3], blue[:3]),
        (" ", None, red[:3]),
        ("▀", red[:3], None),
        ("▄", blue[:3], None),
        (" ", None, None),
    ]


def test_the_palette_is_the_nearest_for_greys_and_others() -> None:
    chance = random.Random(7)
    colours = [(value, value, value) for value in range(256)] + [(value, value, value ^ 1) for value in range(256)]
    colours += [tuple(chance.randbytes(3)) for _ in range(2000)]  # type: ignore[misc]
    for colour in colours:
        cell = bytes((0, 0, 0, 0, *colour, 1))
        written = write_cells(HALF, ColourDepth.PALETTE, Placement(0, 0, 1, 1, 1, 2), cell)
        assert written == b"\x1b[1;1H\x1b[48;5;%dm \x1b[m" % palette_index(colour)


@pytest.mark.parametrize("name", SYMBOLS)
def test_every_symbol_is_written(name: str) -> None:
    symbols = SYMBOLS[name]
    for number, glyph in enumerate(symbols.glyphs):
        cell = bytes((1, 2, 3, number, 0, 0, 0, 0))
        written = write_cells(symbols, ColourDepth.TRUECOLOUR, Placement(0, 0, 1, 1, 1, 1), cell)
        assert written == b"\x1b[1;1H" + (b"\x1b[38;2;1;2;3m%b\x1b[m" % glyph.encode() if number else b" ")


def test_arguments_are_checked() -> None:
    cells, output = ffi.new("sddl_cell[]", 2), ffi.new("uint8_t[]", 6 * lib.SDDL_CELL_BYTES)
    text = ffi.new("sddl_cell_text *", (cells, ffi.NULL, 2, 1, 0, 0, HALF.table, 3, 0, 0))
    size = ffi.sizeof(output)
    assert lib.sddl_write_cells(text, output, size) == len("\x1b[1;1H  ")
    assert lib.sddl_write_cells(text, output, size - 1) == lib.SDDL_E_ARGUMENT
    assert lib.sddl_write_cells(text, ffi.NULL, size) == lib.SDDL_E_ARGUMENT
    assert lib.sddl_write_cells(ffi.NULL, output, size) == lib.SDDL_E_ARGUMENT
    cells[1].symbol = 3
    assert lib.sddl_write_cells(text, output, size) == lib.SDDL_E_ARGUMENT
    cells[1].symbol, text.columns = 0, 0
    assert lib.sddl_write_cells(text, output, size) == lib.SDDL_E_ARGUMENT
    text.columns, text.row = 2, 1 << 20
    assert lib.sddl_write_cells(text, output, size) == lib.SDDL_E_ARGUMENT
    picture = ffi.new("sddl_canvas *", (output, 16, 8, 2, 2))
    assert lib.sddl_half_cells(picture, cells, 2) == 0
    assert lib.sddl_half_cells(picture, cells, 1) == lib.SDDL_E_ARGUMENT
    assert lib.sddl_half_cells(picture, ffi.NULL, 2) == lib.SDDL_E_ARGUMENT
    picture.height = 1
    assert lib.sddl_half_cells(picture, cells, 1) == lib.SDDL_E_ARGUMENT
