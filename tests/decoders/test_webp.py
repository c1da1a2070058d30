"""Animated WebP: the container's frames, composed as browsers compose them."""

from __future__ import annotations

import io

import pytest
from PIL import Image, features

import sddisplaylink as sd
from sddisplaylink.decoders.data.file import FileData
from sddisplaylink.decoders.data.limits import Limits
from sddisplaylink.decoders.opening import open_decoder
from sddisplaylink.errors import ImageFormatError
from support.browser_samples import P3, made_profile
from support.decode_path import path_to
from support.images import BLUE, CLEAR, GREEN, RED
from support.riff import webp_chunk, webp_file, webp_frame, webp_picture

pytestmark = pytest.mark.skipif(not features.check("webp"), reason="this Pillow has no WebP")

LIMIT = Limits(10_000)
COLOURS = [RED, GREEN, BLUE, CLEAR]
DISPOSE, REPLACE = 1, 2
HALF_RED = (255, 0, 0, 128)


def frame(colour, box=(0, 0, 8, 6), flags=0, delay=100, mode="RGBA", **options):
    picture = Image.new("RGBA", box[2:], colour).convert(mode)
    return webp_frame(box, delay, flags, webp_picture(picture, **({"lossless": True} | options)))


def build(*frames, loops=(0,), flags=2, size=(8, 6)):
    return webp_file(size, flags, loops, b"".join(frames))


def saved(count=4, **options):
    file = io.BytesIO()
    pictures = [Image.new("RGBA", (8, 6), COLOURS[index % 4]) for index in range(count)]
    pictures[0].save(
        file,
        "WEBP",
        save_all=True,
        append_images=pictures[1:],
        duration=[40, 50, 0, 70][:count],
        lossless=True,
        **options,
    )
    return file.getvalue()


def opened(data, **limits):
    return open_decoder(FileData(data), Limits(10_000, **limits))


def pixel(decoder, index, x=0, y=0):
    for at in path_to(decoder, index)[1]:
        decoder.compose(at)
    at = (y * decoder.size[0] + x) * 4
    return tuple(decoder.pixels()[at : at + 4])


def test_delays_and_plays_are_known_without_decoding():
    info = opened(saved(loop=3)).info
    assert (info.format, info.size, info.loop_count, info.truncated) == ("WEBP", (8, 6), 3, False)
    assert info.delays_ns == (40_000_000, 50_000_000, 0, 70_000_000)


@pytest.mark.parametrize(("loops", "plays"), [([0], 0), ([3], 3), ([3, 7], 3), ([0, 5], 0), ([], 1)])
def test_the_first_animation_chunk_says_how_often(loops, plays):
    assert opened(build(frame(RED), frame(GREEN), loops=loops)).info.loop_count == plays


def test_frames_forwards_and_backwards():
    decoder = opened(saved())
    order = [0, 1, 2, 3, 0, 3, 2, 2, 1]
    assert [pixel(decoder, index) for index in order] == [COLOURS[index] for index in order]
    decoder.close()


def test_frames_build_on_the_one_before_alone():
    decoder = opened(
        build(frame(RED), frame(GREEN, (2, 2, 2, 2)), frame(BLUE, (4, 2, 2, 2)), frame(RED, flags=REPLACE))
    )
    decoder.compose(0)
    assert [path_to(decoder, index)[1][0] for index in range(4)] == [0, 1, 1, 3]
    decoder.compose(1)
    held = {1: bytes(decoder.pixels())}
    decoder.compose(3)
    decoder.resume(1, held[1])
    decoder.compose(2)
    assert [pixel(decoder, 2, x, 3) for x in (0, 2, 4)] == [RED, GREEN, BLUE]


@pytest.mark.parametrize("flags", [2, 0x12])
def test_what_no_frame_covers_is_transparent_whatever_the_flag_says(flags):
    decoder = opened(build(frame(RED, (2, 2, 2, 2), mode="RGB"), frame(BLUE, (4, 2, 2, 2), mode="RGB"), flags=flags))
    assert [pixel(decoder, index) for index in (0, 1)] == [CLEAR, CLEAR]
    assert [pixel(decoder, 1, x, 3) for x in (2, 4)] == [RED, BLUE]


@pytest.mark.parametrize("flags", [2, 0x12])
def test_what_is_disposed_of_is_transparent(flags):
    decoder = opened(build(frame(RED, flags=DISPOSE), frame(BLUE, (2, 2, 2, 2)), flags=flags))
    assert [pixel(decoder, 1), pixel(decoder, 1, 2, 2)] == [CLEAR, BLUE]


