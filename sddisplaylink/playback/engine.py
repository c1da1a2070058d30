"""PlaybackEngine: handles the events of a native player, from a due event to the callbacks."""

from __future__ import annotations

import contextlib
import threading
import weakref
from collections.abc import Callable
from functools import partial
from typing import Any

from sddisplaylink.dispatch.dispatcher import Dispatcher
from sddisplaylink.dispatch.subscriber import CallbackActivity, DispatcherBinding
from sddisplaylink.dispatch.wait_list import WaitList
from sddisplaylink.errors import ForkedProcessError, LinkClosedError
from sddisplaylink.frames.frame import Frame
from sddisplaylink.frames.reader import Outcome
from sddisplaylink.native import lib
from sddisplaylink.playback.callbacks import Callbacks
from sddisplaylink.playback.events import Counts, DueEvent, Position
from sddisplaylink.playback.opening import OpenedPlayer
from sddisplaylink.playback.options import STATES, PlayerState
from sddisplaylink.playback.pacing import PacingRecorder
from sddisplaylink.playback.timeline_feed import TimelineFeed

__all__ = ["PlaybackEngine"]

_FRAME, _LOOP, _FINISHED = lib.SDDL_EVENT_FRAME, lib.SDDL_EVENT_LOOP, lib.SDDL_EVENT_FINISHED


