"""DisplayLink: a callback, or a tick to wait for, at every refresh of a display."""

from __future__ import annotations

import contextlib
import threading
import time
import weakref
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass
from typing import Any, Self

from sddisplaylink.clocks.choosing import resolve_clock
from sddisplaylink.clocks.displays import Display
from sddisplaylink.clocks.manual import ManualClock
from sddisplaylink.dispatch.dispatcher import Dispatcher, resolve_dispatcher
from sddisplaylink.dispatch.subscriber import NativeClient
from sddisplaylink.errors import LinkClosedError
from sddisplaylink.native import (
    WAIT_SLICE,
    check,
    ffi,
    finalize_now,
    is_exiting,
    lib,
    nanoseconds,
    seconds,
    when_main_ends,
)


@dataclass(frozen=True, slots=True)
class Tick:
    """One refresh of a display. Times are seconds of ``time.monotonic()``'s clock (a ManualClock's: virtual)."""

    sequence: int
    """Counts the clock's ticks, from 1."""
    timestamp: float
    """The refresh that this tick is for."""
    target_timestamp: float
    """The refresh at which what is drawn now will be seen."""
    period: float
    """Seconds from refresh to refresh."""
    missed: int
    """Ticks lost since the last one that this reader got: the machine was late, or the reader was."""
    synthetic: bool
    """Whether it came from a timer that stands in for a display whose own clock cannot be had at the moment."""

    @classmethod
    def of(cls, event: Any) -> Tick:
        """The tick that a native event tells of."""
        return cls(
            event.sequence,
            seconds(event.timestamp),
            seconds(event.target),
            seconds(event.period),
            event.missed,
            bool(event.flags & lib.SDDL_EVENT_SYNTHETIC),
        )


