"""Records that pass between the native player and its engine."""

from __future__ import annotations

from typing import Any, NamedTuple

from sddisplaylink.frames.frame import Frame
from sddisplaylink.frames.retention import Direction
from sddisplaylink.native import lib

__all__ = ["Counts", "DueEvent", "Position", "direction_of"]


class DueEvent:
    """A copy of a player's native event, which outlives its batch. Times are nanoseconds of the clock."""

    __slots__ = ("advanced", "epoch", "flags", "frame", "loop", "loops_done", "period", "serial", "target")

    def __init__(self, event: Any) -> None:
        self.epoch: int = event.epoch
        self.serial: int = event.serial
        self.flags: int = event.flags
        self.frame: int = event.frame
        self.loop: int = event.loop
        self.loops_done: int = event.loops_done
        self.advanced: int = event.advanced
        self.target: int = event.target
        self.period: int = event.period

    def merge(self, earlier: DueEvent) -> None:
        """Add an earlier event that was not acted on."""
        if earlier.epoch == self.epoch:
            self.advanced += earlier.advanced
            self.flags |= earlier.flags


class Position(NamedTuple):
    """A frame and the loop that the frame belongs to, valid from one epoch of the native player on."""

    epoch: int
    frame: int | None
    """None: the frame that the native player will show first."""
    loop: int
    picture: Frame | None
    """None if the frame has not been shown."""


class Counts(NamedTuple):
    """How many frames were shown, skipped and late, and the largest lateness in nanoseconds."""

    shown: int = 0
    skipped: int = 0
    late: int = 0
    max_lateness: int = 0


def direction_of(mode: int, rate: float) -> Direction:
    """The direction in which a native player goes through the frames in that mode, at that rate."""
    if mode in (lib.SDDL_BOUNCE, lib.SDDL_REVERSED_BOUNCE):
        return Direction.BOTH
    return Direction.FORWARD if (mode == lib.SDDL_NORMAL) == (rate >= 0) else Direction.BACKWARD
