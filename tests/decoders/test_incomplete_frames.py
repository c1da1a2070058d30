"""GIF frames whose codes end before their last pixel: what there is is shown, over what lies under the frame."""

from __future__ import annotations

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

import sddisplaylink as sd
from sddisplaylink.decoders.data.file import FileData
from sddisplaylink.decoders.data.limits import Limits
from sddisplaylink.decoders.opening import open_decoder
from sddisplaylink.errors import ImageFormatError
from support.decode_path import path_to, prepare
from support.extent import examples
from support.images import PALETTE, GifPicture, build_gif, colour, lzw
from support.lzw_encoder import encode_lzw, sub_blocks

WIDTH, HEIGHT = 9, 11
COLOURS = numpy.array([colour(index) for index in range(256)], numpy.uint8)
PASSES = [(0, 8), (4, 8), (2, 4), (1, 2)]
SHORT = lzw(bytes([5] * 3))
ENDS = {"ended": SHORT, "cut": bytes.fromhex("0805000b14280000"), "broken": bytes.fromhex("0806000b1428001900")}

each_decoder = pytest.mark.parametrize("decoder", ["auto", "pillow"])


@st.composite
def pictures(draw):
    """A frame, and how many of its pixels there are."""
    x, y, width, height = 0, 0, WIDTH, HEIGHT
    if draw(st.booleans()):
        x, y = draw(st.integers(0, WIDTH - 1)), draw(st.integers(0, HEIGHT - 1))
        width, height = draw(st.integers(1, WIDTH - x)), draw(st.integers(1, HEIGHT - y))
    transparent = draw(st.sampled_from([None, 1]))
    pixels = draw(
        st.binary(min_size=width * height, max_size=width * height).map(lambda data: bytes(v & 3 for v in data))
    )
    there = draw(st.just(len(pixels)) | st.integers(0, len(pixels)))
    codes = b"\x02" + sub_blocks(encode_lzw(pixels[:there], 2))
    how = {"disposal": draw(st.sampled_from([0, 2, 3])), "interlaced": draw(st.booleans()), "transparent": transparent}
    return GifPicture(width, height, x, y, pixels=pixels, data=codes, **how), there


def composed(frames):
    """What the frames look like, by the rule."""
    canvas = numpy.zeros((HEIGHT, WIDTH, 4), numpy.uint8)
    for picture, there in frames:
        replaces = (picture.width, picture.height, picture.transparent) == (WIDTH, HEIGHT, None)
        drawn = numpy.zeros_like(canvas) if replaces else canvas.copy()
        rows = range(picture.height)
        if picture.interlaced:
            rows = [row for first, step in PASSES for row in range(first, picture.height, step)]
        for at, index in enumerate(picture.pixels[:there]):
            if index != picture.transparent:
                drawn[picture.y + rows[at // picture.width], picture.x + at % picture.width] = COLOURS[index]
        yield drawn.tobytes()
        if picture.disposal != 3:
            canvas = drawn.copy()
        if picture.disposal == 2:
            canvas[picture.y : picture.y + picture.height, picture.x : picture.x + picture.width] = 0


@given(
    st.lists(pictures(), min_size=2, max_size=6),
    st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["keep", "drop", "ahead"])), max_size=12),
    st.booleans(),
)
@examples(400)
def test_in_any_order_with_any_frames_held(frames, order, native):
    full = GifPicture(WIDTH, HEIGHT, fill=2), WIDTH * HEIGHT
    frames = [full, *frames]
    full[0].pixels = bytes([2]) * full[1]
    expected = list(composed(frames))
    data = build_gif([picture for picture, _ in frames], size=(WIDTH, HEIGHT))
    decoder, held = open_decoder(FileData(data), Limits(1000), native=native), []
    for number, what in [*((index, "drop") for index in range(len(frames))), *order]:
        index = number % len(frames)
        if what == "ahead":
            prepare(decoder, index)
        for at in path_to(decoder, index)[1]:
            decoder.compose(at)
        assert bytes(decoder.pixels()) == expected[index]
        if what == "keep":
            held.append(decoder.pixels())


@each_decoder
@pytest.mark.parametrize("how", ENDS)
def test_the_pixels_before_the_codes_end_or_make_no_sense(decoder, how):
    image = sd.AnimatedImage.open(
        build_gif([GifPicture(fill=9), GifPicture(data=ENDS[how], transparent=0)]), decoder=decoder
    )
    pixels = numpy.array(image.frame(1)).reshape(12, 4).tolist()
    assert pixels == [list(colour(5))] * 3 + [list(colour(9))] * 9


@each_decoder
def test_what_builds_on_a_short_frame_is_drawn_on_it(decoder):
    data = build_gif([GifPicture(fill=9), GifPicture(data=SHORT), GifPicture(1, 1, x=3, y=2, fill=7)])
    pixels = numpy.array(sd.AnimatedImage.open(data, decoder=decoder).frame(2)).reshape(12, 4).tolist()
    assert pixels == [list(colour(5))] * 3 + [[0, 0, 0, 0]] * 8 + [list(colour(7))]


@each_decoder
def test_a_short_frame_without_any_other_is_refused(decoder):
    image = sd.AnimatedImage.open(build_gif([GifPicture(data=SHORT)]), decoder=decoder)
    for _ in range(2):
        with pytest.raises(ImageFormatError, match="frame 0: .*pixels"):
            image.frame(0)
    with_another = sd.AnimatedImage.open(build_gif([GifPicture(data=SHORT), GifPicture()]), decoder=decoder)
    assert with_another.frame(0).image.getpixel((0, 0)) == colour(5)


@each_decoder
def test_a_short_first_frame_is_shown_while_others_may_come(decoder):
    data = build_gif([GifPicture(data=SHORT), GifPicture()])
    image = sd.IncrementalImage(decoder=decoder)
    image.feed(data[: -len(GifPicture().blocks())])
    assert image.frame_count == 1
    assert image.frame(0).image.getpixel((0, 0)) == colour(5)


@each_decoder
def test_a_frame_that_the_file_cuts_off_is_left_out(decoder):
    image = sd.AnimatedImage.open(build_gif([GifPicture(), GifPicture()])[:-4], decoder=decoder)
    assert (image.frame_count, image.truncated) == (1, True)


@each_decoder
def test_an_impossible_code_size_is_an_error(decoder):
    image = sd.AnimatedImage.open(build_gif([GifPicture(), GifPicture(data=b"\x0c\x01\xff\0")]), decoder=decoder)
    with pytest.raises(ImageFormatError, match="frame 1"):
        image.frame(1)


def test_the_palette_of_the_tests_is_that_of_the_files():
    assert bytes(COLOURS[:, :3].tobytes()) == PALETTE


@each_decoder
@pytest.mark.parametrize(("codes", "there"), [(b"", 0), (b"\x01\x55", 3), (b"\x01\xaa", 5), (b"\x02\x40", 7)])
def test_a_code_size_of_zero_has_as_many_pixels_as_in_chromium(decoder, codes, there):
    data = build_gif([GifPicture(fill=9), GifPicture(data=b"\0" + sub_blocks(codes))])
    pixels = numpy.array(sd.AnimatedImage.open(data, decoder=decoder).frame(1)).reshape(12, 4)
    assert [bool(pixel[3]) for pixel in pixels] == [True] * there + [False] * (12 - there)