def test_alpha_is_blended_or_replaces():
    over = opened(build(frame(BLUE), frame(HALF_RED)))
    assert pixel(over, 1) == pytest.approx((128, 0, 127, 255), abs=1)
    assert pixel(opened(build(frame(BLUE), frame(HALF_RED, flags=REPLACE))), 1) == HALF_RED


def test_lossy_frames_with_an_alpha_channel_beside():
    decoder = opened(build(frame(BLUE), frame(HALF_RED, flags=REPLACE, lossless=False, quality=100)))
    assert pixel(decoder, 1) == pytest.approx(HALF_RED, abs=3)


def test_a_frame_without_a_picture_is_none():
    empty = webp_frame((0, 0, 8, 6), 500, 0, b"")
    unknown = webp_frame((0, 0, 8, 6), 500, 0, webp_chunk(b"UNKN", b"12345"))
    decoder = opened(build(empty, frame(RED, delay=40), unknown, webp_chunk(b"UNKN", b"1"), frame(GREEN, delay=50)))
    assert decoder.info.delays_ns == (40_000_000, 50_000_000)
    assert [pixel(decoder, index) for index in (0, 1)] == [RED, GREEN]


def test_a_picture_has_the_size_that_it_says_itself():
    content = webp_picture(Image.new("RGBA", (8, 6), RED), lossless=True)
    decoder = opened(build(webp_frame((0, 0, 3, 3), 100, 0, content), frame(GREEN)))
    assert pixel(decoder, 0, 7, 5) == RED


def test_a_frame_beyond_the_canvas_ends_the_file():
    info = opened(build(frame(RED), frame(GREEN, (2, 2, 8, 6)), frame(BLUE))).info
    assert (len(info.delays_ns), info.truncated) == (1, True)


def test_every_cut_gives_the_whole_frames():
    data = saved(loop=2)
    counts = set()
    for length in range(12, len(data)):
        try:
            decoder = opened(data[:length])
        except ImageFormatError:
            continue
        assert decoder.info.truncated
        last = len(decoder.info.delays_ns) - 1
        assert pixel(decoder, last) == COLOURS[last]
        counts.add(last + 1)
    assert counts == {1, 2, 3}  # the fourth ends with the file


def test_a_still_picture_is_no_animation():
    file = io.BytesIO()
    Image.new("RGBA", (8, 6), RED).save(file, "WEBP")
    info = opened(file.getvalue()).info
    assert (len(info.delays_ns), info.loop_count) == (1, 1)


def test_limits_hold_before_anything_is_decoded():
    with pytest.raises(ImageFormatError, match="limit of 2"):
        opened(saved(), frames=2)
    data = bytearray(saved())
    data[24:30] = b"\xff\x3f\0\xff\x3f\0"
    with pytest.raises(ImageFormatError, match="16384x16384 pixels"):
        opened(bytes(data))


def test_a_canvas_far_larger_than_every_frame_is_absurd():
    small, large = frame(RED), frame(GREEN, (0, 0, 1000, 700))
    data = build(small, small, size=(1 << 20, 6))
    with pytest.raises(ImageFormatError, match="1048576x6 pixels are absurd for a frame of 8x6"):
        sd.AnimatedImage.open(data)
    assert sd.AnimatedImage.open(data, max_pixels=10_000_000).size == (1 << 20, 6)
    assert sd.AnimatedImage.open(build(small, large, size=(2500, 1700))).frame_count == 2


def test_a_pillow_without_webp(monkeypatch):
    monkeypatch.setattr("PIL.WebPImagePlugin.SUPPORTED", False)
    with pytest.raises(sd.ImageFormatError, match="without WebP"):
        sd.AnimatedImage.open(saved())


def test_the_first_frame_must_be_one():
    broken = webp_frame((0, 0, 8, 6), 100, 0, webp_chunk(b"VP8L", b"\x2f\x07\x40\x01\x00" + bytes(3)))
    with pytest.raises(sd.ImageFormatError, match="frame 0"):
        sd.AnimatedImage.open(build(broken, frame(RED)))


def test_the_profile_of_an_animation_is_not_heeded():
    """As in Chromium, where that of a still picture is."""
    profile = webp_chunk(b"ICCP", made_profile(P3, 1.0))
    image = sd.AnimatedImage.open(build(profile, frame((200, 60, 60, 255)), frame(RED), flags=0x22))
    assert image[0].image.getpixel((0, 0)) == (200, 60, 60, 255)
