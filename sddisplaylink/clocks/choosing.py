"""Opens the clock source that the arguments ``clock`` and ``display`` of a link or a player name."""

from __future__ import annotations

import os

from sddisplaylink.clocks.displays import DEFAULT_RATE, KINDS, Display, available_clocks, displays_of, validate_rate
from sddisplaylink.clocks.manual import ManualClock
from sddisplaylink.clocks.source import ClockSource, open_clock_source
from sddisplaylink.errors import ClockError, LinkClosedError

__all__ = ["ENVIRONMENT", "resolve_clock"]

ENVIRONMENT = "SDDISPLAYLINK_CLOCK"


def resolve_clock(clock: str | ManualClock | None, display: Display | int | None) -> ClockSource:
    """The source for a link's or player's ``clock`` and ``display`` arguments.

    ``clock``: None or ``"auto"`` (the environment variable SDDISPLAYLINK_CLOCK, else the best of this system),
    ``"corevideo"``, ``"quartzcore"``, ``"timer"``, ``"timer:RATE"`` for a timer of another rate than 60 Hz, or a
    `ManualClock`. Raises ClockError for a clock or display that this system does not have.
    """
    if isinstance(clock, ManualClock):
        if clock.is_closed:
            raise LinkClosedError("the clock has been closed")
        return ClockSource(None, clock.refresh_rate, clock)
    if clock is not None and not isinstance(clock, str):
        raise TypeError(f"clock must be a name or a ManualClock, not {type(clock).__name__}")
    kind, rate = _parse(clock)
    return ClockSource(open_clock_source(kind, _identify(display, kind), rate), rate)


def _identify(display: Display | int | None, kind: int) -> int:
    """The native id of a display: always 0 for the main one, so that there is one clock for that."""
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
