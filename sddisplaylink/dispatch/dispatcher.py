"""Dispatchers run callbacks: on one library thread for the whole process, or in the user's own event loop."""

from __future__ import annotations

import collections
import time
import weakref
from collections.abc import Callable
from functools import partial
from threading import get_ident
from typing import TYPE_CHECKING, Any, Protocol

from sddisplaylink.copying import refuse_copies
from sddisplaylink.dispatch.batch import BATCH, Batch, EventHandler, move_all, report
from sddisplaylink.dispatch.callback_thread import CallbackThread
from sddisplaylink.dispatch.wait_list import WaitList
from sddisplaylink.dispatch.waiting import Wakeup, wait_for_mailbox
from sddisplaylink.errors import ClockError, LinkClosedError, SDDisplayLinkError
from sddisplaylink.native import (
    WAIT_SLICE,
    at_exit,
    check,
    deadline_after,
    duplicate_descriptor,
    ffi,
    is_exiting,
    lib,
    may_wait,
    nanoseconds,
    owned_handle,
)
from sddisplaylink.weak_group import WeakGroup

if TYPE_CHECKING:
    import asyncio

__all__ = ["Dispatcher", "EventHandler", "PendingDelivery", "default_dispatcher", "resolve_dispatcher"]

JOIN_TIMEOUT = 1.0
_MANY_EVENTS = 3  # at a time


class PendingDelivery(Protocol):
    """A delivery, caused by a native source, that is being prepared on another thread."""

    @property
    def source(self) -> int:
        """The handle of the native source."""

    def make_progress(self) -> None:
        """Prepare the delivery on the calling thread for a while, if the system refuses the other thread."""


