"""What becomes of a player's events: which callbacks are called, what is counted, what is shown last."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import partial
from typing import Any

from sddisplaylink.dispatch.dispatcher import Dispatcher
from sddisplaylink.frames.frame import Frame
from sddisplaylink.frames.reader import Outcome
from sddisplaylink.native import lib
from sddisplaylink.playback.delivery import DueEvent
from sddisplaylink.playback.engine import PlayerBase
from sddisplaylink.playback.native_player import OpenedPlayer, send


class PlayerCore(PlayerBase):
    """A native player whose events are taken from the dispatcher, joined with their frames, and told to callbacks."""

    def __init__(self, opened: OpenedPlayer, dispatcher: Dispatcher) -> None:
        super().__init__(opened, dispatcher)
        if self._follower is not None:
            self._follower.image.follow(self)
            self._image_grew()

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
            self._prefetch(self._info())

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
            showing = self._feed.act_on(due)
            if showing is None:
                return
            self._shown = due.frame, due.loop
            self._frame = frame
            self._count(due, showing.now)
        is_left_to_do = self._feed.show(due.frame, showing.upcoming, here=self._dispatcher.is_calm)
        try:
            self._tell_frame(frame)
        finally:
            if is_left_to_do:
                self._feed.compose()

    def _tell_frame(self, frame: Frame) -> None:
        if self._sink is not None:
            self._sink(frame)
        if self._observers:
            for observer in self._observers:
                self._call(observer.frame_shown, frame)
        self._call(self._callbacks.get("on_frame"), frame)

    def _count(self, due: DueEvent, now: int) -> None:
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


def _image_failed_later(reference: weakref.ref[PlayerCore], error: Exception) -> None:
    player = reference()
    if player is not None and not player.is_closed:
        player._deliver(player._info().epoch, partial(player._fail, error))
