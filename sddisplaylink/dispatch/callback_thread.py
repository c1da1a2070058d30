"""Starting a thread without waiting for it."""

from __future__ import annotations

import _thread
import threading
from collections.abc import Callable
from threading import get_ident

from sddisplaylink.native import is_forked

__all__ = ["CallbackThread"]


class CallbackThread:
    """A daemon thread that runs a function. Neither starting nor dropping it waits for any thread.

    ``threading.Thread.start()`` waits, by a Condition, until the new thread has run Python code of its own. A finaliser
    may run there that needs the event loop of the thread which waits; and an interrupt meanwhile leaves a thread listed
    that never begins. So a helper thread, which gets no interrupts, makes that call, and nobody waits for the helper.
    """

    def __init__(self, function: Callable[[], None], name: str) -> None:
        """Start the thread. RuntimeError or MemoryError if the system refuses a thread."""
        self._function = function
        self._name = name
        self._unclaimed = [True]  # emptied by the thread that runs the function
        self._ident: int | None = None
        self._running = _thread.allocate_lock()  # released once the function has returned
        self._running.acquire()
        _thread.start_new_thread(self._launch, ())

    def join(self, timeout: float) -> None:
        """Wait, at most that many seconds, until the function has returned.

        Returns at once on the thread itself, and in a forked child, which does not have it.
        """
        if self._ident != get_ident() and not is_forked() and self._running.acquire(timeout=timeout):
            self._running.release()

    def _launch(self) -> None:
        try:
            threading.Thread(target=self._run, name=self._name, daemon=True).start()
        except (RuntimeError, MemoryError):  # the system refuses a second thread, which the caller did not ask for
            self._run()

    def _run(self) -> None:
        try:
            self._unclaimed.pop()
        except IndexError:  # start() has failed after the thread had begun
            return
        self._ident = get_ident()
        try:
            self._function()
        finally:
            self._running.release()
