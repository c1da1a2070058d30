"""What a player is made of, and what is done with it under its lock."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from functools import partial
from typing import Any

from sddisplaylink.dispatch.dispatcher import Dispatcher
from sddisplaylink.dispatch.subscriber import NativeClient
from sddisplaylink.frames.frame import Frame
from sddisplaylink.native import check, ffi, lib
from sddisplaylink.playback.delivery import Counts, DueEvent, direction_of
from sddisplaylink.playback.native_player import OpenedPlayer
from sddisplaylink.playback.observer import Observers
from sddisplaylink.playback.options import STATES, PlayerState
from sddisplaylink.playback.pacing import PacingRecorder

Callback = Callable[..., object]


class PlayerBase(NativeClient):
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

    def _prefetch(self, info: Any) -> None:
        """Have the frames decoded that a native player in that state shows next."""
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


def _state_changed_later(reference: weakref.ref[PlayerBase]) -> None:
    player = reference()
    if player is not None:
        for observer in player._observers:
            observer.state_changed()


def _nothing() -> None:
    """Posted to wake whoever waits at the dispatcher."""
