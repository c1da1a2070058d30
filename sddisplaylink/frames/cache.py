"""The decoded frames of one image, by index, never more of them than fit."""

from __future__ import annotations

from collections.abc import Collection, Container

from sddisplaylink.frames.frame import Frame

__all__ = ["FrameCache"]

_EVICTED_AT_ONCE = 2


class FrameCache:
    """At most `capacity` frames, of which the ones in `kept` are worth their memory.

    One thread at a time changes the cache: the one that decodes. Any thread may look a frame up in `frames`, without a
    lock: a frame never changes, and is complete before it is stored.
    """

    def __init__(self, frame_bytes: int) -> None:
        self.frames: dict[int, Frame] = {}
        self.frame_bytes = frame_bytes
        self.capacity = 1
        self.kept: Collection[int] = ()
        self.log_bytes = 0
        """Bytes that the decoder's edit log takes beside the frames."""

    @property
    def nbytes(self) -> int:
        """Bytes of all that is held."""
        return len(self.frames) * self.frame_bytes + self.log_bytes

    def retain(self, kept: Collection[int], capacity: int) -> None:
        """From now on those are worth holding, and no more than `capacity` frames fit. What does not fit goes."""
        self.kept, self.capacity = kept, capacity
        if len(self.frames) > capacity:
            self.evict(len(self.frames) - capacity)
        while len(self.frames) > capacity:
            self.frames.pop(next(iter(self.frames)))

    def evict(self, most: int = _EVICTED_AT_ONCE) -> None:
        """Give up what is not worth holding, the oldest first.

        A few at a time, before a frame is composed: memory that has just become free is the cheapest to compose in.
        """
        kept = self.kept
        if isinstance(kept, range):  # all of them
            return
        for index in [index for index in self.frames if index not in kept][:most]:
            del self.frames[index]

    def has_room(self, index: int) -> bool:
        """Whether frame `index` is worth holding, and fits: what is worth less is evicted for it."""
        if index not in self.kept:
            return False
        if len(self.frames) >= self.capacity:
            self.evict(1)
        return len(self.frames) < self.capacity

    def keep_only(self, indices: Container[int | None]) -> None:
        """Give up all others."""
        for index in list(self.frames):
            if index not in indices:
                del self.frames[index]
