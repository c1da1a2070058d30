"""The frames that are held decoded, never more than fit."""

from __future__ import annotations

import os
import threading
from weakref import WeakSet

from sddisplaylink.frame import Frame
from sddisplaylink.pool_plan import Plan

__all__ = ["FrameStore", "total_bytes"]

_stores: WeakSet[FrameStore] = WeakSet()
_stores_lock = threading.Lock()


def total_bytes() -> int:
    """Bytes of the decoded frames that all images of this process hold."""
    with _stores_lock:
        return sum(store.nbytes for store in _stores)


class FrameStore:
    """At most `capacity` frames by index; the one farthest from being shown goes first. Not thread-safe."""

    def __init__(self, frame_count: int, frame_bytes: int) -> None:
        self.frames: dict[int, Frame] = {}
        self.frame_count = frame_count
        self.frame_bytes = frame_bytes
        self.capacity = 1
        with _stores_lock:
            _stores.add(self)

    @property
    def nbytes(self) -> int:
        """Bytes of the frames that are held."""
        return len(self.frames) * self.frame_bytes

    @property
    def is_complete(self) -> bool:
        """True if every frame is held."""
        return len(self.frames) == self.frame_count

    @property
    def is_overfull(self) -> bool:
        """True if the capacity has shrunk below what is held."""
        return len(self.frames) > self.capacity

    def fit(self, budget: int) -> None:
        """Hold no more than `budget` bytes from now on, but at least one frame."""
        self.capacity = max(1, min(self.frame_count, budget // self.frame_bytes))

    def trim(self, plan: Plan) -> None:
        """Give up what is too much."""
        while self.is_overfull:
            del self.frames[self._farthest(plan)]

    def reserve(self, index: int, plan: Plan) -> bool:
        """Make room for frame `index`; False if all that is held will be shown sooner."""
        if len(self.frames) < self.capacity:
            return True
        farthest = self._farthest(plan)
        if plan.distance(farthest) < plan.distance(index):
            return False
        del self.frames[farthest]
        return True

    def put(self, frame: Frame) -> None:
        """Hold `frame` in the room reserved for it, if that still exists."""
        if len(self.frames) < self.capacity:
            self.frames[frame.index] = frame

    def _farthest(self, plan: Plan) -> int:
        return max(self.frames, key=plan.distance)


def _renew_after_fork() -> None:
    """Another thread may have held the lock."""
    global _stores_lock
    _stores_lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_after_fork)
