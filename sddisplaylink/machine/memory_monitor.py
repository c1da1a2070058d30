"""Knows all pools of decoded frames, and purges them when memory is short."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Protocol
from weakref import ref

from sddisplaylink.machine.memory import is_memory_short
from sddisplaylink.machine.workers import shared_worker

__all__ = ["MemoryMonitor", "monitor"]

_CHECK_EVERY = 1.0  # seconds
_REDUCED_FOR = 30.0


class Purgeable(Protocol):
    """Holds memory that it can release."""

    @property
    def nbytes(self) -> int:
        """The bytes held."""

    def purge(self) -> None:
        """Release all frames that are not shown. Never waits."""


class MemoryMonitor:
    """Refers to all pools weakly, and purges them when memory is short. A workload of the shared worker.

    The system is asked at intervals, while images are in use: without a thread, and without a descriptor that stays
    open.
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
        """Forget all pools: those of the parent process are not for this one to purge."""
        self.is_queued = False
        self.pools: dict[ref[Purgeable], None] = {}

    @property
    def budget_factor(self) -> float:
        """The part of a budget that may be used now: a quarter for half a minute after memory was short, else 1."""
        return 0.25 if self._reduced_until and self._clock() < self._reduced_until else 1.0

    @property
    def nbytes(self) -> int:
        """Bytes that all pools hold."""
        return sum([pool.nbytes for pool in self._alive()])

    def add(self, pool: Purgeable) -> None:
        """Purge `pool` under pressure as well. Never waits."""
        self.pools[ref(pool, self.pools.pop)] = None

    def poll(self) -> None:
        """Have the worker check the memory pressure, if that is due.

        Called while frames are used: any thread, never waits.
        """
        if self._clock() >= self._next_check:
            shared_worker().submit(self)

    def work(self) -> bool:
        """Check the memory pressure, and purge all pools if memory is short. Worker thread."""
        now = self._clock()
        if now >= self._next_check:
            self._next_check = now + _CHECK_EVERY
            if self._is_short():
                self._reduced_until = now + _REDUCED_FOR
                for pool in self._alive():
                    pool.purge()
        return False

    def _alive(self) -> list[Purgeable]:
        known = self.pools.copy()  # an atomic copy: other threads add pools meanwhile
        return [pool for reference in known if (pool := reference()) is not None]


monitor = MemoryMonitor()
os.register_at_fork(after_in_child=monitor.renew)
