"""What becomes of a player's events: which callbacks are called, what is counted, what is shown last."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from functools import partial
from typing import Any

from sddisplaylink.client import NativeClient
from sddisplaylink.core import check, ffi, lib
from sddisplaylink.dispatcher import Dispatcher
from sddisplaylink.frame import Frame
from sddisplaylink.pacing import PacingRecorder
from sddisplaylink.playback import STATES, PlayerState
from sddisplaylink.player_delivery import Counts, DueEvent, direction_of
from sddisplaylink.player_native import OpenedPlayer, send
from sddisplaylink.player_observer import Observers
from sddisplaylink.pool_reader import Outcome

Callback = Callable[..., object]


class PlayerCore(NativeClient):
    """A native player, the feed of its frames, and the user's callbacks.

    ``_changed`` guards everything below and is never held while a callback runs; commands are native calls under it, so
    that nothing of before a command is told after it.
    """

    def __init__(self, opened: OpenedPlayer, dispatcher: Dispatcher) -> None:
        super().__init__(opened.handle, opened.source, dispatcher)
        self._home = dispatcher  # where callbacks run but for the time of a frames() loop
        self._image = opened.image
        self._owned_image = opened.owned_image
        self._feed = opened.feed
        self._follower = opened.follower
        self._follows_loops = False  # of an image that is still coming in, as far as they are known
        self._changed = threading.Condition()
        self._callbacks: dict[str, Callback | None] = {}
        self._sink: Callable[[Frame], None] | None = None  # a frames() loop that takes the frames
        self._observers = Observers()  # views
        self._is_suspended = False  # paused because no view of it can be seen
        self._counts = Counts()
        self._recorders: tuple[PacingRecorder, ...] = ()
        self._shown: tuple[int, int] | None = None  # frame and loop; None: what the native player would show first
        self._frame: Frame | None = None
        self._has_finished = False  # and said so
        self._told_loops: int | None = None
        self._last_serial = 0
        self._last_info: Any = None  # once closed
        if self._follower is not None:
            self._follower.image.follow(self)
            self._image_grew()

    # ---- what the native player says ----

    def _guard(self) -> threading.Condition:
        """``_changed``, for users' calls: in a forked child, where its state is anybody's guess, ForkedProcessError."""
        check(lib.sddl_client_is_current(self._handle, 0))
        return self._changed

    def _info(self) -> Any:
        if self._last_info is not None:
            return self._last_info
        info = ffi.new("sddl_player_info *")
        check(lib.sddl_player_get_info(self._handle, info))
        return info

    def _is_current(self, due: DueEvent) -> bool:
        return bool(lib.sddl_client_is_current(self._handle, due.epoch) == 1)

    def _state(self) -> PlayerState:
        with self._guard():
            if self._last_info is not None:
                return PlayerState.CLOSED
            state = STATES[self._info().status]
            is_telling = state is PlayerState.FINISHED and not self._has_finished
            return PlayerState.PLAYING if is_telling else state

    @property
    def _frame_count(self) -> int:
        """How many frames the native player knows of."""
        return self._image.frame_count if self._follower is None else self._follower.frame_count

    # ---- of an image that is still coming in: on the thread that feeds it ----

    def _image_grew(self) -> None:
        with self._changed:
            growth = self._follower.look() if self._follower and self._last_info is None else None
            if growth is None or self._follower is None:
                return
            if growth.error is not None:
                self._dispatcher.post(partial(_image_failed_later, weakref.ref(self), growth.error))
                return
            if self._follows_loops:
                send([self._handle], lib.SDDL_OP_LOOPS, value=growth.loop_count)
            self._follower.take_in(growth)
            self._prefetch()

    # ---- events, on the dispatcher ----

    def _deliver(self, epoch: int, action: Callable[[], None]) -> bool:
        if self._dispatcher.is_current():
            return super()._deliver(epoch, action)
        action()  # passes the event on: the player has moved to another dispatcher, whose thread runs its callbacks
        return True

    def _receive(self, event: Any) -> None:
        self._take_in(DueEvent.of(event))

    def _take_in(self, due: DueEvent) -> None:
        if self._dispatcher.is_current():
            self._accept(due)
        else:
            self._post(partial(_take_in_later, weakref.ref(self), due))

    def _accept(self, due: DueEvent) -> None:
        if due.serial < self._last_serial:  # overtaken on the way from one dispatcher to another
            self._counts.skipped += due.advanced
            return
        self._last_serial = due.serial
        if self._feed.joins(due):
            return
        if not due.has_frame:
            self._tell(due, None)
            return
        frame = self._feed.take(due)
        if frame is not None:
            self._tell(due, frame)
            return
        self._feed.wait(due, self._dispatcher, partial(_frame_ready, weakref.ref(self)))
        self._feed.cancel_stale()

    def _arrived(self, due: DueEvent, outcome: Outcome) -> None:
        if not self._dispatcher.is_current():
            self._post(partial(_arrived_later, weakref.ref(self), due, outcome))
            return
        release = self._feed.accept(due)
        if release is None:
            return
        try:
            if isinstance(outcome, Frame):
                self._deliver(due.epoch, partial(self._tell, due, outcome))
            else:
                self._deliver(due.epoch, partial(self._fail, outcome))
        finally:
            release()

    def _post(self, call: Callable[[], None]) -> None:
        with self._changed:
            self._dispatcher.post(call)

    # ---- callbacks ----

    def _tell(self, due: DueEvent, frame: Frame | None) -> None:
        """Call what the event calls for. Each callback may end the player's run, and with it what was to follow."""
        if due.has_loop and not due.has_finished:
            self._tell_loop(due)
        if frame is not None:
            self._show(due, frame)
        elif self._is_current(due):
            lib.sddl_player_shown(self._handle, due.serial)
        if due.has_finished:
            if due.has_loop:
                self._tell_loop(due)
            self._finish(due)

    def _tell_loop(self, due: DueEvent) -> None:
        with self._changed:
            if not self._is_current(due) or self._told_loops == due.loops_done:
                return
            self._told_loops = due.loops_done
        for observer in self._observers:
            self._call(observer.loop_completed, due.loops_done)
        self._call(self._callbacks.get("on_loop"), due.loops_done)

    def _show(self, due: DueEvent, frame: Frame) -> None:
        with self._changed:
            if not self._is_current(due):
                return
            lib.sddl_player_shown(self._handle, due.serial)
            self._shown = due.frame, due.loop
            self._frame = frame
            self._count(due)
        self._feed.show(due.frame)
        if self._sink is not None:
            self._sink(frame)
        for observer in self._observers:
            self._call(observer.frame_shown, frame)
        self._call(self._callbacks.get("on_frame"), frame)

    def _count(self, due: DueEvent) -> None:
        now = self._source.info().now
        # a frame that was sought between ticks has no time at which it should have been there
        intended = due.target if due.period else now
        self._counts.add(due.advanced, max(0, now - intended), due.period)
        for recorder in self._recorders:
            recorder._note(due.frame, due.loop, intended, now, due.advanced - 1, self._info().missed)

    def _finish(self, due: DueEvent) -> None:
        with self._changed:
            if not self._is_current(due):
                return
            self._has_finished = True
            self._notify_change()
        for observer in self._observers:
            self._call(observer.playback_finished)
        self._call(self._callbacks.get("on_finish"))

    def _fail(self, error: BaseException) -> None:
        super()._fail(error)
        with self._changed:
            if self._last_info is None:
                send([self._handle], lib.SDDL_OP_STOP)
                self._forget_position()
        for observer in self._observers:
            observer.playback_failed(error)
        on_error = self._callbacks.get("on_error")
        if on_error is None:
            return
        try:
            on_error(error)
        except BaseException as second:
            error.add_note(f"on_error, which was told of it, raised {second!r}")

    # ---- with `_changed` held ----

    def _notify_change(self) -> None:
        """Wake those who wait for the end, and a loop over the frames; let views look at the state."""
        self._changed.notify_all()
        if self._sink is not None:
            self._dispatcher.post(_nothing)
        if self._observers:
            self._dispatcher.post(partial(_state_changed_later, weakref.ref(self)))

    def _forget_run(self) -> None:
        """Another run begins, or a run from elsewhere: nothing of the last one is awaited or was told."""
        self._feed.cancel_stale()
        self._has_finished = False
        self._told_loops = None
        self._notify_change()

    def _forget_position(self) -> None:
        """The native player is where play begins."""
        self._forget_run()
        self._shown = self._frame = None
        self._feed.blank()

    def _prefetch(self) -> None:
        info = self._info()
        self._feed.turn(direction_of(info.mode, info.rate))
        self._feed.prefetch(info.frame)

    def _shut(self) -> None:
        """Close everything but the image; what was shown last stays known."""
        info = ffi.new("sddl_player_info *")
        lib.sddl_player_get_info(self._handle, info)
        self._last_info = info
        self._home.unregister(self._handle)
        self._close_handle()
        self._feed.close()
        self._notify_change()

    def _move(self, dispatcher: Dispatcher) -> None:
        """Let callbacks run on another dispatcher. What the former one has in hand it passes on."""
        dispatcher.register(self._handle, self)
        self._dispatcher = dispatcher
        check(lib.sddl_client_set_mailbox(self._handle, dispatcher.mailbox))

    def _settle_on(self, dispatcher: Dispatcher) -> None:
        """Let callbacks run there from now on, after a frames() loop as well."""
        with self._guard():
            self._check_open()
            if self._home is dispatcher:
                return
            self._home = dispatcher
            if self._sink is None:
                self._move(dispatcher)
        self._source.register(dispatcher)
        weakref.finalize(self, dispatcher.unregister, self._handle).atexit = False


# ---- what others hold of a player: never more than a weak reference ----


def _take_in_later(reference: weakref.ref[PlayerCore], due: DueEvent) -> None:
    player = reference()
    if player is not None:
        player._deliver(due.epoch, partial(player._take_in, due))


def _frame_ready(reference: weakref.ref[PlayerCore], due: DueEvent, outcome: Outcome) -> None:
    player = reference()
    if player is not None:
        player._post(partial(_arrived_later, reference, due, outcome))


def _arrived_later(reference: weakref.ref[PlayerCore], due: DueEvent, outcome: Outcome) -> None:
    player = reference()
    if player is not None:
        player._arrived(due, outcome)


def _state_changed_later(reference: weakref.ref[PlayerCore]) -> None:
    player = reference()
    if player is not None:
        for observer in player._observers:
            observer.state_changed()


def _image_failed_later(reference: weakref.ref[PlayerCore], error: Exception) -> None:
    player = reference()
    if player is not None and not player.is_closed:
        player._deliver(player._info().epoch, partial(player._fail, error))


def _nothing() -> None:
    """Posted to wake whoever waits at the dispatcher."""
