"""Formats that Pillow plays: TIFF, stills of every kind."""

from __future__ import annotations

import io
import struct
import tracemalloc

import pytest
from PIL import Image

from sddisplaylink.decoders.data.limits import Limits
from sddisplaylink.decoders.pillow.rgba import rgba_bytes
from sddisplaylink.decoders.pillow.sequence import SequenceDecoder
from sddisplaylink.errors import ImageFormatError
from support.decode_path import path_to

LIMIT = Limits(10_000)
COLOURS = [(255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 255), (0, 0, 0, 0)]


def saved(pictures, kind, **options):
    file = io.BytesIO()
    pictures[0].save(file, kind, save_all=len(pictures) > 1, append_images=pictures[1:], **options)
    return file.getvalue()


def pictures(count=4, size=(8, 6), mode="RGBA"):
    return [Image.new("RGBA", size, COLOURS[index % 4]).convert(mode) for index in range(count)]


def pixel(decoder, index):
    for at in path_to(decoder, index)[1]:
        decoder.compose(at)
    return tuple(decoder.pixels()[:4])


def test_tiff_pages_of_other_sizes_and_modes():
    pages = [Image.new("RGB", (5, 4), "red"), Image.new("L", (9, 9), 77), Image.new("RGB", (2, 1), "blue")]
    decoder = SequenceDecoder(saved(pages, "TIFF"), LIMIT)
    assert (decoder.info.format, decoder.info.size, len(decoder.info.delays_ns)) == ("TIFF", (5, 4), 3)
    assert pixel(decoder, 1) == (77, 77, 77, 255)
    assert pixel(decoder, 2) == (0, 0, 255, 255)
    assert decoder.pixels()[-4:] == bytes(4)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "CMYK", "I;16", "I", "F"])
def test_every_mode_becomes_rgba(mode):
    picture = Image.new("L", (3, 2), 0).convert("I").convert(mode) if mode == "I;16" else Image.new(mode, (3, 2))
    assert len(SequenceDecoder(saved([picture], "PNG" if mode == "LA" else "TIFF"), LIMIT).pixels()) == 24


def test_sixteen_bit_grey_is_not_clipped():
    picture = Image.new("I;16", (2, 1))
    picture.putpixel((0, 0), 0x4080)
    picture.putpixel((1, 0), 0xFFFF)
    assert list(SequenceDecoder(saved([picture], "TIFF"), LIMIT).pixels()) == [0x40] * 3 + [255] * 5


GREYS = {
    "netpbm of 16 bits": b"P5 4 1 65535\n" + struct.pack(">4H", 0, 0x80FF, 0xC000, 0xFFFF),
    "netpbm of 10 bits": b"P5 4 1 1023\n" + struct.pack(">4H", 0, 515, 768, 1023),
    "netpbm of digits": b"P2 4 1 65535\n0 33023 49152 65535\n",
    "netpbm of numbers from 0 to 1": b"Pf 4 1 -1.0\n" + struct.pack("<4f", -1, 0.5, 0.7529, 7.0),
}


@pytest.mark.parametrize("kind", GREYS)
def test_grey_of_more_than_eight_bits_is_not_clipped(kind):
    assert list(SequenceDecoder(GREYS[kind], LIMIT).pixels()[::4]) == [0, 0x80, 0xC0, 255]


