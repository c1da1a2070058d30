"""DisplayLink: a callback, or a tick to wait for, at every refresh of a display."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import AsyncGenerator, Callable, Iterator
from typing import Any, NamedTuple, Self

from sddisplaylink.clocks.choosing import resolve_clock
from sddisplaylink.clocks.displays import Display
from sddisplaylink.clocks.manual import ManualClock
from sddisplaylink.copying import refuse_copies
from sddisplaylink.dispatch.closing import ClosedByWith
from sddisplaylink.dispatch.dispatcher import Dispatcher, resolve_dispatcher
from sddisplaylink.dispatch.subscriber import CallbackActivity, PendingError
from sddisplaylink.dispatch.waiting import wait_for_mailbox
from sddisplaylink.errors import LinkClosedError
from sddisplaylink.field_docs import document_fields
from sddisplaylink.native import check, deadline_after, ffi, lib, may_wait, owned_handle, seconds
from sddisplaylink.weak_group import WeakGroup


@document_fields(
    sequence="Number of the refresh, counted from 1 at the clock's first tick; refreshes that were missed count, "
    "too. So while a link runs, the ``sequence`` of two ticks that a reader gets one after the other "
    "differs by 1 + the later tick's ``missed``.",
    timestamp="The refresh that this tick is for.",
    target_timestamp="The refresh at which what is drawn now will be on screen.",
    period="Seconds from refresh to refresh.",
    missed="Refreshes lost since the last tick that this reader got, because the machine or the reader was late.",
    synthetic="Whether the tick came from a timer, because the display's own clock fails at the moment.",
)
class Tick(NamedTuple):
    """One refresh of a display. Times are seconds of ``time.monotonic()``'s clock (a ManualClock's: virtual)."""

    sequence: int
    timestamp: float
    target_timestamp: float
    period: float
    missed: int
    synthetic: bool

    @classmethod
    def of(cls, event: Any) -> Tick:
        """The tick that a native event reports."""
        return cls(
            event.sequence,
            seconds(event.timestamp),
            seconds(event.target),
            seconds(event.period),
            event.missed,
            bool(event.flags & lib.SDDL_EVENT_SYNTHETIC),
        )


class DisplayLink(ClosedByWith):
    """Ticks in step with a display.

    ``callback(tick)`` runs on ``dispatcher``: by default on the one library thread, never on the display's own thread.
    Without a callback, pull ticks: `wait`, ``for tick in link`` or ``async for tick in link``. Ticks that are not
    read in time coalesce: the reader gets the latest, with the number of those ``missed``.

    ``display``: one of `displays`, its id, or None for the main one. ``clock``: one of `available_clocks`,
    ``"timer:RATE"`` for a timer of that many Hz, a `ManualClock`, or by default ``"auto"``: what the environment
    variable SDDISPLAYLINK_CLOCK names, else the first of those that are available. An exception in the callback stops
    the link and is raised by the next `wait` or by `close`.

    All methods may be called from any thread and inside the callback. Raises ClockError if there is no such clock or
    display. Dropping the last reference to a link stops it.
    """

    def __init__(
        self,
        callback: Callable[[Tick], object] | None = None,
        *,
        display: Display | int | None = None,
        clock: str | ManualClock | None = None,
        dispatcher: Dispatcher | None = None,
    ) -> None:
        if callback is not None and not callable(callback):
            raise TypeError(f"callback must be callable, not {type(callback).__name__}")
        self._source = resolve_clock(clock, display)
        self._dispatcher = resolve_dispatcher(dispatcher)
        self._owner = owned_handle()
        check(lib.sddl_link_open(self._source.handle, self._dispatcher.mailbox, self._owner))
        self._handle: int = self._owner[0]
        self._callback = callback
        self._is_running = False
        self._is_closed = False
        self._activity = CallbackActivity()
        self._pending_error = PendingError()
        self._subscriptions: WeakGroup[TickSubscription] = WeakGroup()
        self._of_thread = threading.local()
        # without a callback, the first thread that waits also gets the latest tick before that
        self._first_subscription = [self._subscribe()] if callback is None else []
        self._dispatcher.register(self._handle, self)
        self._source.register(self._dispatcher)

    # ---- running ----
    # No lock: an event loop's thread calls these methods, too, and must not wait for a thread of ours. One flag says
    # whether the link is to run; each thread that changes the flag then applies its latest value to the native links.

    def start(self) -> None:
        """Begin to tick. Does nothing if running.

        Raises LinkClosedError; SDDisplayLinkError if no thread can be started.

        After an exception the link is as before.
        """
        self._check_open()
        was_running, self._is_running = self._is_running, True
        try:
            self._update_links()
        except BaseException:
            self._is_running = was_running
            self._update_links()
            raise

    def stop(self) -> None:
        """Stop ticking. On return no further callback begins. Does nothing if the link is stopped.

        Waits for a callback that is running on another thread, for one second at most.
        """
        self._stop_links()
        self._activity.wait_idle()

    def close(self) -> None:
        """Stop the link and release its clock. Raises, once, the exception that stopped the callback, if any."""
        self._stop_links()
        self._is_closed = True
        self._dispatcher.unregister(self._handle)
        lib.sddl_release(self._owner)
        for subscription in self._subscriptions:
            subscription.close()
        self._source.close()
        self._activity.wait_idle()
        self._pending_error.raise_once()

    @property
    def is_closed(self) -> bool:
        """Whether `close` has been called."""
        return self._is_closed

    @property
    def is_running(self) -> bool:
        """Whether the link has been started and neither stopped nor closed."""
        return self._is_running

    # ---- the display and its clock ----

    @property
    def display(self) -> Display:
        """The display that the link follows. Raises LinkClosedError once closed."""
        self._check_not_closed()
        return self._source.display

    @property
    def clock_name(self) -> str:
        """``"corevideo"``, ``"quartzcore"``, ``"timer"`` or ``"manual"``."""
        return self._source.name

    @property
    def refresh_period(self) -> float:
        """Seconds from tick to tick, as the clock last reported it. Raises LinkClosedError once closed."""
        self._check_not_closed()
        return self._source.period

    @property
    def refresh_rate(self) -> float:
        """Ticks per second: 1 / `refresh_period`."""
        return 1 / self.refresh_period

    # ---- pulling ----

    def wait(self, timeout: float | None = None) -> Tick | None:
        """Block until the next tick and return it; None after ``timeout`` seconds.

        Every waiting thread is a separate reader, and gets every tick that it reads in time. Raises LinkClosedError
        once closed, also during a wait, and once the main thread has ended (then a daemon thread waits for ever); the
        exception that stopped the callback; ValueError for a timeout that is not finite.
        """
        self._pending_error.raise_once()
        self._check_open()
        event = self._subscription_here().wait(timeout)
        self._pending_error.raise_once()
        return None if event is None else Tick.of(event)

    def __iter__(self) -> Iterator[Tick]:
        """Ticks, until the link is stopped or closed. Starts the link if need be."""
        subscription = self._open_iteration()
        try:
            with contextlib.suppress(LinkClosedError):
                while (event := subscription.wait(None, while_running=True)) is not None:
                    yield Tick.of(event)
        finally:
            subscription.close()

    async def __aiter__(self) -> AsyncGenerator[Tick]:
        """The same in the running asyncio or trio loop."""
        subscription = self._open_iteration()
        try:
            with contextlib.suppress(LinkClosedError):
                async with contextlib.aclosing(
                    subscription.events()
                ) as events:  # trio does not finalise what is just left
                    async for event in events:
                        yield Tick.of(event)
        finally:
            subscription.close()

    def _open_iteration(self) -> TickSubscription:
        self._check_open()
        subscription = self._subscribe()
        if not self._is_running:
            self.start()
        return subscription

    def _subscription_here(self) -> TickSubscription:
        """This thread's own subscription."""
        subscription: TickSubscription | None = getattr(self._of_thread, "subscription", None)
        if subscription is None:
            try:
                subscription = self._first_subscription.pop()
            except IndexError:
                subscription = self._subscribe()
            self._of_thread.subscription = subscription
        return subscription

    def _subscribe(self) -> TickSubscription:
        subscription = TickSubscription(self._source.handle)
        self._subscriptions.add(subscription)
        if self._is_running:
            subscription.start()
        if self._is_closed or not self._is_running:  # stopped or closed by another thread meanwhile
            subscription.stop()
        return subscription

    # ---- callbacks ----

    def handle_event(self, event: Any) -> None:
        """Call the callback with the tick of a native event. Runs on the dispatcher."""
        self._activity.run(self._call_if_current, event)

    def _call_if_current(self, event: Any) -> None:
        # checked while the activity is registered: a thread that ends the event's epoch then waits for this callback
        if self._callback is None or lib.sddl_subscriber_is_current(self._handle, event.epoch) != 1:
            return
        try:
            self._callback(Tick.of(event))
        except BaseException as error:
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        """Stop the link for an exception of the callback.

        Ctrl-C and sys.exit() in the user's own loop end that loop, too.
        """
        self._pending_error.keep(error)
        self._stop_links()
        if not isinstance(error, Exception) and not self._dispatcher.has_thread:
            self._pending_error.forget(error)
            self._dispatcher.has_failed(error)
            raise error

    def _stop_links(self) -> None:
        self._is_running = False
        self._update_links()

    def _update_links(self) -> None:
        """Start or stop the native links, by the flag."""
        while True:
            running = self._is_running
            if self._callback is not None and not self._is_closed:
                status = (lib.sddl_link_start if running else lib.sddl_link_stop)(self._handle)
                if running:
                    check(status)
            for subscription in self._subscriptions:
                if not running:
                    subscription.stop()
                elif not subscription.is_closed:
                    subscription.start()
            if running == self._is_running:
                return

    def _check_not_closed(self) -> None:
        if self._is_closed:
            raise LinkClosedError(f"this {type(self).__name__} has been closed")

    def _check_open(self) -> None:
        self._check_not_closed()
        check(lib.sddl_subscriber_is_current(self._handle, 0))  # a forked child, or the end of the process

    def __enter__(self) -> Self:
        self.start()
        return self

    __reduce__ = refuse_copies("make another DisplayLink; links of one display share its clock")

    def __repr__(self) -> str:
        state = "closed" if self.is_closed else "running" if self._is_running else "stopped"
        return f"<{type(self).__name__} {self.clock_name} {state}>"


