"""Whatever Pillow opens, opens: one file of every format, and those that announce more than they hold."""

from __future__ import annotations

import io
import struct
import subprocess
import sys
import time

import pytest
from PIL import Image, features

import sddisplaylink as sd
from support.every_format import (
    BLUE,
    FORMATS,
    GREEN,
    RED,
    SIZE,
    UNREADABLE,
    dcx,
    im,
    psd,
    tiff,
)

CODECS = {"AVIF": "avif", "WEBP": "webp", "JPEG2000": "jpg_2000", "ICNS": "jpg_2000", "JPEG": "jpg", "MPO": "jpg"}
IMAGE_LENGTH = 257


def test_every_plugin_is_tried():
    Image.init()
    assert set(Image.ID) - {"MPO"} <= set(FORMATS) | set(UNREADABLE)


@pytest.mark.parametrize("decoder", ["auto", "pillow"])
@pytest.mark.parametrize("name", FORMATS)
def test_opens(name, decoder):
    codec = CODECS.get(name)
    if codec is not None and not (features.check(codec) or codec in features.get_supported()):
        pytest.skip(f"this Pillow has no {codec}")
    expected = FORMATS[name]()
    with sd.AnimatedImage.open(expected.data, decoder=decoder) as image:
        assert image.format.upper() == name
        assert (image.size, image.frame_count, image.truncated) == (expected.size, expected.frame_count, False)
        frames = list(image)
        assert frames[0].image.getpixel((0, 0)) == pytest.approx(expected.pixel, abs=expected.tolerance)
        assert [frame.nbytes for frame in frames] == [image.width * image.height * 4] * expected.frame_count
        assert image.is_animated or image.loop_count == 1


@pytest.mark.parametrize("name", sorted(UNREADABLE))
def test_what_pillow_cannot_decode_is_an_error(name):
    beginnings = {"BUFR": b"BUFR", "GRIB": b"GRIB\0\0\0\1", "HDF5": b"\x89HDF\r\n\x1a\n", "EPS": b"%!PS-Adobe-3.0\n"}
    data = beginnings.get(name, {"MPEG": b"\0\0\1\xb3\0\x80\x06"}.get(name, b"\xd7\xcd\xc6\x9a\0\0" + bytes(16)))
    with pytest.raises(sd.ImageFormatError):
        sd.AnimatedImage.open(data + bytes(64))


# several pictures in a file that are no frames


@pytest.mark.parametrize("layers", [1, 3])
def test_layers_are_one_picture(layers):
    with sd.AnimatedImage.open(psd(layers=layers)) as image:
        assert (image.frame_count, image.loop_count) == (1, 1)
        assert image[0].image.getpixel((0, 0)) == (*RED, 255)


@pytest.mark.parametrize(
    ("kinds", "count"), [((0, 1), 1), ((0, 1, 1, 1), 1), ((0, 4), 1), ((0, 2, 2), 3), ((0, 1, 0, 1), 2)]
)
def test_smaller_copies_and_masks_in_a_tiff_are_no_pages(kinds, count):
    with sd.AnimatedImage.open(tiff(*kinds)) as image:
        assert (image.size, image.frame_count, image.loop_count) == (SIZE, count, 0 if count > 1 else 1)
        assert [frame.image.getpixel((0, 0)) for frame in image] == [(*RED, 255)] * count


def test_pages_can_be_had_in_any_order():
    data = FORMATS["TIFF"]().data
    with sd.AnimatedImage.open(data) as image:
        for index in (2, 0, 1, 1, 0, 2):
            image.purge()
            assert image[index].image.getpixel((0, 0))[:3] == (RED, GREEN, BLUE)[index]


# announced and not there


@pytest.mark.parametrize("announced", ["3000000", "10000000000", "1e30", "900000", "700"])
def test_more_frames_are_announced_than_the_file_can_hold(announced):
    begin = time.process_time()
    with pytest.raises(sd.ImageFormatError):
        sd.AnimatedImage.open(im(1, announced))
    assert time.process_time() - begin < 1


def test_fewer_frames_than_announced():
    with sd.AnimatedImage.open(im(3, "200")) as image:
        assert (image.frame_count, image.truncated) == (3, True)
    with sd.AnimatedImage.open(im(3)[:-20]) as image:
        assert (image.frame_count, image.truncated) == (2, True)


