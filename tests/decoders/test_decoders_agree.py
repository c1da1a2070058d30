"""Our kernels and Pillow give the same bytes, whatever the file."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sddisplaylink.decoders.data.file import FileData
from sddisplaylink.decoders.data.limits import Limits
from sddisplaylink.decoders.gif.reader import GifReader
from sddisplaylink.decoders.opening import open_decoder
from sddisplaylink.decoders.png.reader import PngReader
from sddisplaylink.errors import ImageFormatError
from sddisplaylink.images.image import AnimatedImage
from support.decode_path import path_to
from support.extent import examples
from support.generated_images import PNG_FORMATS, apngs, gifs
from support.images import GifPicture, PngPicture, build_apng, build_gif, sub_blocks
from support.lzw_encoder import encode_lzw
from support.pillow_limits import pillow_cannot

LIMITS = Limits(100_000)


def outcome(decoder, index):
    """The pixels of a frame, or the error that it gives, from the present position of the decoder."""
    try:
        for at in path_to(decoder, index)[1]:
            decoder.compose(at)
        return bytes(decoder.pixels())
    except ImageFormatError as error:
        return str(error)


def opened(data, *, native):
    try:
        return open_decoder(FileData(data), LIMITS, native=native)
    except ImageFormatError as error:
        return str(error)


def assert_same(data, order=()):
    """All frames one after the other, and then in `order`."""
    if pillow_cannot(data):
        return
    ours, pillows = opened(data, native=True), opened(data, native=False)
    if isinstance(ours, str) or isinstance(pillows, str):
        assert ours == pillows
        return
    assert ours.info == pillows.info
    count = len(ours.info.delays_ns)
    for index in [*range(count), *(number % count for number in order)]:
        assert outcome(ours, index) == outcome(pillows, index), index


orders = st.lists(st.integers(0, 9), max_size=6)


@given(gifs(), orders)
@examples(300)
def test_gif(data, order):
    assert_same(data, order)


@given(gifs(damaged=True), orders)
@examples(300)
def test_damaged_gif(data, order):
    assert_same(data, order)


@given(apngs(), orders)
@examples(300)
def test_apng(data, order):
    assert_same(data, order)


@given(apngs(damaged=True), orders)
@examples(300)
def test_damaged_apng(data, order):
    assert_same(data, order)


@pytest.mark.parametrize("size", [0, 1, 9, 10, 11])
def test_code_sizes_that_gif_does_not_have(size):
    codes = bytes.fromhex("04082040800001010100 21fe07636f6d6d65")  # where the width grows is undefined
    assert_same(build_gif([GifPicture(5, 3, data=bytes([size]) + sub_blocks(codes))], size=(5, 3)))


@pytest.mark.parametrize("interlaced", [False, True])
@given(
    st.lists(st.integers(0, 1), min_size=117, max_size=117), st.booleans(), st.booleans(), st.sampled_from([(), (40,)])
)
@settings(deadline=None, max_examples=30)
def test_a_code_size_of_one_is_read_as_in_chromium(interlaced, pixels, first_clear, end, clears):
    codes = {
        size: bytes([size]) + sub_blocks(encode_lzw(bytes(pixels), size, clears, end, first_clear)) for size in (1, 2)
    }
    small, usual = (
        build_gif([GifPicture(13, 9, data=codes[size], interlaced=interlaced)], size=(13, 9)) for size in (1, 2)
    )
    assert_same(small)
    assert outcome(opened(small, native=True), 0) == outcome(opened(usual, native=True), 0)


@contextmanager
def regions_by_pillow():
    """The calls of Pillow's codecs for regions."""
    gif, png = GifReader.picture, PngReader.picture
    calls = []

    def counted(picture):
        def call(source, index):
            calls.append(index)
            return picture(source, index)

        return call

    with mock.patch.object(GifReader, "picture", counted(gif)), mock.patch.object(PngReader, "picture", counted(png)):
        yield calls


@given(gifs())
@examples(60)
def test_whole_gifs_do_not_need_pillow(data):
    with regions_by_pillow() as calls:
        decoder = opened(data, native=True)
        if not isinstance(decoder, str):
            assert all(isinstance(outcome(decoder, index), bytes) for index in range(len(decoder.info.delays_ns)))
    assert not calls


@pytest.mark.parametrize("interlaced", [False, True])
@pytest.mark.parametrize(("colours", "depth"), PNG_FORMATS)
@given(st.data())
@settings(deadline=None, max_examples=3)
def test_whole_pngs_of_every_format_do_not_need_pillow(colours, depth, interlaced, data):
    file = data.draw(apngs(formats=[(colours, depth)], interlacing=[interlaced], keys=False))
    with regions_by_pillow() as calls:
        decoder = opened(file, native=True)
        assert all(isinstance(outcome(decoder, index), bytes) for index in range(len(decoder.info.delays_ns)))
    assert not calls


SAMPLES = [build_gif([GifPicture(), GifPicture(fill=2)]), build_apng([PngPicture(), PngPicture()])]


@pytest.mark.parametrize("data", SAMPLES)
def test_the_option_chooses(data):
    for decoder, expected in (("auto", []), ("pillow", [0, 1])):
        with regions_by_pillow() as calls, AnimatedImage.open(data, decoder=decoder) as image:
            assert [frame.index for frame in image] == [0, 1]
        assert calls == expected


@pytest.mark.parametrize("native", [True, False])
@pytest.mark.parametrize("data", SAMPLES)
def test_a_closed_decoder_holds_nothing_of_the_file(data, native):
    source = bytes(bytearray(data))  # not shared
    references = sys.getrefcount(source)
    decoder = open_decoder(FileData(source), LIMITS, native=native)
    decoder.compose(0)
    assert sys.getrefcount(source) > references
    decoder.close()
    assert sys.getrefcount(source) == references
