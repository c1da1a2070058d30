"""Palettes and transparent colours of PNG files that are not quite as they should be, as Chromium takes them."""

from __future__ import annotations

import struct

import numpy
import pytest

import sddisplaylink as sd
from images import build_row, chunk

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
