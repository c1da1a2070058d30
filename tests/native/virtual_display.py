"""Virtual time for programs on the stand-in frameworks: time passes only in these functions.

Callbacks run on Python's threads, for which virtual time does not wait: pull, or use ``Dispatcher(thread=False)``.
"""

from __future__ import annotations

import atexit
from collections.abc import Callable

import sddisplaylink as sd
import standin

STEP = 1 / 480

stand = standin.loaded()
stand.set_virtual(True)
atexit.register(stand.set_virtual, False)  # or what the exit waits for would never come

advance = stand.advance


def watch(link: sd.DisplayLink, seconds: float) -> list[sd.Tick]:
    """The ticks of the next seconds, each taken soon after it came."""
    ticks = []
    for _ in range(round(seconds / STEP)):
        advance(STEP)
        tick = link.wait(0)
        if tick is not None:
            ticks.append(tick)
    return ticks


def watch_until(link: sd.DisplayLink, is_last: Callable[[sd.Tick], bool], limit: float) -> list[sd.Tick]:
    """The ticks up to the first that is the last; AssertionError if none is within ``limit`` seconds."""
    ticks: list[sd.Tick] = []
    for _ in range(round(limit / STEP)):
        ticks += watch(link, STEP)
        if ticks and is_last(ticks[-1]):
            return ticks
    raise AssertionError(f"no such tick within {limit} s; the last: {ticks[-1:]}")


def is_native(tick: sd.Tick) -> bool:
    """Whether it came from the display."""
    return not tick.synthetic


def is_synthetic(tick: sd.Tick) -> bool:
    """Whether it came from the fallback timer."""
    return tick.synthetic


def total(ticks: list[sd.Tick]) -> int:
    """The number of ticks, missed ones included."""
    return sum(1 + tick.missed for tick in ticks)
