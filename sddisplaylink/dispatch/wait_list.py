"""Waiting for a change that another thread makes, without a lock that both of them take."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from sddisplaylink.native import is_exiting, when_main_ends

__all__ = ["WaitList"]


class WaitList:
    """The threads that wait for one thing to change.

    Each of them waits for a lock of its own, which whoever makes the change releases. So :meth:`notify` never waits,
    may be called from anywhere, and a signal or a finaliser at any point leaves nothing locked for the others.
    """

    __slots__ = ("gates",)

    def __init__(self) -> None:
        self.gates: list[threading.Lock] = []
        """Not empty while somebody waits."""

    def notify(self) -> None:
        """Let every waiting thread look again."""
        _open(self.gates)

    def wait(self, is_done: Callable[[], bool], timeout: float | None = None) -> bool:
        """Return True once ``is_done()`` does or the main thread has ended, False after ``timeout`` seconds.

        Signal handlers run meanwhile.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        while not (is_done() or is_exiting()):
            gate = threading.Lock()
            gate.acquire()
            self.gates.append(gate)  # before asking again: whatever changes from now on opens the gate
            _gates.add(gate)
            try:
                if is_done() or is_exiting():
                    return True
                if not _pass(gate, deadline):
                    return is_done()
            finally:
                _gates.discard(gate)
                if gate in self.gates:
                    _forget(gate, self.gates)
        return True


def _pass(gate: threading.Lock, deadline: float | None) -> bool:
    """Wait until the gate is opened; False if that has not happened by the deadline."""
    if deadline is None:
        return gate.acquire()
    return gate.acquire(timeout=min(max(deadline - time.monotonic(), 0.0), threading.TIMEOUT_MAX))


def _open(gates: list[threading.Lock]) -> None:
    while gates:
        try:
            gates.pop().release()
        except (IndexError, RuntimeError):  # another thread has opened it
            continue


def _forget(gate: threading.Lock, gates: list[threading.Lock]) -> None:
    try:
        gates.remove(gate)
    except ValueError:  # opened in this moment
        return


# ---- the end of the main thread wakes whoever waits ----

_gates: set[threading.Lock] = set()

when_main_ends(lambda: _open(list(_gates)))
