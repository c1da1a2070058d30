"""What each user of an image, a player or a caller, requests of its frames."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, Protocol, TypeAlias
from weakref import ref

from sddisplaylink.frames.frame import Frame
from sddisplaylink.frames.retention import Direction, Request

__all__ = ["AccessPattern", "Outcome", "PoolReader", "Ready", "Waiting"]

Outcome: TypeAlias = Frame | Exception
Ready: TypeAlias = Callable[[Outcome], None]

_NEAR = 8  # frames that a late player leaves out at a time, whatever the length of the animation
_FEW_IN_ORDER = 4  # frames after which one that goes back is taken to go on in order


class AccessPattern:
    """Tells users that go on in order from those that jump about."""

    __slots__ = ("_at", "_since_jump", "direction", "is_in_order")

    def __init__(self, direction: Direction = Direction.FORWARD) -> None:
        self.direction = direction
        self._at: int | None = None
        self._since_jump: int | None = None
        self.is_in_order = False
        """Whether the frame before was the one before."""

    def follow(self, index: int, direction: Direction, count_frames: Callable[[], int]) -> bool:
        """Frame `index` is due for a user that goes in that direction: whether the user jumps about."""
        last, self._at, self.direction = self._at, index, direction
        self.is_in_order = index == (0 if last is None else last + 1)
        at = 0 if last is None else last
        step = (index - at) * direction if direction else abs(index - at)
        if not 0 <= step <= _NEAR and (last is not None or direction is Direction.FORWARD):
            frame_count = count_frames()
            if (step % frame_count if frame_count else step) > max(_NEAR, frame_count // 4):
                self._since_jump = 0
                return True
        if self._since_jump is None:
            return False
        self._since_jump += 1
        # what is kept for jumps is given up after some frames in order: going forwards, after a whole loop
        if self._since_jump > (count_frames() if direction is Direction.FORWARD else _FEW_IN_ORDER):
            self._since_jump = None
        return self._since_jump is not None

    def guess(self, index: int) -> Direction:
        """The direction of a caller who asks for frame `index` now."""
        if self._at is None or index == self._at:
            return self.direction
        return Direction.BACKWARD if -_NEAR <= index - self._at < 0 else Direction.FORWARD


class _Pool(Protocol):
    def want(self, reader: PoolReader, indices: tuple[int, ...], direction: Direction, *, here: bool) -> bool: ...
    def compose(self, reader: PoolReader) -> None: ...
    def notify(self, reader: PoolReader, index: int, ready: Ready) -> None: ...
    def ahead(self, direction: Direction) -> int: ...
    def reader_closed(self, reader: PoolReader) -> None: ...


class PoolReader:
    """One player's access to the frames of an image; none of its methods waits for anybody. Any thread.

    Closing the reader, or dropping the last reference to it, ends its requests.
    """

    __slots__ = (
        "__weakref__",
        "_frames",
        "_pool",
        "is_closed",
        "max_bytes",
        "pattern",
        "reference",
        "request",
        "shown",
    )

    def __init__(
        self, pool: _Pool, frames: Mapping[int, Frame], max_bytes: int, dropped: Callable[[ref[PoolReader]], object]
    ) -> None:
        """`dropped` is called with the reader's :attr:`reference` when it is gone, on whatever thread that happens."""
        self.max_bytes = max_bytes
        self.is_closed = False
        self.pattern = AccessPattern()
        self.request = Request()
        """What the reader wants now; replaced as a whole, so that any thread may read it."""
        self.shown: int | None = None
        """The frame on screen, which outlasts a purge."""
        self.reference = ref(self, dropped)
        hash(self.reference)  # while the reader is there, so that its reference can be looked up when it is gone
        self._pool = pool
        self._frames = frames

    def get(self, index: int) -> Frame | None:
        """Frame `index` if it is decoded."""
        return None if self.is_closed else self._frames.get(index)

    def ahead(self, direction: Direction) -> int:
        """How many frames beyond the one that is due are worth requesting, going that way."""
        return self._pool.ahead(direction)

    def want(self, indices: Iterable[int], direction: Direction = Direction.FORWARD, *, here: bool = False) -> bool:
        """Have `indices` (in playing order, the due one first) decoded ahead and held, as far as the budget goes.

        Replaces the earlier request; frames that nobody requests are evicted, except for those that save decoding
        others again, given that the player goes on in `direction`. If `here`, the caller is asked to call
        :meth:`compose` where that takes less time than to have it done: True.
        """
        return not self.is_closed and self._pool.want(self, tuple(indices), direction, here=here)

    def compose(self) -> None:
        """Compose the frames that :meth:`want` has left to the caller, or have them composed. Never waits."""
        if not self.is_closed:
            self._pool.compose(self)

    def notify(self, index: int, ready: Ready) -> None:
        """Call ``ready(frame or error)`` once: at once if frame `index` is decoded, else from the worker thread.

        The error is an ImageFormatError, a LinkClosedError if the image was closed, or a MemoryError. After `close` no
        call begins.
        """
        if not self.is_closed:
            self._pool.notify(self, index, ready)

    def close(self) -> None:
        """End all requests. Idempotent."""
        if not self.is_closed:
            self.is_closed = True
            self._pool.reader_closed(self)


class Waiting(NamedTuple):
    """A reader that is to be told of a frame."""

    reader: ref[PoolReader]
    frame: int
    ready: Ready

    def is_alive(self) -> bool:
        """Whether the reader is still open."""
        reader = self.reader()
        return reader is not None and not reader.is_closed
