"""Pictures turned as the file says, where browsers turn them."""

from __future__ import annotations

import io

import pytest
from PIL import Image, features

import sddisplaylink as sd
from sddisplaylink.decoders.appearance import orientation_of
from support.browser_samples import exif
from support.images import BLUE, CLEAR, GREEN, RED, GifPicture, PngPicture, build_apng, build_gif, build_png, chunk

CORNERS = {"top left": RED, "top right": GREEN, "bottom left": BLUE, "bottom right": (255, 255, 255, 255)}
# where the top left and the top right corner of what is stored come to lie, and whether width and height change places
TURNED = {
    1: ("top left", "top right"),
    2: ("top right", "top left"),
    3: ("bottom right", "bottom left"),
    4: ("bottom left", "bottom right"),
    5: ("top left", "bottom left"),
    6: ("top right", "bottom right"),
    7: ("bottom right", "top right"),
    8: ("bottom left", "top left"),
}
WIDTH, HEIGHT = 64, 32


def picture(mode="RGB"):
    image = Image.new("RGBA", (WIDTH, HEIGHT), RED)
    image.paste(GREEN, (WIDTH // 2, 0, WIDTH, HEIGHT // 2))
    image.paste(BLUE, (0, HEIGHT // 2, WIDTH // 2, HEIGHT))
    image.paste((255, 255, 255, 255), (WIDTH // 2, HEIGHT // 2, WIDTH, HEIGHT))
    return image.convert(mode)


def saved(kind, orientation, **options):
    file = io.BytesIO()
    picture().save(file, kind, exif=b"Exif\0\0" + exif(orientation), **options)
    return file.getvalue()


def png(orientation):
    file = io.BytesIO()
    picture().save(file, "PNG")
    return with_chunk(file.getvalue(), orientation)


def with_chunk(data, orientation, order="<"):
    """Behind the header."""
    return data[:33] + chunk(b"eXIf", exif(orientation, order)) + data[33:]


def corners(frame):
    image = frame.image
    right, bottom = image.width - 2, image.height - 2
    places = {"top left": (1, 1), "top right": (right, 1), "bottom left": (1, bottom), "bottom right": (right, bottom)}
    return {name: image.getpixel(place) for name, place in places.items()}


def assert_turned(frame, orientation, tolerance=4):
    width, height = frame.size
    assert (width, height) == ((HEIGHT, WIDTH) if orientation > 4 else (WIDTH, HEIGHT))
    got, (first, second) = corners(frame), TURNED[orientation]
    assert got[first] == pytest.approx(RED, abs=tolerance)
    assert got[second] == pytest.approx(GREEN, abs=tolerance)


MAKERS = {
    "JPEG": lambda orientation: saved("JPEG", orientation, quality=95, subsampling=0),
    "PNG": png,
    "AVIF": lambda orientation: saved("AVIF", orientation, quality=95, subsampling="4:4:4"),
}


@pytest.mark.parametrize("orientation", TURNED)
@pytest.mark.parametrize("decoder", ["auto", "pillow"])
@pytest.mark.parametrize("kind", MAKERS)
def test_turned(kind, decoder, orientation):
    if kind == "AVIF" and "avif" not in features.get_supported():
        pytest.skip("this Pillow has no AVIF")
    data = MAKERS[kind](orientation)
    with sd.AnimatedImage.open(data, decoder=decoder) as image:
        assert image.orientation == orientation
        assert image.size == image[0].size
        assert_turned(image[0], orientation)
    with sd.AnimatedImage.open(data, decoder=decoder, orient=False) as image:
        assert image.orientation == orientation
        assert_turned(image[0], 1)


def test_webp_stays_as_it_is():
    data = saved("WEBP", 6, lossless=True)
    with sd.AnimatedImage.open(data) as image:
        assert (image.orientation, image.size) == (1, (WIDTH, HEIGHT))


@pytest.mark.parametrize("orientation", TURNED)
def test_tiff_is_turned_by_pillow(orientation):
    file = io.BytesIO()
    picture().save(file, "TIFF", tiffinfo={274: orientation})
    with sd.AnimatedImage.open(file.getvalue()) as image:
        assert image.size == image[0].size
        assert_turned(image[0], orientation)


@pytest.mark.parametrize("orientation", [1, 3, 6, 7])
def test_every_frame_of_an_animation_is_turned_forwards_and_backwards(orientation):
    pictures = [
        PngPicture(6, 4, fill=RED),
        PngPicture(1, 1, 0, 0, fill=GREEN),
        PngPicture(2, 1, 4, 3, fill=BLUE),
        PngPicture(1, 1, 5, 0, fill=CLEAR),
    ]
    data = build_apng(pictures, size=(6, 4))
    expected = [frame.image for frame in sd.AnimatedImage.open(data)]
    turns = {3: Image.Transpose.ROTATE_180, 6: Image.Transpose.ROTATE_270, 7: Image.Transpose.TRANSVERSE}
    if orientation > 1:
        expected = [image.transpose(turns[orientation]) for image in expected]
    with sd.AnimatedImage.open(with_chunk(data, orientation, ">")) as image:
        for index in (0, 1, 2, 3, 2, 0, 3, 1):
            image.purge()
            assert image[index].image == expected[index]
        seen = [bytes(frame.rgba) for frame in image]
    incremental = sd.IncrementalImage()
    incremental.feed(with_chunk(data, orientation, ">"))
    incremental.finish()
    assert [bytes(frame.rgba) for frame in incremental] == seen
    assert incremental.size == image.size


def test_going_on_from_a_held_frame_that_is_turned():
    from sddisplaylink.decoders.data.file import FileData
    from sddisplaylink.decoders.data.limits import Limits
    from sddisplaylink.decoders.opening import open_decoder

    pictures = [PngPicture(6, 4, fill=RED), PngPicture(1, 1, 0, 0, fill=GREEN), PngPicture(1, 1, 1, 0, fill=BLUE)]
    for orientation in TURNED:
        decoder = open_decoder(FileData(with_chunk(build_apng(pictures, size=(6, 4)), orientation)), Limits(100))
        frames = []
        for index in range(3):
            decoder.compose(index)
            frames.append(bytes(decoder.pixels()))
        decoder.compose(0)
        decoder.resume(1, frames[1])
        decoder.compose(2)
        assert bytes(decoder.pixels()) == frames[2]


def test_what_is_not_said_before_the_picture_does_not_count():
    data = build_png()
    late = data[:-12] + chunk(b"eXIf", exif(6)) + data[-12:]
    wrong = data[:33] + chunk(b"eXIf", exif(6))[:-1] + b"?" + data[33:]
    for file in (late, wrong, build_gif([GifPicture()])):
        assert sd.AnimatedImage.open(file).orientation == 1


@pytest.mark.parametrize(
    ("data", "orientation"),
    [
        (exif(6), 6),
        (exif(6, ">"), 6),
        (b"Exif\0\0" + exif(8), 8),
        (exif(0), 1),
        (exif(9), 1),
        (b"II*\0\x08\0\0\0\x02\0" + exif(9)[10:22] + exif(6)[10:], 6),
        (exif(6).replace(b"\x12\x01\x03", b"\x12\x01\x04"), 1),
        (exif(6)[:15], 1),
        (b"II*\0\xff\xff\xff\xff", 1),
        (b"II*\0\x08\0\0\0\xff\xff", 1),
        (b"", 1),
        (b"rubbish", 1),
    ],
)
def test_reading_exif(data, orientation):
    assert orientation_of(data) == orientation
