"""What display links and players have in common: a native handle, callbacks that end with it, an error kept."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from functools import partial
from typing import Any

from sddisplaylink.clocks.source import Source
from sddisplaylink.dispatch.closing import ClosedByWith
from sddisplaylink.dispatch.dispatcher import Dispatcher
from sddisplaylink.errors import LinkClosedError
from sddisplaylink.native import check, finalize_now, lib


class PendingError:
    """An exception raised in a callback, kept until somebody is told of it."""

    __slots__ = ("error",)

    def __init__(self) -> None:
        self.error: BaseException | None = None

    def keep(self, error: BaseException) -> None:
        """Store the error; of several, the first."""
        if self.error is None:
            self.error = error

    def forget(self, error: BaseException) -> None:
        """The error has reached somebody."""
        if self.error is error:
            self.error = None

    def raise_once(self) -> None:
        """Raise the stored error, if any, and forget it."""
        error, self.error = self.error, None
        if error is not None:
            raise error


class NativeClient(ClosedByWith):
    """A native link or player and the dispatcher on which its callbacks run.

    The library holds it weakly: when its last reference goes, the native side is closed and no callback comes any more.
    """

    def __init__(self, handle: int, source: Source, dispatcher: Dispatcher) -> None:
        self._handle = handle
        self._source = source
        self._dispatcher = dispatcher
        self._pending_error = PendingError()
        self._running_on: int | None = None  # ident of the thread that is inside a callback of this client
        self._idle = threading.Condition()
        self._settling = 0  # threads that wait for it to come out
        self._finalizer = weakref.finalize(self, _release_native, handle, source, dispatcher)
        self._finalizer.atexit = False
        dispatcher.register(handle, self)
        source.register(dispatcher)

    def __del__(self) -> None:
        # an error that nobody asked for goes to sys.unraisablehook, which is where one raised here goes; not through
        # the finalizer, which the traceback's frames would keep from ever running
        pending = getattr(self, "_pending_error", None)
        if pending is not None:
            pending.raise_once()

    @property
    def is_closed(self) -> bool:
        """Whether :meth:`close` has been called."""
        return not self._finalizer.alive

    def _check_open(self) -> None:
        if self.is_closed:
            raise LinkClosedError(f"this {type(self).__name__} has been closed")
        check(lib.sddl_client_is_current(self._handle, 0))  # a forked child, or the end of the process

    def _receive(self, event: Any) -> None:
        """Act on a native event. Runs on the dispatcher, one at a time."""
        raise NotImplementedError

    def handle_event(self, event: Any) -> None:
        """An event has come: :meth:`_receive` it, if it is current."""
        self._deliver(event.epoch, partial(self._receive, event))

    def _deliver(self, epoch: int, action: Callable[[], None]) -> bool:
        """Run ``action`` as a callback of this client, unless it was stopped since ``epoch``; whether it ran."""
        # said before the question whether the event is current: who ends its epoch then sees that somebody is inside
        outer, self._running_on = self._running_on, threading.get_ident()
        try:
            if lib.sddl_client_is_current(self._handle, epoch) != 1:
                return False
            action()
            return True
        finally:
            self._running_on = outer
            if self._settling:
                with self._idle:
                    self._idle.notify_all()

    def _settle(self, timeout: float = 1.0) -> None:
        """Wait until no callback of this client runs on another thread.

        Bounded, so that a caller who holds a lock which the callback wants is delayed and not stuck.
        """
        outside = (None, threading.get_ident())
        if self._running_on in outside:
            return
        with self._idle:
            self._settling += 1
            self._idle.wait_for(lambda: self._running_on in outside, timeout)
            self._settling -= 1

    def _call(self, callback: Callable[..., object] | None, *arguments: object) -> bool:
        """Call the user's callback; an exception in it goes to :meth:`_fail`. Whether it returned."""
        if callback is None:
            return True
        try:
            callback(*arguments)
        except BaseException as error:
            self._fail(error)
            if not isinstance(error, Exception) and not self._dispatcher.has_thread:
                self._pending_error.forget(error)
                raise  # Ctrl-C and sys.exit() in the user's own loop end that loop
            return False
        return True

    def _fail(self, error: BaseException) -> None:
        """Keep the error for whoever waits or closes."""
        self._pending_error.keep(error)

    def _close_handle(self) -> None:
        """Close the native side; the second time nothing happens."""
        finalize_now(self._finalizer)


def _release_native(handle: int, source: Source, dispatcher: Dispatcher) -> None:
    dispatcher.unregister(handle)
    lib.sddl_client_close(handle)
    source.close()
