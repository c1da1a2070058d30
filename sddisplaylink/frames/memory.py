"""Memory for decoded frames: how much there is to use, whether the machine runs short, and who gives some back then."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Protocol
from weakref import ref

from sddisplaylink.workers import shared_worker

__all__ = ["MemoryMonitor", "default_budget", "is_memory_short", "monitor"]

# plain names: asked for every player, and pathlib would intern their parts anew each time
MEMORY_INFO = "/proc/meminfo"
GROUP_LIMIT, GROUP_USE = "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"
STALL_FILES = ("/sys/fs/cgroup/memory.pressure", "/proc/pressure/memory")  # of this container, of this machine
_HIGH_PERCENT = 10.0
_MOMENT = 0.5  # seconds; to ask the system costs as much as many a small image
_CHECK_EVERY = 1.0
_REDUCED_FOR = 30.0

# ---- what the system says ----

_known = -_MOMENT, 0  # when the budget was found, and what it was


def default_budget() -> int:
    """20 % of the memory of this machine (or container), and at most 60 % of what was free just now, in bytes."""
    global _known
    now = time.monotonic()
    if now - _known[0] >= _MOMENT:
        total, free = _memory()
        _known = now, min(total // 5, free * 3 // 5)
    return _known[1]


def is_memory_short() -> bool:
    """Whether some task has waited for memory in more than a tenth of the last ten seconds.

    That is Linux's pressure stall information (PSI), which not every kernel has; False where the system does not say.
    """
    return any(_number(path, b"avg10=") >= _HIGH_PERCENT for path in STALL_FILES)


def _memory() -> tuple[int, int]:
    """(all, free) memory in bytes. Where the system does not say what is free, all of it counts."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    free = min(total, int(_number(MEMORY_INFO, b"MemAvailable:") * 1024) or total)
    limit = int(_number(GROUP_LIMIT))
    if not 0 < limit < total:
        return total, free
    return limit, min(free, max(0, limit - int(_number(GROUP_USE))))


def _number(path: str, after: bytes = b"") -> float:
    """The number `after` a word in a file of the system; 0 if there is none. As bytes: text would import a codec."""
    try:
        with open(path, "rb") as file:
            text = file.read()
        return float(text[text.index(after) + len(after) :].split(None, 1)[0])
    except (OSError, ValueError, IndexError):
        return 0.0


# ---- who holds frames ----


class Purgeable(Protocol):
    """Something that holds memory which it could do without."""

    @property
    def nbytes(self) -> int:
        """How much."""

    def purge(self) -> None:
        """Give up what is not shown. Never waits."""


class MemoryMonitor:
    """Knows all pools, weakly, and purges them when memory is short. A workload of the shared worker.

    The system is asked once in a while, when memory is being used: no thread, and no descriptor that stays open.
    """

    def __init__(
        self, is_short: Callable[[], bool] = is_memory_short, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._is_short = is_short
        self._clock = clock
        self._next_check = 0.0
        self._reduced_until = 0.0
        self.renew()

    def renew(self) -> None:
        """Begin without pools: those of another process are not for this one to purge."""
        self.is_queued = False
        self.pools: dict[ref[Purgeable], None] = {}

    @property
    def share(self) -> float:
        """The part of a budget that may be used now: a quarter for half a minute after memory was short."""
        return 0.25 if self._reduced_until and self._clock() < self._reduced_until else 1.0

    @property
    def nbytes(self) -> int:
        """Bytes that all pools hold."""
        return sum([pool.nbytes for pool in self._alive()])

    def add(self, pool: Purgeable) -> None:
        """Have `pool` purged as well. Never waits."""
        self.pools[ref(pool, self.pools.pop)] = None

    def poll(self) -> None:
        """Called now and then while frames are used: has the worker check, if it is time. Any thread, never waits."""
        if self._clock() >= self._next_check:
            shared_worker().submit(self)

    def work(self) -> bool:
        """Check, and purge all pools if memory is short. Worker thread."""
        now = self._clock()
        if now >= self._next_check:
            self._next_check = now + _CHECK_EVERY
            if self._is_short():
                self._reduced_until = now + _REDUCED_FOR
                for pool in self._alive():
                    pool.purge()
        return False

    def _alive(self) -> list[Purgeable]:
        known = self.pools.copy()  # in one step: other threads add to it meanwhile
        return [pool for reference in known if (pool := reference()) is not None]


monitor = MemoryMonitor()
os.register_at_fork(after_in_child=monitor.renew)
