"""How many calls of Python functions a frame takes: what is done for each of them adds up."""

from __future__ import annotations

import sys

import pytest

import sddisplaylink as sd
from sddisplaylink.frames.retention import Direction
from support.images import GifPicture, PngPicture, build_apng, build_gif

TILES = [GifPicture(2, 1, at % 3, at % 3, fill=at % 200, transparent=0) for at in range(1, 200)]
FILES = {
    "gif": build_gif([GifPicture(), *TILES], loop=0),
    "apng": build_apng([PngPicture(), *[PngPicture(2, 2, 1, 1, (at, 0, 0, 120), blend=1) for at in range(1, 200)]]),
}


def count_calls(call):
    calls = 0

    def profile(frame, event, argument):
        nonlocal calls
        calls += event == "call"

    sys.setprofile(profile)
    try:
        call()
    finally:
        sys.setprofile(None)
    return calls


@pytest.mark.parametrize("name", FILES)
def test_the_second_frame_of_a_file_just_opened(name):
    with sd.AnimatedImage.open(FILES[name]) as image:
        assert count_calls(lambda: image.frame(1)) <= 150


def test_a_frame_of_a_small_animation_that_is_shown():
    with sd.AnimatedImage.open(FILES["gif"]) as image:
        reader, count = image.open_reader(None), image.frame_count
        for _ in range(2):
            for index in range(count):
                image.frame(index)

        def show(index):
            assert reader.get(index) is not None
            if reader.want([index, index + 1, index + 2], Direction.FORWARD, here=True):
                reader.compose()

        show(1)
        assert count_calls(lambda: show(2)) <= 25
