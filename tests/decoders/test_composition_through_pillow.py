"""Composition: blending, disposal, key frames; GIF and PNG regions through Pillow."""

from __future__ import annotations

import struct
import zlib

import numpy
import pytest
from PIL import GifImagePlugin

from sddisplaylink.decoders.data.file import FileData
from sddisplaylink.decoders.data.limits import Limits
from sddisplaylink.decoders.opening import open_decoder
from sddisplaylink.errors import ImageFormatError
from support.decode_path import path_to
from support.images import (
    BLUE,
    CLEAR,
    GREEN,
    PALETTE,
    RED,
    GifPicture,
    PngPicture,
    build_apng,
    build_gif,
    build_png,
    chunk,
    colour,
)

LIMITS = Limits(1000)
HALF_RED = (255, 0, 0, 128)


@pytest.fixture(params=[True, False], ids=["native", "pillow"])
def native(request):
    return request.param


def opened(data, native):
    return open_decoder(FileData(data), LIMITS, native=native)


def composed(data, index):
    """Frame `index`, which both decode paths give."""
    ours, pillows = (composed_by(data, index, native=native) for native in (True, False))
    assert ours.tolist() == pillows.tolist()
    return ours


def composed_by(data, index, *, native):
    decoder = opened(data, native)
    for at in path_to(decoder, index)[1]:
        decoder.compose(at)
    return numpy.frombuffer(decoder.pixels(), numpy.uint8).reshape(decoder.info.size[1], decoder.info.size[0], 4)


def canvas(fill, *boxes, size=(4, 3)):
    pixels = numpy.zeros((size[1], size[0], 4), numpy.uint8)
    pixels[:] = fill
    for (x, y, width, height), value in boxes:
        pixels[y : y + height, x : x + width] = value
    return pixels


def same(got, expected):
    assert got.tolist() == expected.tolist()


# GIF


def test_a_gif_frame_is_drawn_over_the_one_before():
    data = build_gif([GifPicture(fill=1), GifPicture(2, 1, x=1, y=2, fill=9)])
    same(composed(data, 0), canvas(colour(1)))
    same(composed(data, 1), canvas(colour(1), ((1, 2, 2, 1), colour(9))))


def test_transparent_pixels_leave_what_is_there():
    pixels = bytes([3, 7] * 6)
    data = build_gif([GifPicture(fill=1), GifPicture(transparent=3, pixels=pixels)])
    expected = canvas(colour(1))
    expected[:, 1::2] = colour(7)
    same(composed(data, 1), expected)


def test_the_uncovered_canvas_is_transparent():
    same(composed(build_gif([GifPicture(2, 2, fill=4)]), 0), canvas(CLEAR, ((0, 0, 2, 2), colour(4))))


@pytest.mark.parametrize(
    ("disposal", "under"),
    [
        (0, canvas(colour(1), ((1, 1, 2, 2), colour(2)))),
        (1, canvas(colour(1), ((1, 1, 2, 2), colour(2)))),
        (2, canvas(colour(1), ((1, 1, 2, 2), CLEAR))),
        (3, canvas(colour(1))),
        (4, canvas(colour(1))),
    ],
)
def test_gif_disposal(disposal, under):
    pictures = [GifPicture(fill=1), GifPicture(2, 2, x=1, y=1, fill=2, disposal=disposal), GifPicture(1, 1, fill=3)]
    under = under.copy()
    under[0, 0] = colour(3)
    same(composed(build_gif(pictures), 2), under)


def test_dispose_to_previous_on_the_first_frame_clears_it():
    same(
        composed(build_gif([GifPicture(disposal=3), GifPicture(1, 1, fill=3)]), 1),
        canvas(CLEAR, ((0, 0, 1, 1), colour(3))),
    )


