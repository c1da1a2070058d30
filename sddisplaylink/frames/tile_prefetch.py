"""Decoding the tiles of the next frames on other threads, while one is being composed."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterable
from typing import Protocol

from sddisplaylink.frames.worker import tile_workers

__all__ = ["TilesAhead"]


class TileSource(Protocol):
    """What is asked of a decoder here; any thread."""

    def worth_preparing(self, index: int) -> bool:
        """True if another thread gains by it."""

    def prepare(self, index: int) -> None:
        """Decode the tile of frame `index`, for when it is composed."""


class TilesAhead:
    """Has tiles of one image prepared by the shared tile workers.

    The thread that composes says which come next, and before each, :meth:`attend` makes sure that nobody is still at
    it: meanwhile that thread prepares another itself.
    """

    def __init__(self, source: TileSource) -> None:
        self._source = source
        self._changed = threading.Condition(threading.Lock())
        self._waiting: deque[int] = deque()
        self._underway: set[int] = set()
        self._done: set[int] = set()
        self._is_busy = False  # anything in one of these; only the thread that composes writes it

    @property
    def depth(self) -> int:
        """How many tiles it is of use to announce."""
        return 2 * tile_workers().capacity

    def announce(self, indices: Iterable[int]) -> None:
        """Have those tiles prepared, as far as that gains, and no others any more."""
        coming = [index for index in indices if self._source.worth_preparing(index)]
        if not coming and not self._is_busy:
            return
        with self._changed:
            self._is_busy = bool(coming or self._underway)
            self._done.intersection_update(coming)
            begun = self._done | self._underway
            self._waiting = deque(index for index in coming if index not in begun)
            is_more = bool(self._waiting)
        if is_more:
            tile_workers().submit(self)

    def attend(self, index: int) -> None:
        """Return when nobody is preparing tile `index` any more, and nobody will."""
        if not self._is_busy:
            return
        with self._changed:
            if index in self._waiting:
                self._waiting.remove(index)
        while index in self._underway and self.work():
            pass
        with self._changed:
            self._changed.wait_for(lambda: index not in self._underway)
            self._done.discard(index)

    def work(self) -> bool:
        """Prepare one tile; False if none is waiting."""
        with self._changed:
            if not self._waiting:
                return False
            index = self._waiting.popleft()
            self._underway.add(index)
            is_more = bool(self._waiting)
        if is_more:
            tile_workers().submit(self)  # for another thread to begin with the next
        try:
            self._source.prepare(index)
        finally:
            with self._changed:
                self._underway.discard(index)
                self._done.add(index)
                self._changed.notify_all()
        return True
