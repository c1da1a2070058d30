"""AnimatedImagePlayer: the frames of an animated image, each when it is due."""

from __future__ import annotations

import contextlib
import threading
import weakref
from collections.abc import AsyncGenerator, Callable, Iterator
from functools import partial
from typing import Self, SupportsIndex

from sddisplaylink.clocks.displays import Display
from sddisplaylink.clocks.manual import ManualClock
from sddisplaylink.dispatch.dispatcher import Dispatcher, resolve_dispatcher
from sddisplaylink.errors import ClockError
from sddisplaylink.frames.frame import Frame
from sddisplaylink.native import is_exiting, lib, when_main_ends
from sddisplaylink.playback import commands as player_control
from sddisplaylink.playback.iteration import pull
from sddisplaylink.playback.native_player import PlayerSource, open_player
from sddisplaylink.playback.options import (
    LatePolicy,
    PlaybackMode,
    PlayerState,
    to_budget,
    to_loops,
    to_mode,
    to_policy,
    to_rate,
)
from sddisplaylink.playback.pacing import DEFAULT_CAPACITY, PacingRecorder
from sddisplaylink.playback.player_attributes import PlayerAttributes, check_callback

__all__ = ["AnimatedImagePlayer"]


class AnimatedImagePlayer(PlayerAttributes):
    """Plays an animated image in step with a display.

    ``image``: an :class:`AnimatedImage`, or anything that :meth:`AnimatedImage.open` takes; what the player has opened,
    it closes. Callbacks run on ``dispatcher``, by default on the one library thread: ``on_frame(frame)`` for every
    frame that is shown, ``on_loop(n)`` when ``n`` loops are completed (before the first frame of the next; of loops
    that end within one refresh only the last is told), ``on_finish()`` after the last, ``on_error(exception)``. They
    are attributes, too, and may stop, seek, close or drop their player.

    ``rate``: 1.0 = as fast as the image says; 0 holds the frame; negative runs backwards. ``loop_count``: plays, 0 =
    for ever, None = what the image says. ``late_policy``: ``"skip"`` keeps to the schedule and leaves frames out,
    ``"no_skip"`` shows every frame and takes the time it takes, ``"catch_up"`` shows one frame per refresh until it is
    back on schedule. ``max_buffer_bytes``: how much may be kept decoded; None = what memory allows. ``display`` and
    ``clock``: as for :class:`DisplayLink`.

    An exception in a callback, or a frame that cannot be decoded, stops playback, is given to ``on_error``, and is
    raised once by :meth:`wait`, :meth:`close` or the loop over :meth:`frames`. Dropping the last reference to a player
    stops it.

    All methods may be called from any thread and inside callbacks. A closed player that is to do something raises
    LinkClosedError; what it showed last can still be asked for. Raises what :meth:`AnimatedImage.open` raises,
    ClockError if there is no such clock or display, ValueError or TypeError for an argument that is none of the above.
    """

    def __init__(
        self,
        image: PlayerSource,
        *,
        on_frame: Callable[[Frame], object] | None = None,
        on_loop: Callable[[int], object] | None = None,
        on_finish: Callable[[], object] | None = None,
        on_error: Callable[[BaseException], object] | None = None,
        rate: float = 1.0,
        mode: PlaybackMode = PlaybackMode.NORMAL,
        loop_count: int | None = None,
        late_policy: LatePolicy = "skip",
        max_buffer_bytes: int | None = None,
        display: Display | int | None = None,
        clock: str | ManualClock | None = None,
        dispatcher: Dispatcher | None = None,
    ) -> None:
        rate, mode, late_policy = to_rate(rate), to_mode(mode), to_policy(late_policy)
        loops = None if loop_count is None else to_loops(loop_count)
        budget = to_budget(max_buffer_bytes)
        callbacks = {"on_frame": on_frame, "on_loop": on_loop, "on_finish": on_finish, "on_error": on_error}
        for name, callback in callbacks.items():
            check_callback(name, callback)
        dispatcher = resolve_dispatcher(dispatcher)
        super().__init__(open_player(image, budget, clock, display, dispatcher), dispatcher)
        self._callbacks.update(callbacks)
        player_control.set_rate([self], rate)
        self.mode, self.loop_count, self.late_policy = mode, loops, late_policy

    # ---- playing ----

    def play(self) -> None:
        """Start, resume, or after FINISHED start over; does nothing if playing. The next tick shows the first frame."""
        player_control.play([self])

    def pause(self) -> None:
        """Hold the frame until :meth:`play`. On return no further callback begins. Does nothing unless playing.

        Waits for a callback that is running on another thread, for one second at most; so do :meth:`stop` and
        :meth:`close`.
        """
        player_control.pause([self])

    def stop(self) -> None:
        """Go back to the start. On return no further callback begins."""
        player_control.stop([self])

    def seek(self, index: SupportsIndex, loop: int | None = None) -> None:
        """Go to the start of frame ``index`` in that loop (default: the present one; in a bounce, on the present way).

        While playing it is shown at the next tick, else at once; FINISHED becomes PAUSED. Raises IndexError if there is
        no such frame, ValueError if there is no such loop.
        """
        player_control.seek([self], index, loop)

    def wait(self, timeout: float | None = None) -> bool:
        """Block until playback has ended: finished, stopped or closed. False after ``timeout`` seconds.

        Raises, once, the exception that stopped it; ClockError inside a callback, which would wait for itself.
        """
        if self._dispatcher.is_current() and not self._is_over():
            raise ClockError("a callback cannot wait for the playback that it is part of")
        with _counted_among_waiters(self), self._changed:
            ended = self._changed.wait_for(lambda: self._is_over() or is_exiting(), timeout)
        if ended:
            self._settle()  # on_finish may be running
        self._pending_error.raise_once()
        return ended and self._is_over()

    def close(self) -> None:
        """Stop for good. Idempotent. Raises, once, the exception that stopped playback, but not inside a callback."""
        if lib.sddl_client_is_current(self._handle, 0) == lib.SDDL_E_FORKED:
            return  # it is the parent's to close
        with self._changed:
            if not self.is_closed:
                self._shut()
        self._settle()
        if self._owned_image is not None:
            self._owned_image.close()
        if self._running_on != threading.get_ident():
            self._pending_error.raise_once()

    def frames(self) -> Iterator[Frame]:
        """Frames as they become due, until the player finishes, stops or is closed. Starts one that rests.

        Callbacks run in the loop, too, on its thread. Under ``"skip"`` a slow loop gets the latest frame, under
        ``"no_skip"`` every one. When the loop is left, the player goes on with callbacks where they ran before. Raises
        the exception that stopped playback, and ClockError if another loop has the frames or a callback asks for them.
        """
        self._check_open()
        return pull(self)

    def frames_async(self) -> AsyncGenerator[Frame]:
        """The same for ``async for``, in the running asyncio or trio loop."""
        self._check_open()
        from sddisplaylink.playback.player_pull_async import pull_async  # asyncio takes its time to import

        return pull_async(self)

    def record(self, capacity: int = DEFAULT_CAPACITY) -> PacingRecorder:
        """Record for when each frame from now on is meant and when it comes, until the recorder is stopped.

        The latest ``capacity`` frames are kept; as long as nobody records, none are. ValueError if that is below 1.
        """
        with self._guard():
            self._check_open()
            recorder = PacingRecorder(capacity, self._info().missed, partial(_detach, weakref.ref(self)))
            self._recorders += (recorder,)
        return recorder

    def _is_over(self) -> bool:
        return self._state() not in (PlayerState.PLAYING, PlayerState.PAUSED)

    def __enter__(self) -> Self:
        self._check_open()
        return self

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self._image!r} {self.state.value} at frame {self.frame_index}>"


def _detach(reference: weakref.ref[AnimatedImagePlayer], recorder: PacingRecorder) -> None:
    player = reference()
    if player is not None:
        with player._changed:
            player._recorders = tuple(other for other in player._recorders if other is not recorder)


# ---- the end of the process wakes whoever waits ----

_waiters: set[AnimatedImagePlayer] = set()


@contextlib.contextmanager
def _counted_among_waiters(player: AnimatedImagePlayer) -> Iterator[None]:
    _waiters.add(player)
    try:
        yield
    finally:
        _waiters.discard(player)


def _wake_waiters() -> None:
    for player in list(_waiters):
        with player._changed:
            player._changed.notify_all()


when_main_ends(_wake_waiters)
