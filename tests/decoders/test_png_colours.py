"""Palettes and transparent colours of PNG files that are not quite as they should be, as Chromium takes them."""

from __future__ import annotations

import struct

import numpy
import pytest

import sddisplaylink as sd
from support.images import build_row, chunk

each_decoder = pytest.mark.parametrize("decoder", ["auto", "pillow"])
still_or_animated = pytest.mark.parametrize("frames", [0, 2])


def row(data, decoder):
    """The pixels of the last frame."""
    with sd.AnimatedImage.open(data, decoder=decoder) as image:
        return numpy.array(image.frame(image.frame_count - 1))[0].tolist()


def trns(*values):
    return chunk(b"tRNS", struct.pack(f">{len(values)}H", *values))


@each_decoder
@still_or_animated
def test_all_sixteen_bits_of_grey_decide_what_is_transparent(decoder, frames):
    samples = struct.pack(">5H", 0, 0xFF, 0x100, 0x1234, 0x12FF)
    data = build_row(16, 0, samples, 5, trns(0xFF), frames=frames)
    assert row(data, decoder) == [
        [0, 0, 0, 255],
        [0, 0, 0, 0],
        [1, 1, 1, 255],
        [0x12, 0x12, 0x12, 255],
        [0x12, 0x12, 0x12, 255],
    ]


@still_or_animated
def test_all_sixteen_bits_of_a_colour_decide_what_is_transparent(frames):
    samples = struct.pack(">9H", 0x100, 0x201, 0x300, 0x101, 0x201, 0x300, 0x100, 0x201, 0x3FF)
    data = build_row(16, 2, samples, 3, trns(0x100, 0x201, 0x300), frames=frames)
    assert row(data, "auto") == [[1, 2, 3, 0], [1, 2, 3, 255], [1, 2, 3, 255]]


PLTE = chunk(b"PLTE", b"\x0a\x0b\x0c\x14\x15\x16\x1e\x1f\x20")
FIRST, SECOND, THIRD = [10, 11, 12], [20, 21, 22], [30, 31, 32]


def alphas(*values):
    return chunk(b"tRNS", bytes(values))


@each_decoder
@still_or_animated
@pytest.mark.parametrize(("depth", "samples"), [(8, b"\0\1\2\3\xff"), (4, b"\x01\x23\xf0"), (2, b"\x1b\xc0")])
@pytest.mark.parametrize("transparency", [(), (5, 6), (5, 6, 7), (5, 6, 7, 8, 9)])
def test_colours_beyond_the_palette_are_its_last(decoder, frames, depth, samples, transparency):
    extra = [PLTE, alphas(*transparency)] if transparency else [PLTE]
    first, second, third = (*transparency, 255, 255, 255)[:3]
    expected = [[*FIRST, first], [*SECOND, second], [*THIRD, third], [*THIRD, third], [*THIRD, third]]
    assert row(build_row(depth, 3, samples, 5, *extra, frames=frames), decoder) == expected


@each_decoder
def test_of_a_palette_that_ends_within_a_colour_the_rest_is_dropped(decoder):
    data = build_row(8, 3, b"\0\1\2", 3, chunk(b"PLTE", b"\x0a\x0b\x0c\x14\x15\x16\x63"), alphas(9, 8, 7))
    assert row(data, decoder) == [[*FIRST, 9], [*SECOND, 8], [*SECOND, 8]]


@each_decoder
def test_a_palette_larger_than_the_samples_can_name(decoder):
    data = build_row(1, 3, b"\x40", 2, PLTE, alphas(9, 8, 7))
    assert row(data, decoder) == [[*FIRST, 9], [*SECOND, 8]]


@each_decoder
def test_alphas_before_their_palette_do_not_count(decoder):
    data = build_row(8, 3, b"\0\1\2", 3, alphas(9, 8, 7), PLTE)
    assert row(data, decoder) == [[*FIRST, 255], [*SECOND, 255], [*THIRD, 255]]


@each_decoder
def test_a_key_that_is_longer_than_a_colour_counts_as_far_as_that(decoder):
    assert row(build_row(8, 0, b"\5\6", 2, alphas(0, 5, 0)), decoder) == [[5, 5, 5, 0], [6, 6, 6, 255]]
    key = alphas(0, 5, 0, 6, 0, 7, 0, 8)
    assert row(build_row(8, 2, b"\5\6\7\5\6\6", 2, key), decoder) == [[5, 6, 7, 0], [5, 6, 6, 255]]
    assert row(build_row(16, 0, b"\5\6\5\7", 2, alphas(5, 6, 9)), decoder) == [[5, 5, 5, 0], [5, 5, 5, 255]]