# ---- subscriptions ----


class TickSubscription:
    """A subscription to ticks: a native link with a mailbox of its own, which holds the latest tick until it is read.

    Every thread in ``wait()`` and every loop over a link has one, so that none takes another's ticks.
    """

    def __init__(self, source: int) -> None:
        self._mailbox_owner, self._link_owner = owned_handle(), owned_handle()
        check(lib.sddl_mailbox_open(self._mailbox_owner))
        self._mailbox: int = self._mailbox_owner[0]
        check(lib.sddl_link_open(source, self._mailbox, self._link_owner))
        self._link: int = self._link_owner[0]
        self.is_running = False
        self.is_closed = False

    def start(self) -> None:
        """Subscribe to the clock's ticks."""
        check(lib.sddl_link_start(self._link))
        self.is_running = True

    def stop(self) -> None:
        """Unsubscribe. A thread that waits wakes up without a tick."""
        self.is_running = False
        lib.sddl_link_stop(self._link)
        lib.sddl_mailbox_wake(self._mailbox)

    def close(self) -> None:
        """Unsubscribe for good. A thread that waits gets a LinkClosedError."""
        self.is_running = False
        self.is_closed = True
        lib.sddl_release(self._link_owner)
        lib.sddl_release(self._mailbox_owner)

    def poll(self) -> Any | None:
        """The pending native event, or None. Raises LinkClosedError."""
        event = ffi.new("sddl_event *")
        return event if wait_for_mailbox(self._mailbox, event, 1, 0.0) else None

    def wait(self, timeout: float | None, while_running: bool = False) -> Any | None:
        """The next native event; None on timeout, or with ``while_running`` once stopped. Raises LinkClosedError."""
        deadline = deadline_after(timeout)
        event = ffi.new("sddl_event *")
        while not (while_running and not self.is_running):
            if not may_wait():
                raise LinkClosedError("the interpreter is exiting")
            if wait_for_mailbox(self._mailbox, event, 1, deadline):
                return event
            if deadline is not None and time.monotonic() >= deadline:
                return None
        return None

    async def events(self) -> AsyncGenerator[Any]:
        """Native events in the running asyncio or trio loop, until the subscription is stopped or closed."""
        from sddisplaylink.dispatch.readiness import (
            Readiness,  # imports asyncio, which costs as much as this library
        )

        with Readiness(self._mailbox) as readiness:
            while self.is_running and may_wait():
                event = self.poll()
                if event is None:
                    await readiness.wait()
                else:
                    yield event
