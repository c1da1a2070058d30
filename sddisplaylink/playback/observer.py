"""What a view is told of the player that it shows, while the user's callbacks stay the user's."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from functools import partial

from sddisplaylink.frames.frame import Frame

__all__ = ["Observers", "PlayerObserver"]


class PlayerObserver:
    """Told what a player does, on the player's dispatcher, before the user's callbacks are called.

    An exception in one of these is treated like one in a callback. The player holds its observers weakly.
    """

    in_sight = True
    """Whether what it shows can be seen at the moment; tell the player with ``player_control.follow_sight``."""

    def frame_shown(self, frame: Frame) -> None:
        """This frame is the one to be seen now."""

    def loop_completed(self, loops: int) -> None:
        """So many loops have been completed."""

    def playback_finished(self) -> None:
        """The last loop has ended."""

    def playback_failed(self, error: BaseException) -> None:
        """This exception has stopped playback."""

    def state_changed(self) -> None:
        """The player's state may be another one now."""


class Observers:
    """The observers of one player. To be changed on the thread of its dispatcher."""

    def __init__(self) -> None:
        self._references: tuple[weakref.ref[PlayerObserver], ...] = ()

    def __bool__(self) -> bool:
        return bool(self._references)

    def add(self, observer: PlayerObserver) -> None:
        """Tell it from now on."""
        self._references += (weakref.ref(observer, partial(_forget, weakref.ref(self))),)

    def remove(self, observer: PlayerObserver) -> None:
        """Tell it no more."""
        self._references = tuple(reference for reference in self._references if reference() is not observer)

    def __iter__(self) -> Iterator[PlayerObserver]:
        for reference in self._references:
            observer = reference()
            if observer is not None:
                yield observer

    def are_out_of_sight(self) -> bool:
        """Whether there are some, and none of them can be seen."""
        living = list(self)
        return bool(living) and not any(observer.in_sight for observer in living)


def _forget(observers: weakref.ref[Observers], gone: weakref.ref[PlayerObserver]) -> None:
    living = observers()
    if living is not None:
        living._references = tuple(reference for reference in living._references if reference is not gone)
