"""ManualClock: virtual time, for tests."""

from __future__ import annotations

import threading
import weakref
from fractions import Fraction

from sddisplaylink.clocks.displays import DEFAULT_RATE, validate_rate
from sddisplaylink.clocks.source import Flushable, open_source
from sddisplaylink.errors import ClockError, LinkClosedError
from sddisplaylink.native import NANOSECONDS, check, finalize_now, is_exiting, lib, nanoseconds

__all__ = ["ManualClock"]


class ManualClock:
    """Virtual time: nothing moves until :meth:`advance` is called. For tests: ours, and of programs that use us.

    Time starts at 0.0; tick *k* = 1, 2, … is at *k* / ``refresh_rate`` seconds, its target one period later.
    """

    def __init__(self, refresh_rate: float = DEFAULT_RATE) -> None:
        self._rate = validate_rate(refresh_rate)
        self._exact_rate = Fraction(self._rate)
        self._numerator, self._denominator = self._exact_rate.as_integer_ratio()
        self._now = Fraction(0)
        self._ticks = 0  # ticks whose time has come, delivered or not
        self._missed = 0  # of those, let pass since the last delivered one
        self._advancing = threading.Lock()
        self._dispatchers: weakref.WeakSet[Flushable] = weakref.WeakSet()
        self.handle = open_source(lib.SDDL_CLOCK_MANUAL, 0, self._rate)
        self._finalizer = weakref.finalize(self, lib.sddl_source_close, self.handle)
        self._finalizer.atexit = False

    @property
    def refresh_rate(self) -> float:
        """Ticks per second of virtual time."""
        return self._rate

    @property
    def time(self) -> float:
        """Virtual seconds since the clock was made."""
        return float(max(self._now, self._ticks / self._exact_rate))

    def advance(self, seconds: float) -> None:
        """Let that much time pass. On return every tick in it has been given and every callback it caused has been run.

        Callbacks run where they always do: on the library thread, or, for a ``Dispatcher(thread=False)``, on the
        calling thread. ``advance(0)`` only runs what is pending. Raises ClockError inside a callback, ValueError for a
        negative time.
        """
        with self._advance_lock():
            end = self._end_after(seconds)
            self._flush()
            for tick in range(self._ticks + 1, self._last_tick_before(end) + 1):
                self._ticks = tick
                self._give_tick()
                self._flush()
            self._now = end
            check(lib.sddl_manual_set_time(self.handle, nanoseconds(self.time)))

    def stall(self, seconds: float) -> None:
        """Let time pass without a tick, as a busy or sleeping machine does; the next tick reports what was missed."""
        with self._advance_lock():
            end = self._now = self._end_after(seconds)
            passed = self._last_tick_before(end) - self._ticks
            self._ticks += passed
            self._missed += passed
            check(lib.sddl_manual_set_time(self.handle, nanoseconds(self.time)))

    @property
    def is_closed(self) -> bool:
        """Whether :meth:`close` has been called."""
        return not self._finalizer.alive

    def close(self) -> None:
        """End the clock; links and players on it get no more ticks. Idempotent."""
        finalize_now(self._finalizer)

    def register(self, dispatcher: Flushable) -> None:
        """Wait for the callbacks of that dispatcher, held weakly, in :meth:`advance`."""
        self._dispatchers.add(dispatcher)

    def _end_after(self, duration: float) -> Fraction:
        if not 0 <= duration < float("inf"):
            raise ValueError(f"time goes forward, by a finite number of seconds, not {duration!r}")
        if not self._finalizer.alive:
            raise LinkClosedError("the clock has been closed")
        return self._now + Fraction(duration)

    def _advance_lock(self) -> threading.Lock:
        for dispatcher in list(self._dispatchers):
            if dispatcher.is_current():
                raise ClockError("a clock cannot be advanced from inside a callback that it waits for")
        return self._advancing

    def _last_tick_before(self, time: Fraction) -> int:
        # a nanosecond more, so that sixty advances by the float 1/60 make sixty ticks
        return int((time + Fraction(1, NANOSECONDS)) * self._exact_rate)

    def _stamp(self, tick: int) -> int:
        """When the tick is, in nanoseconds, rounded from its exact time."""
        return (2 * tick * NANOSECONDS * self._denominator + self._numerator) // (2 * self._numerator)

    def _give_tick(self) -> None:
        stamp, target = self._stamp(self._ticks), self._stamp(self._ticks + 1)
        check(lib.sddl_manual_tick(self.handle, stamp, target, self._missed))
        self._missed = 0

    def _flush(self) -> None:
        for dispatcher in list(self._dispatchers):
            if not is_exiting():
                dispatcher.flush()
