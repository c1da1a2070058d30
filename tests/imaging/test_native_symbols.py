"""Pictures of block characters, against a model in plain Python."""

from __future__ import annotations

import random
from fractions import Fraction

import pytest

from sddisplaylink._native import ffi, lib
from support.kernels import Canvas

ACROSS, OPAQUE = 4, 255


def symbol_table(masks, opaque, rows):
    memory = ffi.new("uint64_t[]", masks)
    return ffi.new("sddl_symbols *", (memory, len(masks), opaque, rows)), memory


def fit(picture, masks, opaque, rows):
    """The cells' fields: front, symbol, back, opaque."""
    table, _memory = symbol_table(masks, opaque, rows)
    count = picture.width // ACROSS * (picture.height // rows)
    cells = ffi.new("sddl_cell[]", count + 1)
    ffi.buffer(cells)[:] = b"\x5a" * ffi.sizeof(cells)
    assert lib.sddl_fit_symbols(picture.c, table, cells, count) == 0
    assert bytes(ffi.buffer(cells)[8 * count :]) == b"\x5a" * 8
    return [(tuple(cells[at].front), cells[at].symbol, tuple(cells[at].back), cells[at].opaque) for at in range(count)]


def mean(pixels):
    """Of each channel, rounded; black of nothing."""
    sums = [sum(pixel[channel] for pixel in pixels) for channel in range(3)]
    return tuple((total + len(pixels) // 2) // len(pixels) for total in sums) if pixels else (0, 0, 0)


def error(pixels):
    """The squares of what the pixels differ from their mean."""
    total = Fraction(0)
    for channel in range(3 if pixels else 0):
        values = [pixel[channel] for pixel in pixels]
        total += sum(value * value for value in values) - Fraction(sum(values) ** 2, len(values))
    return total


def sides(pixels, mask):
    painted = [pixel for at, pixel in enumerate(pixels) if mask >> at & 1]
    return painted, [pixel for at, pixel in enumerate(pixels) if not mask >> at & 1]


def check_cell(found, pixels, masks, opaque):
    front, symbol, back, is_opaque = found
    visible = sum(1 << at for at, pixel in enumerate(pixels) if pixel[3])
    assert is_opaque == all(pixel[3] for pixel in pixels)
    painted, others = sides(pixels, masks[symbol])
    if not is_opaque:
        assert symbol == min(range(len(masks)), key=lambda number: (masks[number] ^ visible).bit_count())
        assert front == mean([pixel for pixel in painted if pixel[3]])
        assert back == (0, 0, 0)
        return
    assert (front, back) == (mean(painted), mean(others))
    errors = [sum(map(error, sides(pixels, mask))) for mask in masks[:opaque]]
    best = min(errors)  # the kernel compares integers: what differs in the fifth place may count as equal
    assert errors[symbol] <= best + (error(pixels) - best) / 10_000


@pytest.mark.parametrize("rows", [1, 3, 8, 12, 16])
@pytest.mark.parametrize("kind", ["noise", "flat", "holes"])
def test_every_cell(rows, kind):
    generator = random.Random(f"{rows}{kind}")
    masks = [0, *(generator.getrandbits(ACROSS * rows) for _ in range(30)), (1 << ACROSS * rows) - 1]
    columns, lines, opaque = 5, 3, 20
    width, height = ACROSS * columns, rows * lines
    few = [generator.randbytes(3) for _ in range(2)]
    pixels = []
    for _ in range(width * height):
        colour = generator.randbytes(3) if kind == "noise" else generator.choice(few)
        pixels.append([*colour, generator.choice([0, 0, OPAQUE]) if kind == "holes" else OPAQUE])
    picture = Canvas(width, height, b"".join(map(bytes, pixels)), generator.choice([0, 4, 61]))
    for number, found in enumerate(fit(picture, masks, opaque, rows)):
        top, left = number // columns * rows, number % columns * ACROSS
        cell = [pixels[(top + at // ACROSS) * width + left + at % ACROSS] for at in range(ACROSS * rows)]
        check_cell(found, cell, masks, opaque)


def test_extremes():
    """Black beside white in the largest cell, and one colour, for which the first symbol is as good as any."""
    left = sum(0b0011 << ACROSS * row for row in range(16))
    picture = Canvas(4, 16, (bytes([255, 255, 255, 255]) * 2 + bytes([0, 0, 0, 255]) * 2) * 16)
    assert fit(picture, [0, left >> 1, left], 3, 16) == [((255, 255, 255), 2, (0, 0, 0), 1)]
    picture = Canvas(4, 16, bytes([9, 8, 7, 255]) * 64)
    assert fit(picture, [0, left], 2, 16) == [((0, 0, 0), 0, (9, 8, 7), 1)]


def test_arguments():
    picture, cells = Canvas(8, 6), ffi.new("sddl_cell[]", 64)

    def status(canvas=picture.c, masks=(0, 1), opaque=1, rows=3, target=cells, count=4):
        table, _memory = symbol_table(list(masks), opaque, rows)
        return lib.sddl_fit_symbols(canvas, table, target, count)

    assert status() == 0
    for wrong in (
        {"canvas": ffi.NULL},
        {"canvas": Canvas(7, 6).c},
        {"canvas": Canvas(8, 7).c},
        {"masks": []},
        {"masks": [0, 1 << 12]},
        {"masks": [0] * 257},
        {"opaque": 0},
        {"opaque": 3},
        {"rows": 0},
        {"rows": 17},
        {"target": ffi.NULL},
        {"count": 3},
        {"count": 5},
    ):
        assert status(**wrong) == lib.SDDL_E_ARGUMENT, wrong
    assert lib.sddl_fit_symbols(picture.c, ffi.NULL, cells, 4) == lib.SDDL_E_ARGUMENT
    table = ffi.new("sddl_symbols *", (ffi.NULL, 2, 1, 3))
    assert lib.sddl_fit_symbols(picture.c, table, cells, 4) == lib.SDDL_E_ARGUMENT
