"""Players of files that are decoded, in virtual time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

import sddisplaylink as sd
from support.played import Open, Play, Start
from support.slow_reader import Slow

MakeImage = Callable[..., bytes]


@pytest.fixture
def open_play(clock: sd.ManualClock) -> Iterator[Open]:
    """``open_play(data, ...)``: a player of that file."""
    dispatcher = sd.Dispatcher(thread=False)
    opened: list[Play] = []

    def open_play(data: bytes, **options: Any) -> Play:
        image = sd.AnimatedImage.open(data)
        list(image)  # decoded: nothing is waited for
        opened.append(Play(image, clock, dispatcher, **options))
        return opened[-1]

    yield open_play
    for play in opened:
        play.player.close()
        play.player.image.close()
    dispatcher.close()


@pytest.fixture
def start(make_apng: MakeImage, open_play: Open) -> Start:
    """``start([20, 30], plays=1, ...)``: a running player of frames of so many milliseconds."""

    def start(durations: list[int], plays: int = 0, **options: Any) -> Play:
        play = open_play(make_apng(durations, plays=plays), **options)
        play.player.play()
        return play

    return start


@pytest.fixture
def slow(make_gif: MakeImage, clock: sd.ManualClock) -> Iterator[Callable[..., Slow]]:
    """``slow([50, 50], ...)``: a player of frames of so many milliseconds, which come when the test says so."""
    opened: list[Slow] = []

    def make(durations: list[int], plays: int = 0, **options: Any) -> Slow:
        opened.append(Slow(make_gif(durations, plays=plays), clock, **options))
        return opened[-1]

    yield make
    for one in opened:
        one.close()
