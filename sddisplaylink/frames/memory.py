"""Memory for decoded frames: how much there is to use, whether the machine runs short, and who gives some back then."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Protocol
from weakref import ref

from sddisplaylink.frames.worker import shared_worker

__all__ = ["MemoryMonitor", "PressureGauge", "default_budget", "monitor", "stalled_percent", "total_bytes"]

# ---- how much there is ----

# plain names: asked for every player, and pathlib would intern their parts anew each time
_MEMORY_INFO = "/proc/meminfo"
_GROUP_LIMIT, _GROUP_USE = "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"
_MOMENT = 0.5  # seconds; to ask the system costs as much as many a small image
_known = -_MOMENT, 0  # when it was asked, and what came of it


def default_budget() -> int:
    """20 % of the memory of this machine (or container), and at most 60 % of what was free just now, in bytes."""
    global _known
    now = time.monotonic()
    if now - _known[0] >= _MOMENT:
        total, free = _memory()
        _known = now, min(total // 5, free * 3 // 5)
    return _known[1]


def _memory() -> tuple[int, int]:
    """(all, free) memory in bytes. Where the system does not say what is free, all of it counts."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    free = min(total, _available(total))
    limit = _number(_GROUP_LIMIT)
    if limit is None or limit >= total:
        return total, free
    return limit, min(free, max(0, limit - (_number(_GROUP_USE) or 0)))


def _available(default: int) -> int:
    for line in _lines(_MEMORY_INFO):
        if line.startswith(b"MemAvailable:"):
            return int(line.split()[1]) * 1024
    return default


def _number(path: str) -> int | None:
    try:
        return int(b"".join(_lines(path)))
    except ValueError:
        return None


def _lines(path: str) -> list[bytes]:
    """Of a file of the system; none if it cannot be read. As bytes: text would have a codec imported."""
    try:
        with open(path, "rb") as file:
            return file.readlines()
    except OSError:
        return []


# ---- whether it runs short ----

_STALL_FILES = ("/sys/fs/cgroup/memory.pressure", "/proc/pressure/memory")  # of this container, of this machine
_HIGH_PERCENT = 10.0
_CHECK_EVERY = 1.0
_REDUCED_FOR = 30.0


def stalled_percent() -> float:
    """Of the last ten seconds, how much some task has waited for memory; 0 where the system does not say.

    That is Linux's pressure stall information (PSI), which not every kernel has. There is no such figure on macOS.
    """
    return max([_stalled(path) for path in _STALL_FILES])


def _stalled(path: str) -> float:
    """The figure in ``some avg10=1.23 avg60=…``."""
    try:
        return float(_lines(path)[0].split()[1].removeprefix(b"avg10="))
    except (ValueError, IndexError):
        return 0.0


class PressureGauge:
    """Reads the figures once in a while, when memory is being used: no thread, and no descriptor that stays open."""

    def __init__(
        self, stalled: Callable[[], float] = stalled_percent, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self.clock = clock
        self.next_check = 0.0
        self._stalled = stalled
        self._reduced_until: float | None = None

    def check(self) -> bool:
        """True if memory is short now. Reads a file or two."""
        now = self.clock()
        self.next_check = now + _CHECK_EVERY
        if self._stalled() < _HIGH_PERCENT:
            return False
        self._reduced_until = now + _REDUCED_FOR
        return True

    @property
    def share(self) -> float:
        """The part of a budget that may be used now: a quarter for half a minute after memory was short."""
        if self._reduced_until is None:
            return 1.0
        return 0.25 if self.clock() < self._reduced_until else 1.0


# ---- who holds frames ----


class Purgeable(Protocol):
    """Something that holds memory which it could do without."""

    @property
    def nbytes(self) -> int:
        """How much."""

    def purge(self) -> None:
        """Give up what is not shown. Never waits."""


class MemoryMonitor:
    """Knows all pools, weakly, and purges them when memory is short. A workload of the shared worker."""

    def __init__(self, gauge: PressureGauge) -> None:
        self.gauge = gauge
        self.is_queued = False
        self._pools: dict[ref[Purgeable], None] = {}

    def add(self, pool: Purgeable) -> None:
        """Have `pool` purged as well. Never waits."""
        self._pools[ref(pool, self._pools.pop)] = None

    @property
    def nbytes(self) -> int:
        """Bytes that all pools hold."""
        return sum([pool.nbytes for pool in self._alive()])

    def poll(self) -> None:
        """Called now and then while frames are used: has the worker check, if it is time. Any thread, never waits."""
        if self.gauge.clock() >= self.gauge.next_check:
            shared_worker().submit(self)

    def work(self) -> bool:
        """Check, and purge all pools if memory is short. Worker thread."""
        if self.gauge.clock() >= self.gauge.next_check and self.gauge.check():
            for pool in self._alive():
                pool.purge()
        return False

    def _alive(self) -> list[Purgeable]:
        known = self._pools.copy()  # in one step: other threads add to it meanwhile
        return [pool for reference in known if (pool := reference()) is not None]


monitor = MemoryMonitor(PressureGauge())


def total_bytes() -> int:
    """Bytes of the decoded frames that all images of this process hold."""
    return monitor.nbytes


def _renew_after_fork() -> None:
    """Pools of the parent are not for the child to purge."""
    global monitor
    monitor = MemoryMonitor(PressureGauge())


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_after_fork)
