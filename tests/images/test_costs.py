"""Costs that may not explode with the number of frames or players: operations are counted, not seconds."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

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
