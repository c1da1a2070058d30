"""Whether the machine is short of memory, as its kernel sees it."""

from __future__ import annotations

import time
from collections.abc import Callable

__all__ = ["PressureGauge", "stalled_percent"]

_STALL_FILES = ("/sys/fs/cgroup/memory.pressure", "/proc/pressure/memory")  # of this container, of this machine
_HIGH_PERCENT = 10.0
_LOOK_EVERY = 1.0
_RELIEF = 30.0


def stalled_percent() -> float:
    """Of the last ten seconds, how much some task has waited for memory; 0 where the system does not tell.

    That is Linux's pressure stall information (PSI), which not every kernel has. There is no such look on macOS.
    """
    return max(map(_stalled, _STALL_FILES))


def _stalled(path: str) -> float:
    """The figure in ``some avg10=1.23 avg60=…``."""
    try:
        with open(path, encoding="ascii") as lines:
            return float(lines.readline().split()[1].removeprefix("avg10="))
    except (OSError, ValueError, IndexError):
        return 0.0


class PressureGauge:
    """Looks at the figures once in a while, when memory is being used: no thread, and no descriptor that stays open."""

    def __init__(
        self, stalled: Callable[[], float] = stalled_percent, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._stalled = stalled
        self._clock = clock
        self._next_look = 0.0
        self._relief_until: float | None = None

    def is_due(self) -> bool:
        """True if it is time for :meth:`look`. Cheap, any thread."""
        return self._clock() >= self._next_look

    def look(self) -> bool:
        """True if memory is short now. Reads a file or two."""
        now = self._clock()
        self._next_look = now + _LOOK_EVERY
        if self._stalled() < _HIGH_PERCENT:
            return False
        self._relief_until = now + _RELIEF
        return True

    @property
    def share(self) -> float:
        """The part of a budget that may be used now: a quarter for half a minute after memory was short."""
        if self._relief_until is None:
            return 1.0
        return 0.25 if self._clock() < self._relief_until else 1.0
