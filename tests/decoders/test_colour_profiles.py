"""Profiles of colours: which are read, which are left to Pillow, and which are none."""

from __future__ import annotations

import io
import struct

import pytest
from PIL import Image, ImageCms, features

import sddisplaylink as sd
from sddisplaylink.decoders.colour import transform
from sddisplaylink.decoders.colour.cicp import cicp_profile
from sddisplaylink.decoders.colour.icc import SRGB, Gamma, Primaries, rgb_profile
from sddisplaylink.decoders.colour.matrix import colour_table
from sddisplaylink.decoders.colour.transform import colours_of, is_profile
from sddisplaylink.decoders.composition.buffers import BufferPool
from support.images import build_row
from support.profiles import (
    GAMMA_1,
    GREY_PROFILE,
    P3_PRIMARIES,
    iccp,
)

pytestmark = pytest.mark.skipif(not features.check("littlecms2"), reason="this Pillow has no colour management")


def curved(tag):
    """A profile of Display P3 with another curve."""
    whole = rgb_profile(P3_PRIMARIES, Gamma(1.0))
    begin = whole.index(b"para")
    assert len(tag) % 4 == 0
    profile = bytearray(whole + tag)
    for number in range(int.from_bytes(profile[128:132], "big")):
        at = 132 + 12 * number
        if profile[at + 1 : at + 4] == b"TRC":
            assert struct.unpack_from(">I", profile, at + 4)[0] >= begin
            struct.pack_into(">II", profile, at + 4, len(whole), len(tag))
    struct.pack_into(">I", profile, 0, len(profile))
    return bytes(profile)


def parametric(kind, *numbers):
    return struct.pack(f">4sIHH{len(numbers)}i", b"para", 0, kind, 0, *[round(number * 65536) for number in numbers])


CURVES = {
    "no curve": struct.pack(">4sII", b"curv", 0, 0),
    "gamma": struct.pack(">4sIIHH", b"curv", 0, 1, round(1.8 * 256), 0),
    "sampled": struct.pack(">4sII6H", b"curv", 0, 6, 0, 1000, 6000, 18000, 38000, 65535),
    "formula 0": parametric(0, 2.6),
    "formula 1": parametric(1, 2.2, 1.1, -0.1),
    "formula 2": parametric(2, 2.2, 1.1, -0.1, 0.0),
    "formula 3": parametric(3, 2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045),
    "formula 4": parametric(4, 2.4, 0.9, 0.1, 0.3, 0.1, 0.0, 0.0),
}


@pytest.mark.parametrize("tag", CURVES.values(), ids=CURVES)
def test_the_kernel_converts_as_pillow_does(tag):
    """Of whatever has curves and a matrix, which is nearly all that there is."""
    profile = curved(tag)
    assert colour_table(profile) is not None
    colours = colours_of(profile)
    target = ImageCms.createProfile("sRGB")
    reference = ImageCms.buildTransform(ImageCms.ImageCmsProfile(io.BytesIO(profile)), target, "RGBA", "RGBA")
    picture = Image.effect_noise((64, 64), 200).convert("RGBA")
    picture = Image.merge("RGBA", [picture.getchannel(0).rotate(90 * turn) for turn in range(4)])
    ours = colours.convert(picture.tobytes(), BufferPool(picture.size))
    theirs = reference.apply(picture).tobytes()
    assert max(abs(a - b) for a, b in zip(ours, theirs, strict=True)) <= 2
    assert bytes(ours[3::4]) == theirs[3::4]


def test_profiles_of_tables_are_left_to_pillow(monkeypatch):
    profile = rgb_profile(P3_PRIMARIES, Gamma(2.0)).replace(b"cprt", b"A2B0")
    assert colour_table(profile) is None
    monkeypatch.setattr(transform, "colour_table", lambda *_: None)
    for profile, shown in ((rgb_profile(SRGB, Gamma(1.001)), 188), (GREY_PROFILE[:-1] + b"x", 188)):
        colours = transform.colours_of(profile)
        assert colours.table is None
        assert list(colours.convert(bytes([128, 128, 128, 77]), BufferPool((1, 1)))) == pytest.approx(
            [shown] * 3 + [77], abs=1
        )


def test_black_that_has_light():
    """As in Chromium; Pillow's colour management would make it black."""
    colours = colours_of(curved(parametric(4, 2.4, 0.9, 0.1, 0.3, 0.1, 0.0, 0.01)))
    greys = bytes(value for grey in range(0, 256, 40) for value in (grey, grey, grey, 255))
    shown = colours.convert(greys, BufferPool((7, 1)))
    assert list(shown[::4]) == pytest.approx([25, 51, 89, 127, 165, 203, 241], abs=1)


BROKEN = [
    b"curv\0\0\0\0\xff\xff\xff\xff",
    b"para" + bytes(8),
    parametric(0, -5.0),
    parametric(1, 2.2, 0.0, 0.1),
    parametric(1, 2.2, 0.9, 0.1),
    parametric(2, 2.2, 0.8, 0.1, 0.05),
    parametric(9, 1.0),
    b"nope" + bytes(12),
    b"",
]


@pytest.mark.parametrize("tag", BROKEN)
def test_profiles_with_broken_curves_are_none(tag):
    assert colours_of(curved(tag)) is None


def test_profiles_that_make_no_sense():
    whole = rgb_profile(SRGB, Gamma(1.8))
    assert is_profile(whole)
    for broken in (b"", whole[:100], whole[:-1], whole.replace(b"acsp", b"nope"), whole.replace(b"RGB ", b"Lab ", 1)):
        assert not is_profile(broken)
        assert colours_of(broken) is None
    assert colours_of(whole.replace(b"rTRC", b"xTRC")) is None


def test_a_curve_of_grey_to_lab_is_none_for_browsers():
    to_lab = GREY_PROFILE.replace(b"GRAYXYZ ", b"GRAYLab ")
    assert colours_of(to_lab) is None
    data = build_row(8, 0, bytes([123]), 1, iccp(to_lab), GAMMA_1)
    assert sd.AnimatedImage.open(data)[0].image.getpixel((0, 0)) == (185, 185, 185, 255)


def test_primaries_that_make_no_sense():
    line = Primaries((0.1, 0.1), (0.2, 0.2), (0.3, 0.3), (0.3127, 0.3290))
    for primaries in (line, SRGB._replace(white=(0.3, 0.0)), SRGB._replace(red=(2.0, 0.3))):
        with pytest.raises(ValueError):
            rgb_profile(primaries, Gamma(1.0))


def test_every_pair_of_numbers_gives_a_profile_or_none():
    known = 0
    for primaries in range(256):
        for transfer in (1, 8, 13, 16, 17, 18, 99):
            profile = cicp_profile(primaries, transfer)
            known += profile is not None
            assert not profile or is_profile(profile)
    assert known == 11 * 6
    assert cicp_profile(1, 13) == b""
