"""Clocks: what there is on this system, its displays, and virtual time for tests."""

from __future__ import annotations

import os
import threading
import weakref
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from sddisplaylink.errors import ClockError, LinkClosedError
from sddisplaylink.native import NANOSECONDS, check, ffi, finalize_now, is_exiting, lib, nanoseconds, seconds

if TYPE_CHECKING:
    from sddisplaylink.dispatch.dispatcher import Dispatcher

KINDS = {
    "corevideo": lib.SDDL_CLOCK_COREVIDEO,
    "quartzcore": lib.SDDL_CLOCK_QUARTZCORE,
    "timer": lib.SDDL_CLOCK_TIMER,
}  # best first
NAMES = {kind: name for name, kind in KINDS.items()} | {lib.SDDL_CLOCK_MANUAL: "manual"}
ENVIRONMENT = "SDDISPLAYLINK_CLOCK"
DEFAULT_RATE = 60.0
LOWEST_RATE, HIGHEST_RATE = 1.0, 1000.0


@dataclass(frozen=True, slots=True)
class Display:
    """A display: its id (a CGDirectDisplayID on macOS, 0 elsewhere), refresh rate in Hz, and whether it is the main."""

    id: int
    refresh_rate: float
    is_main: bool


def available_clocks() -> tuple[str, ...]:
    """The clocks that can be had now, best first: ``"corevideo"`` on macOS, ``"timer"`` everywhere.

    Between them ``"quartzcore"`` (CADisplayLink), on macOS 14 and later, while the process runs an NSApplication.
    """
    return tuple(name for name, kind in KINDS.items() if lib.sddl_clock_available(kind) == 1)


def displays() -> tuple[Display, ...]:
    """The active displays as the default clock sees them. Without CoreVideo: one stand-in display of 60 Hz.

    Raises ClockError if the system does not answer.
    """
    return displays_of(KINDS[available_clocks()[0]])


def displays_of(kind: int) -> tuple[Display, ...]:
    """The displays that the clock of that native kind knows."""
    capacity = 32
    out = ffi.new("sddl_display[]", capacity)
    count = min(check(lib.sddl_displays(kind, out, capacity)), capacity)
    return tuple(Display(out[i].id, out[i].refresh_rate, bool(out[i].is_main)) for i in range(count))


def validate_rate(refresh_rate: float) -> float:
    """The rate as a float; ValueError outside 1 … 1000 Hz."""
    rate = float(refresh_rate)
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise ValueError(f"refresh rate must be {LOWEST_RATE:g} to {HIGHEST_RATE:g} Hz, not {refresh_rate!r}")
    return rate


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
        self._dispatchers: weakref.WeakSet[Dispatcher] = weakref.WeakSet()
        self.handle = _open_source(lib.SDDL_CLOCK_MANUAL, 0, self._rate)
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

    def close(self) -> None:
        """End the clock; links and players on it get no more ticks. Idempotent."""
        finalize_now(self._finalizer)

    def register(self, dispatcher: Dispatcher) -> None:
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


class Source:
    """A reference to a native source: the clock of one display, shared by every link and player on it."""

    def __init__(self, handle: int, rate: float, manual: ManualClock | None = None) -> None:
        self.handle = handle
        self._rate = rate  # what a timer or manual clock was asked for
        self.manual = manual
        self._finalizer = weakref.finalize(self, lib.sddl_source_close, handle) if manual is None else None
        if self._finalizer is not None:
            self._finalizer.atexit = False
        info = self.info()
        self.name = NAMES[info.clock]
        self._kind: int = info.clock
        self._display: int = info.display

    def info(self) -> Any:
        """The native ``sddl_source_info``."""
        out = ffi.new("sddl_source_info *")
        check(lib.sddl_source_get_info(self.handle, out))
        return out

    @property
    def period(self) -> float:
        """Refresh period in seconds, as last reported by the clock."""
        return seconds(self.info().period)

    @property
    def display(self) -> Display:
        """The display, or the nearest thing to one that a timer or manual clock has."""
        if self._kind in (lib.SDDL_CLOCK_TIMER, lib.SDDL_CLOCK_MANUAL):
            return Display(0, self._rate, True)
        found = [d for d in displays_of(self._kind) if d.id == self._display or (self._display == 0 and d.is_main)]
        return found[0] if found else Display(self._display, 1 / self.period, False)

    def register(self, dispatcher: Dispatcher) -> None:
        """Tell a manual clock whose callbacks to wait for."""
        if self.manual is not None:
            self.manual.register(dispatcher)

    def close(self) -> None:
        """Give the reference back. A manual clock is its maker's to close."""
        if self._finalizer is not None:
            finalize_now(self._finalizer)


def resolve_clock(clock: str | ManualClock | None, display: Display | int | None) -> Source:
    """The source for a link's or player's ``clock`` and ``display`` arguments.

    ``clock``: None or ``"auto"`` (the environment variable SDDISPLAYLINK_CLOCK, else the best there is),
    ``"corevideo"``, ``"quartzcore"``, ``"timer"``, ``"timer:RATE"`` for a timer of another rate than 60 Hz, or a
    :class:`ManualClock`.
    Raises ClockError for a clock or display that this system does not have.
    """
    if isinstance(clock, ManualClock):
        if not clock._finalizer.alive:
            raise LinkClosedError("the clock has been closed")
        return Source(clock.handle, clock.refresh_rate, clock)
    if clock is not None and not isinstance(clock, str):
        raise TypeError(f"clock must be a name or a ManualClock, not {type(clock).__name__}")
    kind, rate = _parse(clock)
    return Source(_open_source(kind, _identify(display, kind), rate), rate)


def _identify(display: Display | int | None, kind: int) -> int:
    """The native id of a display: 0 for the main one, however it was named, so that there is one clock for it."""
    identifier = display.id if isinstance(display, Display) else display
    if identifier is None:
        return 0
    for known in displays_of(kind):
        if known.id == identifier:
            return 0 if known.is_main else known.id
    raise ClockError(f"there is no display {identifier!r}; see sddisplaylink.displays()")


def _parse(clock: str | None) -> tuple[int, float]:
    if clock in (None, "auto"):
        clock = os.environ.get(ENVIRONMENT) or "auto"
    name, _, rate = (available_clocks()[0] if clock == "auto" else str(clock)).partition(":")
    if name not in available_clocks() or (rate and name != "timer"):
        raise ClockError(f"no clock {clock!r} here; there are: {', '.join(available_clocks())}")
    try:
        return KINDS[name], validate_rate(float(rate)) if rate else DEFAULT_RATE
    except ValueError as error:
        raise ClockError(f"no clock {clock!r}: {error}") from None


def _open_source(kind: int, display: int, rate: float) -> int:
    out = ffi.new("sddl_handle *")
    check(lib.sddl_source_open(kind, display, rate, out))
    handle: int = out[0]
    return handle
