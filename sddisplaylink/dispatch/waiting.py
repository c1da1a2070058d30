"""Waiting that an interrupt may end at any moment without harm.

``threading.Condition``, and what is built on it (Event, Semaphore, Queue), take their lock in Python code: a signal
handler that raises between that and the ``with`` block leaves the lock held for ever. Here every waiting thread has a
plain lock of its own, which no other thread takes.
"""

from __future__ import annotations

import _thread
import time
from typing import Any

from sddisplaylink.native import WAIT_SLICE, check, lib, nanoseconds, stay_when_shut_down

__all__ = ["Wakeup", "wait_for_mailbox"]


class Wakeup:
    """Lets one thread wait until another has woken it."""

    def __init__(self) -> None:
        self._lock = _thread.allocate_lock()
        self._lock.acquire()

    def wake(self, *_: object) -> None:
        """End the present wait, or the next one. From any thread."""
        try:
            self._lock.release()
        except RuntimeError:  # it has been woken already
            return

    def wait(self, timeout: float) -> bool:
        """Return True once woken, False after that many seconds."""
        return self._lock.acquire(timeout=timeout)


def wait_for_mailbox(mailbox: int, out: Any, capacity: int, deadline: float | None) -> int:
    """Call ``sddl_mailbox_wait()`` with a deadline by time.monotonic(), or None; the number of events.

    0 at the deadline, on a wake, and at the latest after WAIT_SLICE seconds: then check whether to wait again. Raises
    LinkClosedError once the mailbox is closed; in a daemon thread it never returns once the interpreter is exiting.
    """
    left = _slice_before(deadline)
    count = lib.sddl_mailbox_wait(mailbox, out, capacity, nanoseconds(max(left, 0.0)))
    if count < 0:
        stay_when_shut_down()
    return check(count)


def _slice_before(deadline: float | None) -> float:
    return WAIT_SLICE if deadline is None else min(WAIT_SLICE, deadline - time.monotonic())
