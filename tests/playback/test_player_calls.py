"""How many calls playing takes: counted, because time on a busy machine says little."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, Self

import pytest

import sddisplaylink as sd

MakeImage = Callable[..., bytes]
PACKAGE = Path(sd.__file__).parent
OTHERS = ("frames", "decoders", "images")
"""Folders whose calls are counted elsewhere."""


class Calls:
    """Counts the calls that this thread makes in a block."""

    def __init__(self) -> None:
        self.python: list[str] = []
        self.native: list[str] = []

    def __enter__(self) -> Self:
        sys.setprofile(self._note)
        return self

    def __exit__(self, *exception: object) -> None:
        sys.setprofile(None)
        self.python.pop()  # this one

    def _note(self, frame: FrameType, what: str, called: Any) -> None:
        if what == "call":
            self.python.append(f"{frame.f_code.co_filename}: {frame.f_code.co_name}")
        elif what == "c_call" and called.__name__.startswith("sddl_"):
            self.native.append(called.__name__)

    def outside(self, *folders: str) -> list[str]:
        """The Python calls but for those into these folders of the package."""
        left_out = tuple(str(PACKAGE / folder) for folder in folders)
        return [call for call in self.python if not call.startswith(left_out)]


@pytest.fixture
def dispatcher():
    dispatcher = sd.Dispatcher(thread=False)
    yield dispatcher
    dispatcher.close()


@pytest.fixture
def player(make_gif: MakeImage, clock: sd.ManualClock, dispatcher: sd.Dispatcher):
    """A player of frames that are all held, in its second loop."""
    player = sd.AnimatedImagePlayer(
        make_gif([50] * 6, size=(32, 24)), clock=clock, dispatcher=dispatcher, on_frame=lambda frame: None
    )
    player.play()
    clock.advance(0.36)
    return player


def test_setting_the_rate(player: sd.AnimatedImagePlayer) -> None:
    with Calls() as calls:
        player.rate = 2
    assert len(calls.python) <= 12, calls.python
    assert calls.native == ["sddl_player_command"]


def test_turning_round(player: sd.AnimatedImagePlayer) -> None:
    with Calls() as calls:
        player.rate = -1
    assert len(calls.outside(*OTHERS)) <= 14, calls.python
    assert calls.native == ["sddl_player_command", "sddl_player_upcoming"]


def test_showing_a_frame(player: sd.AnimatedImagePlayer, clock: sd.ManualClock, dispatcher: sd.Dispatcher) -> None:
    clock._dispatchers.discard(dispatcher)
    clock.advance(0.05)
    shown = player.stats.shown
    with Calls() as calls:
        dispatcher.run_pending()
    assert player.stats.shown == shown + 1
    assert len(calls.outside(*OTHERS)) <= 35, calls.python
    assert [name for name in calls.native if "mailbox" in name or "player" in name or "client" in name] == [
        "sddl_mailbox_wait",
        "sddl_player_show",
    ]


def test_dropping_a_player_that_runs(player: sd.AnimatedImagePlayer) -> None:
    sink = [sd.AnimatedImagePlayer(player.image, clock="timer:60")]
    sink[0].play()
    with Calls() as calls:
        sink.clear()
    assert "sddl_client_close" in calls.native
    assert len(calls.outside(*OTHERS)) <= 25, calls.python
