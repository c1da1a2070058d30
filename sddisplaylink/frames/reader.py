"""What each user of an image, a player or a caller, requests of its frames."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable
from typing import NamedTuple, Protocol, TypeAlias
from weakref import ref

from sddisplaylink.frames.cache import FrameCache
from sddisplaylink.frames.frame import Frame
from sddisplaylink.frames.retention import Direction, Request, lookahead

__all__ = ["AccessPattern", "Outcome", "PoolReader", "Ready", "Waiting"]

Outcome: TypeAlias = Frame | Exception
Ready: TypeAlias = Callable[[Outcome], None]

_NEAR = 8  # frames that a late player leaves out at a time, whatever the length of the animation
_FEW_IN_ORDER = 4  # frames after which one that goes back is taken to go on in order


class AccessPattern:
    """Tells users that go on in order from those that jump about."""

    __slots__ = ("_at", "_direction", "_since_jump")

    def __init__(self) -> None:
        self._direction = Direction.FORWARD
        self._at: int | None = None
        self._since_jump: int | None = None

    def request(self, indices: tuple[int, ...], direction: Direction, count_frames: Callable[[], int]) -> Request:
        """The request of a user that goes in that direction, for frames of which the first is due."""
        if not indices:
            return Request((), direction)
        last, self._at, self._direction = self._at, indices[0], direction
        at = 0 if last is None else last
        step = (self._at - at) * direction if direction else abs(self._at - at)
        if not 0 <= step <= _NEAR and (last is not None or direction is Direction.FORWARD):
            frame_count = count_frames()
            if step % frame_count > max(_NEAR, frame_count // 4):
                self._since_jump = 0
        if self._since_jump is not None:
            # what is kept for jumps is given up after some frames in order: going forwards, after a whole loop
            if self._since_jump > (count_frames() if direction is Direction.FORWARD else _FEW_IN_ORDER):
                self._since_jump = None
            else:
                self._since_jump += 1
        return Request(indices, direction, self._since_jump is not None)

    def guess(self, index: int) -> tuple[Direction, bool]:
        """The direction of a caller who asks for frame `index` now; whether the caller takes one after the other."""
        at = self._at
        if at is None or index == at:
            return self._direction, not index
        return Direction.BACKWARD if -_NEAR <= index - at < 0 else Direction.FORWARD, index == at + 1


class Waiting(NamedTuple):
    """Whom to notify of a frame, unless the reader has been closed."""

    reader: ref[PoolReader]
    frame: int
    ready: Ready

    def deliver(self, outcome: Outcome) -> None:
        """Notify the reader's user, who may close the reader in the call."""
        if self.is_alive():
            self.ready(outcome)

    def is_alive(self) -> bool:
        """Whether the reader is still open."""
        reader = self.reader()
        return reader is not None and not reader.is_closed


class Pool(Protocol):
    """What a reader uses of its pool."""

    cache: FrameCache
    asked: deque[Waiting]

    def count_frames(self) -> int: ...
    def outcome(self, index: int) -> Outcome | None: ...
    def requests_changed(self) -> None: ...
    def prefetch(self, indices: tuple[int, ...], *, here: bool) -> bool: ...
    def compose(self, indices: tuple[int, ...]) -> None: ...
    def submit(self) -> None: ...


class PoolReader:
    """One player's access to the frames of an image; none of its methods waits for anybody. Any thread.

    Closing the reader, or dropping the last reference to it, ends its requests.
    """

    __slots__ = ("__weakref__", "_pattern", "_pool", "_readers", "is_closed", "max_bytes", "request", "shown")

    def __init__(self, pool: Pool, readers: dict[ref[PoolReader], None], max_bytes: int) -> None:
        """`readers` holds the open readers of the pool: this one from now on."""
        self.max_bytes = max_bytes
        self.is_closed = False
        self.request = Request()
        """What the reader wants now; replaced as a whole, so that any thread may read it."""
        self.shown: int | None = None
        """The frame on screen, which outlasts a purge."""
        self._pattern = AccessPattern()
        self._pool = pool
        self._readers = readers
        readers[ref(self, readers.pop)] = None  # no Python code runs when a reader is dropped

    def get(self, index: int) -> Frame | None:
        """Frame `index` if it is decoded."""
        return None if self.is_closed else self._pool.cache.frames.get(index)

    def ahead(self, direction: Direction) -> int:
        """How many frames beyond the one that is due are worth requesting, going that way."""
        cache = self._pool.cache
        return lookahead(cache.frame_bytes) if direction is Direction.FORWARD else cache.plan.ahead_back

    def want(self, indices: Iterable[int], direction: Direction = Direction.FORWARD, *, here: bool = False) -> bool:
        """Have `indices` (in playing order, the due one first) decoded ahead and held, as far as the budget goes.

        Replaces the earlier request; frames that nobody requests are evicted, except for those that save decoding
        others again, given that the player goes on in `direction`. If `here`, the caller is asked to call
        :meth:`compose` where that takes less time than to have it done: True.
        """
        if self.is_closed:
            return False
        self.request = self._pattern.request(tuple(indices), direction, self._pool.count_frames)
        self._pool.requests_changed()
        return self._pool.prefetch(self.request.indices, here=here)

    def compose(self) -> None:
        """Compose the frames that :meth:`want` has left to the caller, or have them composed. Never waits."""
        if not self.is_closed:
            self._pool.compose(self.request.indices)

    def notify(self, index: int, ready: Ready) -> None:
        """Call ``ready(frame or error)`` once: at once if frame `index` is decoded, else from the worker thread.

        The error is an ImageFormatError, a LinkClosedError if the image was closed, or one of the machine, such as a
        MemoryError. After `close` no call begins.
        """
        if self.is_closed:
            return
        outcome = self._pool.outcome(index)
        if outcome is not None:
            ready(outcome)
            return
        self._pool.asked.append(Waiting(ref(self), index, ready))
        self._pool.submit()

    def close(self) -> None:
        """End all requests. Idempotent."""
        if not self.is_closed:
            self.is_closed = True
            self._readers.pop(ref(self), None)
            self._pool.submit()  # gives up what was for this reader
