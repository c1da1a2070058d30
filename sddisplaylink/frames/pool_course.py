"""How one user of an image goes through its frames."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

__all__ = ["Course", "Direction"]

_SETTLED = 4  # frames in order; forwards it takes all of them, for what is kept for jumps is then given up


class Direction(IntEnum):
    """The order in which a player goes through the frames, whatever the sign of its rate."""

    BACKWARD = -1
    BOTH = 0
    """There and back."""
    FORWARD = 1


class Course:
    """What one user wants next, which way it goes from there, and whether it jumps about. Not thread-safe."""

    __slots__ = ("_at", "_since_jump", "_strolls", "_wanders", "direction", "wishes")

    def __init__(self) -> None:
        self.wishes: tuple[int, ...] = ()
        self.direction = Direction.FORWARD
        self._at: int | None = None
        self._wanders = self._strolls = False
        self._since_jump = 0

    @property
    def wanders(self) -> bool:
        """True from a jump on, until it has gone on in order for so long that another is not to be expected."""
        return self._wanders

    @property
    def strolls(self) -> bool:
        """True if it has taken a single step forwards."""
        return self._strolls

    def go(self, wishes: Sequence[int], direction: Direction, frame_count: int) -> None:
        """Want those frames from now on, in playing order, the due one first."""
        self._since_jump += 1
        if wishes:
            if self._jumps_to(wishes[0], direction, frame_count):
                self._wanders, self._since_jump = True, 0
            elif self._since_jump > (frame_count if direction is Direction.FORWARD else _SETTLED):
                self._wanders = False
            self._at = wishes[0]
        self.wishes, self.direction = tuple(wishes), direction

    def step(self, wishes: tuple[int, ...], direction: Direction) -> bool:
        """The same where that is at most one frame farther on the same way; otherwise False, and nothing happens."""
        if direction is not self.direction or self._wanders or self._at is None or not wishes:
            return False
        move = wishes[0] - self._at
        if move and move != direction and (direction or abs(move) > 1):
            return False
        self._at = wishes[0]
        self.wishes = wishes
        return True

    def visit(self, index: int, frame_count: int) -> None:
        """Want a single frame, as somebody does whose next one can only be guessed at."""
        direction = self.direction
        self._strolls = self._at is not None and index == self._at + 1
        if self._at is not None and index != self._at:
            step = index - self._at
            direction = Direction.BACKWARD if -_near(frame_count) <= step < 0 else Direction.FORWARD
        self.go((index,), direction, frame_count)

    def stroll(self, index: int) -> None:
        """Visit the next frame."""
        self._at = index
        self.wishes = (index,)

    def distance(self, index: int, frame_count: int) -> int:
        """How many showings off frame `index` is; of what lies behind, what was shown last is the farthest."""
        if not self.wishes:
            return frame_count
        at = self.wishes[0]
        if self.direction:
            return (index - at) * self.direction % frame_count
        turn = max(1, 2 * (frame_count - 1))
        falling = len(self.wishes) > 1 and self.wishes[1] < at
        at = turn - at if falling else at
        return min((index - at) % turn, (turn - index - at) % turn)

    def _jumps_to(self, index: int, direction: Direction, frame_count: int) -> bool:
        if self._at is None:
            return direction is Direction.FORWARD and index > _near(frame_count)
        step = index - self._at
        if direction is Direction.BOTH:
            return abs(step) > _near(frame_count)
        return step * direction % frame_count > _near(frame_count)


def _near(frame_count: int) -> int:
    """How far a user may come at a time without jumping: late players leave frames out."""
    return max(8, frame_count // 4)
