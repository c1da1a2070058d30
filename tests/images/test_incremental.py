"""Images whose data comes in pieces: what is there when, against what opening the same bytes gives."""

from __future__ import annotations

import io
import os
import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

import sddisplaylink as sd
from sddisplaylink.images.incremental import IncrementalImage
from support.extent import examples, some_of
from support.frame_ends import last_bytes, png_ends
from support.generated_images import apngs, gifs
from support.images import (
    GifPicture,
    PngPicture,
    PngWriter,
    build_apng,
    build_gif,
    build_png,
    chunk,
    scanlines,
)
from support.incremental import APNG, GIF, described, fed

MakeImage = Callable[..., bytes]


def opened(data: bytes) -> sd.AnimatedImage | None:
    try:
        return sd.AnimatedImage.open(data)
    except sd.ImageFormatError:
        return None


def frames_in(data: bytes) -> int:
    """How many frames are whole in the beginning of a file."""
    image = opened(data)
    return image.frame_count if image else 0


def finished(image: IncrementalImage) -> sd.AnimatedImage | None:
    try:
        image.finish()
    except sd.ImageFormatError:
        return None
    return image


# ---- when a frame is there ----


@pytest.mark.parametrize("data", [GIF, APNG], ids=["GIF", "APNG"])
def test_each_frame_is_there_with_its_last_byte(data: bytes) -> None:
    image, reached = sd.IncrementalImage(), []
    for end in range(1, len(data) + 1):
        image.feed(data[end - 1 : end])
        while len(reached) < image.frame_count:
            reached.append(end)
        assert image.frame_count == frames_in(data[:end]), end
    assert reached == last_bytes(data)
    whole = sd.AnimatedImage.open(data)
    assert described(image) == described(whole)
    assert image.is_finished


@given(gifs() | apngs(), st.integers(1, 400))
@examples(60)
def test_pieces_of_any_size_give_what_opening_gives(data: bytes, size: int) -> None:
    image = sd.IncrementalImage()
    for begin in range(0, len(data), size):
        image.feed(data[begin : begin + size])
        assert image.frame_count == frames_in(data[: begin + size])
    image.finish()
    assert described(image) == described(sd.AnimatedImage.open(data))


@given((gifs(damaged=True) | apngs(damaged=True)), st.integers(1, 400), st.data())
@examples(100)
def test_damaged_and_cut_files_give_what_opening_gives(data: bytes, size: int, more: st.DataObject) -> None:
    broken = bytearray(data[: more.draw(st.integers(0, len(data)))])
    for at in more.draw(st.lists(st.integers(0, max(0, len(broken) - 1)), max_size=2)):
        if broken:
            broken[at] ^= more.draw(st.integers(1, 255))
    whole, image, count = opened(bytes(broken)), sd.IncrementalImage(), 0
    try:
        for begin in range(0, len(broken), size):
            image.feed(broken[begin : begin + size])
            assert image.frame_count >= count  # the index never goes back
            count = image.frame_count
        image.finish()
    except sd.ImageFormatError:
        assert whole is None
        return
    assert whole is not None
    assert (image.frame_count, image.durations, image.truncated) == (
        whole.frame_count, whole.durations, whole.truncated,
    )  # fmt: skip


def with_data_behind_the_streams(data: bytes) -> bytes:
    """An APNG with one more fdAT behind the last of each frame, which belongs to no stream any more."""
    position, sequence, parts = 8, 0, [data[:8]]
    while position < len(data):
        length, kind = int.from_bytes(data[position : position + 4], "big"), data[position + 4 : position + 8]
        body, position = data[position + 8 : position + 8 + length], position + 12 + length
        following = data[position + 4 : position + 8]
        if kind in (b"fcTL", b"fdAT"):
            body, sequence = sequence.to_bytes(4, "big") + body[4:], sequence + 1
        parts.append(chunk(kind, body))
        if kind == b"fdAT" and following != kind:
            parts.append(chunk(kind, sequence.to_bytes(4, "big") + b"more"))
            sequence += 1
    return b"".join(parts)


