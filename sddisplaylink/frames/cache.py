"""The cache of one image's frames: decoded frames, and errors of frames that cannot be decoded."""

from __future__ import annotations

from collections.abc import Container
from itertools import filterfalse, islice

from sddisplaylink.errors import ImageFormatError, LinkClosedError
from sddisplaylink.frames.frame import Frame
from sddisplaylink.frames.retention import Plan, lookahead

__all__ = ["CLOSED", "FrameCache"]

CLOSED = "the image is closed"
_EVICTED_PER_STEP = 2


class FrameCache:
    """The frames that the newest plan keeps, never more of them than fit.

    Any thread may call any method, and no lock is taken: each change of a mapping is atomic, a frame never changes, and
    is complete before it is stored.
    """

    def __init__(self, frame_bytes: int, name: str) -> None:
        self._name = name
        self.frame_bytes = frame_bytes
        self.frames: dict[int, Frame] = {}
        self.failures: dict[int, str] = {}
        """Why frames cannot be decoded, also those that are composed from a broken one."""
        self.is_closed = False
        self.plan = Plan(backward_lookahead=lookahead(frame_bytes))
        self.log_bytes = 0  # bytes of the decoder's edit log, a part of `nbytes`

    @property
    def nbytes(self) -> int:
        """Bytes of the frames and of the edit log."""
        return len(self.frames) * self.frame_bytes + self.log_bytes

    def outcome(self, index: int) -> Frame | ImageFormatError | LinkClosedError | None:
        """Frame `index`, or why there is none; None if it is not decoded."""
        if self.is_closed:
            return LinkClosedError(CLOSED)
        frame = self.frames.get(index)
        if frame is None and (reason := self.failures.get(index)) is not None:
            return ImageFormatError(f"{self._name}: {reason}")
        return frame

    def apply_plan(self, plan: Plan) -> None:
        """Keep the frames of `plan` from now on, and no more than fit."""
        self.plan = plan
        if len(self.frames) > plan.capacity:
            self.evict(len(self.frames) - plan.capacity)

    def evict(self, most: int = _EVICTED_PER_STEP) -> None:
        """Evict frames that are not kept, the oldest first.

        A few at a time, before a frame is composed: memory that was just freed is the fastest to compose in.
        """
        kept = self.plan.kept
        if isinstance(kept, range):  # all frames
            return
        for index in list(islice(filterfalse(kept.__contains__, list(self.frames)), most)):
            self.frames.pop(index, None)

    def store(self, frame: Frame) -> None:
        """Hold a frame that the plan keeps; a frame that is not kept is evicted for it. Others are not held."""
        plan = self.plan
        if frame.index not in plan.kept:
            return
        if len(self.frames) >= plan.capacity:
            self.evict(1)
        self.frames[frame.index] = frame
        if len(self.frames) > plan.capacity:  # all others are kept, too, or another thread has used the room meanwhile
            self.frames.pop(frame.index, None)

    def retain_only(self, indices: Container[int | None]) -> None:
        """Evict all other frames."""
        for index in list(self.frames):
            if index not in indices:
                self.frames.pop(index, None)
