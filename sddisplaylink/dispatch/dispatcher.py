"""Where callbacks run: one library thread for the whole process, or the user's own event loop."""

from __future__ import annotations

import collections
import contextlib
import os
import sys
import threading
import time
import weakref
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Protocol

from sddisplaylink.errors import ClockError, LinkClosedError
from sddisplaylink.native import WAIT_SLICE, at_exit, check, ffi, finalize_now, is_exiting, lib, nanoseconds

if TYPE_CHECKING:
    import asyncio


BATCH = 64
_FEW = 2  # events at a time
JOIN_TIMEOUT = 1.0


class Receiver(Protocol):
    """What gets the events of a native handle."""

    def handle_event(self, event: Any) -> None:
        """Act on a native event, on the dispatcher's thread; the event is valid until this returns."""


class Dispatcher:
    """Runs the callbacks of links and players, one at a time.

    ``Dispatcher()`` runs them on a daemon thread of its own; without one given, all links and players of the process
    share one such thread. ``Dispatcher(thread=False)`` runs them inside :meth:`run_pending`, on whichever thread calls
    it; hand :meth:`fileno` to any event loop (``add_reader``, ``QSocketNotifier``, ``createfilehandler``) and call
    :meth:`run_pending` when it becomes readable. :meth:`for_asyncio` does that for asyncio, :meth:`run_async` in a
    task of asyncio or trio.

    What is not run in time coalesces: at most one event of each link or player waits.
    """

    has_thread: bool

    def __init__(self, *, thread: bool = True) -> None:
        out = ffi.new("sddl_handle *")
        check(lib.sddl_mailbox_open(out))
        self.mailbox: int = out[0]
        self.has_thread = thread
        self._clients: dict[int, weakref.ref[Receiver]] = {}
        self._posted: collections.deque[Callable[[], None]] = collections.deque()
        self._released = threading.Condition()
        self._held = 0  # deliveries that are under way outside the mailbox
        self._running_on: int | None = None
        self.is_calm = True
        """False while it has callbacks of several clients to run, so that none of them should take on more."""
        self._thread: threading.Thread | None = None
        self._finalizer = weakref.finalize(self, lib.sddl_mailbox_close, self.mailbox)
        self._finalizer.atexit = False
        if thread:
            self._thread = threading.Thread(
                target=_serve, args=(self.mailbox, weakref.ref(self)), name="sddisplaylink", daemon=True
            )
            self._thread.start()
            _threaded.add(self)

    @classmethod
    def for_asyncio(cls, loop: asyncio.AbstractEventLoop | None = None) -> Dispatcher:
        """A dispatcher whose callbacks run in that asyncio loop (default: the running one)."""
        return _AsyncioDispatcher(loop)

    # ---- for event loops ----

    def fileno(self) -> int:
        """A file descriptor that is readable while something is to be run. It is ours: read nothing from it."""
        return check(lib.sddl_mailbox_fd(self.mailbox))

    def run_pending(self) -> int:
        """Run, on this thread, the callbacks that are due now; how many events there were. Never blocks.

        Raises LinkClosedError once closed.
        """
        if self.has_thread:
            raise ClockError("this dispatcher runs its callbacks on its own thread")
        total = 0
        events = ffi.new("sddl_event[]", BATCH)
        while True:
            count = check(lib.sddl_mailbox_wait(self.mailbox, events, BATCH, 0))
            self._run(events, count)
            total += count
            if count < BATCH:
                return total

    def wait(self, timeout: float | None = None) -> bool:
        """Block until :meth:`run_pending` has something to do: True; False on timeout. For ``thread=False`` only.

        Raises LinkClosedError once closed, and when the main thread has ended.
        """
        if self.has_thread:
            raise ClockError("this dispatcher runs its callbacks on its own thread")
        deadline = None if timeout is None else time.monotonic() + timeout
        while not is_exiting():
            left = WAIT_SLICE if deadline is None else min(WAIT_SLICE, deadline - time.monotonic())
            if check(lib.sddl_mailbox_wait(self.mailbox, ffi.NULL, 0, nanoseconds(max(left, 0.0)))):
                return True
            if left < WAIT_SLICE:
                return False
        raise LinkClosedError("the interpreter is exiting")

    async def run_async(self) -> None:
        """Run callbacks in this task, of asyncio or trio, until it is cancelled or :meth:`close` is called.

        For ``thread=False`` only. Raises LinkClosedError if it was closed before.
        """
        from sddisplaylink.dispatch.readiness import Readiness  # imports asyncio

        self.run_pending()
        with Readiness(self.fileno()) as readiness, contextlib.suppress(LinkClosedError):
            while True:
                await readiness.wait()
                self.run_pending()

    def close(self) -> None:
        """Run no more callbacks. Links and players on it go on in silence; closing them is up to their owners."""
        finalize_now(self._finalizer)
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join(JOIN_TIMEOUT)

    # ---- for links, players and clocks ----

    def register(self, handle: int, client: Receiver) -> None:
        """Let ``client``, held weakly, receive the events of that native handle."""
        self._clients[handle] = weakref.ref(client)

    def unregister(self, handle: int) -> None:
        """Forget the handle."""
        self._clients.pop(handle, None)

    def post(self, call: Callable[[], None]) -> None:
        """Have ``call`` run on this dispatcher, before the events that are pending. From any thread."""
        self._posted.append(call)
        lib.sddl_mailbox_wake(self.mailbox)

    def hold(self) -> None:
        """A delivery is under way elsewhere (a frame is being decoded): :meth:`flush` waits for :meth:`unhold`."""
        with self._released:
            self._held += 1

    def unhold(self) -> None:
        """The delivery has been made, or will not be."""
        with self._released:
            self._held -= 1
            self._released.notify_all()

    def is_current(self) -> bool:
        """Whether the caller is inside a callback of this dispatcher."""
        return self._running_on == threading.get_ident()

    def flush(self) -> None:
        """Return when every callback that is due has been run: by its thread, or here and now."""
        if self.is_current():
            raise ClockError("a clock cannot be advanced from inside a callback that it waits for")
        while self._finalizer.alive and not is_exiting():
            self._run_due()
            if not self._held and not self._posted:
                return
            self._await_release()

    def _run_due(self) -> None:
        if self.has_thread:
            while lib.sddl_mailbox_flush(self.mailbox, nanoseconds(WAIT_SLICE)) == 1:
                pass
        else:
            self.run_pending()

    def _await_release(self) -> None:
        """Wait, a slice at most, for a held delivery to be posted or made."""
        if not self.has_thread:
            self.wait(WAIT_SLICE)
            return
        with self._released:
            if self._held:
                self._released.wait(WAIT_SLICE)

    def _run(self, events: Any, count: int) -> None:
        outer, self._running_on = self._running_on, threading.get_ident()
        self.is_calm = count <= _FEW
        try:
            for _ in range(len(self._posted)):
                self._guard(self._posted.popleft())
            for index in range(count):
                event = events[index]
                reference = self._clients.get(event.client)
                client = None if reference is None else reference()
                if client is not None:
                    self._guard(client.handle_event, event)
        finally:
            self._running_on = outer

    def _guard(self, call: Callable[..., None], *arguments: object) -> None:
        """A mistake of ours, or of a subclass, must not end the thread that everybody's callbacks run on."""
        try:
            call(*arguments)
        except Exception:
            if not self.has_thread:
                raise
            sys.excepthook(*sys.exc_info())


