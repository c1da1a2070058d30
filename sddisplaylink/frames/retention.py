"""Decides which decoded frames of an image to retain: a pure function of the requests and the budget."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from enum import IntEnum
from itertools import islice, zip_longest
from math import isqrt
from typing import NamedTuple

__all__ = ["BACKWARD", "FORWARD", "Direction", "Plan", "Request", "keep", "lookahead", "make_plan", "requested"]

SMALL_BYTES = 64 << 10  # an animation of at most so many bytes is kept whole in any case
SMALL_PART = 512  # so is one that takes at most this part of the budget: browsers keep far larger ones
CHEAP_BYTES = 64 << 20  # an animation of at most so many bytes is kept whole if its frames will be needed again
AHEAD_BYTES = 4 << 20  # bytes that a player which goes forwards has decoded ahead
LOG_BYTES = 16 << 20
"""The most bytes for an edit log: about a second of changes, so that they can be undone without a break."""
_MOST_AHEAD = 2
_NEAREST = 4  # frames: closer key frames save next to nothing
_MIN_HELD = 4  # frames for which an edit log leaves room


class Direction(IntEnum):
    """The order in which a player goes through the frames, whatever the sign of its rate."""

    BACKWARD = -1
    BOTH = 0  # there and back
    FORWARD = 1


FORWARD, BACKWARD = Direction.FORWARD, Direction.BACKWARD  # to look a member up takes 0.2 µs in Python 3.11


class Request(NamedTuple):
    """What one user of an image, a player or a caller, needs."""

    indices: tuple[int, ...] = ()  # frames in playing order: the one that is due, then the lookahead
    direction: Direction = FORWARD
    jumps: bool = False  # whether the user has jumped to a far frame not long ago, and will probably jump again


class Plan(NamedTuple):
    """What to decode and to hold for the requests at one moment."""

    order: Sequence[int] = ()  # the requested frames, the most urgent first
    kept: Collection[int] = ()  # frames that are worth their memory; all others are evicted
    capacity: int = 1  # how many frames fit
    log_room: int = 0  # bytes for an edit log
    backward_lookahead: int = 1  # the lookahead for users that go back
    keeps_all: bool = False
    """Whether all frames are kept until a user turns or is closed: once they are decoded, no request is needed."""
    basis: object = None  # what the plan depends on; once that has changed, another plan is needed


def make_plan(
    requests: Sequence[Request],
    frame_count: int,
    frame_bytes: int,
    budget: int,
    log_reach: Callable[[int, int], int],
    *,
    can_resume: bool,
    caches_all: bool = False,
    basis: object = None,
) -> Plan:
    """Decide what to decode and to hold; `basis` is what the decision depends on.

    `log_reach(frame_count, room)` says how many frames an edit log of `room` bytes can undo. It is called only if a
    user goes back; a log is kept if it can undo as many frames as lie between two key frames.
    """
    room = reach = 0
    ahead, is_cheap = lookahead(frame_bytes), frame_count * frame_bytes <= min(budget, CHEAP_BYTES)
    if not is_cheap and [request for request in requests if request.direction is not FORWARD]:
        room = max(0, min(LOG_BYTES, budget - _MIN_HELD * frame_bytes))
        reach = log_reach(frame_count, room)
        if reach < isqrt(frame_count):
            room = reach = 0
        budget -= room
        if not reach:  # so that the frames between two key frames are decoded together, and early enough
            capacity = max(1, budget // frame_bytes)
            ahead = max(ahead, min(_key_spacing(frame_count, capacity, 0) // 2, capacity // 8))
    capacity = max(1, budget // frame_bytes)
    kept = keep(requests, frame_count, frame_bytes, budget, reach=reach, can_resume=can_resume, caches_all=caches_all)
    keeps_all = isinstance(kept, range) and not [request for request in requests if request.jumps]
    return Plan(requested(requests, capacity), kept, capacity, room, ahead, keeps_all, basis)


def keep(
    requests: Sequence[Request],
    frame_count: int,
    frame_bytes: int,
    budget: int,
    *,
    reach: int = 0,
    can_resume: bool = True,
    caches_all: bool = False,
) -> Collection[int]:
    """The indices of the frames to hold; never more of them than fit in `budget`, and always at least one.

    1. What is requested, with the lookahead.
    2. All frames, if they fit and take little memory, or will be needed again: a user goes back, jumps or wants all
       cached, or users are at different places.
    3. Otherwise, for users that go back or jump, key frames from which others are composed, about every √n frames; and
       for users that go back, the frames between two key frames, unless an edit log can undo them.

    `reach` is how many frames the edit log can undo, 0 without one. `can_resume` is False if the decoder cannot resume
    from a picture: then key frames are useless, and as many frames as are cheap to hold are decoded at a time for going
    back.
    """
    capacity = max(1, budget // frame_bytes)
    order = requested(requests, capacity)
    returns = [request for request in requests if request.jumps or request.direction is not FORWARD]
    are_apart = len(requests) > 1 and len(order) >= 2 * max([len(request.indices) for request in requests])
    limit = max(SMALL_BYTES, min(budget // SMALL_PART, CHEAP_BYTES))
    if are_apart:  # frames that one user has passed are needed by another
        limit = budget
    elif returns or caches_all:
        limit = CHEAP_BYTES
    if 0 < frame_count <= min(capacity, limit // frame_bytes):
        return range(frame_count)
    wanted = set(order)
    if not returns:
        return wanted
    spacing = _key_spacing(frame_count, capacity, reach)
    if can_resume and reach < frame_count:
        wanted.update(islice(range(spacing, frame_count, spacing), capacity - len(wanted)))
    if not reach:
        between = spacing if can_resume else max(spacing, CHEAP_BYTES // frame_bytes)
        goes_back = [request for request in returns if request.direction is not FORWARD]
        for at, request in enumerate(goes_back):
            share = min(between, (capacity - len(wanted)) // (len(goes_back) - at))
            last = request.indices[-1] if request.direction is BACKWARD else min(request.indices)
            wanted.update(range(max(0, last - share), last))
    return wanted


def requested(requests: Sequence[Request], capacity: int) -> list[int]:
    """At most `capacity` frames, the most urgent first: the due frames of all users, then the next ones, and so on."""
    if len(requests) == 1:
        return list(requests[0].indices[:capacity])
    rounds = zip_longest(*[request.indices for request in requests])
    order = dict.fromkeys(index for turn in rounds for index in turn if index is not None)
    return list(islice(order, capacity))


def lookahead(frame_bytes: int) -> int:
    """How many frames to decode after the one that is due, for a player that goes forwards."""
    return max(1, min(_MOST_AHEAD, AHEAD_BYTES // frame_bytes))


def _key_spacing(frame_count: int, capacity: int, reach: int) -> int:
    """The distance of key frames: with the square root, key frames and those between two of them are fewest in total.

    With an edit log that reaches farther, fewer are needed. Key frames take at most half of the `capacity`.
    """
    return max(_NEAREST, isqrt(frame_count), reach, -(-2 * frame_count // capacity))
