"""AnimatedImagePlayer: shows each frame of an animated image when it is due."""

from __future__ import annotations

import weakref
from collections.abc import AsyncGenerator, Callable, Iterator
from functools import partial
from types import TracebackType
from typing import Self, SupportsIndex

from sddisplaylink.clocks.displays import Display
from sddisplaylink.clocks.manual import ManualClock
from sddisplaylink.copying import refuse_copies
from sddisplaylink.dispatch.closing import close_after
from sddisplaylink.dispatch.dispatcher import Dispatcher, resolve_dispatcher
from sddisplaylink.errors import ClockError, LinkClosedError
from sddisplaylink.frames.frame import Frame
from sddisplaylink.images.image import AnimatedImage
from sddisplaylink.native import lib, seconds
from sddisplaylink.playback import commands
from sddisplaylink.playback.callbacks import check_callback
from sddisplaylink.playback.engine import PlaybackEngine
from sddisplaylink.playback.iteration import iterate, iterate_async
from sddisplaylink.playback.observer import PlayerObserver
from sddisplaylink.playback.opening import Playable, open_player
from sddisplaylink.playback.options import (
    MODES,
    POLICIES,
    LatePolicy,
    ModeName,
    PlaybackMode,
    PlayerState,
    PlayerStats,
    PolicyName,
    to_budget,
    to_loops,
    to_mode,
    to_policy,
    to_rate,
)
from sddisplaylink.playback.pacing import DEFAULT_CAPACITY, PacingRecorder
from sddisplaylink.playback.visibility import update_visibility

__all__ = ["AnimatedImagePlayer"]


