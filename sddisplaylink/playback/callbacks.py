"""Calls the user's callbacks, the views, and the loop over the frames of a player."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sddisplaylink.dispatch.subscriber import PendingError
from sddisplaylink.frames.frame import Frame
from sddisplaylink.playback.observer import Observers

__all__ = ["Callbacks", "check_callback"]

Fail = Callable[[BaseException], object]


class Callbacks:
    """The user's callbacks and the views of one player, and the exception that has stopped the player.

    Each method ``notify_...`` runs on the player's dispatcher and passes an exception of a callback to ``fail``; later
    callbacks are called nevertheless. Holds no reference to the player.
    """

    def __init__(self) -> None:
        self.on_frame: Callable[[Frame], object] | None = None
        self.on_loop: Callable[[int], object] | None = None
        self.on_finish: Callable[[], object] | None = None
        self.on_error: Callable[[BaseException], object] | None = None
        self.observers = Observers()
        self.pending_error = PendingError()
        self.sink: Callable[[Frame], object] | None = None
        """Receives the frames for a loop over them."""

    def notify_frame(self, frame: Frame, fail: Fail) -> None:
        """Report a frame that is shown."""
        if self.sink is not None:
            self.sink(frame)
        if self.observers.known:
            for observer in self.observers:
                _call(fail, observer.frame_shown, frame)
        if self.on_frame is not None:
            try:
                self.on_frame(frame)
            except BaseException as error:
                fail(error)

    def notify_loop(self, loops: int, fail: Fail) -> None:
        """Report the number of loops that have been completed."""
        for observer in self.observers:
            _call(fail, observer.loop_completed, loops)
        if self.on_loop is not None:
            _call(fail, self.on_loop, loops)

    def notify_finish(self, fail: Fail) -> None:
        """Report the end of the last loop."""
        for observer in self.observers:
            _call(fail, observer.playback_finished)
        if self.on_finish is not None:
            _call(fail, self.on_finish)

    def notify_error(self, error: BaseException) -> None:
        """Report the exception that has stopped playback. An exception of ``on_error`` becomes a note of the first."""
        for observer in self.observers:
            observer.playback_failed(error)
        if self.on_error is None:
            return
        try:
            self.on_error(error)
        except BaseException as second:
            error.add_note(f"on_error, called with it, raised {second!r}")

    def notify_state(self) -> None:
        """Report that the player's state may have changed."""
        for observer in self.observers:
            observer.state_changed()


def check_callback(name: str, callback: object) -> None:
    """TypeError unless the callback is callable or None."""
    if callback is not None and not callable(callback):
        raise TypeError(f"{name} must be callable, not {type(callback).__name__}")


def _call(fail: Fail, callback: Callable[..., Any], *arguments: object) -> None:
    try:
        callback(*arguments)
    except BaseException as error:
        fail(error)
