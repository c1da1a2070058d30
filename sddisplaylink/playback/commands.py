"""What one player and a group of them can be told: a native command for all, and the same bookkeeping for each."""

from __future__ import annotations

import operator
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import SupportsIndex

from sddisplaylink.native import lib
from sddisplaylink.playback.native_player import send
from sddisplaylink.playback.options import PlayerState
from sddisplaylink.playback.player_core import PlayerCore

AT_REST = (PlayerState.STOPPED, PlayerState.FINISHED)


@contextmanager
def _commanding(players: Sequence[PlayerCore]) -> Iterator[list[int]]:
    """Their handles, with all of them open and locked, always in the same order."""
    with ExitStack() as locks:
        for player in sorted(players, key=id):
            locks.enter_context(player._guard())
        for player in players:
            player._check_open()
        yield [player._handle for player in players]


def play(players: Sequence[PlayerCore]) -> None:
    """Start those that rest, resume those that pause."""
    with _commanding(players) as handles:
        starting = [player for player in players if player._state() in AT_REST]
        after = send(handles, lib.SDDL_OP_PLAY)
        for player in starting:
            player._forget_run()
        for player, info in zip(players, after, strict=True):
            player._is_suspended = False
            player._prefetch(info)
            player._notify_change()


def pause(players: Sequence[PlayerCore]) -> None:
    """Hold media time. On return no callback of theirs begins."""
    with _commanding(players) as handles:
        send(handles, lib.SDDL_OP_PAUSE)
        for player in players:
            player._is_suspended = False
            player._feed.cancel_stale()
            player._notify_change()
    _settle(players)


def follow_sight(player: PlayerCore) -> None:
    """Pause while no view of the player can be seen, and go on when one can, unless the user has paused or ended it."""
    with player._guard():
        if player.is_closed:
            return
        state, suspended = player._state(), player._is_suspended
        hidden = player._observers.are_out_of_sight()
    if hidden and state is PlayerState.PLAYING:
        pause([player])
        player._is_suspended = True
    elif not hidden and suspended and state is PlayerState.PAUSED:
        play([player])


def stop(players: Sequence[PlayerCore]) -> None:
    """End playback and go back to the start. On return no callback of theirs begins."""
    with _commanding(players) as handles:
        send(handles, lib.SDDL_OP_STOP)
        for player in players:
            player._is_suspended = False
            player._forget_position()
    _settle(players)


def seek(players: Sequence[PlayerCore], index: SupportsIndex, loop: int | None) -> None:
    """Go to the start of that frame, in that loop (default: the present one)."""
    frame = operator.index(index)
    if loop is not None and operator.index(loop) < 0:
        raise ValueError(f"loop must not be negative: {loop}")
    with _commanding(players) as handles:
        for player in players:
            if not 0 <= frame < player._frame_count:
                raise IndexError(f"frame {frame} is out of range: the image has {player._frame_count}")
        target = -1 if loop is None else min(operator.index(loop), 2**63 - 1)
        after = send(handles, lib.SDDL_OP_SEEK, frame=frame, loop=target)
        for player, info in zip(players, after, strict=True):
            player._forget_position()
            player._shown = frame, info.loop
            player._prefetch(info)


def set_rate(players: Sequence[PlayerCore], rate: float) -> None:
    """Go on from here at another speed."""
    with _commanding(players) as handles:
        turning = [player for player in players if (player._info().rate < 0) != (rate < 0)]
        after = send(handles, lib.SDDL_OP_RATE, rate=rate)
        for player in turning:
            player._told_loops = None
        for player, info in zip(players, after, strict=True):
            player._prefetch(info)
            player._notify_change()


def configure(player: PlayerCore, operation: int, value: int) -> None:
    """Set the mode, the loops or the late policy."""
    with _commanding([player]) as handles:
        after = send(handles, operation, value=value)
        player._prefetch(after[0])


def align(players: Sequence[PlayerCore], leader: PlayerCore) -> None:
    """Make them do what ``leader`` does, at its media time."""
    with _commanding([*players, leader]) as handles:
        after = send(handles[:-1], lib.SDDL_OP_ALIGN, other=handles[-1])
        for player, info in zip(players, after, strict=True):
            player._forget_position()
            player._prefetch(info)


def _settle(players: Sequence[PlayerCore]) -> None:
    for player in players:
        player._settle()
