"""What a frame pool knows: what is held, wanted and waited for, and what could not be decoded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sddisplaylink.errors import ImageFormatError
from sddisplaylink.frames.frame import Frame
from sddisplaylink.frames.pool_course import Course, Direction
from sddisplaylink.frames.pool_planning import PoolPlanning
from sddisplaylink.frames.reader import Outcome, PoolReader, Ready

__all__ = ["PoolBooks"]


class PoolBooks(PoolPlanning):
    """The books of one pool. Not thread-safe."""

    def __init__(self, frame_bytes: int, *, steps_back: bool = False) -> None:
        super().__init__(frame_bytes, steps_back=steps_back)
        self.failures: dict[int, str] = {}
        self._keeps_behind = False  # while one frame after the other is asked for
        self._unclaimed: dict[int, Frame] = {}  # made for those who wait, who have not been told yet

    # ---- who wants what ----

    @property
    def _is_plain(self) -> bool:
        """True if there is one user, who goes on in order, and nothing else that would have to be thought of."""
        plan = self._plan
        if plan is None or not plan.is_plain or plan.spacing != self._keys.spacing or self.parked is not None:
            return False
        return not (self.visits or self.failures or self.readers.any_waits)

    def go_on(self, reader: PoolReader, wishes: tuple[int, ...], direction: Direction) -> bool:
        """Note the wishes of the only user, who has gone on by a frame, and give up the frame that it leaves.

        False, and nothing happens, if it is not as simple as that.
        """
        plan, course = self._plan, reader.course
        if plan is None or not self._is_plain or not plan.is_for(course) or len(wishes) > self._room.capacity:
            return False
        before = course.wishes[:1]
        if not course.step(wishes, direction):
            return False
        plan.go_on()
        for index in before:
            if not plan.holds(index):
                self.store.frames.pop(index, None)
        return True

    def missing(self, wishes: Sequence[int]) -> list[int]:
        """What has to be decoded for these wishes."""
        return [index for index in wishes if index not in self.store.frames and index not in self.failures]

    def want(self, reader: PoolReader, wishes: Sequence[int], direction: Direction) -> None:
        """Note the wishes of `reader`."""
        course = reader.course
        before = course.direction, course.wanders
        course.go(wishes[: self._room.capacity], direction, self.frame_count)
        if self._plan is not None and self._plan.is_for(course) and before == (course.direction, course.wanders):
            self._plan.reorder(self.urgent)
        else:
            self.change()

    def visit(self, index: int) -> None:
        """Somebody who does not play asks for a frame."""
        if not self.readers:
            self._visitor.visit(index, self.frame_count)
            self.change()

    @property
    def plain_goal(self) -> int | None:
        """What is to be decoded next for the only user, who goes on in order and for whom nothing has to make room.

        None if it is not as simple as that, or nothing is missing.
        """
        plan = self.plan
        if not self._is_plain or len(self.store.frames) >= min(self.store.capacity, plan.most_held):
            return None
        return next(iter(self.missing(plan.order)), None)

    def goals(self) -> Iterator[tuple[int, bool]]:
        """The frames to be decoded, the one whose turn it is first; False with those that are worth a single step only.

        A way to a frame brings others as well: going backwards, all that are held between two key frames.
        """
        yield from ((visit.index, True) for visit in self.visits if visit.outcome is None)
        yield from ((index, True) for index in self.readers.awaited() if self.outcome(index) is None)
        for rank, index in enumerate(self.plan.order):
            if not self.is_settled(index):
                yield index, rank < self.plan.soon

    def is_hurried(self, goal: int) -> bool:
        """True if somebody waits for another frame than `goal`."""
        return bool(self.visits or self.readers.any_waits) and any(index != goal for index in self.awaited())

    @property
    def has_spare_room(self) -> bool:
        """True if one frame can be held beyond what is shown and what comes next."""
        return self._room.capacity > 2

    def find_stroll(self) -> bool:
        """True if nobody plays, one frame after the other is asked for, and all are held or only the last one is."""
        plan = self.plan if self.strolls_on else None
        self._keeps_behind = plan is not None and plan.is_whole and not plan.hoards
        return plan is not None and (self._keeps_behind or not plan.keeps)

    @property
    def strolls_on(self) -> bool:
        """True if who has been strolling still does."""
        return self._visitor.strolls and not self.readers

    def stroll(self, index: int) -> None:
        """The next frame is asked for; the one before it is given up, unless all are held."""
        self._visitor.stroll(index)
        if not self._keeps_behind:
            self.store.frames.clear()
        self.change()

    def park(self, index: int) -> None:
        """Hold frame `index`, to which a long way has led so far, while another is decoded."""
        self.parked = index
        self.change()

    def unpark(self) -> None:
        """There is no long way to come back to."""
        if self.parked is not None:
            self.parked = None
            self.change()

    def forget(self) -> None:
        """Give up everything, and all wishes, but for the frames that players show."""
        shown = {reader.shown for reader in self.readers}
        self.store.keep_only(shown)
        for reader in self.readers:
            reader.course.wishes = tuple(index for index in reader.course.wishes[:1] if index in self.store.frames)
        self._visitor = Course()
        self.unpark()
        self.change()

    # ---- what has become of it ----

    def is_settled(self, index: int) -> bool:
        """True if frame `index` is held, or known to be broken."""
        return index in self.store.frames or index in self.failures

    def outcome(self, index: int) -> Outcome | None:
        """What can be said to who waits for frame `index`."""
        if index in self.failures:
            return ImageFormatError(self.failures[index])
        return self.store.frames.get(index) or self._unclaimed.get(index)

    def is_of_use(self, index: int) -> bool:
        """True if frame `index` is worth holding, or somebody waits for it."""
        return self.plan.holds(index) or self.claims(index)

    def claims(self, index: int) -> bool:
        """True if somebody waits for frame `index`."""
        return bool(self.visits or self.readers.any_waits) and index in self.awaited()

    def makes_room(self, index: int) -> bool:
        """Make room for frame `index` if it is worth it."""
        worth = index not in self.store.frames and self.plan.holds(index)
        return worth and self.store.reserve(index, self.plan)

    def take_in(self, frame: Frame, *, keep: bool) -> None:
        """Frame `frame` was made: hold it if it is to be kept, and have it ready for who waits."""
        self.failures.pop(frame.index, None)
        if keep:
            self.store.put(frame)
        if self.readers.is_awaited(frame.index):
            self._unclaimed[frame.index] = frame
        for visit in self.visits:
            if visit.index == frame.index:
                visit.outcome = frame

    def fail(self, index: int, goal: int, error: Exception) -> None:
        """Frame `index` could not be decoded, which `goal` needs."""
        waiting = [visit for visit in self.visits if visit.index in (index, goal) and visit.outcome is None]
        for visit in waiting:
            visit.outcome = error
        if not waiting:
            self.failures[index] = str(error) or type(error).__name__

    def await_frame(self, reader: PoolReader, index: int, ready: Ready) -> None:
        """Have ``ready`` among the :meth:`answers` when the outcome is known."""
        reader.waiting.setdefault(index, []).append(ready)
        self.readers.any_waits = True
        self.change()

    def answers(self, closing: Exception | None) -> list[tuple[PoolReader, Ready, Outcome]]:
        """Whom to call with what; they have had their turn. All who wait, if there is a `closing` error."""
        if not self.readers.any_waits:
            return []
        found = [
            (reader, ready, outcome)
            for reader in self.readers
            for index in list(reader.waiting)
            if (outcome := closing or self.outcome(index)) is not None
            for ready in reader.waiting.pop(index)
        ]
        for reader, _, _ in found:
            self.readers.move_back(reader)
            self.change()
        self._unclaimed.clear()
        self.readers.any_waits = any(reader.waiting for reader in self.readers)
        return found

    @property
    def is_content(self) -> bool:
        """True if nothing that anybody wants is left to decode."""
        return not self.awaited() and all(map(self.is_settled, self.plan.order))
