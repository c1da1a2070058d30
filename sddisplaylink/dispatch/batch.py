"""Batches of what a dispatcher runs: posted calls, and events for links and players.

An exception may end a dispatcher's call at any point: Ctrl-C and ``sys.exit()`` in the user's own event loop. A batch
always knows which of its items are left, so that none is lost.
"""

from __future__ import annotations

import collections
import sys
import weakref
from collections.abc import Callable, Mapping
from itertools import repeat, starmap
from typing import Any, Protocol, TypeVar

from sddisplaylink.native import ffi, is_of_exit

__all__ = ["BATCH", "Batch", "EventHandler", "move_all", "report"]

BATCH = 64
"""The largest number of events that are read at a time."""

T = TypeVar("T")


class EventHandler(Protocol):
    """Handles the events of a native handle."""

    def handle_event(self, event: Any) -> None:
        """Act on a native event, on the dispatcher's thread; the event is valid until this returns."""


class Batch:
    """Calls, then events. Each one is dropped only after it has been run."""

    def __init__(self) -> None:
        self.calls: collections.deque[Callable[[], None]] = collections.deque()
        self.events = ffi.new("sddl_event[]", BATCH + 1)
        """The native events; the first that names no subscriber ends them."""
        self._index = 0

    def run(self, subscribers: Mapping[int, weakref.ref[EventHandler]]) -> None:
        """Make the calls, and hand the events to their subscribers. After an exception, what raised it is the next."""
        calls, events = self.calls, self.events
        while calls:
            calls[0]()
            calls.popleft()
        while handle := (event := events[self._index]).subscriber:
            reference = subscribers.get(handle)
            subscriber = None if reference is None else reference()
            if subscriber is not None:
                subscriber.handle_event(event)
            event.subscriber = 0
            self._index += 1

    def drop_next(self) -> None:
        """Remove the call or event that raised an exception."""
        if self.calls:
            self.calls.popleft()
        else:
            self.events[self._index].subscriber = 0
            self._index += 1

    def begin_again(self) -> None:
        """Reset to read further events; all have been dropped."""
        self._index = 0


def move_all(source: collections.deque[T], target: collections.deque[T]) -> None:
    """Move all items of `source` to the end of `target`. An interrupt loses none of them."""
    try:
        target.extend(
            starmap(source.popleft, repeat((), len(source)))
        )  # in C, so that no signal handler runs meanwhile
    except IndexError:  # another thread has taken some
        return


def report(error: BaseException) -> None:
    """Show an exception that is not caught, whatever the user's ``sys.excepthook`` does."""
    if is_of_exit(error):
        return
    try:
        sys.excepthook(type(error), error, error.__traceback__)
    except BaseException:
        try:
            sys.__excepthook__(*sys.exc_info())
        except BaseException:  # there is no stderr to write to
            return
