"""AnimatedImage: what can be opened, what it says, how frames are had, how it ends."""

from __future__ import annotations

import gc
import io
import threading
import warnings
import weakref

import numpy
import pytest
from PIL import Image

import sddisplaylink as sd
from sddisplaylink.images.image import AnimatedImage
from support.images import BLUE, GREEN, RED, GifPicture, PngPicture, build_apng, build_gif, build_png, colour

GIF = build_gif(
    [GifPicture(fill=1, delay=2), GifPicture(2, 1, fill=2, delay=0), GifPicture(fill=3, delay=None)], loop=4
)
APNG = build_apng([PngPicture(fill=RED), PngPicture(fill=GREEN, delay=(1, 3)), PngPicture(fill=BLUE)], plays=2)


@pytest.fixture
def gif():
    with AnimatedImage.open(GIF) as image:
        yield image


# sources


def test_a_path(tmp_path):
    path = tmp_path / "a.gif"
    path.write_bytes(GIF)
    for source in (path, str(path)):
        assert AnimatedImage.open(source).frame_count == 3


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_bytes(kind):
    assert AnimatedImage.open(kind(GIF)).frame_count == 3


def test_a_binary_file_is_read_to_its_end_and_left_open():
    file = io.BytesIO(b"before" + GIF)
    file.seek(6)
    assert AnimatedImage.open(file).frame_count == 3
    assert file.tell() == 6 + len(GIF)
    assert not file.closed


def test_bytes_that_are_changed_afterwards_do_not_matter():
    data = bytearray(GIF)
    image = AnimatedImage.open(data)
    data[:] = bytes(len(data))
    assert image[0].image.getpixel((0, 0)) == colour(1)


@pytest.mark.parametrize("source", [io.StringIO("text"), None, 5, [1, 2], object()])
def test_other_sources_are_a_type_error(source):
    with pytest.raises(TypeError, match="source"):
        AnimatedImage.open(source)