class AnimatedImagePlayer:
    """Plays an animated image in step with a display.

    ``image``: an `AnimatedImage`, or anything that `AnimatedImage.open` takes; the player closes an image that it has
    opened. Callbacks run on ``dispatcher``, by default on the one library thread: ``on_frame(frame)`` for every frame
    that is shown, ``on_loop(n)`` when ``n`` loops are completed (before the first frame of the next; of loops that end
    within one refresh only the last is reported), ``on_finish()`` after the last, ``on_error(exception)``. The
    callbacks are attributes as well, and may stop, seek, close or drop the player.

    ``rate``: 1.0 = as fast as the image says; 0 holds the frame; negative runs backwards. ``loop_count``: plays, 0 =
    for ever, None = what the image says. ``late_policy``: ``"skip"`` keeps to the schedule and leaves out late frames,
    ``"no_skip"`` shows every frame and falls behind the schedule, ``"catch_up"`` shows every frame, one per refresh
    until playback is back on schedule. ``max_buffer_bytes``: the budget for decoded frames; None = as far as memory
    allows, 256 MB or four frames at most. ``display`` and ``clock``: as for `DisplayLink`.

    An exception in a callback, or a frame that cannot be decoded, stops playback, is given to ``on_error``, and is
    raised once by `wait`, `close` or the loop over `frames`. Dropping the last reference to a player
    stops it.

    All methods may be called from any thread and inside callbacks. Commands to a closed player raise LinkClosedError;
    the last frame and position can still be read. Raises what `AnimatedImage.open` raises, ClockError if there is no
    such clock or display, ValueError or TypeError for an argument that is none of the above.
    """

    def __init__(
        self,
        image: Playable,
        *,
        on_frame: Callable[[Frame], object] | None = None,
        on_loop: Callable[[int], object] | None = None,
        on_finish: Callable[[], object] | None = None,
        on_error: Callable[[BaseException], object] | None = None,
        rate: float = 1.0,
        mode: ModeName = PlaybackMode.NORMAL,
        loop_count: int | None = None,
        late_policy: PolicyName = "skip",
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
        self.engine = PlaybackEngine(open_player(image, budget, clock, display, resolve_dispatcher(dispatcher)))
        self.on_frame, self.on_loop, self.on_finish, self.on_error = on_frame, on_loop, on_finish, on_error
        self.rate, self.mode, self.loop_count, self.late_policy = rate, mode, loops, late_policy

    # ---- playing ----

    def play(self) -> None:
        """Start, resume, or start over after FINISHED; does nothing if playing. The next tick shows the first frame."""
        commands.play([self.engine])

    def pause(self) -> None:
        """Hold the frame until `play`. On return no further callback begins. Does nothing unless playing.

        Waits for a callback that is running on another thread, for one second at most; so do `stop` and
        `close`.
        """
        commands.pause([self.engine])

    def stop(self) -> None:
        """Go back to the start. On return no further callback begins."""
        commands.stop([self.engine])

    def seek(self, index: SupportsIndex, loop: int | None = None) -> None:
        """Go to the start of frame ``index`` in that loop.

        By default that is the present loop, and in a bounce the present half of the loop. While playing the frame is
        shown at the next tick, else at once; FINISHED becomes PAUSED. Raises IndexError if there is no such frame,
        ValueError if there is no such loop.
        """
        commands.seek([self.engine], index, loop)

    def wait(self, timeout: float | None = None) -> bool:
        """Block until playback has ended: finished, stopped or closed. False after ``timeout`` seconds.

        Raises, once, the exception that stopped it; ClockError inside a callback, which would wait for itself.
        """
        engine = self.engine
        if engine.binding.current.is_current() and not engine.is_over():
            raise ClockError("a callback cannot wait for the playback that it is part of")
        has_ended = engine.changes.wait(engine.is_over, timeout)
        if has_ended:
            engine.activity.wait_idle()  # on_finish may be running
        engine.callbacks.pending_error.raise_once()
        return has_ended and engine.is_over()

    def close(self) -> None:
        """Stop, and release everything. Idempotent.

        Raises, once, the exception that stopped playback, but not inside a callback.
        """
        engine = self.engine
        if engine.native.is_forked():
            return  # it is the parent's to close
        engine.close()
        engine.activity.wait_idle()
        if engine.owned_image is not None:
            engine.owned_image.close()
        if not engine.activity.is_inside():
            engine.callbacks.pending_error.raise_once()

    def frames(self) -> Iterator[Frame]:
        """Frames as they become due, until the player finishes, stops or is closed.

        Starts a player that is stopped or finished.

        Callbacks run in the loop as well, on its thread. Under ``"skip"`` a slow loop gets the latest frame, under
        ``"no_skip"`` every one. After the loop the player continues, and callbacks run where they ran before. Raises
        the exception that stopped playback, and ClockError inside a callback or during another loop over the frames.
        """
        self._check_open()
        return iterate(self.engine)

    def frames_async(self) -> AsyncGenerator[Frame]:
        """The same for ``async for`` in the running asyncio or trio loop."""
        self._check_open()
        return iterate_async(self.engine)

    def record(self, capacity: int = DEFAULT_CAPACITY) -> PacingRecorder:
        """Record the intended and the actual time of each frame from now on, until the recorder is stopped.

        The latest ``capacity`` frames are kept. ValueError if ``capacity`` is below 1.
        """
        self._check_open()
        engine = self.engine
        recorder = PacingRecorder(capacity, engine.info().missed, partial(_detach, weakref.ref(engine)))
        engine.add_recorder(recorder)
        return recorder

    # ---- callbacks ----

    @property
    def on_frame(self) -> Callable[[Frame], object] | None:
        """Called with every frame that is shown; or None. A change of any callback takes effect with the next event.

        TypeError for an object that cannot be called.
        """
        return self.engine.callbacks.on_frame

    @on_frame.setter
    def on_frame(self, callback: Callable[[Frame], object] | None) -> None:
        check_callback("on_frame", callback)
        self.engine.callbacks.on_frame = callback

    @property
    def on_loop(self) -> Callable[[int], object] | None:
        """Called with the number of completed loops, before the first frame of the next one; or None."""
        return self.engine.callbacks.on_loop

    @on_loop.setter
    def on_loop(self, callback: Callable[[int], object] | None) -> None:
        check_callback("on_loop", callback)
        self.engine.callbacks.on_loop = callback

    @property
    def on_finish(self) -> Callable[[], object] | None:
        """Called without arguments when the last loop has ended; or None."""
        return self.engine.callbacks.on_finish

    @on_finish.setter
    def on_finish(self, callback: Callable[[], object] | None) -> None:
        check_callback("on_finish", callback)
        self.engine.callbacks.on_finish = callback

    @property
    def on_error(self) -> Callable[[BaseException], object] | None:
        """Called with the exception that has stopped playback; or None."""
        return self.engine.callbacks.on_error

    @on_error.setter
    def on_error(self, callback: Callable[[BaseException], object] | None) -> None:
        check_callback("on_error", callback)
        self.engine.callbacks.on_error = callback

    # ---- state ----

    @property
    def image(self) -> AnimatedImage:
        """The image that is played."""
        return self.engine.image

    @property
    def is_closed(self) -> bool:
        """Whether `close` has been called."""
        return self.engine.is_closed

    @property
    def state(self) -> PlayerState:
        """STOPPED, PLAYING, PAUSED, FINISHED (once ``on_finish`` is called) or CLOSED."""
        return self.engine.state()

    @property
    def frame_index(self) -> int:
        """Index of the frame that was shown last or sought since; before that, of the one that will be first."""
        frame = self.engine.position().frame
        return int(self.engine.info().frame) if frame is None else frame

    @property
    def loop_index(self) -> int:
        """The loop, from 0, to which that frame belongs."""
        position = self.engine.position()
        return int(self.engine.info().loop) if position.frame is None else position.loop

    @property
    def current_frame(self) -> Frame | None:
        """The frame shown last, or sought since (decoded if need be); None before the first, and once stopped."""
        position = self.engine.position()
        if position.picture is not None or position.frame is None or self.is_closed:
            return position.picture
        return self.engine.image.frame(position.frame)

    @property
    def stats(self) -> PlayerStats:
        """Statistics of playback so far."""
        counts, delivery = self.engine.counts, self.engine.delivery
        return PlayerStats(
            shown=counts.shown,
            skipped=counts.skipped,
            late=counts.late,
            missed_ticks=self.engine.info().missed,
            buffer_hits=delivery.hits,
            buffer_misses=delivery.misses,
            max_lateness=seconds(counts.max_lateness),
        )

    @property
    def refresh_period(self) -> float:
        """Seconds from tick to tick, as the clock last reported it."""
        self._check_open()
        return self.engine.source.period

    # ---- options that can be set while playing ----

    @property
    def rate(self) -> float:
        """Speed: 1.0 = as the image says, 0 = hold the frame, negative = backwards. Any finite number."""
        return float(self.engine.info().rate)

    @rate.setter
    def rate(self, value: float) -> None:
        commands.set_rate([self.engine], to_rate(value))

    @property
    def mode(self) -> PlaybackMode:
        """Order of the frames; can be set to the string as well. A change keeps the frame and the loop."""
        native = self.engine.info().mode
        return next(mode for mode, number in MODES.items() if number == native)

    @mode.setter
    def mode(self, value: ModeName) -> None:
        commands.configure(self.engine, lib.SDDL_OP_MODE, MODES[to_mode(value)])

    @property
    def loop_count(self) -> int:
        """Number of plays, 0 = for ever; setting None sets that of the image.

        A loop that has begun is played to its end.
        """
        return int(self.engine.info().loops)

    @loop_count.setter
    def loop_count(self, value: int | None) -> None:
        loops = self.engine.image.loop_count if value is None else to_loops(value)
        self.engine.follows_image_loops = value is None
        commands.configure(self.engine, lib.SDDL_OP_LOOPS, loops)

    @property
    def late_policy(self) -> LatePolicy:
        """What to do when late: ``"skip"``, ``"no_skip"`` or ``"catch_up"``, or the `LatePolicy` of that name."""
        native = self.engine.info().policy
        return next(policy for policy, number in POLICIES.items() if number == native)

    @late_policy.setter
    def late_policy(self, value: PolicyName) -> None:
        commands.configure(self.engine, lib.SDDL_OP_POLICY, POLICIES[to_policy(value)])

    @property
    def cache_all_frames(self) -> bool:
        """Whether each frame is decoded only once, if all fit in ``max_buffer_bytes`` and take at most 64 MB.

        By default all but small animations are decoded anew in every loop, which takes less memory and more processor
        time. Players of one image share its frames: they stay as long as one of the players wants them.
        """
        return self.engine.delivery.caches_all

    @cache_all_frames.setter
    def cache_all_frames(self, value: bool) -> None:
        self._check_open()
        self.engine.delivery.cache_all(bool(value))

    # ---- for views ----

    def attach(self, view: PlayerObserver) -> None:
        """Notify ``view``, held weakly, of frames, loops, the end and errors, before the callbacks are called."""
        self.engine.callbacks.observers.add(view)

    def detach(self, view: PlayerObserver) -> None:
        """Notify ``view`` no more. Does nothing if it is not attached."""
        self.engine.callbacks.observers.remove(view)

    def update_visibility(self) -> None:
        """Pause if no attached view is visible; play on if one is, unless the user paused or stopped the player.

        Call this when a view's ``is_visible`` has changed. Does nothing if the player is closed.
        """
        update_visibility(self.engine)

    def use_dispatcher(self, dispatcher: Dispatcher) -> None:
        """Run callbacks on ``dispatcher`` from now on; in a loop over `frames`, from the end of the loop on."""
        self.engine.use_dispatcher(dispatcher)

    def take_error(self) -> BaseException | None:
        """The exception that has stopped playback, if it was not raised yet; it is not raised any more then."""
        return self.engine.callbacks.pending_error.pop()

    def __enter__(self) -> Self:
        self._check_open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """Close the player. What closing raises is the context of an exception that has ended the block."""
        close_after(error, self.close)

    __reduce__ = refuse_copies("AnimatedImagePlayer(player.image) plays the same image, and decodes no frame twice")

    def __repr__(self) -> str:
        known = f"<{type(self).__name__} {self.image!r}"
        if self.engine.native.is_forked():
            return f"{known} of the parent process>"
        return f"{known} {self.state.value} at frame {self.frame_index}>"

    def _check_open(self) -> None:
        if self.is_closed:
            raise LinkClosedError(f"this {type(self).__name__} has been closed")
        self.engine.native.check_process()


def _detach(reference: weakref.ref[PlaybackEngine], recorder: PacingRecorder) -> None:
    engine = reference()
    if engine is not None:
        engine.remove_recorder(recorder)