class Dispatcher:
    """Runs the callbacks of links and players, one at a time.

    ``Dispatcher()`` runs them on a daemon thread of its own; without one given, all links and players of the process
    share one such thread. ``Dispatcher(thread=False)`` runs them inside `run_pending`, on whichever thread calls
    it; hand `fileno` to any event loop (``add_reader``, ``QSocketNotifier``, ``createfilehandler``) and call
    `run_pending` when it becomes readable. `for_asyncio` does that for asyncio, `run_async` in a
    task of asyncio or trio.

    Events that are not handled in time coalesce: at most one event of each link or player is pending. Raises
    SDDisplayLinkError if the system refuses the thread.
    """

    has_thread: bool

    def __init__(self, *, thread: bool = True) -> None:
        self._owner = owned_handle()
        check(lib.sddl_mailbox_open(self._owner))
        self.mailbox: int = self._owner[0]
        self.has_thread = thread
        self._is_closed = False
        self._subscribers: dict[int, weakref.ref[EventHandler]] = {}
        self._posted: collections.deque[Callable[[], None]] = collections.deque()
        self._interrupted: collections.deque[Batch] = collections.deque()  # not run because of an exception
        self._callback_error: BaseException | None = None
        self._async_deliveries: WeakGroup[PendingDelivery] = WeakGroup()
        self._async_changed = WaitList()
        self._running_on: int | None = None
        self.is_lightly_loaded = True
        """False while it has callbacks of several subscribers to run, so that none of them should take on more."""
        self._thread = _start_thread(self) if thread else None

    @classmethod
    def for_asyncio(cls, loop: asyncio.AbstractEventLoop | None = None) -> Dispatcher:
        """A dispatcher whose callbacks run in that asyncio loop (default: the running one)."""
        return _AsyncioDispatcher(loop)

    @property
    def is_closed(self) -> bool:
        """Whether `close` has been called."""
        return self._is_closed

    # ---- for event loops ----

    def fileno(self) -> int:
        """A file descriptor that is readable while callbacks are due.

        It belongs to the dispatcher: do not read from it.
        """
        return check(lib.sddl_mailbox_fd(self.mailbox))

    def run_pending(self) -> int:
        """Run the callbacks that are due now, on this thread; returns the number of events. Never blocks.

        If an exception of a callback ends this call (Ctrl-C, ``sys.exit()``), the next call runs the other callbacks.
        Raises LinkClosedError once closed.
        """
        if self.has_thread:
            raise ClockError("this dispatcher runs its callbacks on its own thread")
        total = 0
        while True:
            count = self._take_and_run()
            total += count
            if count < BATCH:
                return total

    def wait(self, timeout: float | None = None) -> bool:
        """Block until callbacks are due: True; False on timeout. For ``thread=False`` only.

        Raises LinkClosedError once closed, and once the main thread has ended (then a daemon thread waits for ever);
        ValueError for a timeout that is not finite.
        """
        if self.has_thread:
            raise ClockError("this dispatcher runs its callbacks on its own thread")
        deadline = deadline_after(timeout)
        while may_wait():
            if wait_for_mailbox(self.mailbox, ffi.NULL, 0, deadline):
                return True
            if deadline is not None and time.monotonic() >= deadline:
                return False
        raise LinkClosedError("the interpreter is exiting")

    async def run_async(self) -> None:
        """Run callbacks in this task, of asyncio or trio, until it is cancelled or `close` is called.

        For ``thread=False`` only. Raises LinkClosedError if it was closed before.
        """
        from sddisplaylink.dispatch.readiness import Readiness  # imports asyncio

        self.run_pending()
        with Readiness(self.mailbox) as readiness:
            while may_wait():
                await readiness.wait()
                try:
                    self.run_pending()
                except LinkClosedError:
                    if self._is_closed:
                        return
                    raise

    def close(self) -> None:
        """Run no more callbacks.

        Links and players of this dispatcher continue without callbacks until they are closed.
        """
        self._is_closed = True
        lib.sddl_release(self._owner)
        if self._thread is not None:
            self._thread.join(JOIN_TIMEOUT)

    __reduce__ = refuse_copies("make another Dispatcher; any number of links and players can share one")

    # ---- for links, players and clocks ----

    def register(self, handle: int, subscriber: EventHandler) -> None:
        """Let ``subscriber``, held weakly, receive the events of that native handle."""
        self._subscribers[handle] = weakref.ref(subscriber, partial(self._subscribers.pop, handle))

    def unregister(self, handle: int) -> None:
        """Drop the events of that handle from now on."""
        self._subscribers.pop(handle, None)

    def post(self, call: Callable[[], None]) -> None:
        """Have ``call`` run on this dispatcher, before the events that are pending. From any thread.

        If an interrupt ends the call, it is made again.
        """
        self._posted.append(call)
        lib.sddl_mailbox_wake(self.mailbox)

    def begin_async(self, delivery: PendingDelivery) -> None:
        """A delivery continues on another thread, which decodes a frame: `flush` waits for `end_async`.

        Held weakly: dropping the delivery ends the wait, too.
        """
        self._async_deliveries.add(delivery)

    def end_async(self, delivery: PendingDelivery) -> None:
        """The delivery has been completed or cancelled."""
        self._async_deliveries.discard(delivery)
        self._async_changed.notify()

    def is_current(self) -> bool:
        """Whether the caller is inside a callback of this dispatcher."""
        return self._running_on == get_ident()

    def has_failed(self, error: BaseException) -> None:
        """Note that this error, about to end `run_pending`, is a callback's, which must not be run again."""
        self._callback_error = error

    def flush(self, source: int) -> None:
        """Return when every callback that is due because of that native source has been run, by its thread or here.

        Does not wait for callbacks of other sources, nor for any once this dispatcher is closed.
        """
        if self.is_current():
            raise ClockError("a clock cannot be advanced from inside a callback that it waits for")
        while not self._is_closed and self.is_served() and may_wait():
            try:
                self.run_due(source)
                self.run_due(source)  # for what callbacks have posted meanwhile
                if not self._make_progress(source):
                    return
                self.await_delivery(source)
            except LinkClosedError:
                if self._is_closed:
                    return
                raise

    def is_served(self) -> bool:
        """Whether callbacks can be run: False once the thread that has to run them has ended."""
        return True

    def run_due(self, source: int) -> None:
        """Run what is due now because of that source, or wait until it has been run: part of `flush`."""
        if not self.has_thread:
            self.run_pending()
            return
        while check(lib.sddl_mailbox_flush(self.mailbox, source, nanoseconds(WAIT_SLICE))) and may_wait():
            pass

    def await_delivery(self, source: int) -> None:
        """Wait, a slice at most, for an asynchronous delivery to be posted or made: a part of `flush`."""
        if self.has_thread:
            self.await_other_thread(source)
        else:
            self.wait(WAIT_SLICE)

    def await_other_thread(self, source: int) -> None:
        """As `await_delivery`, if another thread runs the callbacks."""
        self._async_changed.wait(lambda: not self._has_deliveries(source), WAIT_SLICE)

    def _make_progress(self, source: int) -> bool:
        """Whether there are deliveries; none of them stands still because the system has refused a thread."""
        deliveries = [delivery for delivery in self._async_deliveries if delivery.source == source]
        for delivery in deliveries:
            delivery.make_progress()
        return bool(deliveries)

    def _has_deliveries(self, source: int) -> bool:
        return any(delivery.source == source for delivery in self._async_deliveries)

    # ---- running ----

    def _take_and_run(self) -> int:
        """Run what is pending; the number of events. If an exception ends this call, the next one runs what is left."""
        batches: collections.deque[Batch] = collections.deque()
        try:
            if self._interrupted:
                move_all(self._interrupted, batches)
            batches.append(Batch())
            count = lib.sddl_mailbox_wait(self.mailbox, batches[-1].events, BATCH, 0)
            if count < 0:
                batches.pop()
                check(count)
            while batches:
                self.run_batch(batches[0], count)
                batches.popleft()
            return int(count)
        except BaseException:
            self._interrupted.extend(batches)
            if batches:
                lib.sddl_mailbox_wake(self.mailbox)
            raise

    def run_batch(self, batch: Batch, count: int) -> None:
        """Run the calls that have been posted, and hand the batch's events, about ``count``, to their subscribers.

        A dispatcher with a thread reports exceptions. Otherwise they end this call, and the batch keeps what is left.
        """
        outer = self._running_on
        try:
            self._running_on = get_ident()
            self.is_lightly_loaded = count < _MANY_EVENTS
            if self._posted:
                move_all(self._posted, batch.calls)
            while not self._run_all(batch):
                pass
        finally:
            self._running_on = outer

    def _run_all(self, batch: Batch) -> bool:
        """Run the batch as far as the first exception; whether all of the batch has been run."""
        try:
            batch.run(self._subscribers)
        except BaseException as error:
            is_interrupt = not isinstance(error, Exception) and error is not self._callback_error
            self._callback_error = None
            if self.has_thread:  # all callbacks run on it: no exception may end it
                report(error)
            elif is_interrupt:
                raise  # what it interrupted is still the next of the batch
            batch.drop_next()
            if not self.has_thread:
                raise
            return False
        return True