def outcomes(image: sd.AnimatedImage | None) -> object:
    """What an image says of itself, and each frame's pixels, or that it has none."""
    if image is None:
        return None
    pixels: list[bytes | None] = []
    for index in range(image.frame_count):
        try:
            pixels.append(image.frame(index).rgba.tobytes())
        except sd.ImageFormatError:
            pixels.append(None)
    return image.frame_count, image.durations, image.truncated, pixels


SHORT = GifPicture(data=b"\x02\x02\x4c\x01\0")  # lacks pixels


@pytest.mark.parametrize(
    "data",
    [
        with_data_behind_the_streams(build_apng([PngPicture(), *[PngPicture(2, 2, 1, 1, pieces=2)] * 2])),
        build_gif([SHORT]),
        build_gif([SHORT, SHORT]),
    ],
    ids=["data behind a stream", "a lone short frame", "short frames"],
)
@pytest.mark.parametrize("size", [1, 5, 29, 10_000])
def test_wherever_a_file_breaks_off_and_whatever_was_decoded_before(data: bytes, size: int) -> None:
    for end in some_of(range(len(data) - 150, len(data) + 1), step=3):
        image = sd.IncrementalImage()
        try:
            for begin in range(0, end, size):
                image.feed(data[begin : min(begin + size, end)])
                outcomes(image)
        except sd.ImageFormatError:
            assert opened(data[:end]) is None
            continue
        assert outcomes(finished(image)) == outcomes(opened(data[:end])), end


def test_a_frame_in_many_chunks_is_there_with_the_last_of_them() -> None:
    picture = PngPicture(64, 64, fill=(1, 2, 3, 4))
    picture.data = scanlines(picture)
    picture.pieces = len(picture.data)  # one byte each
    data = build_apng([picture, picture], size=(64, 64))
    image, reached = sd.IncrementalImage(), []
    for end in range(1, len(data) + 1):
        image.feed(data[end - 1 : end])
        while len(reached) < image.frame_count:
            reached.append(end)
    assert reached == list(png_ends(data))


def test_the_hidden_picture_of_an_apng_is_no_frame() -> None:
    data = build_apng([PngPicture(fill=(1, 2, 3, 4))] * 2, hidden=PngPicture())
    image = sd.IncrementalImage()
    counts = []
    for end in range(len(data)):
        image.feed(data[end : end + 1])
        counts.append(image.frame_count)
    assert sorted(set(counts)) == [0, 1, 2]
    assert image.frame(0).image.getpixel((0, 0)) == (1, 2, 3, 4)


def test_data_behind_the_end_of_a_stream_is_passed_over() -> None:
    writer = PngWriter()
    pictures = [PngPicture(fill=(9, 9, 9, 9)), PngPicture(fill=(7, 7, 7, 7))]
    parts = [writer.begin(), chunk(b"acTL", (2).to_bytes(4, "big") + bytes(4))]
    for number, picture in enumerate(pictures):
        parts += [writer.control(picture), writer.data(picture, still=number == 0)]
        extra = PngPicture(data=b"more")
        parts.append(writer.data(extra, still=number == 0))
    data = b"".join([*parts, chunk(b"IEND", b"")])
    image = fed(data, 1)
    assert (image.frame_count, image.is_finished, image.truncated) == (2, True, False)
    assert [frame.rgba[0, 0, 0] for frame in image] == [9, 7]


def test_a_still_png_is_there_when_its_picture_is() -> None:
    data = build_png((9, 9))
    image = fed(data[:-12], 1)
    assert (image.frame_count, image.is_finished, image.is_animated) == (1, False, False)
    image.feed(data[-12:])
    assert image.is_finished
    assert described(image) == described(sd.AnimatedImage.open(data))


