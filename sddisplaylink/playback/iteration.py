"""Loops over the frames of a player: callbacks move into the loop, which takes the next frame when it comes back."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sddisplaylink.dispatch.dispatcher import Dispatcher
from sddisplaylink.errors import ClockError, LinkClosedError
from sddisplaylink.frames.frame import Frame
from sddisplaylink.playback.commands import AT_REST, play
from sddisplaylink.playback.options import PlayerState
from sddisplaylink.playback.player_core import PlayerCore

UNDER_WAY = (PlayerState.PLAYING, PlayerState.PAUSED)


def pull(player: PlayerCore) -> Iterator[Frame]:
    """Frames as they become due, until the player finishes, is stopped or closed. Raises the error that stopped it."""
    with taken_over(player) as (dispatcher, frames):
        while True:
            dispatcher.run_pending()
            while frames:
                yield frames.popleft()
            if player._state() not in UNDER_WAY:
                break
            with suppress(LinkClosedError):  # the interpreter is exiting
                dispatcher.wait()
                continue
            break
    player._pending_error.raise_once()


@contextmanager
def taken_over(player: PlayerCore) -> Iterator[tuple[Dispatcher, deque[Frame]]]:
    """A dispatcher of the loop's own with the player on it, playing, and where its frames go."""
    frames: deque[Frame] = deque()
    dispatcher = Dispatcher(thread=False)
    try:
        _move_in(player, dispatcher, frames)
        try:
            if player._state() in AT_REST:
                play([player])
            yield dispatcher, frames
        finally:
            _move_out(player, dispatcher)
    finally:
        dispatcher.close()


def _move_in(player: PlayerCore, dispatcher: Dispatcher, frames: deque[Frame]) -> None:
    with player._guard():
        player._check_open()
        if player._dispatcher.is_current():
            raise ClockError("a callback cannot wait for the frames that it is to be told of")
        if player._sink is not None:
            raise ClockError("another loop takes the frames of this player")
        player._sink = frames.append
        player._move(dispatcher)


def _move_out(player: PlayerCore, dispatcher: Dispatcher) -> None:
    with player._changed:
        player._sink = None
        if not player.is_closed:
            player._move(player._home)
    dispatcher.run_pending()  # what was posted here meanwhile is passed on
