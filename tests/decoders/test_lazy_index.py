"""Files are indexed no further than is asked for."""

from __future__ import annotations

import threading

import pytest

import sddisplaylink as sd
from support.images import GifPicture, PngPicture, build_apng, build_gif

COUNT = 1000
GIF = build_gif([GifPicture(fill=at % 200, delay=2 + at % 3, transparent=0) for at in range(COUNT)], loop=0)
APNG = build_apng([PngPicture(fill=(at % 256, 1, 2, 255), delay=(2 + at % 3, 100)) for at in range(COUNT)])

each_file = pytest.mark.parametrize("data", [GIF, APNG], ids=["gif", "apng"])


def known(image):
    """How many frames have been found so far."""
    return image._frames._reader.index.count


@each_file
def test_the_first_frame_needs_only_itself(data):
    with sd.AnimatedImage.open(data) as image:
        assert (image.format in ("GIF", "PNG"), image.size, known(image)) == (True, (4, 3), 1)
        first = image.frame(0)
        assert (first.timestamp, first.duration) == (0.0, 0.02)
        assert known(image) < 100
        assert image.frame_count == known(image) == COUNT


@each_file
def test_count_and_durations_decode_nothing(data, monkeypatch):
    monkeypatch.setattr("sddisplaylink.decoders.composition.composer.ComposingDecoder.compose", None)
    with sd.AnimatedImage.open(data) as image:
        assert len(image.durations) == image.frame_count == COUNT
        assert image.durations[:3] == (0.02, 0.03, 0.04)
        assert (image.loop_count, image.truncated) == (0, False)


@each_file
def test_frames_that_do_not_exist(data):
    with sd.AnimatedImage.open(data) as image:
        for index in (COUNT, -COUNT - 1, 1 << 40):
            with pytest.raises(IndexError):
                image.frame(index)
        assert image.frame(-1).index == COUNT - 1


@each_file
def test_what_a_closed_image_never_knew(data):
    image = sd.AnimatedImage.open(data)
    image.close()
    assert (image.size, repr(image).startswith("<AnimatedImage")) == ((4, 3), True)
    with pytest.raises(sd.LinkClosedError):
        _ = image.frame_count


@each_file
def test_what_it_knew_it_still_knows_when_closed(data):
    image = sd.AnimatedImage.open(data)
    assert image.duration > 0
    image.close()
    assert (image.frame_count, len(image.durations)) == (COUNT, COUNT)


@each_file
def test_many_threads_ask_at_once(data):
    notifications = []
    with sd.AnimatedImage.open(data) as image:
        tasks = [lambda: image.frame_count, lambda: len(image.durations), lambda: image.frame(500).index * 2] * 3
        threads = [threading.Thread(target=lambda task=task: notifications.append(task())) for task in tasks]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert notifications == [COUNT] * 9
