"""Colours converted by a table, against a model in plain Python."""

from __future__ import annotations

import random

import pytest

from sddisplaylink._native import ffi, lib
from support.kernels import Canvas

WIDTH, HEIGHT = 23, 11
MOST = 1 << 24


def table(generator):
    colours = ffi.new("sddl_colours *")
    for channel in range(3):
        for level in range(256):
            colours.light[channel][level] = generator.choice([0, 1, 65536, MOST, generator.randrange(65537)])
    for at in range(9):
        colours.matrix[at] = generator.choice([0, 65536, -65536, MOST, -MOST, generator.randrange(-90_000, 90_000)])
    for step in range(4097):
        colours.encoded[step] = generator.randrange(256)
    return colours


def expected(colours, pixel):
    light = [colours.light[channel][pixel[channel]] for channel in range(3)]
    steps = [sum(colours.matrix[3 * row + at] * light[at] for at in range(3)) for row in range(3)]
    steps = [max(0, min(4096, (step + (1 << 19)) >> 20)) for step in steps]
    return bytes([*(colours.encoded[step] for step in steps), pixel[3]])


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("in_place", [False, True])
def test_every_pixel(seed, in_place):
    generator = random.Random(seed)
    colours, few = table(generator), [generator.randbytes(4) for _ in range(9)]
    pixels = b"".join(generator.choice([*few, generator.randbytes(4)]) for _ in range(WIDTH * HEIGHT))
    source = Canvas(WIDTH, HEIGHT, pixels, generator.choice([0, 4, 61]))
    target = source if in_place else Canvas(WIDTH, HEIGHT, None, generator.choice([0, 60]))
    assert lib.sddl_convert_colours(target.c, source.c, colours) == 0
    assert target.read() == b"".join(expected(colours, pixels[at : at + 4]) for at in range(0, len(pixels), 4))


def test_arguments():
    colours = ffi.new("sddl_colours *")
    canvas, other = Canvas(WIDTH, HEIGHT), Canvas(WIDTH, HEIGHT + 1)
    assert lib.sddl_convert_colours(canvas.c, other.c, colours) == lib.SDDL_E_ARGUMENT
    assert lib.sddl_convert_colours(ffi.NULL, canvas.c, colours) == lib.SDDL_E_ARGUMENT
    assert lib.sddl_convert_colours(canvas.c, canvas.c, ffi.NULL) == lib.SDDL_E_ARGUMENT
