"""The clocks that this system has, and its displays."""

from __future__ import annotations

from typing import NamedTuple

from sddisplaylink.field_docs import document_fields
from sddisplaylink.native import check, ffi, lib

__all__ = ["DEFAULT_RATE", "KINDS", "NAMES", "Display", "available_clocks", "displays", "displays_of", "validate_rate"]

KINDS = {
    "corevideo": lib.SDDL_CLOCK_COREVIDEO,
    "quartzcore": lib.SDDL_CLOCK_QUARTZCORE,
    "timer": lib.SDDL_CLOCK_TIMER,
}  # best first
NAMES = {kind: name for name, kind in KINDS.items()} | {lib.SDDL_CLOCK_MANUAL: "manual"}
DEFAULT_RATE = 60.0
LOWEST_RATE, HIGHEST_RATE = 1.0, 1000.0


@document_fields(
    id="A CGDirectDisplayID on macOS, 0 elsewhere.",
    refresh_rate="Refreshes per second.",
    is_main="Whether it is the main display.",
)
class Display(NamedTuple):
    """A display: its id (a CGDirectDisplayID on macOS, 0 elsewhere), refresh rate in Hz, and whether it is the main."""

    id: int
    refresh_rate: float
    is_main: bool


def available_clocks() -> tuple[str, ...]:
    """The clocks that can be used now, best first: ``"corevideo"`` on macOS, ``"timer"`` everywhere.

    Between them comes ``"quartzcore"`` (CADisplayLink), on macOS 14 and later, while the process runs an NSApplication.
    """
    return tuple(name for name, kind in KINDS.items() if lib.sddl_clock_available(kind) == 1)


def displays() -> tuple[Display, ...]:
    """The active displays as the default clock sees them. Without CoreVideo: one virtual display of 60 Hz.

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
    """The rate as a float. TypeError; ValueError outside 1 … 1000 Hz."""
    if isinstance(refresh_rate, str):
        raise TypeError("refresh rate must be a number, not str")
    rate = float(refresh_rate)
    if not LOWEST_RATE <= rate <= HIGHEST_RATE:
        raise ValueError(f"refresh rate must be {LOWEST_RATE:g} to {HIGHEST_RATE:g} Hz, not {refresh_rate!r}")
    return rate
