"""What dispatchers have in common that run callbacks in a toolkit's own event loop."""

from __future__ import annotations

import threading

from sddisplaylink.dispatch.dispatcher import Dispatcher
from sddisplaylink.native import WAIT_SLICE, is_exiting, lib

__all__ = ["LoopDispatcher"]


class LoopDispatcher(Dispatcher):
    """Runs callbacks on the thread that made it: whenever its event loop finds :meth:`fileno` readable.

    A :class:`ManualClock` may be advanced on any thread. On this one, callbacks are run at once; on another, the clock
    waits until this one's event loop has run them.
    """

    def __init__(self) -> None:
        super().__init__(thread=False)
        self._thread_id = threading.get_ident()

    def _run_due(self) -> None:
        if self._is_here():
            self.run_pending()
            return
        while True:
            # what the first turn found half done is done by the second
            self._await_turn()
            self._await_turn()
            if lib.sddl_mailbox_pending(self.mailbox) <= 0 or is_exiting():
                return

    def _await_release(self) -> None:
        if self._is_here():
            super()._await_release()
            return
        with self._released:
            if self._held:
                self._released.wait(WAIT_SLICE)

    def _await_turn(self) -> None:
        """Wait until the loop has run what is posted here, or cannot do so any more."""
        turn = threading.Event()
        self.post(turn.set)
        while not turn.wait(WAIT_SLICE) and self._finalizer.alive and not is_exiting():
            pass

    def _is_here(self) -> bool:
        return threading.get_ident() == self._thread_id
