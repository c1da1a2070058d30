"""Lends an object to one thread at a time, without a lock."""

from __future__ import annotations

from collections.abc import Callable
from queue import Empty, SimpleQueue
from typing import Generic, Protocol, TypeVar

__all__ = ["Lender"]


class Lendable(Protocol):
    """An object that one thread at a time uses."""

    latest_purge: object
    """The newest purge that the object has carried out; noted by its lender."""

    def purge(self) -> None:
        """Release all memory that is not needed now."""

    def close(self) -> None:
        """Release everything. The object is used no more."""


_Item = TypeVar("_Item", bound=Lendable)


class Lender(Generic[_Item]):
    """Lends an object: it is in a queue, or its borrower has it.

    A signal can lose the object between the two. A thread that finds none therefore gets another one, made by `make`.
    """

    def __init__(self, make: Callable[[], _Item]) -> None:
        self._make = make
        self._idle: SimpleQueue[_Item | None] = SimpleQueue()  # None wakes a thread that waits after `close`
        self._latest_purge: object = None  # a new object for each
        self._is_closed = False

    def borrow(self, timeout: float = 0.0) -> _Item | None:
        """The object, after waiting at most `timeout` seconds for another thread, or else another one. None: closed."""
        item = self.borrow_idle(timeout)
        return self._make() if item is None and not self._is_closed else item

    def borrow_idle(self, timeout: float = 0.0) -> _Item | None:
        """The object; None after `close`, or if another thread still has it after `timeout` seconds."""
        try:
            return self._idle.get(timeout=timeout)
        except Empty:
            return None

    def give_back(self, item: _Item) -> None:
        """Make the object available again, purged or closed if that was requested meanwhile."""
        latest_purge = self._latest_purge
        if self._is_closed:
            item.close()
            self._idle.put(None)
            return
        if item.latest_purge is not latest_purge:
            item.latest_purge = latest_purge
            item.purge()
        is_kept = self._idle.empty()
        if is_kept:
            self._idle.put(item)
        if self._latest_purge is not latest_purge:
            if is_kept:
                self._apply_purge()
            else:  # closed meanwhile, perhaps: an object that is dropped is closed as well
                self.give_back(item)

    def purge(self) -> None:
        """Have the object purged, by its borrower if there is one. Never waits."""
        self._latest_purge = object()
        self._apply_purge()

    def close(self) -> None:
        """Have the object closed, by its borrower if there is one. Never waits."""
        self._is_closed = True
        self.purge()

    def _apply_purge(self) -> None:
        if (item := self.borrow_idle()) is not None:
            self.give_back(item)
