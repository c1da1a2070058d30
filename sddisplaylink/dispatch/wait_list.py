"""Waits for a change that another thread makes, without a lock that both threads take."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sddisplaylink.errors import LinkClosedError
from sddisplaylink.native import deadline_after, may_wait, stay_when_shut_down, when_main_ends

__all__ = ["WaitList"]


class WaitList:
    """The threads that wait for one thing to change.

    Each of them waits for a lock of its own, which the thread that makes the change releases. So `notify` never
    waits and may be called anywhere, and a signal or a finaliser at any point leaves no lock taken.
    """

    __slots__ = ("waiters",)

    def __init__(self) -> None:
        self.waiters: list[threading.Lock] = []
        """One lock for each thread that waits."""

    def notify(self) -> None:
        """Have every waiting thread check its condition again."""
        _wake(self.waiters)

    def wait(self, is_done: Callable[[], bool], timeout: float | None = None) -> bool:
        """Return True once ``is_done()`` does, False after ``timeout`` seconds or once the main thread has ended.

        A daemon thread continues to wait then, for ever once the clocks have stopped. Signal handlers run meanwhile.
        ValueError for a timeout that is not finite.
        """
        deadline = deadline_after(timeout)
        try:
            while not is_done():
                if not may_wait() or not self._wait_for_change(is_done, deadline):
                    return is_done()
        except LinkClosedError:
            stay_when_shut_down()
            raise
        return True

    def _wait_for_change(self, is_done: Callable[[], bool], deadline: float | None) -> bool:
        """Wait until notified, or return at once if there is nothing to wait for; False at the deadline."""
        waiter = threading.Lock()
        waiter.acquire()
        try:
            self.waiters.append(waiter)  # before the next check: any later change releases it
            _all_waiters.add(waiter)
            return is_done() or not may_wait() or _await(waiter, deadline)
        finally:
            _discard(waiter, self.waiters)
            _all_waiters.discard(waiter)


def _await(waiter: threading.Lock, deadline: float | None) -> bool:
    """Wait until the lock is released; False if that has not happened by the deadline."""
    if deadline is None:
        return waiter.acquire()
    return waiter.acquire(timeout=min(max(deadline - time.monotonic(), 0.0), threading.TIMEOUT_MAX))


def _wake(waiters: list[threading.Lock]) -> None:
    while waiters:
        try:
            waiters.pop().release()
        except (IndexError, RuntimeError):  # another thread has released it
            continue


def _discard(waiter: threading.Lock, waiters: list[threading.Lock]) -> None:
    try:
        waiters.remove(waiter)
    except ValueError:  # released at this moment
        return


# ---- the end of the main thread wakes all waiting threads ----

_all_waiters: set[threading.Lock] = set()

when_main_ends(lambda: _wake(list(_all_waiters)))