@pytest.mark.parametrize("kind", ["WEBP", "TIFF", "BMP"])
def test_other_formats_are_there_at_the_end(kind: str) -> None:
    file = io.BytesIO()
    pictures = [Image.new("RGB", (9, 9), colour) for colour in ("red", "green", "blue")]
    pictures[0].save(file, kind, **({} if kind == "BMP" else {"save_all": True, "append_images": pictures[1:]}))
    image = fed(file.getvalue(), 7)
    assert (image.frame_count, image.format, image.is_finished) == (0, "", False)
    image.finish()
    assert described(image) == described(sd.AnimatedImage.open(file.getvalue()))


# ---- the end, and errors ----


def test_the_trailer_ends_it_and_what_follows_is_ignored() -> None:
    image = fed(GIF)
    assert image.is_finished
    image.feed(b"garbage" * 1000)
    image.finish()
    image.finish()
    assert not image.truncated
    with pytest.raises(sd.LinkClosedError, match="finish"):
        image.feed(b"more")


def test_a_download_that_breaks_off_leaves_a_truncated_image() -> None:
    image = fed(GIF[:-200])
    assert not image.is_finished
    assert not image.truncated  # who knows
    image.finish()
    assert image.is_finished
    assert image.truncated
    assert described(image) == described(sd.AnimatedImage.open(GIF[:-200]))


def test_nonsense_in_the_middle_ends_it() -> None:
    first, _, third = build_gif([GifPicture()]), b"\x99", GIF[800:]
    image = sd.IncrementalImage()
    image.feed(first[:-1] + b"\x99" + third)
    assert (image.frame_count, image.is_finished, image.truncated) == (1, True, True)


@pytest.mark.parametrize("data", [b"", b"no image", b"GIF89a", GIF[:100], APNG[:40], b"\x89PNG\r\n\x1a\n"])
def test_without_a_whole_frame_the_end_is_an_error_that_stays(data: bytes) -> None:
    image = fed(data)
    for _ in range(2):
        with pytest.raises(sd.ImageFormatError, match="<incremental>: "):
            image.finish()
    with pytest.raises(sd.ImageFormatError):
        image.feed(GIF)
    assert image.frame_count == 0
    assert image.is_finished
    image.close()


def test_what_can_be_no_image_is_refused_at_once() -> None:
    image = sd.IncrementalImage()
    image.feed(APNG[:20])
    with pytest.raises(sd.ImageFormatError):
        image.feed(b"\xff" * 20)  # the header's checksum
    with pytest.raises(sd.ImageFormatError):
        image.feed(b"x")
    large = sd.IncrementalImage(max_pixels=100)
    with pytest.raises(sd.ImageFormatError, match="limit of 100"):
        large.feed(GIF)
    many = sd.IncrementalImage(max_frames=2)
    with pytest.raises(sd.ImageFormatError, match="limit of 2"):
        many.feed(GIF)


def test_arguments_are_checked() -> None:
    for wrong in ({"timing": "slow"}, {"decoder": "best"}, {"max_pixels": 0}):
        with pytest.raises(ValueError, match=next(iter(wrong))):
            sd.IncrementalImage(**wrong)  # type: ignore[arg-type]
    image = sd.IncrementalImage()
    for data in ("text", None, 3):
        with pytest.raises(TypeError):
            image.feed(data)  # type: ignore[arg-type]
    image.feed(memoryview(GIF))
    assert image.frame_count == 5


def test_timing_and_decoder_are_those_of_open() -> None:
    data = build_gif([GifPicture(delay=1), GifPicture(delay=0)])
    for timing in ("browser", "raw"):
        image = sd.IncrementalImage(timing=timing, decoder="pillow")  # type: ignore[arg-type]
        image.feed(data)
        assert described(image) == described(sd.AnimatedImage.open(data, timing=timing, decoder="pillow"))  # type: ignore[arg-type]