def test_the_canvas_holds_the_first_frame():
    data = build_gif([GifPicture(4, 3, x=3, y=1, fill=5), GifPicture(9, 9, x=6, y=3, fill=6)], size=(4, 3))
    same(composed(data, 0), canvas(CLEAR, ((3, 1, 4, 3), colour(5)), size=(7, 4)))
    same(composed(data, 1), canvas(CLEAR, ((3, 1, 4, 3), colour(5)), ((6, 3, 1, 1), colour(6)), size=(7, 4)))


def test_a_frame_wholly_outside_draws_nothing():
    data = build_gif([GifPicture(fill=1), GifPicture(2, 2, x=50, y=60, fill=6, disposal=3), GifPicture(2, 2, x=4, y=3)])
    same(composed(data, 2), canvas(colour(1)))


def test_a_frame_of_no_size_draws_nothing():
    data = build_gif([GifPicture(fill=1), GifPicture(0, 2, disposal=2), GifPicture(0, 0, disposal=3), GifPicture(1, 1)])
    same(composed(data, 3), canvas(colour(1)))


def test_local_palettes_and_palettes_that_end_early():
    local = GifPicture(2, 1, palette=bytes([1, 2, 3, 4, 5, 6]), pixels=bytes([1, 200]))
    same(composed(build_gif([local], size=(2, 1)), 0), numpy.array([[[4, 5, 6, 255], [0, 0, 0, 255]]]))


def test_without_any_palette_it_is_black():
    same(composed(build_gif([GifPicture()], palette=None), 0), canvas((0, 0, 0, 255)))


@pytest.mark.parametrize("palette", [bytes(value for index in range(256) for value in [index] * 3), PALETTE])
@pytest.mark.parametrize("transparent", [None, 2])
def test_grey_palettes_too(palette, transparent):
    picture = GifPicture(4, 1, pixels=bytes([0, 1, 2, 255]), transparent=transparent)
    expected = numpy.array([[[*palette[at * 3 : at * 3 + 3], 255] for at in (0, 1, 2, 255)]])
    if transparent is not None:
        expected[0, 2] = CLEAR
    same(composed(build_gif([picture], size=(4, 1), palette=palette), 0), expected)


def test_interlaced_rows_come_in_order():
    order = [0, 8, 4, 2, 6, 1, 3, 5, 7]
    picture = GifPicture(1, 9, pixels=bytes(order), interlaced=True)
    assert composed(build_gif([picture], size=(1, 9)), 0)[:, 0, 0].tolist() == list(range(9))


@pytest.mark.parametrize("strategy", list(GifImagePlugin.LoadingStrategy))
def test_pillows_loading_strategy_makes_no_difference(monkeypatch, strategy):
    monkeypatch.setattr(GifImagePlugin, "LOADING_STRATEGY", strategy)
    pictures = [
        GifPicture(fill=1, transparent=0),
        GifPicture(2, 2, fill=2, palette=PALETTE[::-1]),
        GifPicture(1, 1, fill=3),
    ]
    local = (*PALETTE[::-1][6:9], 255)
    expected = canvas(colour(1), ((0, 0, 2, 2), local), ((0, 0, 1, 1), colour(3)))
    same(composed(build_gif(pictures), 2), expected)


# PNG


@pytest.mark.parametrize("dispose", [0, 1, 2])
@pytest.mark.parametrize("blend", [0, 1])
def test_apng_disposal_and_blending(dispose, blend):
    middle = PngPicture(2, 2, 1, 1, fill=HALF_RED, dispose=dispose, blend=blend)
    data = build_apng([PngPicture(fill=BLUE), middle, PngPicture(1, 1, fill=GREEN)])
    drawn = (128, 0, 127, 255) if blend else HALF_RED
    under = {0: drawn, 1: CLEAR, 2: BLUE}[dispose]
    same(composed(data, 1), canvas(BLUE, ((1, 1, 2, 2), drawn)))
    same(composed(data, 2), canvas(BLUE, ((1, 1, 2, 2), under), ((0, 0, 1, 1), GREEN)))


