"""Damaged and malicious files: our error or whole frames, in bounded time and memory."""

from __future__ import annotations

import io
import random
import struct
import time
import tracemalloc
import zlib

import pytest
from PIL import Image, features

from sddisplaylink.errors import ImageFormatError
from sddisplaylink.images.image import AnimatedImage
from support.images import GifPicture, PngPicture, PngWriter, build_apng, build_gif, chunk, sub_blocks

GIF = build_gif(
    [
        GifPicture(9, 7, fill=1, transparent=0),
        GifPicture(5, 3, 2, 2, fill=2, disposal=2, palette=bytes(range(255)) * 3),
        GifPicture(9, 7, fill=3, disposal=3, interlaced=True, before=b"!\xfe" + sub_blocks(b"comment")),
        GifPicture(1, 1, 8, 6, fill=4),
    ],
    size=(9, 7),
    loop=3,
)
APNG = build_apng(
    [
        PngPicture(9, 7),
        PngPicture(5, 3, 2, 2, (9, 8, 7, 99), blend=1, dispose=1),
        PngPicture(9, 7, dispose=2, pieces=3),
        PngPicture(1, 1, 8, 6, (1, 2, 3, 4)),
    ],
    size=(9, 7),
    plays=2,
    hidden=PngPicture(9, 7),
)
SLOWEST = 5.0  # for a file of a few hundred bytes; far more than it takes


def webp():
    file = io.BytesIO()
    frames = [Image.new("RGBA", (9, 7), (index * 60, 9, 9, 255 - index)) for index in range(4)]
    frames[0].save(file, "WEBP", save_all=True, append_images=frames[1:], duration=50, lossless=True)
    return file.getvalue()


def still(kind):
    file = io.BytesIO()
    Image.effect_noise((24, 16), 80).convert("RGB").save(file, kind)
    return file.getvalue()


def samples():
    files = {"gif": GIF, "apng": APNG, "jpeg": still("JPEG"), "bmp": still("BMP"), "png": still("PNG")}
    return files | ({"webp": webp()} if features.check("webp") else {})


SAMPLES = samples()
each_sample = pytest.mark.parametrize("data", SAMPLES.values(), ids=SAMPLES.keys())


def use(data):
    """What use_with() gives, the same with both decoders."""
    ours, pillows = (use_with(decoder, data) for decoder in ("auto", "pillow"))
    assert (ours is None) == (pillows is None)
    assert ours is None or ours[1] == pillows[1]
    return ours


def use_with(decoder, data):
    """The image and all its frames without errors, forwards and backwards; None if the image is refused."""
    begin = time.process_time()
    got, errors = [], []
    try:
        image = AnimatedImage.open(data, max_pixels=100_000, decoder=decoder)
        for index in [*range(image.frame_count), *reversed(range(image.frame_count))]:
            try:
                got.append(image.frame(index))
            except ImageFormatError as error:
                errors.append(error)
        image.close()
    except ImageFormatError as error:
        image = None
        errors.append(error)
    assert not any("\n" in str(error) for error in errors)
    assert all(frame.nbytes == image.width * image.height * 4 for frame in got)
    assert time.process_time() - begin < SLOWEST
    return image and (image, [bytes(frame.rgba) for frame in got])


@each_sample
def test_every_cut(data):
    whole, pixels = use(data)
    counts = set()
    for length in range(len(data)):
        if (result := use(data[:length])) is None:
            counts.add(0)
            continue
        image, got = result
        count = image.frame_count
        assert image.size == whole.size
        assert image.durations == whole.durations[:count]
        assert got[:count] == pixels[:count]
        assert len(got) == 2 * count
        counts.add(count)
    assert counts >= set(range(whole.frame_count))


@each_sample
def test_random_flipped_bits(data):
    generator = random.Random(20)
    for _ in range(350):
        broken = bytearray(data)
        for _ in range(generator.choice([1, 1, 1, 3])):
            broken[generator.randrange(len(broken))] ^= 1 << generator.randrange(8)
        use(bytes(broken))


