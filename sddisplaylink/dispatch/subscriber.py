"""What display links and players have in common: where and when their callbacks run, and how a native handle ends."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from typing import Any

from sddisplaylink.clocks.source import Source
from sddisplaylink.dispatch.closing import ClosedByWith
from sddisplaylink.dispatch.dispatcher import Dispatcher, Receiver
from sddisplaylink.dispatch.wait_list import WaitList
from sddisplaylink.errors import ClockError, LinkClosedError
from sddisplaylink.native import check, finalize_now, lib

__all__ = ["CallbackActivity", "DispatcherBinding", "NativeClient", "PendingError", "release_native"]


class PendingError:
    """An exception raised in a callback, kept until somebody receives it."""

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

    def pop(self) -> BaseException | None:
        """The stored error, which is not stored any more."""
        error, self.error = self.error, None
        return error

    def raise_once(self) -> None:
        """Raise the stored error, if any, and forget it."""
        error = self.pop()
        if error is not None:
            raise error


class CallbackActivity:
    """Which threads are inside the callbacks of one link or player, and how to wait until they have left."""

    __slots__ = ("_idle", "_threads")

    def __init__(self) -> None:
        self._threads: list[int] = []  # a thread is in it once for every callback that it is inside
        self._idle = WaitList()

    def run(self, action: Callable[..., object], *arguments: object) -> None:
        """Call ``action`` as a callback."""
        thread = threading.get_ident()
        self._threads.append(thread)
        try:
            action(*arguments)
        finally:
            self._threads.remove(thread)
            if self._idle.gates:
                self._idle.notify()

    def is_here(self) -> bool:
        """Whether the calling thread is inside a callback."""
        return threading.get_ident() in self._threads

    def wait_idle(self, timeout: float = 1.0) -> None:
        """Wait until no callback runs on another thread.

        Bounded, so that a caller who holds a lock which the callback wants is delayed and not stuck.
        """
        if self._threads:
            here = threading.get_ident()
            self._idle.wait(lambda: all(thread == here for thread in tuple(self._threads)), timeout)


class DispatcherBinding:
    """Which dispatcher runs the callbacks of one player: its own, or for the time of a loop over frames the loop's.

    A dispatcher that the player has left may still have an event in hand: it finds out by ``current.is_current()``, and
    passes the event on with :meth:`post`.
    """

    __slots__ = ("_handle", "_lock", "current", "home")

    def __init__(self, handle: int, home: Dispatcher) -> None:
        self._handle = handle
        self._lock = threading.Lock()  # guards moves; reading the dispatcher takes no lock
        self.home = home
        self.current = home

    def post(self, call: Callable[[], None]) -> None:
        """Have ``call`` run once on the current dispatcher. From any thread; never waits."""
        once = _Once(call)
        dispatcher = None
        while dispatcher is not self.current:  # moved meanwhile: the former one may not run any more
            dispatcher = self.current
            dispatcher.post(once)

    def set_home(self, dispatcher: Dispatcher, receiver: Receiver) -> None:
        """Let callbacks run there from now on, but after a loop that has them at the moment."""
        with self._lock:
            is_at_home = self.current is self.home
            self.home = dispatcher
            if is_at_home:
                self._move(dispatcher, receiver)

    def lend(self, dispatcher: Dispatcher, receiver: Receiver) -> None:
        """Let callbacks run there until :meth:`take_back`. ClockError if another loop has them."""
        with self._lock:
            if self.current is not self.home:
                raise ClockError("another loop takes the frames of this player")
            self._move(dispatcher, receiver)

    def take_back(self, receiver: Receiver) -> None:
        """Let callbacks run at home again."""
        with self._lock:
            try:
                self._move(self.home, receiver)
            except LinkClosedError:
                self.home.unregister(self._handle)
                self.current = self.home

    def _move(self, dispatcher: Dispatcher, receiver: Receiver) -> None:
        dispatcher.register(self._handle, receiver)
        former, self.current = self.current, dispatcher
        status = lib.sddl_client_set_mailbox(self._handle, dispatcher.mailbox)
        if status < 0:
            self.current = former
            check(status)


class _Once:
    """A call that is posted in several places, and made in the first that comes to it."""

    __slots__ = ("_calls",)

    def __init__(self, call: Callable[[], None]) -> None:
        self._calls = [call]

    def __call__(self) -> None:
        try:
            call = self._calls.pop()
        except IndexError:
            return
        call()


def release_native(handle: int, source: Source, dispatcher: Dispatcher) -> None:
    """End a native link or player: no event of it comes any more. A finalizer: waits for nothing."""
    dispatcher.unregister(handle)
    lib.sddl_client_close(handle)
    source.close()


class NativeClient(ClosedByWith):
    """A native link and the dispatcher on which its callbacks run.

    The library holds it weakly: when its last reference goes, the native side is closed and no callback comes any more.
    """

    def __init__(self, handle: int, source: Source, dispatcher: Dispatcher) -> None:
        self._handle = handle
        self._source = source
        self._dispatcher = dispatcher
        self._pending_error = PendingError()
        self._activity = CallbackActivity()
        self._finalizer = weakref.finalize(self, release_native, handle, source, dispatcher)
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
        self._activity.run(self._receive_if_current, event)

    def _receive_if_current(self, event: Any) -> None:
        # asked when the activity is known: whoever ends the event's epoch then sees that somebody is inside
        if lib.sddl_client_is_current(self._handle, event.epoch) == 1:
            self._receive(event)

    def _settle(self) -> None:
        """Wait until no callback runs on another thread, for one second at most."""
        self._activity.wait_idle()

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