@pytest.mark.parametrize(
    ("bits", "white_is_zero", "samples", "shown"),
    [
        (12, False, "000 80f c00 fff", [0, 0x80, 0xC0, 255]),
        (16, False, "0000 80ff 00c0 ffff", [0, 0xFF, 0xC0, 255]),
        (16, True, "0000 80ff 00c0 ffff", [255, 0, 0x3F, 0]),
    ],
)
def test_grey_of_a_tiff(bits, white_is_zero, samples, shown):
    kind = 0 if white_is_zero else 1
    entries = [(256, 4), (257, 1), (258, bits), (259, 1), (262, kind), (273, 200), (277, 1), (278, 1), (279, bits // 2)]
    directory = b"".join(struct.pack("<HHIHH", tag, 3, 1, value, 0) for tag, value in entries)
    data = struct.pack("<2sHIH", b"II", 42, 8, len(entries)) + directory
    decoder = SequenceDecoder(data.ljust(200, b"\0") + bytes.fromhex(samples.replace(" ", "")), LIMIT)
    assert list(decoder.pixels()[::4]) == shown


@pytest.mark.parametrize("kind", ["JPEG", "BMP", "TIFF", "PPM", "TGA", "ICO", "PCX"])
def test_stills(kind):
    info = SequenceDecoder(saved(pictures(1, (16, 16), "RGB"), kind), LIMIT).info
    assert (info.format, len(info.delays_ns), info.delays_ns[0], info.loop_count) == (kind, 1, None, 1)


def test_pictures_that_are_not_in_time_are_a_still():
    info = SequenceDecoder(saved(pictures(2, mode="RGB"), "MPO"), LIMIT).info
    assert (info.format, len(info.delays_ns), info.loop_count, info.truncated) == ("MPO", 1, 1, False)


@pytest.mark.filterwarnings("ignore:.*:UserWarning:PIL")
def test_a_cut_tiff_has_its_whole_pages():
    page = Image.effect_noise((40, 40), 50)
    data = saved([page, page, page], "TIFF")
    counts = set()
    for length in range(0, len(data), 97):
        try:
            counts.add(len(SequenceDecoder(data[:length], LIMIT).info.delays_ns))
        except ImageFormatError:
            counts.add(0)
    assert counts <= {0, 1, 2, 3}
    assert 0 in counts


def test_a_cut_jpeg_is_an_error():
    data = saved([Image.effect_noise((60, 60), 50).convert("RGB")], "JPEG")
    with pytest.raises(ImageFormatError):
        SequenceDecoder(data[: len(data) // 2], LIMIT)


@pytest.mark.parametrize(
    "data", [b"x", b"hello, this is a text file\n" * 9, bytes(1000), b"RIFF\x10\0\0\0WEBPVP8X", b"BM"]
)
def test_what_is_no_image_is_an_error_of_one_line(data):
    with pytest.raises(ImageFormatError) as caught:
        SequenceDecoder(data, LIMIT)
    assert "\n" not in str(caught.value)


def test_no_interpreter_is_started_for_postscript(monkeypatch):
    from PIL import EpsImagePlugin

    def fail(*args, **kwargs):
        pytest.fail("Ghostscript")

    monkeypatch.setattr(EpsImagePlugin, "Ghostscript", fail)
    with pytest.raises(ImageFormatError):
        SequenceDecoder(saved(pictures(1, mode="RGB"), "EPS"), LIMIT)


def test_more_pixels_than_allowed():
    with pytest.raises(ImageFormatError, match="200x100 pixels are more than the limit of 19999"):
        SequenceDecoder(saved([Image.new("L", (200, 100))], "BMP"), Limits(19_999))


@pytest.mark.parametrize("size", [(3000, 1001), (1, 2_000_001), (2_000_001, 2), (1 << 20, 1)])
def test_large_pictures_are_copied_in_bands(size):
    picture = Image.merge("RGBA", [Image.linear_gradient("L").resize(size).rotate(turn) for turn in (0, 90, 180, 270)])
    expected = picture.tobytes()
    tracemalloc.start()
    try:
        pixels = rgba_bytes(picture)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert (pixels.readonly, pixels == expected) == (True, True)
    assert most < len(expected) * (1.5 if size[0] == 3000 else 4)


def test_a_larger_page_inside_is_refused_where_it_stands():
    decoder = SequenceDecoder(saved([Image.new("L", (5, 4)), Image.new("L", (200, 100))], "TIFF"), LIMIT)
    with pytest.raises(ImageFormatError, match="frame 1"):
        decoder.compose(1)
    assert path_to(decoder, 0)[1][0] == 0
    decoder.compose(0)