def test_a_text_file_is_not_even_read(tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("text")
    with path.open() as file:
        with pytest.raises(TypeError, match="binary"):
            AnimatedImage.open(file)
        assert file.tell() == 0


@pytest.mark.parametrize("name", [b"/x\xff", b"pictures/ball.gif", b"./a b"])
def test_a_name_in_bytes_is_no_image_and_a_type_error(name):
    for expected in (sd.ImageFormatError, TypeError):
        with pytest.raises(expected, match="must be a str"):
            AnimatedImage.open(name)


@pytest.mark.parametrize("data", [b"", b"no image", b"a/b\n", b"/" * 5000])
def test_other_bytes_are_data(data):
    with pytest.raises(sd.ImageFormatError) as caught:
        AnimatedImage.open(data)
    assert not isinstance(caught.value, TypeError)


def test_a_path_that_cannot_be_read(tmp_path):
    with pytest.raises(FileNotFoundError):
        AnimatedImage.open(tmp_path / "none.gif")
    with pytest.raises(IsADirectoryError):
        AnimatedImage.open(tmp_path)


@pytest.mark.parametrize(
    "data", [b"", b"a text file\n" * 100, b"GIF89a", b"\x89PNG\r\n\x1a\n", build_gif([]), bytes(99)]
)
def test_what_is_no_image_is_one_line_that_names_the_source(tmp_path, data):
    path = tmp_path / "bad.gif"
    path.write_bytes(data)
    with pytest.raises(sd.ImageFormatError) as caught:
        AnimatedImage.open(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert "\n" not in str(caught.value)
    with pytest.raises(ValueError, match="^<bytes>: "):
        AnimatedImage.open(data)


def test_the_name_of_a_file_object(tmp_path):
    path = tmp_path / "bad.gif"
    path.write_bytes(b"x")
    with path.open("rb") as file, pytest.raises(sd.ImageFormatError, match="bad.gif: "):
        AnimatedImage.open(file)


@pytest.mark.parametrize("options", [{"timing": "fast"}, {"decoder": "qt"}, {"max_pixels": 0}, {"max_pixels": -5}])
def test_arguments_out_of_range(options):
    with pytest.raises(ValueError, match=next(iter(options))):
        AnimatedImage.open(GIF, **options)


@pytest.mark.parametrize("limit", [1.5, "10", True])
def test_a_limit_that_is_no_whole_number(limit):
    with pytest.raises(TypeError, match="max_pixels"):
        AnimatedImage.open(GIF, max_pixels=limit)


# what it says


def test_properties_of_a_gif(gif):
    assert (gif.format, gif.size, gif.width, gif.height) == ("GIF", (4, 3), 4, 3)
    assert (gif.frame_count, len(gif), gif.loop_count) == (3, 3, 5)
    assert gif.durations == (0.02, 0.1, 0.1)
    assert gif.durations_ns == (20_000_000, 100_000_000, 100_000_000)
    assert gif.duration == pytest.approx(0.22)
    assert (gif.is_animated, gif.truncated) == (True, False)
    assert repr(gif) == "<AnimatedImage '<bytes>' GIF 4x3, 3 frames, 0.220 s>"


def test_properties_of_an_apng():
    image = AnimatedImage.open(APNG)
    assert (image.format, image.frame_count, image.loop_count) == ("PNG", 3, 2)
    assert image.durations_ns == (100_000_000, 333_333_333, 100_000_000)


def test_raw_timing():
    image = AnimatedImage.open(GIF, timing="raw")
    assert image.durations == (0.02, 0.0, 0.0)
    assert image.durations_ns == (20_000_000, 1, 1)
    assert image.frame(1).duration == 0.0


@pytest.mark.parametrize("data", [build_gif([GifPicture()]), build_png(), build_apng([PngPicture()])])
def test_a_still_image(data):
    image = AnimatedImage.open(data)
    assert (image.frame_count, image.loop_count, image.is_animated, image.durations) == (1, 1, False, (0.1,))


def test_a_jpeg():
    file = io.BytesIO()
    Image.new("RGB", (20, 10), "red").save(file, "JPEG")
    image = AnimatedImage.open(file.getvalue())
    assert (image.format, image.size, image.frame_count, image.is_animated) == ("JPEG", (20, 10), 1, False)
    assert image[0].image.getpixel((3, 3))[0] > 200
    assert AnimatedImage.open(file.getvalue(), timing="raw").durations == (0.0,)


@pytest.mark.parametrize("decoder", ["auto", "pillow"])
def test_both_decoders(decoder):
    image = AnimatedImage.open(APNG, decoder=decoder)
    assert [frame.image.getpixel((0, 0)) for frame in image] == [RED, GREEN, BLUE]


def test_truncated():
    cut = AnimatedImage.open(GIF[:-30])
    assert (cut.frame_count, cut.truncated) == (2, True)
    assert cut[1].image.getpixel((0, 0)) == colour(2)


# frames


def test_frames_by_number(gif):
    assert [gif.frame(index).index for index in range(3)] == [0, 1, 2]
    assert [gif[index].index for index in (-1, -2, -3)] == [2, 1, 0]
    assert gif.frame(numpy.int64(1)).index == 1
    assert [frame.timestamp for frame in gif] == [0.0, 0.02, 0.12]
    assert [frame.duration for frame in gif] == list(gif.durations)


@pytest.mark.parametrize("index", [3, -4, 10**30])
def test_a_frame_that_is_not_there(gif, index):
    with pytest.raises(IndexError, match="out of range"):
        gif.frame(index)
    with pytest.raises(IndexError):
        gif[index]


@pytest.mark.parametrize("index", [slice(0, 2), 1.0, "0", None])
def test_an_index_must_be_a_whole_number(gif, index):
    with pytest.raises(TypeError):
        gif[index]


def test_every_order_gives_the_same_pixels():
    straight = [bytes(frame.rgba) for frame in AnimatedImage.open(APNG)]
    image = AnimatedImage.open(APNG)
    assert [bytes(image[index].rgba) for index in (2, 0, 1, 2, 1)] == [straight[index] for index in (2, 0, 1, 2, 1)]


def test_a_broken_frame_names_the_source_and_the_others_are_had():
    image = AnimatedImage.open(build_gif([GifPicture(), GifPicture(data=b"\x0c\x01\xff\0"), GifPicture(fill=7)]))
    with pytest.raises(sd.ImageFormatError, match="^<bytes>: frame 1: "):
        image.frame(1)
    assert image.frame(2).image.getpixel((0, 0)) == colour(7)


def test_frames_from_many_threads():
    image = AnimatedImage.open(build_gif([GifPicture(fill=index, transparent=255) for index in range(50)]))
    wrong = []

    def read(offset):
        for turn in range(100):
            index = (turn * 7 + offset) % 50
            if image[index].image.getpixel((0, 0)) != colour(index):
                wrong.append(index)

    threads = [threading.Thread(target=read, args=(offset,)) for offset in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert wrong == []


# limits


def test_max_pixels_counts_the_canvas():
    assert AnimatedImage.open(GIF, max_pixels=12).size == (4, 3)
    for data in (GIF, APNG):
        with pytest.raises(sd.ImageFormatError, match="4x3 pixels are more than the limit of 11"):
            AnimatedImage.open(data, max_pixels=11)


def test_max_pixels_counts_every_frame_of_a_gif():
    image = AnimatedImage.open(build_gif([GifPicture(), GifPicture(60_000, 60_000, data=b"\x08\x01\x00\0")]))
    assert image.frame(0).size == (4, 3)
    with pytest.raises(sd.ImageFormatError, match="frame 1: 60000x60000"):
        image.frame(1)


def test_by_default_pillows_limit_holds(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 11)
    with pytest.raises(sd.ImageFormatError, match="limit of 11"):
        AnimatedImage.open(GIF)
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", None)
    assert AnimatedImage.open(GIF).frame_count == 3


def bmp(size):
    file = io.BytesIO()
    Image.new("RGB", size).save(file, "BMP")
    return file.getvalue()


@pytest.mark.parametrize("make", [lambda: GIF, lambda: APNG, lambda: bmp((4, 3))])
@pytest.mark.parametrize("action", ["error", "always"])
def test_a_larger_limit_than_pillows_raises_no_warning_of_pillows(monkeypatch, make, action):
    data = make()
    for pillows in (11, 5):  # Pillow warns of the first and refuses the second
        monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", pillows)
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter(action)
            assert AnimatedImage.open(data, max_pixels=12)[0].size == (4, 3)
            with pytest.raises(sd.ImageFormatError, match=f"limit of {pillows}"):
                AnimatedImage.open(data)
        assert seen == []


# the end


def test_frames_outlive_the_image(gif):
    frame = gif[1]
    gif.close()
    gif.close()
    assert frame.image.getpixel((0, 0)) == colour(2)
    assert (gif.frame_count, gif.durations[0]) == (3, 0.02)
    with pytest.raises(sd.LinkClosedError, match="the image is closed"):
        gif[1]
    with pytest.raises(ValueError, match="the image is closed"):
        next(iter(gif))


def test_the_context_manager_closes():
    with AnimatedImage.open(GIF) as image:
        image[0]
    with pytest.raises(sd.LinkClosedError):
        image[0]


def test_a_dropped_image_is_freed_at_once():
    image = AnimatedImage.open(GIF)
    frame = image[2]
    image.open_reader(None).prefetch([0, 1, 2])
    watch = weakref.ref(image)
    gc.disable()
    try:
        del image
        assert watch() is None
    finally:
        gc.enable()
    assert frame.index == 2


def test_a_reader_of_an_image():
    image = AnimatedImage.open(APNG)
    reader = image.open_reader(None)
    arrived = threading.Event()
    reader.notify(2, lambda frame: arrived.set())
    assert arrived.wait(10)
    assert reader.get(2).image.getpixel((0, 0)) == BLUE
    reader.close()
