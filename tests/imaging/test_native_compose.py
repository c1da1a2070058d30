"""Drawing on a canvas, against a model in plain Python: every blend, disposal, offset, clipping and layout."""

from __future__ import annotations

import itertools
import time
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sddisplaylink._native import ffi, lib
from support.extent import examples
from support.images import PALETTE, GifPicture, build_gif
from support.kernels import Canvas, GifRegion, rect
from support.lzw_encoder import encode_lzw, sub_blocks

WIDTH, HEIGHT = 23, 11
NOTHING = bytes(4)
COLOURS = [bytes([index, 255 - index, index * 7 % 256]) for index in range(256)]

sides = st.integers(1, 40)
places = st.integers(0, 30)
gaps = st.sampled_from([0, 4, 61])


def pixels_of(width: int, height: int, alphas: list[int]) -> st.SearchStrategy[bytes]:
    pixel = st.builds(lambda c, a: bytes([*c, a]), st.tuples(*[st.integers(0, 255)] * 3), st.sampled_from(alphas))
    run = st.builds(lambda one, times: one * times, pixel, st.integers(1, 30))
    return st.lists(run, min_size=1, max_size=30).map(
        lambda runs: (b"".join(runs) * (width * height))[: width * height * 4]
    )


def indices_of(count: int) -> st.SearchStrategy[bytes]:
    run = st.builds(
        lambda value, times: bytes([value]) * times, st.sampled_from([0, 1, 2, 254, 255]), st.integers(1, 50)
    )
    noise = st.binary(min_size=1, max_size=40)
    return st.lists(st.one_of(run, noise), min_size=1, max_size=12).map(lambda parts: (b"".join(parts) * count)[:count])


def each_pixel(x: int, y: int, width: int, height: int):
    """(pixel on the canvas, pixel in the rectangle) of those that are on the canvas."""
    for row in range(min(height, max(0, HEIGHT - y))):
        for column in range(min(width, max(0, WIDTH - x))):
            yield (y + row) * WIDTH + x + column, row * width + column


def at(pixels: bytes, index: int) -> bytes:
    return bytes(pixels[index * 4 : index * 4 + 4])


def interlaced_rows(height: int) -> list[int]:
    return [*range(0, height, 8), *range(4, height, 8), *range(2, height, 4), *range(1, height, 2)]