class DisplayLink(NativeClient):
    """Ticks in step with a display.

    ``callback(tick)`` runs on ``dispatcher``: by default on the one library thread, never on the display's own thread.
    Without a callback, pull: :meth:`wait`, ``for tick in link`` or ``async for tick in link``. Ticks that are not taken
    in time coalesce: the reader gets the latest, with the number it ``missed``.

    ``display``: one of :func:`displays`, its id, or None for the main one. ``clock``: see :func:`available_clocks`;
    ``"auto"`` by default. An exception in the callback stops the link and is raised by the next :meth:`wait` or by
    :meth:`close`.

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
        source = resolve_clock(clock, display)
        dispatcher = resolve_dispatcher(dispatcher)
        out = ffi.new("sddl_handle *")
        check(lib.sddl_link_open(source.handle, dispatcher.mailbox, out))
        super().__init__(out[0], source, dispatcher)
        self._callback = callback
        self._lock = threading.RLock()  # guards what follows; never held while a callback runs
        self._is_running = False
        self._ports: weakref.WeakSet[TickPort] = weakref.WeakSet()
        self._own_port = self._open_port() if callback is None else None

    # ---- running ----

    def start(self) -> None:
        """Begin to tick. Does nothing if running. Raises LinkClosedError."""
        with self._lock:
            self._check_open()
            if self._callback is not None:
                check(lib.sddl_link_start(self._handle))
            for port in list(self._ports):
                port.start()
            self._is_running = True

    def stop(self) -> None:
        """End the ticks. On return no further callback begins; does nothing if stopped.

        Waits for a callback that is running on another thread, for one second at most.
        """
        self._halt()
        self._settle()

    def close(self) -> None:
        """Stop for good. Raises, once, the exception that stopped the callback, if any."""
        with self._lock:
            self._halt()
            self._close_handle()
            for port in list(self._ports):
                port.close()
        self._settle()
        self._pending_error.raise_once()

    @property
    def is_running(self) -> bool:
        """Whether the link has been started and neither stopped nor closed."""
        return self._is_running

    # ---- what it is ----

    @property
    def display(self) -> Display:
        """The display it follows."""
        self._check_open()
        return self._source.display

    @property
    def clock_name(self) -> str:
        """``"corevideo"``, ``"timer"`` or ``"manual"``."""
        return self._source.name

    @property
    def refresh_period(self) -> float:
        """Seconds from tick to tick, as the clock last reported it."""
        self._check_open()
        return self._source.period

    @property
    def refresh_rate(self) -> float:
        """Ticks per second: 1 / :attr:`refresh_period`."""
        return 1 / self.refresh_period

    # ---- pulling ----

    def wait(self, timeout: float | None = None) -> Tick | None:
        """Block until the next tick and return it; None after ``timeout`` seconds.

        Raises LinkClosedError once closed, also in a wait that is under way, and the exception that stopped the
        callback.
        """
        self._pending_error.raise_once()
        with self._lock:
            self._check_open()
            if self._own_port is None:
                self._own_port = self._open_port()
        event = self._own_port.wait(timeout)
        self._pending_error.raise_once()
        return None if event is None else Tick.of(event)

    def __iter__(self) -> Iterator[Tick]:
        """Ticks, until the link is stopped or closed. Starts it if need be."""
        port = self._open_iteration()
        try:
            with contextlib.suppress(LinkClosedError):
                while (event := port.wait(None, while_running=True)) is not None:
                    yield Tick.of(event)
        finally:
            port.close()

    async def __aiter__(self) -> AsyncGenerator[Tick]:
        """The same for asyncio or trio, in the running loop."""
        port = self._open_iteration()
        try:
            with contextlib.suppress(LinkClosedError):
                async with contextlib.aclosing(port.events()) as events:  # trio does not finalise what is just left
                    async for event in events:
                        yield Tick.of(event)
        finally:
            port.close()

    def _open_iteration(self) -> TickPort:
        with self._lock:
            self._check_open()
            port = self._open_port()
            if not self._is_running:
                self.start()
            return port

    def _open_port(self) -> TickPort:
        port = TickPort(self._source.handle)
        self._ports.add(port)
        if self._is_running:
            port.start()
        return port

    # ---- callbacks ----

    def _receive(self, event: Any) -> None:
        self._call(self._callback, Tick.of(event))

    def _fail(self, error: BaseException) -> None:
        super()._fail(error)
        self._halt()

    def _halt(self) -> None:
        with self._lock:
            self._is_running = False
            if not self.is_closed:
                lib.sddl_link_stop(self._handle)
            for port in list(self._ports):
                if not port.is_closed:
                    port.stop()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __repr__(self) -> str:
        state = "closed" if self.is_closed else "running" if self._is_running else "stopped"
        return f"<{type(self).__name__} {self.clock_name} {state}>"


# ---- subscriptions ----

_ports: weakref.WeakSet[TickPort] = weakref.WeakSet()


class TickPort:
    """A subscription to ticks: a native link with a mailbox of its own, which holds the latest tick until it is taken.

    Every ``wait()`` and every loop over a link has one, so that none takes another's ticks.
    """

    def __init__(self, source: int) -> None:
        out = ffi.new("sddl_handle[2]")
        check(lib.sddl_mailbox_open(out))
        self._mailbox: int = out[0]
        status = lib.sddl_link_open(source, self._mailbox, out + 1)
        if status < 0:
            lib.sddl_mailbox_close(self._mailbox)
            check(status)
        self._link: int = out[1]
        self._event = ffi.new("sddl_event *")
        self.is_running = False
        self._finalizer = weakref.finalize(self, _close, self._link, self._mailbox)
        self._finalizer.atexit = False
        _ports.add(self)

    def start(self) -> None:
        """Subscribe to the clock's ticks."""
        check(lib.sddl_link_start(self._link))
        self.is_running = True

    def stop(self) -> None:
        """Unsubscribe; whoever waits wakes up empty-handed."""
        self.is_running = False
        lib.sddl_link_stop(self._link)
        lib.sddl_mailbox_wake(self._mailbox)

    def close(self) -> None:
        """Stop for good; whoever waits gets a LinkClosedError."""
        self.is_running = False
        finalize_now(self._finalizer)

    @property
    def is_closed(self) -> bool:
        """Whether it has been closed."""
        return not self._finalizer.alive

    def take(self) -> Any | None:
        """The native event that is there, or None. Good until the next call. Raises LinkClosedError."""
        return self._event if check(lib.sddl_mailbox_wait(self._mailbox, self._event, 1, 0)) else None

    def wait(self, timeout: float | None, while_running: bool = False) -> Any | None:
        """The next native event, or None on timeout (and, if asked for, once stopped). Raises LinkClosedError."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while not (while_running and not self.is_running):
            if is_exiting():
                raise LinkClosedError("the interpreter is exiting")
            left = WAIT_SLICE if deadline is None else min(WAIT_SLICE, deadline - time.monotonic())
            if check(lib.sddl_mailbox_wait(self._mailbox, self._event, 1, nanoseconds(max(left, 0.0)))):
                return self._event
            if left < WAIT_SLICE:
                return None
        return None

    async def events(self) -> AsyncGenerator[Any]:
        """Native events in the running asyncio or trio loop, until the port is stopped or closed."""
        from sddisplaylink.dispatch.readiness import (
            Readiness,  # imports asyncio, which costs as much as the rest of the library
        )

        with Readiness(check(lib.sddl_mailbox_fd(self._mailbox))) as readiness:
            while self.is_running:
                event = self.take()
                if event is None:
                    await readiness.wait()
                else:
                    yield event


def _close(link: int, mailbox: int) -> None:
    lib.sddl_client_close(link)
    lib.sddl_mailbox_close(mailbox)


def _close_all() -> None:
    for port in list(_ports):
        port.close()


when_main_ends(_close_all)
