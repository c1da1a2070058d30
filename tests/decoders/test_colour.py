"""Colours brought to sRGB as browsers do: what counts among all that a file says, and what costs nothing."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from PIL import Image, ImageCms, features

import sddisplaylink as sd
from sddisplaylink.decoders.appearance import Presentation
from sddisplaylink.decoders.colour.cicp import cicp_profile
from sddisplaylink.decoders.colour.icc import SRGB, Gamma, rgb_profile
from sddisplaylink.decoders.colour.transform import colours_of
from sddisplaylink.decoders.composition.buffers import BufferPool
from sddisplaylink.decoders.composition.composer import ComposingDecoder
from sddisplaylink.decoders.data.file import FileData
from sddisplaylink.decoders.data.limits import Limits
from sddisplaylink.decoders.opening import open_decoder
from sddisplaylink.decoders.pillow.sequence import SequenceDecoder
from support.decode_path import get
from support.images import GifPicture, PngPicture, PngWriter, build_apng, build_gif, build_png, build_row, chunk
from support.profiles import (
    GAMMA_1,
    GREY_PROFILE,
    P3_22,
    P3_POWER,
    P3_PRIMARIES,
    STORED,
    iccp,
)

pytestmark = pytest.mark.skipif(not features.check("littlecms2"), reason="this Pillow has no colour management")

SRGB_PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()

GAMMA_22 = chunk(b"gAMA", struct.pack(">I", 45_455))
SRGB_CHUNK = chunk(b"sRGB", b"\0")
P3_CORNERS = chunk(b"cHRM", struct.pack(">8I", 31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000))


def cicp(primaries, transfer, matrix=0, full=1):
    return chunk(b"cICP", bytes([primaries, transfer, matrix, full]))


GREY_LINEAR = iccp(rgb_profile(SRGB, Gamma(1.0)).replace(b"RGB XYZ ", b"GRAYXYZ ").replace(b"rTRC", b"kTRC"))
INK = iccp(P3_22.replace(b"RGB XYZ ", b"CMYKXYZ "))
OF_VERSION_5 = iccp(P3_22[:8] + b"\5" + P3_22[9:])
P3_PROFILE = iccp(P3_22)
LINEAR, P3_SRGB = (229, 133, 133), (217, 42, 52)  # what Chromium's canvas has of (200, 60, 60)


@pytest.mark.parametrize(
    ("chunks", "shown"),
    [
        ([], STORED[:3]),
        ([GAMMA_1], LINEAR),
        ([GAMMA_22], STORED[:3]),
        ([P3_CORNERS], STORED[:3]),
        ([P3_CORNERS, GAMMA_22], P3_POWER),
        ([SRGB_CHUNK, GAMMA_1, P3_CORNERS], STORED[:3]),
        ([P3_PROFILE, GAMMA_1], P3_POWER),
        ([SRGB_CHUNK, P3_PROFILE], P3_POWER),
        ([iccp(P3_22[:200]), GAMMA_1], LINEAR),
        ([GREY_LINEAR, GAMMA_1], STORED[:3]),
        ([INK, GAMMA_1], STORED[:3]),
        ([OF_VERSION_5, GAMMA_1], LINEAR),
        ([chunk(b"sRGB", b"\4"), GAMMA_1], LINEAR),
        ([chunk(b"sRGB", b""), GAMMA_1], LINEAR),
        ([chunk(b"sRGB", b"\0\0"), GAMMA_1], LINEAR),
        ([iccp(b"rubbish")], STORED[:3]),
        ([chunk(b"iCCP", b"no end of the name"), GAMMA_1], LINEAR),
        ([chunk(b"iCCP", b"name\0\0" + zlib.compress(P3_22)[:-1]), GAMMA_1], LINEAR),
        ([chunk(b"iCCP", b"name\0\0" + zlib.compress(P3_22)[:-4] + bytes(4)), GAMMA_1], LINEAR),
        ([chunk(b"iCCP", b"n" * 80 + b"\0\0" + zlib.compress(P3_22) + b"more"), GAMMA_1], P3_POWER),
        ([chunk(b"iCCP", b"n" * 81 + b"\0\0" + zlib.compress(P3_22)), GAMMA_1], LINEAR),
        ([iccp(SRGB_PROFILE), GAMMA_1], STORED[:3]),
        ([cicp(12, 13), SRGB_CHUNK, GAMMA_1], P3_SRGB),
        ([cicp(1, 8), P3_PROFILE], LINEAR),
        ([cicp(2, 13), P3_PROFILE], P3_POWER),
        ([cicp(12, 2), P3_PROFILE], P3_POWER),
        ([cicp(12, 13, full=0), GAMMA_1], LINEAR),
        ([cicp(12, 13)[:-1] + b"?"], STORED[:3]),
        ([GAMMA_1, GAMMA_22], LINEAR),
        ([chunk(b"gAMA", bytes(4))], STORED[:3]),
        ([chunk(b"gAMA", b"\0\0\0\1")], (0, 0, 0)),
        ([chunk(b"gAMA", b"\1\2")], STORED[:3]),
        ([chunk(b"cHRM", bytes(32)), GAMMA_1], STORED[:3]),
    ],
)
@pytest.mark.parametrize("decoder", ["auto", "pillow"])
def test_what_counts_in_a_png(chunks, shown, decoder):
    data = build_png((4, 3), STORED, *chunks)
    with sd.AnimatedImage.open(data, decoder=decoder) as image:
        assert image[0].image.getpixel((1, 1))[:3] == pytest.approx(shown, abs=2)
    with sd.AnimatedImage.open(data, decoder=decoder, to_srgb=False) as image:
        assert image[0].image.getpixel((1, 1)) == STORED


@pytest.mark.parametrize(("chunks", "shown"), [([cicp(12, 13)], STORED[:3]), ([P3_PROFILE], P3_POWER)])
def test_what_counts_behind_a_palette(chunks, shown):
    data = build_row(8, 3, b"\0", 1, chunk(b"PLTE", bytes(STORED[:3])), *chunks)
    assert sd.AnimatedImage.open(data)[0].image.getpixel((0, 0))[:3] == pytest.approx(shown, abs=2)


@pytest.mark.parametrize(("mode", "shown"), [("RGB", 128), ("L", 188)])
def test_a_profile_of_grey_is_for_grey_pictures(mode, shown):
    file = io.BytesIO()
    Image.new(mode, (8, 8), "#808080").save(file, "JPEG", icc_profile=GREY_PROFILE)
    assert sd.AnimatedImage.open(file.getvalue())[0].image.getpixel((0, 0))[0] == pytest.approx(shown, abs=1)


@pytest.mark.parametrize(
    ("transfer", "levels"),
    [(1, 121), (4, 129), (5, 106), (6, 121), (7, 141), (8, 188), (13, 128), (14, 121), (15, 121), (17, 118)],
)
def test_curves_as_chromium_reads_their_numbers(transfer, levels):
    data = build_png((4, 3), (128, 128, 128, 255), cicp(1, transfer))
    assert sd.AnimatedImage.open(data)[0].image.getpixel((0, 0))[:3] == pytest.approx((levels,) * 3, abs=2)


# what Chromium's canvas has of greys from 10 to 250 in steps of 24
PQ = [0, 6, 24, 50, 87, 137, 202, 239, 255, 255, 255]
HLG = [1, 16, 37, 59, 80, 101, 127, 163, 204, 230, 251]


CLEAR = [(180, 30, 30), (30, 30, 180), (150, 150, 30), (210, 120, 60), (60, 90, 240)]


def clli(brightest):
    return chunk(b"cLLI", struct.pack(">II", brightest * 10_000, 100 * 10_000))


@pytest.mark.parametrize(
    ("chunks", "shown"),
    [
        ([cicp(9, 16)], [(255, 0, 0), (0, 0, 254), (199, 194, 0), (255, 0, 0), (0, 0, 255)]),
        ([cicp(12, 16)], [(255, 0, 0), (2, 2, 253), (193, 193, 0), (255, 0, 0), (0, 11, 255)]),
        ([cicp(9, 16), clli(400)], [(255, 0, 0), (0, 0, 255), (242, 236, 0), (255, 0, 0), (0, 0, 255)]),
        ([cicp(9, 18)], [(186, 0, 4), (0, 10, 139), (126, 122, 0), (248, 67, 25), (0, 57, 238)]),
        ([cicp(1, 18), clli(4000)], [(146, 18, 18), (16, 16, 134), (122, 122, 21), (210, 98, 49), (36, 56, 217)]),
    ],
)
def test_strong_colours_of_hdr_as_chromium_shows_them(chunks, shown):
    data = build_row(8, 2, bytes(value for colour in CLEAR for value in colour), len(CLEAR), *chunks)
    with sd.AnimatedImage.open(data) as image:
        assert [image[0].image.getpixel((at, 0))[:3] for at in range(5)] == [pytest.approx(rgb, abs=2) for rgb in shown]


@pytest.mark.parametrize(
    ("numbers", "same"),
    [
        ((9, 16, 0, 1), cicp(9, 16)),
        ((9, 13, 0, 1), cicp(9, 13)),
        ((9, 16, 9, 1), P3_PROFILE),
        ((2, 2, 0, 0), P3_PROFILE),
    ],
)
def test_numbers_in_a_profile_have_priority_if_they_are_of_rgb(numbers, same):
    profile = rgb_profile(P3_PRIMARIES, Gamma(2.2), (77, 78)).replace(bytes([77, 78, 0, 1]), bytes(numbers))
    shown = [sd.AnimatedImage.open(build_png((4, 3), STORED, chunks))[0].rgba for chunks in (iccp(profile), same)]
    assert shown[0] == shown[1]


# of greys from 40 to 240 in steps of 20, by what the file says of its brightest pixel
DARK, DIM, BRIGHT = clli(150), clli(707), clli(4000)
SCREEN = chunk(b"mDCV", struct.pack(">8HII", *[15635] * 8, 600 * 10_000, 1))


@pytest.mark.parametrize(
    ("light", "levels"),
    [
        (DARK, [17, 39, 69, 107, 157, 223, 255, 255, 255, 255, 255]),
        (DIM, [11, 29, 53, 84, 125, 179, 229, 253, 255, 255, 255]),
        (BRIGHT, [9, 26, 48, 76, 114, 163, 202, 217, 232, 247, 255]),
        (SCREEN, [12, 31, 55, 88, 130, 185, 236, 255, 255, 255, 255]),
    ],
)
def test_the_brightest_pixel_of_hdr(light, levels):
    data = build_row(8, 2, bytes(grey for grey in range(40, 256, 20) for _ in range(3)), 11, cicp(1, 16), light)
    with sd.AnimatedImage.open(data) as image:
        assert [image[0].image.getpixel((at, 0))[1] for at in range(11)] == pytest.approx(levels, abs=2)


@pytest.mark.parametrize(("transfer", "levels"), [(16, PQ), (18, HLG)])
def test_greys_of_hdr(transfer, levels):
    data = build_row(8, 2, bytes(grey for grey in range(10, 256, 24) for _ in range(3)), 11, cicp(9, transfer))
    with sd.AnimatedImage.open(data) as image:
        assert [image[0].image.getpixel((at, 0))[1] for at in range(11)] == pytest.approx(levels, abs=2)
        assert image.colour_profile == f"BT.2020, {'PQ' if transfer == 16 else 'HLG'}"


@pytest.mark.parametrize(
    ("primaries", "shown"),
    {
        4: (236, 50, 49),
        5: (204, 60, 60),
        6: (195, 66, 59),
        7: (195, 66, 59),
        8: (226, 39, 51),
        9: (247, 0, 53),
        10: (255, 0, 79),
        11: (212, 42, 53),
        12: (217, 42, 52),
        22: (202, 67, 59),
    }.items(),
)
def test_primaries_as_chromium_reads_their_numbers(primaries, shown):
    data = build_png((4, 3), STORED, cicp(primaries, 13))
    assert sd.AnimatedImage.open(data)[0].image.getpixel((0, 0))[:3] == pytest.approx(shown, abs=2)


def test_alpha_stays():
    data = build_png((4, 3), (200, 60, 60, 77), P3_PROFILE)
    assert sd.AnimatedImage.open(data)[0].image.getpixel((0, 0)) == pytest.approx((*P3_POWER, 77), abs=2)


@pytest.mark.parametrize(("depth", "kind", "samples"), [(8, 0, b"\x80"), (16, 0, b"\x80\0"), (8, 4, b"\x80\xff")])
def test_grey_pictures(depth, kind, samples):
    for chunks in ([GAMMA_1], [iccp(rgb_profile(SRGB, Gamma(1.0)))]):
        image = sd.AnimatedImage.open(build_row(depth, kind, samples, 1, *chunks))
        assert image[0].image.getpixel((0, 0)) == pytest.approx((188, 188, 188, 255), abs=1)


def test_frames_are_blended_before_they_are_converted():
    """As browsers do: half of white over black is a grey of 128, which is brighter where light is stored linearly."""
    pictures = [PngPicture(fill=(0, 0, 0, 255)), PngPicture(fill=(255, 255, 255, 128), blend=1)]
    data = build_apng(pictures)
    shown = sd.AnimatedImage.open(data[:33] + GAMMA_1 + data[33:])
    for index in (1, 0, 1):
        shown.purge()
        assert shown[index].image.getpixel((0, 0))[0] == (0, 188)[index]


@pytest.mark.parametrize("native", [True, False])
def test_opaque_animations_are_converted_where_they_change(native):
    """And go on from any frame that is held, backwards too."""
    writer = PngWriter((6, 4), bytes([8, 2, 0, 0, 0]))
    boxes = [(6, 4, 0, 0), (2, 2, 1, 1), (3, 1, 3, 3), (1, 1, 0, 0), (6, 2, 0, 1)]
    pictures = []
    for number, (width, height, x, y) in enumerate(boxes):
        row = b"\0" + bytes([200, 60, 60 + number]) * width
        data = zlib.compress(row * height)
        pictures.append(PngPicture(width, height, x, y, data=data, blend=number % 2, dispose=number % 3))
    parts = [writer.begin(), chunk(b"acTL", struct.pack(">II", 5, 0)), cicp(12, 13)]
    for number, picture in enumerate(pictures):
        parts += [writer.control(picture), writer.data(picture, still=not number)]
    data = b"".join([*parts, chunk(b"IEND", b"")])
    decoder = open_decoder(FileData(data), Limits(1000), native=native)
    stored = open_decoder(FileData(data), Limits(1000), native=native, presentation=Presentation(to_srgb=False))
    assert type(decoder) is ComposingDecoder
    colours, expected = colours_of(cicp_profile(12, 13)), []
    for index in range(5):
        stored.compose(index)
        expected.append(bytes(colours.convert(stored.pixels(), BufferPool((6, 4)))))
    held = {}
    for index in (0, 1, 2, 3, 4, 3, 2, 4, 1, 0):
        held[index] = bytes(get(decoder, index, held))
        assert held[index] == expected[index]


@pytest.mark.parametrize("kind", ["JPEG", "WEBP", "AVIF", "TIFF"])
@pytest.mark.parametrize("decoder", ["auto", "pillow"])
def test_profiles_of_other_formats(kind, decoder):
    if kind == "AVIF" and "avif" not in features.get_supported():
        pytest.skip("this Pillow has no AVIF")
    options = {"JPEG": {"quality": 100, "subsampling": 0}, "WEBP": {"lossless": True}}
    options |= {"AVIF": {"quality": 100, "subsampling": "4:4:4"}, "TIFF": {}}
    file = io.BytesIO()
    Image.new("RGB", (16, 16), STORED[:3]).save(file, kind, icc_profile=P3_22, **options[kind])
    with sd.AnimatedImage.open(file.getvalue(), decoder=decoder) as image:
        assert image[0].image.getpixel((5, 5))[:3] == pytest.approx(P3_POWER, abs=3)
        assert image.colour_profile == "primaries and a curve"
    with sd.AnimatedImage.open(file.getvalue(), decoder=decoder, to_srgb=False) as image:
        assert image[0].image.getpixel((5, 5))[:3] == pytest.approx(STORED[:3], abs=2)


@pytest.mark.skipif("avif" not in features.get_supported(), reason="this Pillow has no AVIF")
@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(
    ("numbers", "shown", "name"),
    [
        ((1, 13), STORED[:3], "sRGB"),
        ((12, 13), P3_SRGB, "Display P3"),
        ((12, 1), P3_SRGB, "Display P3"),
        ((2, 2), STORED[:3], "sRGB"),
        ((1, 8), LINEAR, "BT.709, linear"),
        ((9, 99), (247, 0, 53), "BT.2020"),
        ((12, 3), STORED[:3], None),
        ((0, 8), STORED[:3], None),
    ],
)
def test_numbers_in_the_boxes_of_an_avif(numbers, shown, name, count):
    file = io.BytesIO()
    pictures = [Image.new("RGB", (16, 16), STORED[:3])] * count
    options = {"quality": 100, "subsampling": "4:4:4"}
    pictures[0].save(file, "AVIF", save_all=count > 1, append_images=pictures[1:], **options)
    data = bytearray(file.getvalue())
    at = -1
    while (at := data.find(b"colrnclx", at + 1)) >= 0:
        struct.pack_into(">HH", data, at + 8, *numbers)
    image = sd.AnimatedImage.open(bytes(data))
    assert (image.frame_count, image.colour_profile) == (count, name)
    assert image[count - 1].image.getpixel((5, 5))[:3] == pytest.approx(shown, abs=3)


@pytest.mark.skipif("avif" not in features.get_supported(), reason="this Pillow has no AVIF")
@pytest.mark.parametrize("count", [1, 2])
@pytest.mark.parametrize("transparent", [False, True])
@pytest.mark.parametrize(("subsampling", "shown"), [("4:0:0", 188), ("4:2:0", 128)])
def test_a_grey_profile_of_an_avif_is_for_pictures_without_chroma(subsampling, shown, transparent, count):
    file = io.BytesIO()
    picture = Image.new("LA" if transparent else "L", (16, 16), (128, 255) if transparent else 128)
    if transparent:
        picture.paste((0, 0), (0, 0, 2, 2))
    picture = picture.convert("RGBA" if transparent else "RGB")
    options = {"quality": 100, "subsampling": subsampling, "icc_profile": GREY_PROFILE}
    picture.save(file, "AVIF", save_all=count > 1, append_images=[picture] * (count - 1), **options)
    with sd.AnimatedImage.open(file.getvalue()) as image:
        assert image.frame_count == count
        assert image[count - 1].image.getpixel((9, 9)) == pytest.approx((shown, shown, shown, 255), abs=1)


def test_a_grey_profile():
    file = io.BytesIO()
    Image.new("L", (16, 16), 128).save(file, "JPEG", icc_profile=GREY_PROFILE, quality=100)
    assert sd.AnimatedImage.open(file.getvalue())[0].image.getpixel((5, 5)) == (188, 188, 188, 255)


# what costs nothing


@pytest.mark.parametrize("chunks", [[], [SRGB_CHUNK], [GAMMA_22], [iccp(SRGB_PROFILE)], [P3_CORNERS], [cicp(1, 13)]])
def test_files_of_srgb_are_decoded_as_ever(chunks):
    decoder = open_decoder(FileData(build_png((4, 3), STORED, *chunks)), Limits(1000))
    assert type(decoder) is ComposingDecoder


def test_gifs_and_pictures_without_a_profile_are_decoded_as_ever():
    assert type(open_decoder(FileData(build_gif([GifPicture()])), Limits(1000))) is ComposingDecoder
    file = io.BytesIO()
    Image.new("RGB", (4, 3)).save(file, "JPEG")
    assert type(open_decoder(FileData(file.getvalue()), Limits(1000))) is SequenceDecoder


# names


@pytest.mark.parametrize(
    ("chunks", "name"),
    [
        ([], None),
        ([SRGB_CHUNK], "sRGB"),
        ([GAMMA_22], "gamma 2.2"),
        ([GAMMA_1, P3_CORNERS], "gamma 1.0 with primaries"),
        ([cicp(12, 13)], "Display P3"),
        ([cicp(9, 8)], "BT.2020, linear"),
        ([cicp(1, 13)], "sRGB"),
        ([P3_PROFILE], "primaries and a curve"),
        ([iccp(SRGB_PROFILE)], "sRGB built-in"),
    ],
)
def test_what_the_colours_are_called(chunks, name):
    assert sd.AnimatedImage.open(build_png((4, 3), STORED, *chunks)).colour_profile == name