@each_sample
def test_random_bytes_put_in_and_taken_out(data):
    generator = random.Random(30)
    for _ in range(100):
        at, length = generator.randrange(len(data)), generator.randrange(1, 20)
        use(data[:at] + generator.randbytes(length) + data[at:])
        use(data[:at] + data[at + length :])


def test_rubbish_after_every_signature():
    generator = random.Random(40)
    for start in (
        b"GIF89a",
        b"GIF87a",
        APNG[:8],
        APNG[:33],
        GIF[:13],
        b"RIFF\xff\0\0\0WEBPVP8X",
        b"II*\0",
        b"\xff\xd8\xff",
    ):
        for length in (0, 1, 20, 300):
            use(start + generator.randbytes(length))
            use(start + bytes(length))
            use(start + b"\xff" * length)


def assert_small(build, expected):
    """`build` raises ImageFormatError with that text, and takes less than 50 MB of Python's memory meanwhile."""
    tracemalloc.start()
    try:
        with pytest.raises(ImageFormatError, match=expected):
            build()
        assert tracemalloc.get_traced_memory()[1] < 50 << 20
    finally:
        tracemalloc.stop()


def test_a_gif_of_few_bytes_and_a_huge_screen():
    data = build_gif([GifPicture(1, 1)], size=(65535, 65535), palette=None)
    assert len(data) < 60
    assert_small(lambda: AnimatedImage.open(data), "65535x65535 pixels are more than the limit")


def test_a_png_of_few_bytes_and_a_huge_size():
    writer = PngWriter((0x7FFFFFFF, 0x7FFFFFFF))
    data = writer.begin() + writer.data(PngPicture(), still=True) + chunk(b"IEND", b"")
    assert_small(lambda: AnimatedImage.open(data), "pixels are more than the limit")


@pytest.mark.parametrize("size", [(0, 3), (4, 0), (0, 0)])
def test_empty_pictures(size):
    assert_small(lambda: AnimatedImage.open(build_gif([GifPicture(0, 0)], size=size)), "empty")
    writer = PngWriter(size)
    data = writer.begin() + writer.data(PngPicture(), still=True) + chunk(b"IEND", b"")
    assert_small(lambda: AnimatedImage.open(data), "empty")


@pytest.mark.parametrize("announced", [1 << 20, 0x7FFFFFFF])
def test_a_huge_number_of_announced_frames_costs_nothing(announced):
    image = AnimatedImage.open(build_apng([PngPicture(), PngPicture()], announced=announced))
    assert (image.frame_count, image.truncated) == (2, True)


def test_a_chunk_that_says_it_is_huge():
    data = APNG[:33] + struct.pack(">I", 0xFFFFFFFF) + b"IDAT"
    assert_small(lambda: AnimatedImage.open(data), "no whole picture")


def test_data_that_inflates_to_more_than_the_picture():
    bomb = zlib.compress(bytes(50 << 20), 1)
    image = AnimatedImage.open(build_apng([PngPicture(), PngPicture(data=bomb)]))
    begin = time.process_time()
    assert image.frame(1).nbytes == 48
    assert time.process_time() - begin < SLOWEST


def test_fifty_thousand_frames():
    count = 50_000
    picture = GifPicture(1, 1, delay=3).blocks()
    begin = time.process_time()
    image = AnimatedImage.open(build_gif([], size=(1, 1), after=picture * count))
    assert (image.frame_count, len(image.durations)) == (count, count)
    assert image.duration == pytest.approx(count * 0.03)
    assert image[-1].index == count - 1
    assert time.process_time() - begin < 20


def test_sub_blocks_that_never_end():
    use(b"GIF89a\x01\0\x01\0\0\0\0!\xff" + b"\x01a" * 200_000)
    use(build_gif([GifPicture(data=b"\x08" + b"\x01a" * 200_000)]))


def test_a_huge_minimum_code_size():
    for size in range(256):
        use(build_gif([GifPicture(data=bytes([size]) + sub_blocks(b"\x00\x11\x22\x33"))]))
