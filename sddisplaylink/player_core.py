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
from sddisplaylink.playback import STATES, PlayerState
from sddisplaylink.player_delivery import Counts, DueEvent
from sddisplaylink.player_native import OpenedPlayer, send
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
        self._changed = threading.Condition()
        self._callbacks: dict[str, Callback | None] = {}
        self._sink: Callable[[Frame], None] | None = None  # a frames() loop that takes the frames
        self._counts = Counts()
        self._shown: tuple[int, int] | None = None  # frame and loop; None: what the native player would show first
        self._frame: Frame | None = None
        self._has_finished = False  # and said so
        self._told_loops: int | None = None
        self._last_serial = 0
        self._last_info: Any = None  # once closed

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
        self._call(self._callbacks.get("on_loop"), due.loops_done)

    def _show(self, due: DueEvent, frame: Frame) -> None:
        with self._changed:
            if not self._is_current(due):
                return
            lib.sddl_player_shown(self._handle, due.serial)
            self._shown = due.frame, due.loop
            self._frame = frame
            self._count(due)
        self._feed.prefetch(due.frame)
        if self._sink is not None:
            self._sink(frame)
        self._call(self._callbacks.get("on_frame"), frame)

    def _count(self, due: DueEvent) -> None:
        # a frame that was sought between ticks has no time at which it should have been there
        lateness = max(0, self._source.info().now - due.target) if due.period else 0
        self._counts.add(due.advanced, lateness, due.period)

    def _finish(self, due: DueEvent) -> None:
        with self._changed:
            if not self._is_current(due):
                return
            self._has_finished = True
            self._notify_change()
        self._call(self._callbacks.get("on_finish"))

    def _fail(self, error: BaseException) -> None:
        super()._fail(error)
        with self._changed:
            if self._last_info is None:
                send([self._handle], lib.SDDL_OP_STOP)
                self._forget_position()
        on_error = self._callbacks.get("on_error")
        if on_error is None:
            return
        try:
            on_error(error)
        except BaseException as second:
            error.add_note(f"on_error, which was told of it, raised {second!r}")

    # ---- with `_changed` held ----

    def _notify_change(self) -> None:
        """Wake those who wait for the end, and a loop over the frames."""
        self._changed.notify_all()
        if self._sink is not None:
            self._dispatcher.post(_nothing)

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

    def _prefetch(self) -> None:
        self._feed.prefetch(self._info().frame)

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


def _nothing() -> None:
    """Posted to wake whoever waits at the dispatcher."""
