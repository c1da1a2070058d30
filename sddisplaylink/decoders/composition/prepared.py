"""Tiles decoded ahead, on other threads than the one that will draw them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

__all__ = ["Prepared"]

_Tile = TypeVar("_Tile")
_MOST = 4


class Prepared(Generic[_Tile]):
    """A few tiles by the number of their frame. All methods may be called from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tiles: dict[int, _Tile | None] = {}

    def make(self, index: int, decode: Callable[[], _Tile | None]) -> None:
        """Keep what `decode` gives, which runs without a lock held; nothing happens if it is there, or too much is."""
        with self._lock:
            if index in self._tiles or len(self._tiles) >= _MOST:
                return
            self._tiles[index] = None  # nobody else begins with it
        tile = None
        try:
            tile = decode()
        finally:
            with self._lock:
                if tile is None or index not in self._tiles:
                    self._tiles.pop(index, None)
                else:
                    self._tiles[index] = tile

    def take(self, index: int) -> _Tile | None:
        """The tile, if it is ready. One still in the making is not waited for, and then of no use."""
        if not self._tiles:
            return None
        with self._lock:
            return self._tiles.pop(index, None)

    def clear(self) -> None:
        """Give up everything."""
        with self._lock:
            self._tiles.clear()
