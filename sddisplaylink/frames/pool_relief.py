"""Giving memory back: the frames of all images, when the user or the system asks for it."""

from __future__ import annotations

import os
import threading
from typing import Protocol
from weakref import WeakSet

from sddisplaylink.frames.memory_pressure import PressureGauge
from sddisplaylink.frames.worker import shared_worker

__all__ = ["Relief", "relief"]


class Purgeable(Protocol):
    """Something that holds memory which it could do without."""

    def purge(self) -> None:
        """Give it up."""


class Relief:
    """Knows all pools, weakly, and purges them when memory is short."""

    def __init__(self, gauge: PressureGauge) -> None:
        self.gauge = gauge
        self._pools: WeakSet[Purgeable] = WeakSet()
        self._lock = threading.Lock()

    def add(self, pool: Purgeable) -> None:
        """Take care of `pool` as well."""
        with self._lock:
            self._pools.add(pool)

    def purge_all(self) -> None:
        """Purge all pools. Waits for what they are decoding."""
        with self._lock:
            pools = list(self._pools)
        for pool in pools:
            pool.purge()

    def watch(self) -> None:
        """Called now and then while frames are used: has the worker look, if it is time. Any thread, never blocks."""
        if self.gauge.is_due():
            shared_worker().submit(self)

    def work(self) -> bool:
        """Look, and purge if memory is short. Worker thread."""
        if self.gauge.is_due() and self.gauge.look():
            self.purge_all()
        return False


relief = Relief(PressureGauge())


def _renew_after_fork() -> None:
    """Pools of the parent are not for the child to purge, and the lock may have been held."""
    global relief
    relief = Relief(PressureGauge())


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_after_fork)
