"""Options of playback: modes, states, late policies, statistics; and the validation of arguments."""

from __future__ import annotations

import enum
import math
import numbers
import operator
from typing import Literal, NamedTuple, SupportsIndex, TypeAlias

from sddisplaylink.field_docs import document_fields
from sddisplaylink.native import lib

__all__ = ["LatePolicy", "PlaybackMode", "PlayerState", "PlayerStats", "PolicyName"]

ModeName: TypeAlias = "PlaybackMode | Literal['normal', 'reverse', 'bounce', 'reversed_bounce']"
"""What a user may give for a mode."""
PolicyName: TypeAlias = "LatePolicy | Literal['skip', 'no_skip', 'catch_up']"
"""What a user may give for a late policy."""

MOST_LOOPS = 2**32 - 1


class PlaybackMode(enum.StrEnum):
    """The order of the frames 0 … n-1 in one loop. Frames at which a bounce turns are shown once.

    Each mode is also its string: ``mode="bounce"`` sets what ``mode=PlaybackMode.BOUNCE`` sets.
    """

    NORMAL = "normal"
    """0 … n-1."""
    REVERSE = "reverse"
    """n-1 … 0."""
    BOUNCE = "bounce"
    """0 … n-1 … 1; the last loop ends with frame 0."""
    REVERSED_BOUNCE = "reversed_bounce"
    """n-1 … 0 … n-2; the last loop ends with frame n-1."""


MODES: dict[PlaybackMode, int] = {
    PlaybackMode.NORMAL: lib.SDDL_NORMAL,
    PlaybackMode.REVERSE: lib.SDDL_REVERSE,
    PlaybackMode.BOUNCE: lib.SDDL_BOUNCE,
    PlaybackMode.REVERSED_BOUNCE: lib.SDDL_REVERSED_BOUNCE,
}


class LatePolicy(enum.StrEnum):
    """What a player does when it is late. Each policy is also its string: ``late_policy="no_skip"``."""

    SKIP = "skip"
    """Keep to the schedule: leave out frames and show the one that is due now."""
    NO_SKIP = "no_skip"
    """Show every frame for as long as it lasts, and drop the lateness."""
    CATCH_UP = "catch_up"
    """Show one frame per refresh until playback is back on schedule."""


POLICIES: dict[LatePolicy, int] = {
    LatePolicy.SKIP: lib.SDDL_SKIP,
    LatePolicy.NO_SKIP: lib.SDDL_NO_SKIP,
    LatePolicy.CATCH_UP: lib.SDDL_CATCH_UP,
}


class PlayerState(enum.Enum):
    """What a player is doing."""

    STOPPED = "stopped"
    """At the start, or at a frame sought since."""
    PLAYING = "playing"
    PAUSED = "paused"
    FINISHED = "finished"
    """The last loop has ended; the last frame stays."""
    CLOSED = "closed"


STATES: dict[int, PlayerState] = {
    lib.SDDL_STOPPED: PlayerState.STOPPED,
    lib.SDDL_PLAYING: PlayerState.PLAYING,
    lib.SDDL_PAUSED: PlayerState.PAUSED,
    lib.SDDL_FINISHED: PlayerState.FINISHED,
}


@document_fields(
    shown="Frames passed to ``on_frame``.",
    skipped="Frames that were due but replaced by a later one; shown + skipped is the number of frames due.",
    late="Frames shown more than one refresh period after they should have been on screen.",
    missed_ticks="Ticks of the clock that were lost while playing.",
    buffer_hits="Frames that were decoded when they became due.",
    buffer_misses="Frames that were not decoded when they became due.",
    max_lateness="The largest lateness of a frame, in seconds.",
)
class PlayerStats(NamedTuple):
    """Statistics of playback since the player was made."""

    shown: int = 0
    skipped: int = 0
    late: int = 0
    missed_ticks: int = 0
    buffer_hits: int = 0
    buffer_misses: int = 0
    max_lateness: float = 0.0


def to_rate(value: float) -> float:
    """A playback rate: any finite number. TypeError, ValueError."""
    if isinstance(value, bool) or not isinstance(value, (float, int, numbers.Real)):
        raise TypeError(f"rate must be a number, not {type(value).__name__}")
    try:
        rate = float(value)
    except OverflowError:
        rate = math.inf
    if not math.isfinite(rate):
        raise ValueError(f"rate must be finite, not {value!r}")
    return rate


def to_mode(value: PlaybackMode | str) -> PlaybackMode:
    """A playback mode, given as such or as its string. TypeError, ValueError."""
    if not isinstance(value, str):
        raise TypeError(f"mode must be a PlaybackMode or its name, not {type(value).__name__}")
    if value not in MODES:
        raise ValueError(f"mode must be one of {', '.join(MODES)}, not {value!r}")
    return PlaybackMode(value)


def to_loops(value: object) -> int:
    """A number of plays; 0 = for ever. ValueError."""
    loops = _to_int(value)
    if loops is None or not 0 <= loops <= MOST_LOOPS:
        raise ValueError(f"loop_count must be a whole number of plays from 0 (for ever) to {MOST_LOOPS}, not {value!r}")
    return loops


def to_policy(value: object) -> LatePolicy:
    """A late policy, given as such or as its string. ValueError."""
    if not isinstance(value, str) or value not in POLICIES:
        raise ValueError(f"late_policy must be one of {', '.join(POLICIES)}, not {value!r}")
    return LatePolicy(value)


def to_budget(value: int | None) -> int | None:
    """A number of bytes, or None. TypeError, ValueError."""
    if value is None:
        return None
    count = _to_int(value)
    if count is None:
        raise TypeError(f"max_buffer_bytes must be an int or None, not {type(value).__name__}")
    if count < 0:
        raise ValueError(f"max_buffer_bytes must not be negative: {count}")
    return count


def _to_int(value: object) -> int | None:
    """The whole number that `value` is, also one of NumPy's; None if it is none."""
    if isinstance(value, int):
        return None if isinstance(value, bool) else value
    return operator.index(value) if isinstance(value, SupportsIndex) else None