def test_dispose_to_previous_on_the_first_apng_frame_clears_it():
    data = build_apng([PngPicture(fill=RED, dispose=2), PngPicture(1, 1, fill=GREEN)])
    same(composed(data, 1), canvas(CLEAR, ((0, 0, 1, 1), GREEN)))


def test_blending_over_nothing_keeps_colour_and_alpha():
    data = build_apng([PngPicture(fill=HALF_RED, blend=1), PngPicture(1, 1)])
    same(composed(data, 0), canvas(HALF_RED))


def test_the_hidden_default_image_leaves_no_trace():
    data = build_apng([PngPicture(fill=HALF_RED, blend=1), PngPicture(1, 1)], hidden=PngPicture(fill=BLUE))
    same(composed(data, 0), canvas(HALF_RED))


def grey_png(depth, samples, transparent=None, colours=0, size=(4, 1)):
    header = struct.pack(">BB3B", depth, colours, 0, 0, 0)
    parts = [b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", struct.pack(">II", *size) + header)]
    if transparent is not None:
        parts.append(chunk(b"tRNS", transparent))
    return b"".join([*parts, chunk(b"IDAT", zlib.compress(b"\0" + samples)), chunk(b"IEND", b"")])


@pytest.mark.parametrize("keyed", [False, True])
@pytest.mark.parametrize(
    ("depth", "samples", "shades", "key", "clear"),
    [
        (1, b"\x50", [0, 255, 0, 255], 1, (1, 3)),
        (2, b"\x1b", [0, 85, 170, 255], 2, (2,)),
        (4, b"\x02\x4f", [0, 34, 68, 255], 2, (1,)),
        (8, b"\0\x02\x80\xff", [0, 2, 128, 255], 2, (1,)),
        (16, b"\0\x01\x80\x02\x80\0\xff\xff", [0, 128, 128, 255], 0x8000, (2,)),
    ],
)
def test_grey_of_every_depth(depth, samples, shades, key, clear, keyed):
    data = grey_png(depth, samples, struct.pack(">H", key) if keyed else None)
    expected = [[shade] * 3 + [0 if keyed and at in clear else 255] for at, shade in enumerate(shades)]
    assert composed(data, 0)[0].tolist() == expected


def test_sixteen_bit_rgb_with_a_transparent_colour():
    samples = struct.pack(">6H", 0x1234, 0x5678, 0x9ABC, 0xFFFF, 0, 0x8000)
    data = grey_png(16, samples, struct.pack(">3H", 0x1234, 0x5678, 0x9ABC), colours=2, size=(2, 1))
    assert composed(data, 0)[0].tolist() == [[0x12, 0x56, 0x9A, 0], [0xFF, 0, 0x80, 255]]


def test_palette_with_alpha():
    data = grey_png(2, b"\x1b", b"\0\x80", colours=3)
    data = data.replace(chunk(b"tRNS", b"\0\x80"), chunk(b"PLTE", bytes(range(12))) + chunk(b"tRNS", b"\0\x80"))
    pixels = composed(data, 0)[0].tolist()
    assert pixels == [[0, 1, 2, 0], [3, 4, 5, 128], [6, 7, 8, 255], [9, 10, 11, 255]]


# key frames and damage


def test_a_frame_that_replaces_everything_needs_none_before_it(native):
    decoder = opened(build_gif([GifPicture() for _ in range(9)]), native)
    assert [path_to(decoder, index)[1][0] for index in (8, 3, 0)] == [8, 3, 0]


def test_a_frame_after_an_erasing_one_needs_none_before_it(native):
    pictures = [GifPicture(transparent=0, disposal=2 if index == 4 else 0) for index in range(9)]
    decoder = opened(build_gif(pictures), native)
    assert [path_to(decoder, index)[1][0] for index in (4, 5, 8)] == [0, 5, 5]


def test_a_replacing_frame_that_is_disposed_of_to_previous_is_no_beginning(native):
    pictures = [GifPicture(fill=index, disposal=3 if index == 4 else 0, transparent=0) for index in range(6)]
    pictures[4].transparent = None
    decoder = opened(build_gif(pictures), native)
    assert path_to(decoder, 5)[1][0] == 0


def test_going_on_is_one_step(native):
    decoder = opened(build_gif([GifPicture(transparent=0) for _ in range(9)]), native)
    for index in range(4):
        decoder.compose(index)
    assert [path_to(decoder, index)[1][0] for index in (3, 4, 6, 2)] == [3, 4, 4, 0]


@pytest.mark.parametrize("mode", ["gif", "apng"])
def test_every_decode_path_to_a_frame_gives_the_same_pixels(mode, native):
    if mode == "gif":
        pictures = [GifPicture(3, 2, x=at % 2, y=at % 2, fill=at, disposal=at % 4, transparent=0) for at in range(12)]
        pictures[6] = GifPicture(fill=77)
        data = build_gif(pictures)
    else:
        frames = [
            PngPicture(3, 2, at % 2, at % 2, (at * 20, 9, 9, 100), dispose=at % 3, blend=at % 2) for at in range(12)
        ]
        frames[0] = PngPicture()
        data = build_apng(frames)
    straight = [composed(data, index).tolist() for index in range(12)]
    decoder = opened(data, native)
    for index in (11, 0, 7, 8, 3, 3, 10, 5, 6, 11, 2):
        for at in path_to(decoder, index)[1]:
            decoder.compose(at)
        assert numpy.frombuffer(decoder.pixels(), numpy.uint8).reshape(3, 4, 4).tolist() == straight[index]


def test_a_broken_frame_is_an_error_and_the_others_are_had(native):
    pictures = [GifPicture(fill=1), GifPicture(data=b"\x0c\x01\xff\0"), GifPicture(fill=2)]
    decoder = opened(build_gif(pictures), native)
    decoder.compose(0)
    for _ in range(2):
        with pytest.raises(ImageFormatError, match="^frame 1: "):
            decoder.compose(1)
    assert path_to(decoder, 2)[1][0] == 2
    decoder.compose(2)
    assert decoder.pixels()[:4] == bytes(colour(2))


@pytest.mark.parametrize("kind", ["gif", "apng"])
def test_a_broken_frame_that_is_disposed_of_breaks_no_other(native, kind):
    if kind == "gif":
        parts = [GifPicture(2, 2, x=at, fill=at, disposal=2, transparent=0) for at in range(3)]
        parts[1].data = b"\x0c\x01\xff\0"
        data = build_gif(parts)
    else:
        parts = [PngPicture(2, 2, x=at, fill=(at, 9, 9, 255), dispose=1, blend=1) for at in range(3)]
        parts[1].data = b"broken"
        data = build_apng([PngPicture(fill=RED, dispose=1), *parts])
    decoder, last = opened(data, native), 2 if kind == "gif" else 3
    with pytest.raises(ImageFormatError, match=f"frame {last - 1}"):
        decoder.compose(last - 1)
    assert decoder.reference(last) is None
    decoder.compose(last)
    pixels = numpy.frombuffer(decoder.pixels(), numpy.uint8).reshape(3, 4, 4)
    same(pixels, canvas(CLEAR, ((2, 0, 2, 2), colour(2) if kind == "gif" else (2, 9, 9, 255))))


def test_a_png_that_is_smaller_than_it_says_is_an_error(native):
    data = build_apng([PngPicture(), PngPicture(data=b"x\x9c\x03\0\0\0\0\x01")])
    decoder = opened(data, native)
    decoder.compose(0)
    with pytest.raises(ImageFormatError, match="frame 1"):
        decoder.compose(1)


def test_png_text_and_profiles_do_not_matter():
    rubbish = [
        chunk(b"tEXt", b"\xff\xfe"),
        chunk(b"iCCP", b"x"),
        chunk(b"zTXt", b"k\0\0" + b"\xff" * 9),
        chunk(b"eXIf", b""),
    ]
    same(composed(build_png((4, 3), GREEN, *rubbish), 0), canvas(GREEN))
