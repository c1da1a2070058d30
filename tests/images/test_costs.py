"""Costs that may not explode with the number of frames or players: operations are counted, not seconds."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from contextlib import ExitStack, closing

import pytest
from PIL import Image

import sddisplaylink as sd
from sddisplaylink.images.incremental import IncrementalImage
from support.images import GifPicture, PngPicture, build_apng, build_gif


def count_calls(work: Callable[[], object]) -> int:
    """Calls of functions, of Python and of C, on this thread."""
    calls = 0

    def profile(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(profile)
    try:
        work()
    finally:
        sys.setprofile(None)
    return calls


def gif(count: int) -> bytes:
    return build_gif([GifPicture(), *[GifPicture(1, 1, fill=at % 200) for at in range(1, count)]], loop=0)


def apng(count: int) -> bytes:
    return build_apng([PngPicture(), *[PngPicture(1, 1, 1, 1, (at % 200, 0, 0, 255)) for at in range(1, count)]])


def webp(count: int) -> bytes:
    frames = [Image.new("RGB", (8, 8), (at % 256, at // 256, 0)) for at in range(count)]
    data = io.BytesIO()
    frames[0].save(data, "WEBP", save_all=True, append_images=frames[1:], duration=20, lossless=True)
    return data.getvalue()


@pytest.mark.parametrize("make", [gif, apng, webp])
def test_opening_costs_the_same_for_each_frame(make: Callable[[int], bytes]) -> None:
    def open_image(count: int) -> int:
        data = make(count)
        images = []
        calls = count_calls(lambda: images.append(sd.AnimatedImage.open(data)) or images[0].durations)
        assert images[0].frame_count == count
        images[0].close()
        return calls

    open_image(4)  # imports
    assert open_image(800) <= 8 * 1.25 * open_image(100)


@pytest.mark.parametrize("count", [100, 1600])
def test_making_playing_and_closing_a_player_costs_the_same_however_many_frames_there_are(
    count: int, clock: sd.ManualClock
) -> None:
    with sd.AnimatedImage.open(gif(count)) as image, closing(sd.Dispatcher(thread=False)) as dispatcher:

        def make_play_and_close() -> None:
            player = sd.AnimatedImagePlayer(image, clock=clock, dispatcher=dispatcher)
            player.play()
            player.seek(count // 2)
            player.rate = -1
            player.close()

        make_play_and_close()
        assert count_calls(make_play_and_close) <= 1000


def test_feeding_is_linear_in_the_players(clock: sd.ManualClock) -> None:
    data = gif(50)
    size = -(-len(data) // 50)

    def feed(players: int) -> int:
        with ExitStack() as stack:
            image = stack.enter_context(IncrementalImage())
            for _ in range(players):
                stack.enter_context(sd.AnimatedImagePlayer(image, clock=clock))
            return count_calls(lambda: [image.feed(data[at : at + size]) for at in range(0, len(data), size)])

    assert feed(32) <= 8 * 1.25 * feed(4)


@pytest.mark.parametrize("make", [gif, apng])
def test_feeding_an_image_that_players_show_costs_the_same_for_each_frame(
    make: Callable[[int], bytes], clock: sd.ManualClock
) -> None:
    def feed(count: int) -> float:
        data = make(count)
        size = -(-len(data) // count)
        with IncrementalImage() as image, sd.AnimatedImagePlayer(image, clock=clock):

            def feed_all() -> None:
                for begin in range(0, len(data), size):
                    image.feed(data[begin : begin + size])
                image.finish()

            calls = count_calls(feed_all)
            assert image.frame_count == count
        return calls / count

    assert feed(800) <= 1.25 * feed(100)


def test_making_and_closing_a_player_costs_the_same_however_many_there_are(clock: sd.ManualClock) -> None:
    with sd.AnimatedImage.open(gif(20)) as image:

        def make_and_close() -> None:
            sd.AnimatedImagePlayer(image, clock=clock).close()

        make_and_close()
        alone = count_calls(make_and_close)
        players = [sd.AnimatedImagePlayer(image, clock=clock) for _ in range(300)]
        assert count_calls(make_and_close) <= alone + 20
        for player in players:
            player.close()
