"""Which frames several users of one image want next, which are held for later, and which can go first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

from sddisplaylink.frames.key_frames import NO_KEYS, KeyFrames, key_spacing, spacing_fits
from sddisplaylink.frames.pool_course import Course, Direction

__all__ = ["Plan", "Room"]

_SMALL_BYTES = 64 << 10  # an animation of that size is kept whole in any case
_CHEAP_BYTES = 64 << 20  # up to that size, if it would otherwise be decoded again and again
_AHEAD_BYTES = 4 << 20  # what a player that goes forwards has decoded ahead
_MOST_AHEAD = 2
_COPIES = 3  # of changes, at least, that are as fast as one of all pixels
_UNDO_BYTES = 16 << 20  # of changes, which are decoded in a frame's time or two: so much is gone back over in one go


@dataclass(frozen=True, slots=True)
class Room:
    """How much there is to plan with."""

    frame_count: int
    frame_bytes: int
    capacity: int
    """Frames that can be held at the most."""
    plenty: int
    """Frames that may be held for no other reason than that they could be wanted again."""
    changed: int | None = None
    """What all changes from one frame to the next amount to, in whole frames; None as long as nobody has looked."""
    steps_back: bool = False
    """Frames can be gone back over by undoing changes."""

    @property
    def way(self) -> int:
        """How far it is from end to end, counted in whole frames that change."""
        return self.frame_count if self.changed is None else self.changed

    @property
    def ahead(self) -> int:
        """Frames to be decoded ahead of one that is shown, going forwards."""
        return max(1, min(_MOST_AHEAD, _AHEAD_BYTES // self.frame_bytes))

    @property
    def undoing_pays(self) -> bool:
        """It costs less than to hold what lies between two key frames: the changes of a frame are copied twice."""
        return self.steps_back and _COPIES * self.way < self.frame_count


class Plan:
    """What to hold: what is wanted now, and what saves decoding again what will be.

    A frame is composed from the one before it, so who goes forwards needs the frame that is shown and little else. Key
    frames, and the frames between two of them, are held for those who go backwards or jump about; for several who are
    at different places, what one leaves behind for the next.
    """

    def __init__(
        self,
        courses: Sequence[Course],
        room: Room,
        keys: KeyFrames = NO_KEYS,
        urgent: Sequence[int] = (),
        marks: frozenset[int] = frozenset(),
    ) -> None:
        """`urgent` frames come before all others; `keys` are heeded if they are what :attr:`spacing` asks for.

        `marks` are key frames found on the way, which count if the plan :attr:`is_tight`.
        """
        self._courses = courses = [course for course in courses if course.wishes]
        self._room = room
        self.is_single = len(courses) == 1
        self.reorder(urgent)
        is_one_way = all(course.direction is Direction.FORWARD for course in courses)
        self.hoards = any(course.wanders for course in courses)
        places = _places(courses, room)
        self.is_whole = self._is_whole(not is_one_way or places > 1)
        needs_keys = not self.is_whole and (not is_one_way or self.hoards)
        self.needs_look = needs_keys and room.changed is None
        """It would be another plan if it were known how much frames change."""
        self._undoes = room.undoing_pays and not (self.is_whole or is_one_way)
        spacing = self._find_spacing() if needs_keys else 0
        self.is_tight = bool(spacing) and not is_one_way and not spacing_fits(spacing, room.way, room.capacity)
        self.spacing = 0 if self.is_tight else spacing
        self._keys = keys if keys.spacing == self.spacing else NO_KEYS
        if self.is_tight:
            self._keys = KeyFrames(0, marks, 1)
        self._share_out(places)
        self.is_plain = self.is_single and not (self.hoards or self.is_tight)
        """There is one user, who goes on in order, and there is room for all that is of use."""

    def reorder(self, urgent: Sequence[int]) -> None:
        """The only user has gone on, and not otherwise than before."""
        self._follow(_round_robin(urgent, [course.wishes for course in self._courses], self._room.capacity))

    def go_on(self) -> None:
        """The same where nothing is urgent."""
        self._follow(self._courses[0].wishes)

    def _follow(self, order: Sequence[int]) -> None:
        self.order = order
        self._ranks: dict[int, int] | None = None

    @property
    def _rank(self) -> dict[int, int]:
        if self._ranks is None:
            self._ranks = {index: rank for rank, index in enumerate(self.order)}
        return self._ranks

    def is_for(self, course: Course) -> bool:
        """True if that is the only user."""
        return self.is_single and self._courses[0] is course

    @property
    def keeps(self) -> bool:
        """True if frames are held that are not wanted now."""
        return self.is_whole or self.hoards or self.is_tight or self.spacing > 0

    @property
    def most_held(self) -> int:
        """How many frames that may be at the most."""
        return self._room.frame_count if self.is_whole else len(self.order) + self._most_unasked

    def holds(self, index: int) -> bool:
        """True if frame `index` is worth holding."""
        if self.is_whole or index in self.order or index in self._keys.indices:
            return True
        if not self._shares:
            return False
        count = self._room.frame_count
        return any(course.distance(index, count) < share for course, share in self._shares)

    def distance(self, index: int) -> int:
        """How dispensable frame `index` is; the larger, the sooner it can go."""
        rank = self._rank.get(index)
        if rank is not None:
            return rank
        count = self._room.frame_count
        nearest = min((course.distance(index, count) for course in self._courses), default=0)
        if index in self._keys.indices:
            return len(self.order) + nearest
        return len(self.order) + 2 * count + nearest

    def _is_whole(self, pays: bool) -> bool:
        room = self._room
        limit = (_CHEAP_BYTES if pays else _SMALL_BYTES) // room.frame_bytes
        return room.frame_count <= min(room.capacity, limit)

    def _find_spacing(self) -> int:
        """How far apart key frames are, in whole frames that change; 0 = there are none."""
        room = self._room
        spacing = key_spacing(room.way, room.frame_bytes, room.capacity)
        if not self._undoes:
            return spacing
        wider = max(spacing, _UNDO_BYTES // room.frame_bytes)
        if room.way <= wider and room.way + 4 <= room.capacity:
            return 0
        return wider if spacing_fits(wider, room.way, room.capacity) else spacing

    def _share_out(self, places: int) -> None:
        """Of the room that the keys leave, as much to everyone, and to no one more than is of use."""
        room, longest = self._room, self._keys.longest_way
        part = (room.capacity - len(self._keys.indices)) // max(1, places)
        between = 0 if self._undoes else min(longest // 2, part // 4)
        self.ahead_backwards = 1 if self.is_tight else max(room.ahead, between)
        self.soon = (1 + self.ahead_backwards) * len(self._courses)
        left_behind = min(part, room.plenty // places) if places > 1 else 0
        returning = 0 if self._undoes and not self.is_tight else min(part, longest + 1 + self.ahead_backwards)
        self.returning = returning
        """How many frames, at the most, are held between two key frames."""
        self.undo_frames = self._room_for_undo()
        """How many frames' room is for undoing changes."""
        shares = [
            (course, left_behind if course.direction is Direction.FORWARD else returning) for course in self._courses
        ]
        self._shares = [(course, share) for course, share in shares if share]
        self._most_unasked = len(self._keys.indices) + sum(share for _, share in shares)

    def _room_for_undo(self) -> int:
        if not self._undoes or self.is_tight:
            return 0
        room = self._room
        left = room.capacity - self.soon - len(self._keys.indices) - 1
        stretch = self.spacing or room.way
        return max(0, min(left, max(stretch + 1, ceil(_UNDO_BYTES / room.frame_bytes))))


def _places(courses: Sequence[Course], room: Room) -> int:
    """At how many places there is a user, or several in step."""
    return len(courses) if len(courses) < 2 else sum(_clusters(courses, way, room) for way in Direction)


def _clusters(courses: Sequence[Course], direction: Direction, room: Room) -> int:
    at = sorted({course.wishes[0] for course in courses if course.direction is direction})
    gaps = [(following - place) % room.frame_count for place, following in zip(at, [*at[1:], *at[:1]], strict=True)]
    return max(len(at[:1]), sum(gap > room.ahead + 1 for gap in gaps))


def _round_robin(urgent: Sequence[int], wishes: Sequence[Sequence[int]], capacity: int) -> list[int]:
    if len(wishes) == 1:
        return list(dict.fromkeys([*urgent, *wishes[0]]))[:capacity]
    order = dict.fromkeys(urgent[:capacity])
    for rank in range(max(map(len, wishes), default=0)):
        for wanted in wishes:
            if len(order) == capacity:
                return list(order)
            if rank < len(wanted):
                order[wanted[rank]] = None
    return list(order)