def test_a_cut_document_has_its_whole_pages():
    data = dcx()
    with sd.AnimatedImage.open(data[: len(data) - 100]) as image:
        assert (image.frame_count, image.truncated) == (2, True)


@pytest.mark.parametrize("page", [0, 1])
def test_a_tiff_with_strips_for_a_part_of_a_page(page):
    data = bytearray(several_pages("raw"))
    patch_tag(data, page, IMAGE_LENGTH, 2_000_000)
    begin = time.process_time()
    if page == 0:
        with pytest.raises(sd.ImageFormatError, match="part of the picture"):
            sd.AnimatedImage.open(bytes(data))
    else:
        with sd.AnimatedImage.open(bytes(data)) as image:
            assert (image.frame_count, image.truncated) == (1, True)
    assert time.process_time() - begin < 1


@pytest.mark.parametrize("compression", ["raw", "packbits", "tiff_lzw"])
@pytest.mark.parametrize("orientation", [1, 6])
def test_a_tiff_of_many_strips_is_whole(compression, orientation):
    file = io.BytesIO()
    Image.new("RGB", (50, 70), RED).save(file, "TIFF", compression=compression, tiffinfo={274: orientation, 278: 16})
    with sd.AnimatedImage.open(file.getvalue()) as image:
        assert (image.size, image.truncated) == ((50, 70) if orientation == 1 else (70, 50), False)
        assert image[0].image.getpixel((49, 49)) == (*RED, 255)


def several_pages(compression):
    file = io.BytesIO()
    pages = [Image.new("RGB", SIZE, colour) for colour in (RED, GREEN)]
    pages[0].save(file, "TIFF", save_all=True, append_images=pages[1:], compression=compression)
    return file.getvalue()


def patch_tag(data, page, tag, value):
    """Another value, of 32 bits, of a tag of a page of a TIFF, in place."""
    (at,) = struct.unpack_from("<I", data, 4)
    for _ in range(page):
        (count,) = struct.unpack_from("<H", data, at)
        (at,) = struct.unpack_from("<I", data, at + 2 + 12 * count)
    (count,) = struct.unpack_from("<H", data, at)
    for entry in range(at + 2, at + 2 + 12 * count, 12):
        if struct.unpack_from("<H", data, entry)[0] == tag:
            struct.pack_into("<HHII", data, entry, tag, 4, 1, value)


# nothing is said on stderr

_SAY_NOTHING = """
import sys, sddisplaylink as sd
for path in sys.argv[1:]:
    try:
        with sd.AnimatedImage.open(path) as image:
            for index in range(image.frame_count):
                try:
                    image.frame(index)
                except sd.ImageFormatError:
                    pass
    except sd.ImageFormatError:
        pass
"""


def test_no_decoder_says_anything(tmp_path):
    files = []
    for name, make in FORMATS.items():
        data = make().data
        for part in (1, 2, 3):
            files.append(tmp_path / f"{name}-{part}.bin")
            files[-1].write_bytes(data[: len(data) * part // 3])
    picture = Image.effect_noise((64, 64), 90)
    for compression in ("tiff_lzw", "tiff_adobe_deflate", "jpeg", "packbits", "group4"):
        file = io.BytesIO()
        picture.convert("1" if compression == "group4" else "RGB").save(file, "TIFF", compression=compression)
        for at in range(10, 2000, 150):
            broken = bytearray(file.getvalue())
            broken[at % len(broken) : at % len(broken) + 30] = b"\xaa" * 30
            files.append(tmp_path / f"{compression}-{at}.tiff")
            files[-1].write_bytes(broken)
    for at in (150, 151):  # more samples in a pixel than there can be, which Pillow logs
        broken = bytearray(FORMATS["TIFF"]().data)
        place = broken.index(b"\x15\x01\x03\0")
        broken[place + 8 : place + 10] = bytes([at % 256, 32])
        files.append(tmp_path / f"samples-{at}.tiff")
        files[-1].write_bytes(broken)
    command = [sys.executable, "-W", "default", "-c", _SAY_NOTHING, *files]
    assert subprocess.run(command, capture_output=True, check=True).stderr.decode() == ""