def _start_thread(dispatcher: Dispatcher) -> CallbackThread:
    try:
        thread = CallbackThread(partial(_serve, dispatcher.mailbox, weakref.ref(dispatcher)), "sddisplaylink")
    except RuntimeError as error:
        if is_exiting():  # Python starts none any more
            raise LinkClosedError("the interpreter is exiting") from error
        raise SDDisplayLinkError("the system refused a thread") from error
    _threaded.add(dispatcher)
    return thread


def _serve(mailbox: int, reference: weakref.ref[Dispatcher]) -> None:
    """Run a dispatcher's thread until the mailbox is closed, as it is when the dispatcher is dropped."""
    batch = Batch()
    while (count := lib.sddl_mailbox_wait(mailbox, batch.events, BATCH, -1)) >= 0:
        dispatcher = reference()
        if dispatcher is None:
            return
        dispatcher.run_batch(batch, count)
        batch.begin_again()
        del dispatcher


# ---- in an asyncio loop ----


class _AsyncioDispatcher(Dispatcher):
    """Runs callbacks in an asyncio loop, woken by the mailbox's descriptor."""

    def __init__(self, loop: asyncio.AbstractEventLoop | None = None) -> None:
        super().__init__(thread=False)
        import asyncio  # takes as long as importing everything else

        loop = asyncio.get_running_loop() if loop is None else loop
        if not hasattr(loop, "add_reader"):
            raise TypeError(f"loop must be an asyncio event loop, not {type(loop).__name__}")
        self._loop = loop
        # A duplicate: another loop may watch the original, which may be closed first. The loop's reader owns it, too:
        # a dispatcher that is dropped leaves a closed mailbox, which the loop finds readable, and stops watching it. No
        # finaliser in Python, which an interrupt could break off.
        self._watched = duplicate_descriptor(self.mailbox)
        try:
            loop.add_reader(self._watched[0], _run_pending_of, weakref.ref(self), loop, self._watched)
        except BaseException:
            super().close()
            raise

    def close(self) -> None:
        """Stop watching the loop, and run no more callbacks. Call it on the loop's thread."""
        _unwatch(self._loop, self._watched)
        super().close()

    def run_due(self, source: int) -> None:
        """Run what is due, by the loop if the loop runs on another thread."""
        if _is_running_here(self._loop) or not self._loop.is_running():
            self.run_pending()
            return
        done = Wakeup()
        try:
            self._loop.call_soon_threadsafe(_run_and_wake, weakref.ref(self), self._loop, self._watched, done)
        except RuntimeError:  # it has been closed meanwhile
            self.run_pending()
            return
        while not done.wait(WAIT_SLICE) and self._loop.is_running() and may_wait():
            pass

    def await_delivery(self, source: int) -> None:
        """Wait for the loop, or run what is due if this is its thread."""
        if _is_running_here(self._loop) or not self._loop.is_running():
            super().await_delivery(source)
        else:
            self.await_other_thread(source)