class PlaybackEngine:
    """The working part of an `AnimatedImagePlayer`; dropping the engine stops the player.

    Commands may be called on any thread while the thread of the dispatcher shows frames, and neither waits for the
    other. A command is a native call that begins a new *epoch*, which makes the events of earlier epochs void. Records
    of commands and of the dispatcher carry their epoch, so that the record of the later epoch counts, whichever of them
    was written last.
    """

    def __init__(self, opened: OpenedPlayer) -> None:
        self.native = opened.native
        self.image, self.owned_image = opened.image, opened.owned_image
        self.source = opened.source
        self.delivery = opened.delivery
        self.feed = opened.feed
        self.follows_image_loops = False  # of an image that is still coming in
        self.binding = DispatcherBinding(self.native.handle, opened.dispatcher)
        self.activity = CallbackActivity()
        self.callbacks = Callbacks()
        self.changes = WaitList()
        self.counts = Counts()
        self._recorders: dict[int, PacingRecorder] = {}  # by id
        self.is_suspended = False
        """Whether the player is paused because no view is visible."""
        self.is_backward = False
        """Whether the rate is negative, as of the last command."""
        self._lock = threading.Lock()  # guards a few assignments of commands; nothing is called with it held
        self._run_epoch = 0  # the first epoch of the present run
        self._origin = Position(0, None, 0, None)  # the position after the last command that moved the player
        self._shown: Position | None = None
        self._finished_epoch = -1
        self._notified_loops: tuple[int, int] | None = None  # epoch, and number of loops
        self._last_serial = 0
        self._last_info: Any = None  # once closed
        opened.dispatcher.register(self.native.handle, self)
        opened.source.register(opened.dispatcher)
        if self.feed is not None:
            self.feed.image.add_listener(self)
            self.on_progress()

    # ---- the player's state: on any thread ----

    @property
    def is_closed(self) -> bool:
        """Whether `close` has been called."""
        return self._last_info is not None

    def info(self) -> Any:
        """The ``sddl_player_info``; after `close`, the last one."""
        if self._last_info is None:
            try:
                return self.native.info()
            except LinkClosedError:
                if self._last_info is None:
                    raise
        return self._last_info

    def state(self) -> PlayerState:
        """The player's state; FINISHED from the call of ``on_finish`` on."""
        state = STATES[self.info().status]
        if self.is_closed:
            self.native.check_process()
            return PlayerState.CLOSED
        is_notified = self._finished_epoch >= self._run_epoch
        return PlayerState.PLAYING if state is PlayerState.FINISHED and not is_notified else state

    def is_over(self) -> bool:
        """Whether playback has ended: finished, stopped or closed."""
        return self.state() not in (PlayerState.PLAYING, PlayerState.PAUSED)

    def position(self) -> Position:
        """The position of the frame shown last, or sought since. ForkedProcessError in a forked child."""
        self.native.check_process()
        origin, shown = self._origin, self._shown
        return origin if shown is None or shown.epoch < origin.epoch else shown

    @property
    def frame_count(self) -> int:
        """The number of frames that the native player knows."""
        return self.image.frame_count if self.feed is None else self.feed.frame_count

    # ---- what follows a command: on any thread ----

    def begin_run(self, info: Any) -> None:
        """Begin a new run: frames, loops and the end of former runs do not count any more."""
        epoch = info.epoch
        with self._lock:
            if epoch > self._run_epoch:
                self._run_epoch = epoch
        self.cancel_stale()
        self.notify_change()

    def move(self, info: Any, frame: int | None = None) -> None:
        """Record that a command has moved the player to the start of ``frame`` (None: to the start of playback)."""
        origin = Position(info.epoch, frame, info.loop, None)
        with self._lock:
            if origin.epoch >= self._origin.epoch:
                self._origin = origin
        self.is_backward = info.rate < 0
        self.delivery.clear_current()
        self.begin_run(info)

    def change_rate(self, info: Any) -> bool:
        """Record a change of the rate; whether the direction has changed, which renumbers loops."""
        has_turned = (info.rate < 0) is not self.is_backward
        if has_turned:
            self.is_backward = not self.is_backward
            self._notified_loops = None
        return has_turned

    def cancel_stale(self) -> None:
        """End the wait for a frame that the last command has made void."""
        if not self.delivery.is_waiting:
            return
        if self.binding.current.is_current():
            self.delivery.cancel_stale()
        else:
            self.binding.post(partial(_cancel_later, weakref.ref(self)))

    def notify_change(self) -> None:
        """Wake threads that wait for the end and the loop over the frames, and notify views of the state."""
        if self.changes.waiters:
            self.changes.notify()
        if self.callbacks.sink is not None:
            self.binding.current.post(_nothing)
        if self.callbacks.observers.known:
            self.binding.post(partial(_state_changed_later, weakref.ref(self)))

    def close(self) -> None:
        """Close everything except the image; the last position stays known. Idempotent. Does not wait."""
        try:
            info = self.native.info()
        except LinkClosedError:
            return
        self._last_info = info
        self.binding.own.unregister(self.native.handle)
        self.native.close()
        self.source.close()
        self.delivery.close()
        self.cancel_stale()
        self.notify_change()

    def use_dispatcher(self, dispatcher: Dispatcher) -> None:
        """Run callbacks on that dispatcher from now on; during a loop over the frames, from its end on."""
        self.native.check_process()
        if self.is_closed:
            raise LinkClosedError("this player has been closed")
        if self.binding.own is dispatcher:
            return
        self.binding.set_own(dispatcher, self)
        self.source.register(dispatcher)

    def add_recorder(self, recorder: PacingRecorder) -> None:
        """Record frames with ``recorder`` from now on."""
        self._recorders[id(recorder)] = recorder

    def remove_recorder(self, recorder: PacingRecorder) -> None:
        """Record no more frames with ``recorder``."""
        self._recorders.pop(id(recorder), None)

    # ---- an image that is still coming in: on the thread that feeds it ----

    def on_progress(self) -> None:
        """Add further frames of the image to the player, or its end."""
        if self.feed is not None and not self.is_closed:
            self.feed.run(partial(self._add_frames, self.feed))

    def _add_frames(self, feed: TimelineFeed) -> None:
        try:
            progress = feed.progress()
            if progress is None:
                return
            if progress.error is not None:
                feed.end()
                failed = partial(_run_later, weakref.ref(self), PlaybackEngine._fail_with_image, progress.error)
                self.binding.post(failed)
                return
            if self.follows_image_loops:
                self.native.command(lib.SDDL_OP_LOOPS, value=progress.loop_count)
            feed.extend(progress)
            self.delivery.prefetch(self.native.info())
        except LinkClosedError:  # closed meanwhile
            return

    # ---- events: on the dispatcher ----

    def handle_event(self, event: Any) -> None:
        """Act on a native event."""
        self.run_or_pass_on(PlaybackEngine._handle, DueEvent(event))

    def run_or_pass_on(self, action: Callable[..., object], *arguments: object) -> None:
        """Call ``action(self, *arguments)`` here, or on the dispatcher to which callbacks have moved."""
        if self.binding.current.is_current():
            self.activity.run(action, self, *arguments)
        else:
            self.binding.post(partial(_run_later, weakref.ref(self), action, *arguments))

    def _handle(self, due: DueEvent) -> None:
        if due.serial < self._last_serial:  # overtaken while it was passed from one dispatcher to another
            self.counts = self.counts._replace(skipped=self.counts.skipped + due.advanced)
            return
        self._last_serial = due.serial
        if not due.flags & _FRAME:
            if not self.delivery.merge_into_awaited(due):
                self._act_on(due, None)
            return
        frame = self.delivery.find(due)
        if frame is None:
            arrived = partial(_frame_arrived, weakref.ref(self))
            self.delivery.await_frame(due, self.binding, arrived)
        elif self._act_on(due, frame):
            self.delivery.hits += 1

    def _handle_arrival(self, due: DueEvent, outcome: Outcome) -> None:
        release = self.delivery.claim(due)
        if release is None:
            return
        try:
            if isinstance(outcome, Frame):
                self._act_on(due, outcome)
            elif self.native.is_current(due.epoch):
                self._fail_with_image(outcome)
        finally:
            release()

    def _act_on(self, due: DueEvent, frame: Frame | None) -> bool:
        """Call the callbacks for the event; whether its frame was shown.

        Each callback may end the run, and so suppress the following ones.
        """
        flags, is_shown = due.flags, False
        if flags & _LOOP and not flags & _FINISHED:
            self._complete_loop(due)
        if frame is not None:
            is_shown = self._show(due, frame)
        elif self.native.is_current(due.epoch):
            self.native.confirm_handled(due.serial)
        if flags & _FINISHED:
            if flags & _LOOP:
                self._complete_loop(due)
            self._finish(due)
        return is_shown

    def _complete_loop(self, due: DueEvent) -> None:
        notified = self._notified_loops
        is_notified = notified is not None and notified[0] >= self._run_epoch and notified[1] == due.loops_done
        if is_notified or not self.native.is_current(due.epoch):
            return
        self._notified_loops = due.epoch, due.loops_done
        self.callbacks.notify_loop(due.loops_done, self.fail)

    def _show(self, due: DueEvent, frame: Frame) -> bool:
        shown_info = self.native.confirm_shown(due.epoch, due.serial)
        if shown_info is None:
            return False
        self._shown = Position(due.epoch, due.frame, due.loop, frame)
        self._count(due, shown_info.now)
        must_compose = self.delivery.show(due.frame, shown_info, inline=self.binding.current.is_lightly_loaded)
        try:
            self.callbacks.notify_frame(frame, self.fail)
        finally:
            if must_compose:
                self.delivery.compose()
        return True

    def _count(self, due: DueEvent, now: int) -> None:
        # a frame that was sought between ticks has no intended time
        intended = due.target if due.period else now
        shown, skipped, late, most = self.counts
        lateness = max(0, now - intended)
        self.counts = Counts(shown + 1, skipped + due.advanced - 1, late + (lateness > due.period), max(most, lateness))
        if not self._recorders:
            return
        for recorder in self._recorders.copy().values():
            recorder.note(due.frame, due.loop, intended, now, due.advanced - 1, self.info().missed)

    def _finish(self, due: DueEvent) -> None:
        if self.native.is_current(due.epoch):
            self._finished_epoch = due.epoch
            self.notify_change()
            self.callbacks.notify_finish(self.fail)

    def fail(self, error: BaseException, *, is_news: bool = True) -> None:
        """Stop playback because of that exception, keep it for wait() and close(), and call ``on_error``.

        An exception that is no news to the program is not reported when it is dropped. In the user's own event loop,
        Ctrl-C and sys.exit() are raised again: they end that loop.
        """
        pending = self.callbacks.pending_error
        pending.keep(error, is_news=is_news, is_delivered=self.callbacks.on_error is not None)
        with contextlib.suppress(LinkClosedError, ForkedProcessError):  # the callback has closed the player, or forked
            self.move(self.native.command(lib.SDDL_OP_STOP))
        self.callbacks.notify_error(error)
        if not isinstance(error, Exception) and not self.binding.current.has_thread:
            pending.forget(error)
            self.binding.current.has_failed(error)
            raise error

    def _fail_with_image(self, error: Exception) -> None:
        """Stop because the image has no frame: it is broken, or the program has closed it, and knows."""
        if not self.is_closed:
            self.fail(error, is_news=not isinstance(error, LinkClosedError))


# ---- called later, with a weak reference to the engine ----


def _run_later(reference: weakref.ref[PlaybackEngine], action: Callable[..., object], *arguments: object) -> None:
    engine = reference()
    if engine is not None:
        engine.run_or_pass_on(action, *arguments)


def _frame_arrived(reference: weakref.ref[PlaybackEngine], due: DueEvent, outcome: Outcome) -> None:
    """Pass a decoded frame on to the dispatcher. On any thread, such as the one that decodes: never waits."""
    engine = reference()
    if engine is not None:
        binding = engine.binding
        del engine  # first: what this thread holds while the dispatcher runs cannot be collected there
        binding.post(partial(_run_later, reference, PlaybackEngine._handle_arrival, due, outcome))


def _cancel_later(reference: weakref.ref[PlaybackEngine]) -> None:
    engine = reference()
    if engine is not None:
        engine.delivery.cancel_stale()


def _state_changed_later(reference: weakref.ref[PlaybackEngine]) -> None:
    engine = reference()
    if engine is not None:
        with contextlib.suppress(LinkClosedError):  # meanwhile, at the end of the process for instance
            engine.callbacks.notify_state()


def _nothing() -> None:
    """Posted to wake a loop that waits for its dispatcher."""
