"""The commands for one player or all players of a group."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import SupportsIndex

from sddisplaylink.errors import LinkClosedError
from sddisplaylink.native import lib
from sddisplaylink.playback.engine import PlaybackEngine
from sddisplaylink.playback.native_player import command_all
from sddisplaylink.playback.options import PlayerState

INACTIVE_STATES = (PlayerState.STOPPED, PlayerState.FINISHED)
_HANDLE = operator.attrgetter("native.handle")


def play(engines: Sequence[PlaybackEngine]) -> None:
    """Start the players that are stopped or finished, resume those that are paused."""
    were_inactive = [engine.state() in INACTIVE_STATES for engine in engines]
    after = command_all([*map(_HANDLE, engines)], lib.SDDL_OP_PLAY)
    for engine, info, was_inactive in zip(engines, after, were_inactive, strict=True):
        engine.is_suspended = False
        engine.delivery.prefetch(info)
        if was_inactive:
            engine.begin_run(info)
        else:
            engine.notify_change()


def pause(engines: Sequence[PlaybackEngine]) -> None:
    """Hold media time. On return no callback of these players begins."""
    command_all([*map(_HANDLE, engines)], lib.SDDL_OP_PAUSE)
    for engine in engines:
        engine.is_suspended = False
        engine.cancel_stale()
        engine.notify_change()
    _wait_idle(engines)


def stop(engines: Sequence[PlaybackEngine]) -> None:
    """End playback and go back to the start. On return no callback of these players begins."""
    after = command_all([*map(_HANDLE, engines)], lib.SDDL_OP_STOP)
    for engine, info in zip(engines, after, strict=True):
        engine.is_suspended = False
        engine.move(info)
    _wait_idle(engines)


def seek(engines: Sequence[PlaybackEngine], index: SupportsIndex, loop: int | None) -> None:
    """Go to the start of that frame, in that loop (None: the present one)."""
    frame = operator.index(index)
    if loop is not None and operator.index(loop) < 0:
        raise ValueError(f"loop must not be negative: {loop}")
    for engine in engines:
        if not 0 <= frame < engine.frame_count:
            engine.native.check_process()
            raise IndexError(f"frame {frame} is out of range: the image has {engine.frame_count}")
    target = -1 if loop is None else min(operator.index(loop), 2**63 - 1)
    try:
        after = command_all([*map(_HANDLE, engines)], lib.SDDL_OP_SEEK, frame=frame, loop=target)
    except LinkClosedError:
        raise
    except ValueError:  # the frame is there
        raise ValueError(f"loop {loop} is out of range: there is none of that number to play, counted from 0") from None
    for engine, info in zip(engines, after, strict=True):
        engine.move(info, frame)
        engine.delivery.prefetch(info)


def set_rate(engines: Sequence[PlaybackEngine], rate: float) -> None:
    """Continue at another rate."""
    after = command_all([*map(_HANDLE, engines)], lib.SDDL_OP_RATE, rate=rate)
    for engine, info in zip(engines, after, strict=True):
        if engine.change_rate(info):
            engine.delivery.prefetch(info)
        engine.notify_change()


def configure(engine: PlaybackEngine, operation: int, value: int) -> None:
    """Set the mode, the loops or the late policy."""
    engine.delivery.prefetch(engine.native.command(operation, value=value))


def align(engines: Sequence[PlaybackEngine], leader: PlaybackEngine) -> None:
    """Give the players the state, rate and media time of ``leader``."""
    after = command_all([*map(_HANDLE, engines)], lib.SDDL_OP_ALIGN, other=leader.native.handle)
    for engine, info in zip(engines, after, strict=True):
        engine.move(info)
        engine.delivery.prefetch(info)


def _wait_idle(engines: Sequence[PlaybackEngine]) -> None:
    for engine in engines:
        engine.activity.wait_idle()