@given(st.data(), places, places, sides, sides, gaps)
@examples(250)
def test_indices_are_drawn_as_the_model_says(data, x, y, width, height, gap):
    before = data.draw(pixels_of(WIDTH, HEIGHT, [0, 100, 255]))
    below = data.draw(st.none() | pixels_of(WIDTH, HEIGHT, [0, 255]))
    indices = data.draw(indices_of(width * height))
    count = data.draw(st.one_of(st.just(len(indices)), st.integers(0, len(indices))))
    transparent = data.draw(st.sampled_from([-1, 0, 1, 255]))
    replace, interlaced = data.draw(st.booleans()), data.draw(st.booleans())
    canvas = Canvas(WIDTH, HEIGHT, before, gap)
    under = Canvas(WIDTH, HEIGHT, below, 8) if below is not None else None
    region = GifRegion(sub_blocks(encode_lzw(indices[:count], 8)), 8, (x, y, width, height), b"".join(COLOURS))
    region.c.transparent, region.c.interlaced = transparent, interlaced
    status = region.draw(canvas, under, lib.SDDL_DRAW_REPLACE if replace else 0)
    assert status == (lib.SDDL_PIXELS_WHOLE if count == len(indices) else lib.SDDL_PIXELS_SHORT)

    expected = [at(before, index) for index in range(WIDTH * HEIGHT)]
    stored = {line: row for row, line in enumerate(interlaced_rows(height))} if interlaced else {}
    for there, here in each_pixel(x, y, width, height):
        position = stored.get(here // width, here // width) * width + here % width
        shown = position < count and indices[position] != transparent
        kept = NOTHING if replace else at(below if below is not None else before, there)
        expected[there] = COLOURS[indices[position]] + b"\xff" if shown else kept
    assert canvas.read() == b"".join(expected)


def over(source: bytes, under: bytes) -> bytes:
    """Source over destination in exact fractions, rounded to nearest, halves up."""
    alpha, rest = Fraction(source[3], 255), Fraction(under[3], 255) * (1 - Fraction(source[3], 255))
    total = alpha + rest
    if source[3] == 0 or total == 0:
        return under
    mixed = [(s * alpha + d * rest) / total for s, d in zip(source[:3], under[:3], strict=True)]
    return bytes(int(value + Fraction(1, 2)) for value in [*mixed, total * 255])


@given(st.data(), places, places, sides, sides, gaps, st.sampled_from([0, 1, 2]))
@examples(200)
def test_pixels_are_drawn_as_the_model_says(data, x, y, width, height, gap, blend):
    alphas = data.draw(st.sampled_from([[0, 255], [255], [0, 1, 127, 128, 254, 255]]))
    before = data.draw(pixels_of(WIDTH, HEIGHT, data.draw(st.sampled_from([[255], [0], [0, 3, 128, 255]]))))
    region = data.draw(pixels_of(width, height, alphas))
    canvas = Canvas(WIDTH, HEIGHT, before, gap)
    memory = ffi.from_buffer("uint8_t[]", region)
    assert lib.sddl_draw_pixels(canvas.c, rect(x, y, width, height), memory, len(region), width * 4, blend) == 0
    expected = [at(before, index) for index in range(WIDTH * HEIGHT)]
    for there, here in each_pixel(x, y, width, height):
        source, under = at(region, here), expected[there]
        copied = blend == lib.SDDL_BLEND_SOURCE or (blend == lib.SDDL_BLEND_MASK and source[3])
        drawn = source if copied else over(source, under) if blend == lib.SDDL_BLEND_OVER else under
        expected[there] = drawn
    assert canvas.read() == b"".join(expected)


def test_over_an_opaque_canvas_is_exact_for_every_colour_and_alpha():
    region = bytes(v for a in range(256) for s in range(256) for v in (s, 255 - s, s ^ a, a))
    before = bytes(v for a in range(256) for s in range(256) for v in (a, s, 255 - a, 255))
    canvas = Canvas(256, 256, before)
    lib.sddl_draw_pixels(canvas.c, rect(0, 0, 256, 256), ffi.from_buffer("uint8_t[]", region), len(region), 1024, 2)
    drawn = canvas.read()
    for index in range(0, 65536, 3):
        assert at(drawn, index) == over(at(region, index), at(before, index))


@given(st.data(), places, places, sides, sides, gaps, st.none() | st.tuples(places, places, sides, sides))
@examples(100)
def test_clearing_and_copying_touch_the_rectangle_alone_but_for_a_hole(data, x, y, width, height, gap, exclude):
    before, other = data.draw(pixels_of(WIDTH, HEIGHT, [0, 9, 255])), data.draw(pixels_of(WIDTH, HEIGHT, [7, 255]))
    cleared, copied, source = (
        Canvas(WIDTH, HEIGHT, before, gap),
        Canvas(WIDTH, HEIGHT, before),
        Canvas(WIDTH, HEIGHT, other, gap),
    )
    area, excluded = rect(x, y, width, height), rect(*exclude) if exclude else ffi.NULL
    assert lib.sddl_restore(cleared.c, ffi.NULL, area, 1, excluded) == 0
    assert lib.sddl_restore(copied.c, source.c, area, 1, excluded) == 0
    inside = {there for there, _ in each_pixel(x, y, width, height)}
    inside -= {there for there, _ in each_pixel(*exclude)} if exclude else set()
    assert cleared.read() == b"".join(NOTHING if i in inside else at(before, i) for i in range(WIDTH * HEIGHT))
    assert copied.read() == b"".join(at(other if i in inside else before, i) for i in range(WIDTH * HEIGHT))


def test_a_hole_in_every_place_along_a_row():
    for x, width, left, across in itertools.product(range(5), range(1, 6), range(6), range(6)):
        canvas = Canvas(5, 2, b"\1" * 40)
        assert lib.sddl_restore(canvas.c, ffi.NULL, rect(x, 0, width, 2), 1, rect(left, 1, across, 9)) == 0
        rows = [
            [x <= column < x + width and not (row and left <= column < left + across) for column in range(5)]
            for row in range(2)
        ]
        assert canvas.read() == b"".join((b"\0" if cleared else b"\1") * 4 for row in rows for cleared in row)


def test_several_rectangles_are_restored_or_cleared():
    pixels, other = bytes([1, 2, 3, 4]) * (WIDTH * HEIGHT), bytes([5, 6, 7, 8]) * (WIDTH * HEIGHT)
    areas = ffi.new("sddl_rect[]", [(0, 0, 3, 2), (2, 1, 4, 4), (99, 0, 1, 1), (5, 5, 0, 3)])
    inside = {there for area in [(0, 0, 3, 2), (2, 1, 4, 4)] for there, _ in each_pixel(*area)}
    for source, drawn in ((Canvas(WIDTH, HEIGHT, other), other), (None, bytes(len(other)))):
        canvas = Canvas(WIDTH, HEIGHT, pixels, 4)
        assert lib.sddl_restore(canvas.c, source.c if source else ffi.NULL, areas, 4, ffi.NULL) == 0
        assert canvas.read() == b"".join(at(drawn if i in inside else pixels, i) for i in range(WIDTH * HEIGHT))


@given(st.data(), st.integers(0, 3), gaps, st.booleans())
@examples(80)
def test_layouts(data, layout, gap, in_place):
    pixels = data.draw(pixels_of(WIDTH, HEIGHT, [0, 1, 77, 128, 254, 255]))
    source = Canvas(WIDTH, HEIGHT, pixels, gap)
    target = source if in_place else Canvas(WIDTH, HEIGHT, None, 60)
    assert lib.sddl_convert(target.c, source.c, layout) == 0
    expected = b""
    for index in range(WIDTH * HEIGHT):
        *colour, alpha = at(pixels, index)
        if layout & lib.SDDL_LAYOUT_PREMULTIPLIED:
            colour = [(2 * value * alpha + 255) // 510 for value in colour]
        if layout & lib.SDDL_LAYOUT_BGRA:
            colour.reverse()
        expected += bytes([*colour, alpha])
    assert target.read() == expected


def test_premultiplication_rounds_to_nearest_everywhere():
    pixels = bytes(v for a in range(256) for c in range(256) for v in (c, c, c, a))
    canvas = Canvas(256, 256, pixels)
    lib.sddl_convert(canvas.c, canvas.c, lib.SDDL_LAYOUT_PREMULTIPLIED)
    expected = bytes(v for a in range(256) for c in range(256) for v in [(2 * c * a + 255) // 510] * 3 + [a])
    assert canvas.read() == expected


@given(st.data(), st.integers(0, 30), st.integers(0, 15), sides, sides)
@examples(100)
def test_a_frame_of_a_file_is_drawn_at_once_or_in_halves(data, x, y, width, height):
    indices = data.draw(indices_of(width * height))
    transparent = data.draw(st.sampled_from([None, 0, 255]))
    interlaced, local = data.draw(st.booleans()), data.draw(st.booleans())
    picture = GifPicture(width, height, x, y, transparent=transparent, interlaced=interlaced)
    picture.palette = PALETTE[::-1] if local else None
    picture.data = b"\x08" + sub_blocks(encode_lzw(indices, 8))
    file = build_gif([picture], size=(WIDTH, HEIGHT))
    index, frame, memory = ffi.new("sddl_gif_index *"), ffi.new("sddl_gif_frame *"), ffi.from_buffer("uint8_t[]", file)
    assert lib.sddl_gif_scan(memory, len(file), index, frame, 1) == 1
    work = ffi.new("uint8_t[]", lib.SDDL_LZW_LEAD + width * height + lib.SDDL_LZW_SLACK)
    at_once, in_halves, alone = (Canvas(WIDTH, HEIGHT, bytes(range(253)) * 4) for _ in range(3))
    begin, end = (memory, len(file), index, frame), (ffi.NULL, 0, work, len(work))
    assert lib.sddl_gif_draw(*begin, at_once.c, *end) == lib.SDDL_PIXELS_WHOLE
    assert lib.sddl_gif_decode(memory, len(file), frame, work, len(work)) == lib.SDDL_PIXELS_WHOLE
    assert lib.sddl_gif_paint(*begin, in_halves.c, *end) == 0
    region = GifRegion(picture.data[1:], 8, (x, y, width, height), PALETTE[::-1] if local else PALETTE)
    region.c.transparent, region.c.interlaced = -1 if transparent is None else transparent, interlaced
    region.draw(alone)
    assert at_once.read() == in_halves.read() == alone.read()


@given(st.lists(st.tuples(places, places, sides, sides), max_size=5), st.binary(min_size=4, max_size=40), gaps, gaps)
@examples(150)
def test_what_was_saved_is_put_back(boxes, seed, gap, other_gap):
    before = (seed * (WIDTH * HEIGHT))[: WIDTH * HEIGHT * 4]
    canvas, after = Canvas(WIDTH, HEIGHT, before, gap), Canvas(WIDTH, HEIGHT, b"\xee" * (WIDTH * HEIGHT * 4), other_gap)
    rects = ffi.new("sddl_rect[]", boxes)
    covered = [{place for place, _ in each_pixel(*box)} for box in boxes]
    size = 4 * sum(map(len, covered))
    saved = ffi.new("uint8_t[]", size + 1)
    assert lib.sddl_save(canvas.c, rects, len(boxes), saved, size) == size
    assert saved[size] == 0
    assert canvas.read() == before
    assert lib.sddl_put_back(after.c, rects, len(boxes), saved, size) == size
    pixels = after.read()
    for place in range(WIDTH * HEIGHT):
        expected = at(before, place) if place in set().union(*covered) else b"\xee" * 4
        assert at(pixels, place) == expected
    if size:
        assert lib.sddl_save(canvas.c, rects, len(boxes), saved, size - 1) == lib.SDDL_E_ARGUMENT
        assert lib.sddl_put_back(canvas.c, rects, len(boxes), saved, size - 1) == lib.SDDL_E_ARGUMENT
        assert canvas.read() == before


def test_colours_that_a_palette_lacks_are_black():
    canvas, region = Canvas(4, 1), GifRegion(sub_blocks(encode_lzw(b"\0\1\2\xff", 8)), 8, (0, 0, 4, 1), b"\1\2\3\4\5\6")
    assert region.draw(canvas) == lib.SDDL_PIXELS_WHOLE
    assert canvas.read() == b"\1\2\3\xff\4\5\6\xff" + b"\0\0\0\xff" * 2
    region.index.palette_entries = 3
    assert region.draw(canvas) == lib.SDDL_E_ARGUMENT  # beyond the file
    large = GifRegion(sub_blocks(encode_lzw(b"\0", 8)), 8, (0, 0, 1, 1), bytes(257 * 3))
    assert large.draw(canvas) == lib.SDDL_E_ARGUMENT


def broken_canvases():
    for field, value in [("size", WIDTH * HEIGHT * 4 - 1), ("stride", WIDTH * 4 - 1), ("width", 0), ("height", 0)]:
        canvas = Canvas(WIDTH, HEIGHT)
        setattr(canvas.c, field, value)
        yield pytest.param(canvas, id=field)
    canvas = Canvas(WIDTH, HEIGHT)
    canvas.c.pixels = ffi.NULL
    yield pytest.param(canvas, id="pixels")


@pytest.mark.parametrize("broken", list(broken_canvases()))
def test_a_canvas_that_does_not_fit_its_memory_is_refused(broken):
    good, area, memory = Canvas(WIDTH, HEIGHT), rect(0, 0, 1, 1), ffi.new("uint8_t[]", 1024)
    refused = lib.SDDL_E_ARGUMENT
    assert lib.sddl_restore(broken.c, ffi.NULL, area, 1, ffi.NULL) == refused
    assert lib.sddl_restore(good.c, broken.c, area, 1, ffi.NULL) == refused
    assert lib.sddl_convert(broken.c, good.c, 0) == refused
    assert lib.sddl_draw_pixels(broken.c, area, memory, 4, 4, 0) == refused
    region = GifRegion(sub_blocks(encode_lzw(b"\0", 8)), 8, (0, 0, 1, 1), b"")
    assert region.draw(broken) == region.draw(good, broken) == refused
    assert lib.sddl_draw_pixels(good.c, rect(0, 0, 2, 2), memory, 15, 8, 0) == refused
    for exchange in (lib.sddl_save, lib.sddl_put_back):
        assert exchange(broken.c, area, 1, memory, 4) == refused
        assert exchange(good.c, ffi.NULL, 1, memory, 4) == refused
        assert exchange(good.c, area, 1, ffi.NULL, 4) == refused


def test_a_rectangle_of_four_thousand_million_rows_takes_no_time():
    canvas, endless = Canvas(WIDTH, HEIGHT), rect(1, 1, 0xFFFFFFFF, 0xFFFFFFFF)
    began = time.thread_time()
    assert lib.sddl_restore(canvas.c, ffi.NULL, endless, 1, ffi.NULL) == 0
    assert time.thread_time() - began < 1
