"""The common parts of display links and players: pending errors, running callbacks, and their dispatcher."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Callable
from threading import get_ident

from sddisplaylink.dispatch.dispatcher import Dispatcher, EventHandler, PendingDelivery
from sddisplaylink.dispatch.wait_list import WaitList
from sddisplaylink.errors import ClockError, LinkClosedError
from sddisplaylink.native import check, is_forked, is_of_exit, lib
from sddisplaylink.weak_group import WeakGroup

__all__ = ["CallbackActivity", "DispatcherBinding", "PendingError"]


class PendingError:
    """An exception raised in a callback, kept until it is raised again elsewhere.

    An exception that is not raised again goes to ``sys.unraisablehook`` when it is dropped.
    """

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: _KeptError | _KnownError | None = None

    @property
    def error(self) -> BaseException | None:
        """The stored error, if any."""
        kept = self._kept
        return None if kept is None else kept.error

    def keep(self, error: BaseException, *, is_news: bool = True, is_delivered: bool = False) -> None:
        """Store the error, but none that comes of the end of the process.

        Of several the first is stored; it is reported when it is dropped, unless it is no news to the program, as its
        own doing. The others are reported at once, unless they are delivered to ``on_error``, too.
        """
        if is_of_exit(error):
            return
        if self._kept is None:
            self._kept = _KeptError(error) if is_news else _KnownError(error)
        elif isinstance(error, Exception) and error is not self.error and is_news and not is_delivered:
            _KeptError(error)  # dropped at once

    def forget(self, error: BaseException) -> None:
        """Drop the error, which is raised elsewhere."""
        if self.error is error:
            self.pop()

    def pop(self) -> BaseException | None:
        """Remove the stored error and return it."""
        kept, self._kept = self._kept, None
        if kept is None:
            return None
        error, kept.error = kept.error, None
        return error

    def raise_once(self) -> None:
        """Raise the stored error, if any, and forget it."""
        error = self.pop()
        if error is not None:
            raise error


class _KeptError:
    """An error that raises itself when it is dropped, for ``sys.unraisablehook`` to show.

    A separate object, so that a link or player without an error has no ``__del__``, in which Python would lose a
    Ctrl-C.
    """

    __slots__ = ("error",)

    def __init__(self, error: BaseException) -> None:
        self.error: BaseException | None = error

    def __del__(self) -> None:
        error = getattr(self, "error", None)  # missing if an interrupt came into __init__()
        if error is not None:
            raise error


class _KnownError:
    """An error that is dropped without a word."""

    __slots__ = ("error",)

    def __init__(self, error: BaseException) -> None:
        self.error: BaseException | None = error


class CallbackActivity:
    """Knows which threads are inside the callbacks of one link or player, and waits until they have left."""

    __slots__ = ("_idle", "_threads")

    def __init__(self) -> None:
        self._threads: list[int] = []  # one entry for each callback that a thread is inside
        self._idle = WaitList()

    def run(self, action: Callable[..., object], *arguments: object) -> None:
        """Call ``action`` as a callback."""
        thread = get_ident()
        try:
            # the first statement here and in the finally block: Python handles signals after calls, not between these
            # statements
            self._threads.append(thread)
            action(*arguments)
        finally:
            self._threads.remove(thread)
            if self._idle.waiters:
                self._idle.notify()

    def is_inside(self) -> bool:
        """Whether the calling thread is inside a callback."""
        return get_ident() in self._threads

    def wait_idle(self, timeout: float = 1.0) -> None:
        """Wait until no callback runs on another thread.

        Bounded, so that a caller who holds a lock that the callback needs is delayed and not deadlocked. Returns at
        once in a forked child, which has no other thread.
        """
        if self._threads and not is_forked():
            here = get_ident()
            self._idle.wait(lambda: all(thread == here for thread in tuple(self._threads)), timeout)


class DispatcherBinding:
    """Knows which dispatcher runs the callbacks of one player: its own or, during a loop over its frames, the loop's.

    No lock: a finaliser or a signal handler may begin or end a loop while the same thread is moving the player. Each
    thread that changes what is wanted then moves the player there, and again if that has changed meanwhile.

    What the player waits for, and what is posted for it, moves along. A dispatcher from which the player has moved may
    still have read an event: ``current.is_current()`` is False there, and the event is passed on with `post`.
    """

    __slots__ = ("_calls", "_handle", "_loops", "_under_way", "current", "own")

    def __init__(self, handle: int, own: Dispatcher) -> None:
        self._handle = handle
        self._loops: list[Dispatcher] = []  # of the loop over frames; of others as well while they are refused
        self._calls: deque[Callable[[], None]] = deque()
        self._under_way: WeakGroup[PendingDelivery] = WeakGroup()
        self.own = own
        self.current = own

    def post(self, call: Callable[[], None]) -> None:
        """Have ``call`` run once on the current dispatcher. From any thread; never waits."""
        self._calls.append(call)
        dispatcher = None
        while dispatcher is not self.current:  # moved meanwhile: the former dispatcher may be closed
            dispatcher = self.current
            dispatcher.post(self._run_next)

    def begin_async(self, delivery: PendingDelivery) -> None:
        """Let `Dispatcher.flush` of the current dispatcher wait for that delivery until `end_async`."""
        self._under_way.add(delivery)
        dispatcher = self.current
        dispatcher.begin_async(delivery)
        while dispatcher is not self.current:  # moved meanwhile
            dispatcher.end_async(delivery)
            dispatcher = self.current
            dispatcher.begin_async(delivery)

    def end_async(self, delivery: PendingDelivery) -> None:
        """The delivery has been made, or will not be. From any thread."""
        self._under_way.discard(delivery)
        dispatcher = None
        while dispatcher is not self.current:
            dispatcher = self.current
            dispatcher.end_async(delivery)

    def set_own(self, dispatcher: Dispatcher, handler: EventHandler) -> None:
        """Run callbacks there from now on; during a loop over frames, from its end on. After an exception as before."""
        former, self.own = self.own, dispatcher
        try:
            self._move(handler)
        except BaseException:
            self.own = former
            with contextlib.suppress(LinkClosedError):
                self._move(handler)
            raise

    def move_to(self, dispatcher: Dispatcher, handler: EventHandler) -> None:
        """Run callbacks there until `move_back`. ClockError during another loop over frames."""
        self._loops.append(dispatcher)
        if self._loops[0] is not dispatcher:
            self._loops.remove(dispatcher)
            raise ClockError("another loop takes the frames of this player")
        self._move(handler)

    def move_back(self, dispatcher: Dispatcher, handler: EventHandler) -> None:
        """Run callbacks on the player's own dispatcher again, unless they have never moved, or moved back already."""
        if dispatcher in self._loops:
            self._loops.remove(dispatcher)
        former = self.current
        if former is not dispatcher:
            return
        try:
            self._move(handler)
        except LinkClosedError:
            self.own.unregister(self._handle)
            self.current = self.own
            self._bring_from(former)

    def _wanted(self) -> Dispatcher:
        try:
            return self._loops[0]
        except IndexError:
            return self.own

    def _move(self, handler: EventHandler) -> None:
        """Move the callbacks to the dispatcher that is wanted, also if another thread moves them meanwhile."""
        dispatcher = None
        while dispatcher is not (wanted := self._wanted()):
            dispatcher = wanted
            dispatcher.register(self._handle, handler)
            former, self.current = self.current, dispatcher
            status = lib.sddl_subscriber_set_mailbox(self._handle, dispatcher.mailbox)
            if status < 0:
                self.current = former
                if dispatcher is self._wanted():
                    check(status)
            else:
                self._bring_from(former)

    def _bring_from(self, former: Dispatcher) -> None:
        """Let what is under way, and what is posted, not depend on the former dispatcher: it may not run any more."""
        if former is self.current:
            return
        for delivery in self._under_way:
            self.current.begin_async(delivery)
            former.end_async(delivery)
        for _ in range(len(self._calls)):
            self.current.post(self._run_next)

    def _run_next(self) -> None:
        """Make the next call, unless it has been made elsewhere: calls are announced to more than one dispatcher."""
        try:
            call = self._calls.popleft()
        except IndexError:
            return
        call()
