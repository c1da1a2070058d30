"""ManualClock: virtual time, for tests."""

from __future__ import annotations

import threading
from collections.abc import Callable
from threading import get_ident

from sddisplaylink.clocks.displays import DEFAULT_RATE, validate_rate
from sddisplaylink.clocks.source import Flushable, open_clock_source
from sddisplaylink.copying import refuse_copies
from sddisplaylink.errors import ClockError, LinkClosedError
from sddisplaylink.native import NANOSECONDS, check, check_process, check_seconds, lib, nanoseconds
from sddisplaylink.weak_group import WeakGroup

__all__ = ["ManualClock"]

_SECOND = 1 << 96
"""Time is an integer number of such parts of a second: sums of floats are exact, and cost less than fractions."""


class ManualClock:
    """Virtual time, which passes only when `advance` is called: for tests of programs that use this library.

    Time starts at 0.0; tick *k* = 1, 2, … is at *k* / ``refresh_rate`` seconds, its target one period later.
    """

    def __init__(self, refresh_rate: float = DEFAULT_RATE) -> None:
        self._rate = validate_rate(refresh_rate)
        self._numerator, self._denominator = self._rate.as_integer_ratio()  # of the exact rate
        self._now = 0
        self._ticks = 0  # ticks whose time has come, given or not
        self._given = 0  # the last of them that was given
        self._advancing = threading.Lock()
        self._advancer: int | None = None  # the thread that holds it
        self._dispatchers: WeakGroup[Flushable] = WeakGroup()
        self._owner = open_clock_source(lib.SDDL_CLOCK_MANUAL, 0, self._rate)
        self._is_closed = False

    @property
    def handle(self) -> int:
        """The native source."""
        return int(self._owner[0])

    @property
    def refresh_rate(self) -> float:
        """Ticks per second of virtual time."""
        return self._rate

    @property
    def time(self) -> float:
        """Virtual seconds since the clock was made."""
        return self._reached() / _SECOND

    def advance(self, seconds: float) -> None:
        """Let so many seconds pass. On return every tick in them has been given, and every callback has been run.

        Callbacks run on their dispatcher as always: on the library thread or, for a ``Dispatcher(thread=False)``, on
        the calling thread. ``advance(0)`` runs pending callbacks alone. Callbacks that are due because of other clocks
        are not waited for. Raises ClockError inside a callback, and in a signal handler or finaliser that runs while
        this thread advances the clock; ValueError for a negative time and beyond 292 years.
        """
        self._run_alone(self._advance, seconds)

    def stall(self, seconds: float) -> None:
        """Let time pass without a tick, as a busy or sleeping machine does; the next tick reports what was missed."""
        self._run_alone(self._stall, seconds)

    @property
    def is_closed(self) -> bool:
        """Whether `close` has been called."""
        return self._is_closed

    def close(self) -> None:
        """Close the clock; its links and players get no more ticks. Idempotent."""
        self._is_closed = True
        lib.sddl_release(self._owner)

    def register(self, dispatcher: Flushable) -> None:
        """Wait for the callbacks of that dispatcher, held weakly, in `advance`."""
        self._dispatchers.add(dispatcher)

    __reduce__ = refuse_copies("make another ManualClock; any number of links and players can share one")

    def _run_alone(self, action: Callable[[float], None], seconds: float) -> None:
        """Call ``action(seconds)`` on one thread at a time. ClockError if this thread would wait for itself."""
        check_process()
        thread = get_ident()
        if self._advancer == thread or any(dispatcher.is_current() for dispatcher in self._dispatchers):
            raise ClockError("a clock cannot be advanced from inside a callback that it waits for")
        with self._advancing:
            self._advancer = thread
            try:
                action(seconds)
            finally:
                self._advancer = None

    def _advance(self, seconds: float) -> None:
        end = self._end_after(seconds)
        self._flush()
        for tick in range(self._ticks + 1, self._last_tick_before(end) + 1):
            self._ticks = tick
            self._give_tick()
            self._flush()
        self._now = end
        check(lib.sddl_manual_set_time(self.handle, nanoseconds(self.time)))

    def _stall(self, seconds: float) -> None:
        end = self._now = self._end_after(seconds)
        self._ticks = self._last_tick_before(end)
        check(lib.sddl_manual_set_time(self.handle, nanoseconds(self.time)))

    def _end_after(self, duration: float) -> int:
        check_seconds(duration)
        if not 0 <= duration < float("inf"):
            raise ValueError(f"time goes forward, by a finite number of seconds, not {duration!r}")
        if self._is_closed:
            raise LinkClosedError("the clock has been closed")
        exact = duration if hasattr(duration, "as_integer_ratio") else float(duration)  # NumPy's integers have none
        numerator, denominator = exact.as_integer_ratio()
        end = self._reached() + numerator * _SECOND // denominator
        nanoseconds(end // _SECOND + 2)  # the last tick's target as well
        return end

    def _reached(self) -> int:
        """The present: later than `_now` where an interrupt has broken off an advance in the middle."""
        return max(self._now, self._ticks * self._denominator * _SECOND // self._numerator)

    def _last_tick_before(self, time: int) -> int:
        # a nanosecond more, so that sixty advances by the float 1/60 make sixty ticks
        return (time + _SECOND // NANOSECONDS) * self._numerator // (self._denominator * _SECOND)

    def _stamp(self, tick: int) -> int:
        """The time of a tick in nanoseconds, rounded."""
        return (2 * tick * NANOSECONDS * self._denominator + self._numerator) // (2 * self._numerator)

    def _give_tick(self) -> None:
        stamp, target = self._stamp(self._ticks), self._stamp(self._ticks + 1)
        check(lib.sddl_manual_tick(self.handle, stamp, target, self._ticks - self._given - 1))
        self._given = self._ticks

    def _flush(self) -> None:
        for dispatcher in self._dispatchers:
            dispatcher.flush(self.handle)
