"""What each player of an image wants of its frames."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import count
from typing import Protocol, TypeAlias
from weakref import ref

from sddisplaylink.frames.frame import Frame
from sddisplaylink.frames.pool_course import Course, Direction

__all__ = ["Outcome", "PoolReader", "ReaderList", "Ready", "Visit"]

Outcome: TypeAlias = Frame | Exception
Ready: TypeAlias = Callable[[Outcome], None]

_numbers = count()


class _Pool(Protocol):
    def held(self, index: int) -> Frame | None: ...
    def want(self, reader: PoolReader, wishes: tuple[int, ...], direction: Direction, *, here: bool) -> bool: ...
    def compose(self, reader: PoolReader) -> None: ...
    def notify(self, reader: PoolReader, index: int, ready: Ready) -> None: ...
    def ahead(self, direction: Direction) -> int: ...
    def reader_gone(self) -> None: ...


class PoolReader:
    """One player's access to the frames of an image; its methods never wait for decoding. Any thread.

    Closing it, or dropping the last reference to it, ends its wishes.
    """

    def __init__(self, pool: _Pool, max_bytes: int, plenty_bytes: int) -> None:
        self.number = next(_numbers)
        self.max_bytes = max_bytes
        self.plenty_bytes = plenty_bytes
        self.is_closed = False
        self.course = Course()
        self.shown: int | None = None
        self.waiting: dict[int, list[Ready]] = {}
        self._pool = pool

    def get(self, index: int) -> Frame | None:
        """Frame `index` if it is decoded."""
        return None if self.is_closed else self._pool.held(index)

    def ahead(self, direction: Direction) -> int:
        """How many frames beyond the one that is due are worth wishing for, going that way."""
        return self._pool.ahead(direction)

    def want(self, indices: Iterable[int], direction: Direction = Direction.FORWARD, *, here: bool = False) -> bool:
        """Have `indices` (in playing order, the due one first) decoded ahead and kept, as far as the budget goes.

        Replaces the earlier wishes; frames that nobody wishes for make room, except for those that save decoding
        others again, given that the player goes on in `direction`. If `here`, the caller is asked to call
        :meth:`compose` where that takes less time than to have it done: True.
        """
        return not self.is_closed and self._pool.want(self, tuple(indices), direction, here=here)

    def compose(self) -> None:
        """Compose the frame that :meth:`want` has left to the caller, or have it done. Never waits."""
        if not self.is_closed:
            self._pool.compose(self)

    def notify(self, index: int, ready: Ready) -> None:
        """Call ``ready(frame or error)`` once: at once if frame `index` is decoded, else from the worker thread.

        The error is an ImageFormatError, or a LinkClosedError if the image was closed. After `close` no call begins.
        """
        if not self.is_closed:
            self._pool.notify(self, index, ready)

    def close(self) -> None:
        """End all wishes. Idempotent."""
        self.is_closed = True
        self._pool.reader_gone()

    def __del__(self, is_finalizing: Callable[[], bool] = sys.is_finalizing) -> None:
        if not is_finalizing():  # by then modules are taken apart, and nobody needs the memory
            self.close()


@dataclass(slots=True, eq=False)
class Visit:
    """A frame that a caller is waiting for on the spot."""

    index: int
    outcome: Outcome | None = None


class ReaderList:
    """The readers of a pool, held weakly, in the order of their turns. Not thread-safe."""

    def __init__(self) -> None:
        self.any_waits = False
        """Set when somebody begins to wait; some do not any more, perhaps."""
        self._readers: dict[int, ref[PoolReader]] = {}

    def add(self, reader: PoolReader) -> None:
        """Take in a reader."""
        self._readers[reader.number] = ref(reader)

    def prune(self) -> None:
        """Forget those that are closed or gone."""
        self._readers = {reader.number: ref(reader) for reader in self}

    def __bool__(self) -> bool:
        return bool(self._readers) and any(True for _ in self)

    def __iter__(self) -> Iterator[PoolReader]:
        for known in self._readers.values():
            reader = known()
            if reader is not None and not reader.is_closed:
                yield reader

    def move_back(self, reader: PoolReader) -> None:
        """It had its turn: let the others go before it."""
        self._readers[reader.number] = self._readers.pop(reader.number, ref(reader))

    def awaited(self) -> list[int]:
        """The frames that are waited for."""
        if not self.any_waits:
            return []
        return [index for reader in self for index in reader.waiting]

    def budgets(self, default: int) -> tuple[int, int]:
        """The most bytes that one allows, and the most that one finds plenty; `default` if there are none."""
        return (
            max((reader.max_bytes for reader in self), default=default),
            max((reader.plenty_bytes for reader in self), default=default),
        )

    def is_awaited(self, index: int) -> bool:
        """True if one waits for frame `index`."""
        return self.any_waits and any(index in reader.waiting for reader in self)