def _run_pending_of(reference: weakref.ref[_AsyncioDispatcher], loop: asyncio.AbstractEventLoop, watched: Any) -> None:
    dispatcher = reference()
    if dispatcher is None or dispatcher.is_closed:
        _unwatch(loop, watched)
    else:
        dispatcher.run_pending()


def _run_and_wake(
    reference: weakref.ref[_AsyncioDispatcher], loop: asyncio.AbstractEventLoop, watched: Any, done: Wakeup
) -> None:
    try:
        _run_pending_of(reference, loop, watched)
    finally:
        done.wake()


def _unwatch(loop: asyncio.AbstractEventLoop, watched: Any) -> None:
    """On the loop's thread."""
    if watched[0] >= 0 and not loop.is_closed():
        loop.remove_reader(watched[0])
    lib.sddl_descriptor_close(watched)


def _is_running_here(loop: asyncio.AbstractEventLoop) -> bool:
    import asyncio

    try:
        return asyncio.get_running_loop() is loop
    except RuntimeError:
        return False


# ---- the shared dispatcher ----

_threaded: WeakGroup[Dispatcher] = WeakGroup()
_shared: dict[str, Dispatcher] = {}


def default_dispatcher() -> Dispatcher:
    """The dispatcher of all links and players that were given none, created at its first use. Takes no lock."""
    present = _shared.get("default")
    while present is None or present.is_closed:
        made = Dispatcher()
        if present is not None:
            _shared.pop("default", None)
        present = _shared.setdefault("default", made)  # another thread's; dropping `made` ends its thread
    return present


def _close_threads() -> None:
    for dispatcher in _threaded:
        dispatcher.close()


at_exit(_close_threads)


def resolve_dispatcher(dispatcher: Dispatcher | None) -> Dispatcher:
    """The dispatcher to use: the one given, which must be open, or the shared one."""
    if dispatcher is None:
        return default_dispatcher()
    if not isinstance(dispatcher, Dispatcher):
        raise TypeError(f"dispatcher must be a Dispatcher, not {type(dispatcher).__name__}")
    if dispatcher.is_closed:
        raise LinkClosedError("the dispatcher has been closed")
    return dispatcher
