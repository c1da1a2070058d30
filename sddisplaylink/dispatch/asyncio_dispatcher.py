"""Callbacks in an asyncio loop."""

from __future__ import annotations

import asyncio
import os
import threading
import weakref

from sddisplaylink.dispatch.dispatcher import Dispatcher
from sddisplaylink.native import WAIT_SLICE, finalize_now, is_exiting


class AsyncioDispatcher(Dispatcher):
    """Runs callbacks in an asyncio loop, woken by the mailbox's descriptor."""

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        super().__init__(thread=False)
        loop = asyncio.get_running_loop() if loop is None else loop
        self._loop = loop
        watched = os.dup(self.fileno())  # another loop may watch the original, which may be closed first
        loop.add_reader(watched, _run_pending_of, weakref.ref(self))
        self._unwatch = weakref.finalize(self, _remove_reader, loop, watched)
        self._unwatch.atexit = False

    def close(self) -> None:
        """Stop watching the loop, and run no more callbacks. Call it on the loop's thread."""
        finalize_now(self._unwatch)
        super().close()

    def _run_due(self) -> None:
        if self._on_loop_thread() or not self._loop.is_running():
            self.run_pending()
            return
        done = threading.Event()
        self._loop.call_soon_threadsafe(_run_and_tell, weakref.ref(self), done)
        while not done.wait(WAIT_SLICE) and self._loop.is_running() and not is_exiting():
            pass

    def _on_loop_thread(self) -> bool:
        try:
            return asyncio.get_running_loop() is self._loop
        except RuntimeError:
            return False


def _run_pending_of(reference: weakref.ref[AsyncioDispatcher]) -> None:
    dispatcher = reference()
    if dispatcher is not None:
        dispatcher.run_pending()


def _run_and_tell(reference: weakref.ref[AsyncioDispatcher], done: threading.Event) -> None:
    try:
        _run_pending_of(reference)
    finally:
        done.set()


def _remove_reader(loop: asyncio.AbstractEventLoop, descriptor: int) -> None:
    if not loop.is_closed():
        loop.remove_reader(descriptor)
    os.close(descriptor)
