"""zlib streams: libdeflate and zlib give the same results."""

from __future__ import annotations

import random
import tracemalloc
import zlib

import pytest

from sddisplaylink.decoders.png import inflate
from sddisplaylink.decoders.png.inflate import inflated, inflated_unchecked
from sddisplaylink.errors import ImageFormatError
from sddisplaylink.images.image import AnimatedImage
from sddisplaylink.images.incremental import IncrementalImage
from support.images import GREEN, RED, PngPicture, build_apng, scanlines

DATA = random.Random(1).randbytes(3000) + bytes(9000)
STREAM = zlib.compress(DATA)


@pytest.fixture(params=["libdeflate", "zlib"])
def inflater(request, monkeypatch):
    if request.param == "zlib":
        monkeypatch.setattr(inflate, "_deflate", None)
    else:
        pytest.importorskip("deflate")


@pytest.mark.usefixtures("inflater")
@pytest.mark.parametrize("level", [0, 1, 9])
def test_exactly_the_bytes_expected(level):
    assert inflated(zlib.compress(DATA, level), len(DATA)) == DATA
    assert inflated(STREAM + b"more", len(DATA)) == DATA


@pytest.mark.usefixtures("inflater")
@pytest.mark.parametrize("size", [1, len(DATA) - 1, len(DATA) + 1, 1 << 20])
def test_more_or_fewer_are_refused(size):
    assert inflated(STREAM, size) is None


@pytest.mark.usefixtures("inflater")
@pytest.mark.parametrize("stream", [b"", b"x", STREAM[:-1], STREAM[:100], STREAM[:-1] + b"\0", b"\0" + STREAM])
def test_damaged_streams_are_refused(stream):
    assert inflated(stream, len(DATA)) is None


@pytest.mark.usefixtures("inflater")
def test_frames_in_pieces():
    data = build_apng([PngPicture(pieces=3), PngPicture(fill=(1, 2, 3, 255), pieces=5)])
    assert AnimatedImage.open(data).frame(1).rgba[0, 0, 1] == 2


# A wrong checksum of a whole stream


WRONG = STREAM[:-4] + b"abcd"


@pytest.mark.parametrize("stream", [STREAM, WRONG, WRONG + b"more", STREAM[:-1], STREAM[:-4], zlib.compress(DATA, 0)])
def test_without_its_checksum_a_stream_is_what_deflate_says(stream):
    assert inflated_unchecked(stream, len(DATA)) == DATA


@pytest.mark.parametrize("size", [0, 1, len(DATA) - 1, len(DATA) + 1, 1 << 60])
def test_even_so_more_or_fewer_are_refused(size):
    assert inflated_unchecked(WRONG, size) is None


HEADERS = [b"\x79\x9c", b"\x88\x1c", b"\x78\x9d", b"\x78\xbb"]  # not deflate, window, check bits, dictionary


@pytest.mark.parametrize(
    "stream", [b"", b"x", WRONG[:-5], WRONG[:100], b"\0" + WRONG, *[header + WRONG[2:] for header in HEADERS]]
)
def test_even_so_damage_is_refused(stream):
    assert inflated_unchecked(stream, len(DATA)) is None


def test_even_so_a_bomb_is_not_inflated_to_its_end():
    bomb = zlib.compress(bytes(50 << 20), 9)[:-4] + b"abcd"
    tracemalloc.start()
    assert inflated_unchecked(bomb, 1000) is None
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 1 << 20


each_decoder = pytest.mark.parametrize("decoder", ["auto", "pillow"])


def wrong(fill):
    return scanlines(PngPicture(fill=fill))[:-4] + b"abcd"


@pytest.mark.usefixtures("inflater")
@each_decoder
def test_pictures_whose_streams_have_wrong_checksums_are_shown_as_browsers_do(decoder):
    data = build_apng([PngPicture(data=wrong(RED), pieces=2), PngPicture(data=wrong(GREEN), pieces=3)])
    frames = [frame.image.getpixel((3, 2)) for frame in AnimatedImage.open(data, decoder=decoder)]
    assert frames == [RED, GREEN]


def with_a_wrong_chunk_checksum(data, kind):
    at = data.index(kind)
    end = at + 4 + int.from_bytes(data[at - 4 : at], "big")
    return data[:end] + b"\0\0\0\0" + data[end + 4 :]


@each_decoder
def test_not_if_the_checksum_of_the_chunk_is_wrong_too_unless_that_is_ancillary(decoder):
    data = build_apng([PngPicture(data=wrong(RED)), PngPicture(data=wrong(GREEN))])
    with AnimatedImage.open(with_a_wrong_chunk_checksum(data, b"IDAT"), decoder=decoder) as image:
        with pytest.raises(ImageFormatError, match="frame 0"):
            image.frame(0)
        assert image.frame(1).image.getpixel((0, 0)) == GREEN
    with AnimatedImage.open(with_a_wrong_chunk_checksum(data, b"fdAT"), decoder=decoder) as image:
        assert image.frame(1).image.getpixel((0, 0)) == GREEN


@each_decoder
def test_they_are_there_with_their_last_byte(decoder):
    data = build_apng([PngPicture(data=wrong(RED), pieces=30), PngPicture(data=wrong(GREEN), pieces=30)])
    image, counts = IncrementalImage(decoder=decoder), []
    for at in range(len(data)):
        image.feed(data[at : at + 1])
        counts.append(image.frame_count)
    ends = [data.rindex(b"fcTL") - 4, data.rindex(b"IEND") - 4]
    assert [counts.index(1) + 1, counts.index(2) + 1] == ends
