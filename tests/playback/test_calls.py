"""How many calls of Python functions and of the native core playing and decoding take."""

from __future__ import annotations

import math
import select
from collections.abc import Callable, Iterator
from contextlib import closing

import pytest

import sddisplaylink as sd
from sddisplaylink.frames.retention import Direction
from sddisplaylink.machine import memory_monitor
from support.calls import Calls, noted_locks
from support.images import GifPicture, PngPicture, build_apng, build_gif

MakeImage = Callable[..., bytes]
TILES = [GifPicture(2, 1, at % 3, at % 3, fill=at % 200, transparent=0) for at in range(1, 200)]
FILES = {
    "gif": build_gif([GifPicture(), *TILES], loop=0),
    "apng": build_apng([PngPicture(), *[PngPicture(2, 2, 1, 1, (at, 0, 0, 120), blend=1) for at in range(1, 200)]]),
}
PATIENCE = 20.0  # seconds


@pytest.fixture(autouse=True)
def no_memory_check(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check for memory, which is due once a second, takes a few calls more."""
    monkeypatch.setattr(memory_monitor.monitor, "_next_check", math.inf)


@pytest.fixture
def dispatcher() -> Iterator[sd.Dispatcher]:
    dispatcher = sd.Dispatcher(thread=False)
    yield dispatcher
    dispatcher.close()


@pytest.fixture
def player(make_gif: MakeImage, dispatcher: sd.Dispatcher) -> Iterator[sd.AnimatedImagePlayer]:
    """A player of a small GIF, in its second loop, on a real clock and with the default worker."""
    data = make_gif([50] * 6, size=(32, 24))
    with sd.AnimatedImagePlayer(data, clock="timer", dispatcher=dispatcher, on_frame=lambda frame: None) as player:
        player.play()
        while player.loop_index < 1:
            wait_for_event(dispatcher)
            dispatcher.run_pending()
        yield player


def wait_for_event(dispatcher: sd.Dispatcher) -> None:
    """Return when the dispatcher has something to run."""
    assert select.select([dispatcher.fileno()], [], [], PATIENCE)[0]


# ---- playing ----


def test_showing_a_frame(player: sd.AnimatedImagePlayer, dispatcher: sd.Dispatcher) -> None:
    for _ in range(6):
        wait_for_event(dispatcher)
        shown = player.stats.shown
        with Calls() as calls:
            dispatcher.run_pending()
        assert player.stats.shown == shown + 1
        is_loop_end = player.frame_index == 0
        assert len(calls.python) <= 25 + 5 * is_loop_end, calls.python
        assert len(calls.native) <= 2 + is_loop_end, calls.native


def test_setting_the_rate(player: sd.AnimatedImagePlayer) -> None:
    with Calls() as calls:
        player.rate = 2
    assert len(calls.python) <= 12, calls.python
    assert calls.native == ["sddl_player_command"]


def test_turning_round(player: sd.AnimatedImagePlayer) -> None:
    with Calls() as calls:
        player.rate = -1
    assert len(calls.python) <= 30, calls.python  # frames are requested in the other direction
    assert calls.native == ["sddl_player_command", "sddl_player_upcoming"]


def test_dropping_a_player_that_runs(make_gif: MakeImage) -> None:
    with noted_locks() as taken, closing(sd.Dispatcher(thread=False)) as dispatcher:
        dropped = [sd.AnimatedImagePlayer(make_gif([50] * 6), clock="timer", dispatcher=dispatcher)]
        dropped[0].play()
        while dropped[0].stats.shown < 3:
            wait_for_event(dispatcher)
            dispatcher.run_pending()
        assert taken  # locks that playing takes are noted
        players = sd.diagnostics()["players"]
        taken.clear()
        with Calls() as calls:
            dropped.clear()
        assert taken == []
    assert sd.diagnostics()["players"] == players - 1
    assert len(calls.python) <= 25, calls.python


# ---- decoding ----


@pytest.mark.parametrize("name", FILES)
def test_the_second_frame_of_a_file_just_opened(name: str) -> None:
    with sd.AnimatedImage.open(FILES[name]) as image, Calls() as calls:
        image.frame(1)
    assert len(calls.python) <= 150, calls.python


def test_a_frame_of_a_small_animation_that_is_held() -> None:
    with sd.AnimatedImage.open(FILES["gif"]) as image:
        reader = image.open_reader(None)
        for _ in range(2):
            for index in range(image.frame_count):
                image.frame(index)

        def show(index: int) -> None:
            assert reader.get(index) is not None
            if reader.prefetch([index, index + 1, index + 2], Direction.FORWARD, inline=True):
                reader.compose()

        show(1)
        with Calls() as calls:
            show(2)
        assert len(calls.python) <= 25, calls.python