def _serve(mailbox: int, reference: weakref.ref[Dispatcher]) -> None:
    """The dispatcher's thread: it ends when the mailbox is closed, which dropping the dispatcher does."""
    events = ffi.new("sddl_event[]", BATCH)
    while (count := lib.sddl_mailbox_wait(mailbox, events, BATCH, -1)) >= 0:
        dispatcher = reference()
        if dispatcher is None:
            return
        dispatcher._run(events, count)
        del dispatcher


# ---- in an asyncio loop ----


class _AsyncioDispatcher(Dispatcher):
    """Runs callbacks in an asyncio loop, woken by the mailbox's descriptor."""

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        super().__init__(thread=False)
        import asyncio  # takes as long as importing all the rest

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
        import asyncio

        try:
            return asyncio.get_running_loop() is self._loop
        except RuntimeError:
            return False


def _run_pending_of(reference: weakref.ref[_AsyncioDispatcher]) -> None:
    dispatcher = reference()
    if dispatcher is not None:
        dispatcher.run_pending()


def _run_and_tell(reference: weakref.ref[_AsyncioDispatcher], done: threading.Event) -> None:
    try:
        _run_pending_of(reference)
    finally:
        done.set()


def _remove_reader(loop: asyncio.AbstractEventLoop, descriptor: int) -> None:
    if not loop.is_closed():
        loop.remove_reader(descriptor)
    os.close(descriptor)


# ---- the one that everybody shares ----

_threaded: weakref.WeakSet[Dispatcher] = weakref.WeakSet()
_default: Dispatcher | None = None
_default_lock = threading.Lock()


def default_dispatcher() -> Dispatcher:
    """The dispatcher of all links and players that were given none, made at its first use."""
    global _default
    with _default_lock:
        if _default is None or not _default._finalizer.alive:
            _default = Dispatcher()
        return _default


def _close_threads() -> None:
    for dispatcher in list(_threaded):
        dispatcher.close()


at_exit(_close_threads)


def resolve_dispatcher(dispatcher: Dispatcher | None) -> Dispatcher:
    """The dispatcher to use: the one given, which must be open, or the shared one."""
    if dispatcher is None:
        return default_dispatcher()
    if not isinstance(dispatcher, Dispatcher):
        raise TypeError(f"dispatcher must be a Dispatcher, not {type(dispatcher).__name__}")
    if not dispatcher._finalizer.alive:
        raise LinkClosedError("the dispatcher has been closed")
    return dispatcher
