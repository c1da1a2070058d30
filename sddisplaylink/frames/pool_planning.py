"""What a frame pool holds, and the plan of what it is to hold."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sddisplaylink.frames.cache import FrameStore
from sddisplaylink.frames.key_frames import NO_KEYS, KeyFrames, KeySource, changed_frames, keys_along, sweeps
from sddisplaylink.frames.pool_course import Course
from sddisplaylink.frames.reader import ReaderList, Visit
from sddisplaylink.frames.retention import Plan, Room

__all__ = ["PoolPlanning"]

_GIVEN_UP_AT_A_TIME = 2


class PoolPlanning:
    """The frames of one pool, its users, and the plan that follows from them. Not thread-safe."""

    def __init__(self, frame_bytes: int, *, steps_back: bool = False) -> None:
        self.store = FrameStore(frame_bytes)
        self.readers = ReaderList()
        self.visits: list[Visit] = []
        self.parked: int | None = None  # where a long way was left for a short one
        self._visitor = Course()
        self._room = Room(1, frame_bytes, 1, 1, steps_back=steps_back)  # enough for the first frame
        self.ahead_forwards = self._room.ahead
        """How many frames to decode beyond the one that is due, going forwards."""
        self._keys = NO_KEYS
        self._marks: frozenset[int] = frozenset()
        self._plan: Plan | None = None

    def fit(self, frame_count: int, unplayed_bytes: int, share: float) -> None:
        """Follow a change of the readers, or of the `share` of their budgets that they may use."""
        budget, plenty = self.readers.budgets(default=unplayed_bytes)
        size = self.store.frame_bytes
        capacity = max(1, min(frame_count, int(budget * share) // size))
        known = self._room
        changed = known.changed
        if frame_count != known.frame_count:
            self._keys, changed = NO_KEYS, None
        self._room = Room(frame_count, size, capacity, int(plenty * share) // size, changed, known.steps_back)
        self.ahead_forwards = self._room.ahead
        self.change()

    def change(self) -> None:
        """Something that the plan depends on is different now."""
        self._plan = None

    @property
    def frame_count(self) -> int:
        """Frames of the image."""
        return self._room.frame_count

    @property
    def plan(self) -> Plan:
        """What to hold, with the key frames as they were found last."""
        if self._plan is None:
            courses = [reader.course for reader in self.readers] or [self._visitor]
            self._plan = Plan(courses, self._room, self._keys, self.urgent, self._marks)
            self.store.capacity = self._room.capacity - self._plan.undo_frames
        return self._plan

    @property
    def urgent(self) -> list[int]:
        """What comes before all wishes."""
        awaited = self.awaited()
        return awaited if self.parked is None else [self.parked, *awaited]

    def trim(self, source: KeySource) -> None:
        """Before a frame is composed: give up a few that the plan does not hold, for memory that has just become free
        is the cheapest to compose in. First find the key frames that the plan asks for.
        """
        count, size = self.frame_count, self.store.frame_bytes
        if self.plan.needs_look:
            self._room = replace(self._room, changed=changed_frames(source, count, size))
            self.change()
        if self.plan.spacing != self._keys.spacing:
            self._keys = KeyFrames.find(source, count, size, self.plan.spacing) if self.plan.spacing else NO_KEYS
            self.change()
        self.shrink(_GIVEN_UP_AT_A_TIME)

    @property
    def spare(self) -> int:
        """How many frames' memory can be kept for those that will be held later."""
        plan = self.plan
        going_back = plan.returning if plan.keeps and not plan.is_whole else 0
        return min(going_back, self.store.capacity - len(self.store.frames))

    @property
    def undo_bytes(self) -> int:
        """How many bytes are for going back over frames."""
        return self.plan.undo_frames * self.store.frame_bytes

    def set_out(self, way: Sequence[int]) -> None:
        """Those frames are going to be composed: if room is scarce, choose which to hold for the way back."""
        if not self.plan.is_tight or way[0] > way[-1]:
            return
        room = self._room.capacity - 2
        held = {index for index in self._marks if index < way[0] and index in self.store.frames}
        if sweeps(len(way), room - len(held)) > sweeps(way[-1] + 1, room):
            held.clear()  # left over from the last time round
        self._marks = frozenset(held).union(keys_along(way, room - len(held)))
        self.change()

    def shrink(self, most: int | None = None) -> None:
        """Give up what the plan does not hold, or at most so many of it."""
        self.store.trim(self.plan, self._room.plenty, most)

    def awaited(self) -> list[int]:
        """The frames that somebody waits for, in the order of turns."""
        return [visit.index for visit in self.visits if visit.outcome is None] + self.readers.awaited()
