"""The frames that are held decoded, never more than fit."""

from __future__ import annotations

import os
import threading
from collections.abc import Container
from itertools import islice
from weakref import WeakSet

from sddisplaylink.frames.frame import Frame
from sddisplaylink.frames.retention import Plan

__all__ = ["FrameStore", "total_bytes"]

_stores: WeakSet[FrameStore] = WeakSet()
_stores_lock = threading.Lock()


def total_bytes() -> int:
    """Bytes of the decoded frames that all images of this process hold."""
    with _stores_lock:
        return sum(store.nbytes for store in _stores)


class FrameStore:
    """At most `capacity` frames by index; the most dispensable one goes first. Not thread-safe."""

    def __init__(self, frame_bytes: int) -> None:
        self.frames: dict[int, Frame] = {}
        self.frame_bytes = frame_bytes
        self.capacity = 1
        self.beside = 0
        """Bytes held beside them, for the way back."""
        with _stores_lock:
            _stores.add(self)

    @property
    def nbytes(self) -> int:
        """Bytes of all that is held."""
        return len(self.frames) * self.frame_bytes + self.beside

    def trim(self, plan: Plan, plenty: int, most: int | None) -> None:
        """Give up what `plan` does not hold, the oldest first, and not more than `most` of it.

        While the plan hoards, only what is beyond `plenty` frames.
        """
        if not plan.is_whole:
            loose = [index for index in self.frames if not plan.holds(index)]
            excess = len(self.frames) - plenty if plan.hoards else len(loose)
            for index in islice(loose, max(0, excess if most is None else min(excess, most))):
                del self.frames[index]
        while len(self.frames) > self.capacity:
            del self.frames[self._farthest(plan)]

    def reserve(self, index: int, plan: Plan) -> bool:
        """Make room for frame `index`; False if all that is held is of more use."""
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

    def keep_only(self, indices: Container[int | None]) -> None:
        """Give up all others."""
        self.frames = {index: frame for index, frame in self.frames.items() if index in indices}

    def _farthest(self, plan: Plan) -> int:
        return max(self.frames, key=plan.distance)


def _renew_after_fork() -> None:
    """Another thread may have held the lock."""
    global _stores_lock
    _stores_lock = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_renew_after_fork)
