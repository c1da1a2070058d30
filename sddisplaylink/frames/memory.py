"""Who holds decoded frames, and gives some back when memory is short."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Protocol
from weakref import ref

from sddisplaylink.machine_memory import is_memory_short
from sddisplaylink.workers import shared_worker

__all__ = ["MemoryMonitor", "monitor"]

_CHECK_EVERY = 1.0  # seconds
_REDUCED_FOR = 30.0


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