# ---- while it grows ----


def test_an_image_that_grows_cannot_be_opened() -> None:
    with pytest.raises(TypeError, match=r"feed\(\)"):
        sd.IncrementalImage.open("examples/ball.gif")


def test_before_anything_has_come() -> None:
    image = sd.IncrementalImage()
    assert (image.format, image.size, image.width, image.height) == ("", (0, 0), 0, 0)
    assert (image.frame_count, len(image), image.durations, image.duration) == (0, 0, (), 0.0)
    assert (image.loop_count, image.is_animated, image.truncated, image.is_finished) == (1, False, False, False)
    assert list(image) == []
    assert repr(image) == "<IncrementalImage '<incremental>', 0 frames, 0.000 s>"
    with pytest.raises(IndexError):
        image.frame(0)
    with pytest.raises(sd.LinkClosedError):
        image.open_reader(None)
    image.purge()
    image.close()
    with pytest.raises(sd.LinkClosedError):
        image.feed(b"GIF")


def test_durations_and_loop_count_grow() -> None:
    ends = last_bytes(GIF)
    image = fed(GIF[: ends[1]])
    assert (image.durations, image.loop_count) == ((0.03, 0.1), 1)
    image.feed(GIF[ends[1] : ends[2]])
    assert (image.durations, image.loop_count) == ((0.03, 0.1, 0.1), 5)
    assert image[2].timestamp == pytest.approx(0.13)


def test_frames_that_were_decoded_stay_while_others_come() -> None:
    ends = last_bytes(APNG)
    image = fed(APNG[: ends[1]])
    first, second = image[0], image[1]
    image.feed(APNG[ends[1] :])
    whole = sd.AnimatedImage.open(APNG)
    assert [frame.rgba.tobytes() for frame in image] == [frame.rgba.tobytes() for frame in whole]
    assert (first.rgba.tobytes(), second.rgba.tobytes()) == (whole[0].rgba.tobytes(), whole[1].rgba.tobytes())
    image.purge()
    assert described(image) == described(whole)


def test_a_reader_that_had_all_frames_has_not_those_that_came_since() -> None:
    end = last_bytes(GIF)[1]
    image = fed(GIF[:end])
    reader = image.open_reader(None)
    reader.prefetch([0, 1])
    assert [frame.index for frame in image] == [0, 1]
    assert reader.has_all()
    image.feed(GIF[end:])
    assert not reader.has_all()
    image.close()


def test_close_while_it_grows() -> None:
    image = fed(GIF[: last_bytes(GIF)[1]])
    image.close()
    image.close()
    for call in (lambda: image.feed(b"x"), image.finish, lambda: image.frame(0)):
        with pytest.raises(sd.LinkClosedError):
            call()


def test_a_forked_child_cannot_go_on(make_gif: MakeImage) -> None:
    image = fed(GIF[: last_bytes(GIF)[1]])
    child = os.fork()
    if child == 0:
        refused = 0
        for call in (lambda: image.feed(b"x"), image.finish):
            try:
                call()
            except sd.ForkedProcessError:
                refused += 1
        image.close()
        os._exit(0 if refused == 2 else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_decoding_on_other_threads_while_it_grows() -> None:
    """Memory that moves, pointers that are in use."""
    pictures = [GifPicture(64, 64, fill=number % 250) for number in range(60)]
    data = build_gif(pictures, size=(64, 64))
    image, stop, wrong = sd.IncrementalImage(), threading.Event(), []

    def look() -> None:
        while not stop.is_set():
            for index in range(image.frame_count):
                if image.frame(index).rgba[63, 63, 0] != index % 250:
                    wrong.append(index)

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    for begin in range(0, len(data), 999):
        image.feed(data[begin : begin + 999])
    stop.set()
    for thread in threads:
        thread.join()
    assert not wrong
    assert image.frame_count == 60
