"""What a player says of itself, and what can be set while it plays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, Self, TypeVar, cast, overload

from sddisplaylink.frames.frame import Frame
from sddisplaylink.images.image import AnimatedImage
from sddisplaylink.native import lib, seconds
from sddisplaylink.playback import commands as player_control
from sddisplaylink.playback.options import (
    MODES,
    POLICIES,
    LatePolicy,
    PlaybackMode,
    PlayerState,
    PlayerStats,
    to_loops,
    to_mode,
    to_policy,
    to_rate,
)
from sddisplaylink.playback.player_core import PlayerCore

C = TypeVar("C", bound=Callable[..., object])


def check_callback(name: str, callback: object) -> None:
    """TypeError unless it is callable or None."""
    if callback is not None and not callable(callback):
        raise TypeError(f"{name} must be callable, not {type(callback).__name__}")


class CallbackAttribute(Generic[C]):
    """A callback of a player, or None. TypeError for anything else. Takes effect with the next event."""

    def __set_name__(self, owner: type[PlayerCore], name: str) -> None:
        self._name = name

    @overload
    def __get__(self, player: None, owner: type[PlayerCore]) -> Self: ...
    @overload
    def __get__(self, player: PlayerCore, owner: type[PlayerCore]) -> C | None: ...
    def __get__(self, player: PlayerCore | None, owner: type[PlayerCore]) -> Self | C | None:
        return self if player is None else cast("C | None", player._callbacks.get(self._name))

    def __set__(self, player: PlayerCore, callback: C | None) -> None:
        check_callback(self._name, callback)
        player._callbacks[self._name] = callback


class PlayerAttributes(PlayerCore):
    """The attributes of a player."""

    on_frame = CallbackAttribute[Callable[[Frame], object]]()
    on_loop = CallbackAttribute[Callable[[int], object]]()
    on_finish = CallbackAttribute[Callable[[], object]]()
    on_error = CallbackAttribute[Callable[[BaseException], object]]()

    # ---- what it does ----

    @property
    def image(self) -> AnimatedImage:
        """The image it plays."""
        return self._image

    @property
    def state(self) -> PlayerState:
        """STOPPED, PLAYING, PAUSED, FINISHED (once ``on_finish`` is called) or CLOSED."""
        return self._state()

    @property
    def frame_index(self) -> int:
        """Index of the frame that was shown last or sought since; before that, of the one that will be first."""
        with self._guard():
            return self._shown[0] if self._shown is not None else int(self._info().frame)

    @property
    def loop_index(self) -> int:
        """The loop, from 0, that this frame belongs to."""
        with self._guard():
            return self._shown[1] if self._shown is not None else int(self._info().loop)

    @property
    def current_frame(self) -> Frame | None:
        """The frame shown last, or sought since (decoded here if need be); None before the first and once stopped."""
        with self._guard():
            frame, shown = self._frame, self._shown
        if frame is not None or shown is None or self._last_info is not None:
            return frame
        return self._image.frame(shown[0])

    @property
    def stats(self) -> PlayerStats:
        """How playback has gone so far."""
        with self._guard():
            counts, feed = self._counts, self._feed
            return PlayerStats(
                shown=counts.shown,
                skipped=counts.skipped,
                late=counts.late,
                missed_ticks=self._info().missed,
                buffer_hits=feed.hits,
                buffer_misses=feed.misses,
                max_lateness=seconds(counts.max_lateness),
            )

    # ---- what can be set while it plays ----

    @property
    def rate(self) -> float:
        """Speed: 1.0 = as the image says, 0 = hold the frame, negative = backwards. Any finite number."""
        return float(self._info().rate)

    @rate.setter
    def rate(self, value: float) -> None:
        player_control.set_rate([self], to_rate(value))

    @property
    def mode(self) -> PlaybackMode:
        """Order of the frames. A change keeps the frame and the loop."""
        native = self._info().mode
        return next(mode for mode, number in MODES.items() if number == native)

    @mode.setter
    def mode(self, value: PlaybackMode) -> None:
        player_control.configure(self, lib.SDDL_OP_MODE, MODES[to_mode(value)])

    @property
    def loop_count(self) -> int:
        """Plays, 0 = for ever; None sets what the image says. A loop that has begun is played to its end."""
        return int(self._info().loops)

    @loop_count.setter
    def loop_count(self, value: int | None) -> None:
        loops = self._image.loop_count if value is None else to_loops(value)
        self._follows_loops = value is None
        player_control.configure(self, lib.SDDL_OP_LOOPS, loops)

    @property
    def late_policy(self) -> LatePolicy:
        """``"skip"``, ``"no_skip"`` or ``"catch_up"``."""
        native = self._info().policy
        return next(policy for policy, number in POLICIES.items() if number == native)

    @late_policy.setter
    def late_policy(self, value: LatePolicy) -> None:
        player_control.configure(self, lib.SDDL_OP_POLICY, POLICIES[to_policy(value)])
