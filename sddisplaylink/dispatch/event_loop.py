"""The common part of the dispatchers that run callbacks in a toolkit's event loop."""

from __future__ import annotations

import threading

from sddisplaylink.dispatch.dispatcher import Dispatcher
from sddisplaylink.dispatch.waiting import Wakeup
from sddisplaylink.native import WAIT_SLICE, lib, may_wait

__all__ = ["LoopDispatcher"]


class LoopDispatcher(Dispatcher):
    """Runs callbacks on the thread that made it: whenever its event loop finds `fileno` readable.

    A `ManualClock` may be advanced on any thread. On this one, callbacks are run at once; on another, the clock
    waits until this one's event loop has run them, or this thread has ended.
    """

    def __init__(self) -> None:
        super().__init__(thread=False)
        self._loop_thread = threading.current_thread()

    def run_due(self, source: int) -> None:
        """Have what is due run, by the loop if that runs on another thread."""
        if self.is_own_thread():
            self.run_pending()
            return
        while True:
            # two iterations: what the first found unfinished is finished in the second
            self._await_iteration()
            self._await_iteration()
            if lib.sddl_mailbox_pending_of(self.mailbox, source) <= 0 or not (self.is_served() and may_wait()):
                return

    def await_delivery(self, source: int) -> None:
        """Wait for the loop, or run what comes if this is its thread."""
        if self.is_own_thread():
            super().await_delivery(source)
        else:
            self.await_other_thread(source)

    def _await_iteration(self) -> None:
        """Wait until the loop has run what is posted here, or has ended."""
        iteration = Wakeup()
        self.post(iteration.wake)
        while not iteration.wait(WAIT_SLICE) and not self.is_closed and self.is_served() and may_wait():
            pass

    def is_served(self) -> bool:
        """Whether the thread whose event loop runs the callbacks has not ended."""
        return self._loop_thread.is_alive()

    def is_own_thread(self) -> bool:
        """Whether the calling thread is the one whose event loop runs the callbacks."""
        return threading.get_ident() == self._loop_thread.ident
