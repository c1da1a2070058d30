"""Observers: views that a player notifies, so that the callbacks stay free for the user."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from functools import partial

from sddisplaylink.frames.frame import Frame

__all__ = ["Observers", "PlayerObserver"]


class PlayerObserver:
    """A view of a player, notified from `AnimatedImagePlayer.attach` on. The player holds its views weakly.

    The methods are called on the player's dispatcher, before the user's callbacks. An exception in one of them is
    treated like one in a callback.
    """

    is_visible = True
    """Whether the view can be seen. After a change call `AnimatedImagePlayer.update_visibility`."""

    def frame_shown(self, frame: Frame) -> None:
        """Show this frame from now on."""

    def loop_completed(self, loops: int) -> None:
        """So many loops have been completed."""

    def playback_finished(self) -> None:
        """The last loop has ended."""

    def playback_failed(self, error: BaseException) -> None:
        """This exception has stopped playback."""

    def state_changed(self) -> None:
        """The player's state may have changed."""


class Observers:
    """The observers of one player, held weakly. May be changed and read on any thread, and takes no lock."""

    def __init__(self) -> None:
        self.known: dict[int, weakref.ref[PlayerObserver]] = {}
        """References by the observer's id, in the order in which they were added."""

    def add(self, observer: PlayerObserver) -> None:
        """Notify the observer from now on."""
        key = id(observer)
        self.known[key] = weakref.ref(observer, partial(_forget, weakref.ref(self), key))

    def remove(self, observer: PlayerObserver) -> None:
        """Notify the observer no more."""
        self.known.pop(id(observer), None)

    def __iter__(self) -> Iterator[PlayerObserver]:
        for reference in tuple(self.known.values()):
            observer = reference()
            if observer is not None:
                yield observer

    def are_hidden(self) -> bool:
        """Whether there are observers, and none of them is visible."""
        living = list(self)
        return bool(living) and not any(observer.is_visible for observer in living)


def _forget(observers: weakref.ref[Observers], key: int, gone: weakref.ref[PlayerObserver]) -> None:
    living = observers()
    if living is not None and living.known.get(key) is gone:
        living.known.pop(key, None)
