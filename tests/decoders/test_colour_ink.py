"""Profiles of tables and of ink, as browsers use them, and profiles in pieces."""

from __future__ import annotations

import io
import struct

import pytest
from PIL import Image, features

import sddisplaylink as sd
from sddisplaylink.decoders.colour.icc import SRGB, Gamma, rgb_profile
from support.profiles import (
    P3_22,
    P3_POWER,
    STORED,
    grey_of_ink,
    grey_of_light,
    table_profile,
)

pytestmark = pytest.mark.skipif(not features.check("littlecms2"), reason="this Pillow has no colour management")


def jpeg(mode, colour, profile):
    file = io.BytesIO()
    Image.new(mode, (8, 8), colour).save(file, "JPEG", quality=100, subsampling=0, icc_profile=profile)
    return file.getvalue()


def shown(data, **options):
    with sd.AnimatedImage.open(data, **options) as image:
        return image[0].image.getpixel((0, 0))[:3]


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        ({b"A2B0": grey_of_light(20)}, (130, 130, 130)),
        ({b"A2B1": grey_of_light(20)}, (130, 130, 130)),
        ({b"A2B1": grey_of_light(90), b"A2B0": grey_of_light(20)}, (130, 130, 130)),
        ({b"A2B2": grey_of_light(20)}, (0, 128, 64)),
    ],
)
def test_the_table_of_a_profile_that_browsers_use(tables, expected):
    data = jpeg("RGB", (0, 128, 64), table_profile(b"RGB ", tables))
    assert shown(data) == pytest.approx(expected, abs=2)


INK_PROFILE = table_profile(b"CMYK", {b"A2B0": grey_of_ink(255, 20)})


@pytest.mark.parametrize(
    ("ink", "expected"), [((0, 0, 0, 0), 255), ((0, 64, 0, 0), 189), ((0, 64, 0, 128), 99), ((0, 0, 0, 255), 23)]
)
def test_ink_of_a_jpeg_as_chromium_shows_it(ink, expected):
    """Which makes black of the other inks before it looks at the profile."""
    data = jpeg("CMYK", ink, INK_PROFILE)
    assert shown(data) == pytest.approx((expected,) * 3, abs=2)
    assert sd.AnimatedImage.open(data).colour_profile == "a table"
    assert shown(data, to_srgb=False) == pytest.approx(Image.new("CMYK", (1, 1), ink).convert("RGB").getpixel((0, 0)))


def test_ink_of_other_formats_is_what_the_profile_says():
    file = io.BytesIO()
    Image.new("CMYK", (8, 8), (0, 64, 0, 128)).save(file, "TIFF", icc_profile=INK_PROFILE)
    assert shown(file.getvalue()) == pytest.approx((129,) * 3, abs=2)


@pytest.mark.parametrize("profile", [P3_22, INK_PROFILE[:200]])
def test_ink_with_a_profile_that_is_not_of_ink(profile):
    assert shown(jpeg("CMYK", (0, 64, 0, 128), profile)) == pytest.approx((127, 95, 127), abs=1)


def test_large_pictures_of_ink_are_converted_as_small_ones():
    file = io.BytesIO()
    Image.new("CMYK", (1200, 900), (0, 64, 0, 0)).save(file, "JPEG", icc_profile=INK_PROFILE)
    assert shown(file.getvalue()) == pytest.approx((189,) * 3, abs=3)


def pieces(*numbers):
    """A JPEG with pieces of a profile: (number, total, content)."""
    data = jpeg("RGB", STORED[:3], None)
    marks = [b"ICC_PROFILE\0" + bytes([number, total]) + content for number, total, content in numbers]
    return data[:2] + b"".join(b"\xff\xe2" + struct.pack(">H", len(mark) + 2) + mark for mark in marks) + data[2:]


P3_HALVES, OTHER = (P3_22[:100], P3_22[100:]), rgb_profile(SRGB, Gamma(1.0))


@pytest.mark.parametrize(
    ("numbers", "is_whole"),
    [
        ([(1, 1, P3_22)], True),
        ([(2, 2, P3_HALVES[1]), (1, 2, P3_HALVES[0])], True),
        ([(1, 1, P3_22), (1, 1, OTHER)], True),
        ([(1, 2, P3_HALVES[0]), (2, 2, P3_HALVES[1]), (2, 3, OTHER)], True),
        ([(0, 2, P3_HALVES[0]), (1, 2, P3_HALVES[1])], False),
        ([(1, 3, P3_HALVES[0]), (2, 3, P3_HALVES[1])], False),
        ([(1, 2, P3_HALVES[0]), (3, 2, P3_HALVES[1])], False),
    ],
)
def test_pieces_of_a_profile_in_a_jpeg(numbers, is_whole):
    assert shown(pieces(*numbers)) == pytest.approx(P3_POWER if is_whole else STORED[:3], abs=2)
