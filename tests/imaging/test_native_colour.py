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


def with_gains(generator, count):
    colours = table(generator)
    colours.gain_count = count
    for at in range(9):
        colours.wide[at] = generator.choice([0, 65536, -65536, MOST, generator.randrange(-90_000, 90_000)])
    for gain in colours.gains[0:count]:
        gain.weights = generator.choice([[0, 0, 0], [20_000, 30_000, 15_536], [MOST, -MOST, 1]])
        gain.range_bits = generator.choice([12, 13, 16, 22, 30])
        for step in range(4097):
            gain.factors[step] = generator.choice([0, 65536, MOST, generator.randrange(65537)])
    return colours


def as_light(product):
    return max(-(1 << 30), min(1 << 30, abs(product) // 65536 * (1 if product > 0 else -1)))


def after_gains(colours, light):
    light = [as_light(sum(colours.wide[3 * row + at] * light[at] for at in range(3))) for row in range(3)]
    for gain in colours.gains[0 : colours.gain_count]:
        weights = list(gain.weights)
        level = as_light(sum(a * b for a, b in zip(weights, light, strict=True))) if any(weights) else max(light)
        step, rest = divmod(max(0, min(1 << gain.range_bits, level)), width := 1 << (gain.range_bits - 12))
        factor = gain.factors[step]
        if rest:
            change = (gain.factors[step + 1] - factor) * rest
            factor += abs(change) // width * (1 if change > 0 else -1)
        light = [as_light(channel * factor) for channel in light]
    return light


def expected(colours, pixel):
    light = [colours.light[channel][pixel[channel]] for channel in range(3)]
    if colours.gain_count:
        light = after_gains(colours, light)
    steps = [sum(colours.matrix[3 * row + at] * light[at] for at in range(3)) for row in range(3)]
    steps = [max(0, min(4096, (step + (1 << 19)) >> 20)) for step in steps]
    return bytes([*(colours.encoded[step] for step in steps), pixel[3]])


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("in_place", [False, True])
@pytest.mark.parametrize("gains", [0, 1, 2])
def test_every_pixel(seed, in_place, gains):
    generator = random.Random(seed)
    colours, few = with_gains(generator, gains), [generator.randbytes(4) for _ in range(9)]
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


@pytest.mark.parametrize(("count", "range_bits"), [(-1, 16), (3, 16), (1, 11), (1, 31), (2, 0)])
def test_gains_that_are_none(count, range_bits):
    colours, canvas = ffi.new("sddl_colours *", {"gain_count": count}), Canvas(WIDTH, HEIGHT)
    for gain in colours.gains[0:2]:
        gain.range_bits = range_bits
    assert lib.sddl_convert_colours(canvas.c, canvas.c, colours) == lib.SDDL_E_ARGUMENT
