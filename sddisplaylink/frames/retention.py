"""Which decoded frames of an image are worth their memory: a pure function of what is requested and what fits."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from enum import IntEnum
from itertools import islice, zip_longest
from math import isqrt
from typing import NamedTuple

__all__ = ["Direction", "Plan", "Request", "keep", "lookahead", "make_plan", "requested"]

SMALL_BYTES = 64 << 10
"""An animation of that size is kept whole in any case."""
CHEAP_BYTES = 64 << 20
"""Up to that size one is kept whole if its frames will be needed again and again."""
AHEAD_BYTES = 4 << 20
"""What a player that goes forwards has decoded ahead of the frame that is shown."""
LOG_BYTES = 16 << 20
"""What an edit log may take: a second's worth of changes, so that going back over them comes in one go."""
_MOST_AHEAD = 2
_NEAREST = 4  # key frames that are closer together save next to nothing
_LEAST_HELD = 4  # frames that have room beside an edit log


class Direction(IntEnum):
    """The order in which a player goes through the frames, whatever the sign of its rate."""

    BACKWARD = -1
    BOTH = 0
    """There and back."""
    FORWARD = 1


class Request(NamedTuple):
    """What one user of an image, a player or a caller, needs."""

    indices: tuple[int, ...] = ()
    """Frames in playing order: the one that is due, then the lookahead."""
    direction: Direction = Direction.FORWARD
    jumps: bool = False
    """Whether the user was sent to a far frame not long ago, and will probably be again."""


class Plan(NamedTuple):
    """What is to be decoded and held for the requests of one moment."""

    order: Sequence[int] = ()
    """What is requested, the most urgent first."""
    kept: Collection[int] = ()
    """Frames that are worth their memory; all others are evicted."""
    capacity: int = 1
    """How many frames fit."""
    log_room: int = 0
    """Bytes for an edit log."""
    ahead_back: int = 1
    """Lookahead of those who go back."""
    basis: object = None
    """What the plan was made for; another plan is needed once that has changed."""


def make_plan(
    requests: Sequence[Request],
    frame_count: int,
    frame_bytes: int,
    budget: int,
    log_reach: Callable[[int, int], int],
    *,
    can_resume: bool,
) -> Plan:
    """Decide what to decode and to hold.

    `log_reach` says how many of so many frames an edit log of so many bytes leads back over. It is called if somebody
    goes back; a log pays if it leads back over as many frames as lie between two key frames.
    """
    room = reach = 0
    ahead, is_small = lookahead(frame_bytes), frame_count * frame_bytes <= min(budget, CHEAP_BYTES)
    if not is_small and [request for request in requests if request.direction is not Direction.FORWARD]:
        room = max(0, min(LOG_BYTES, budget - _LEAST_HELD * frame_bytes))
        reach = log_reach(frame_count, room)
        if reach < isqrt(frame_count):
            room = reach = 0
        budget -= room
        if not reach:  # the frames between two key frames come all at once, and early enough
            capacity = max(1, budget // frame_bytes)
            ahead = max(ahead, min(_key_spacing(frame_count, capacity, 0) // 2, capacity // 8))
    capacity = max(1, budget // frame_bytes)
    order = requested(requests, capacity)
    kept = keep(requests, order, frame_count, frame_bytes, budget, reach=reach, can_resume=can_resume)
    return Plan(order, kept, capacity, room, ahead)


def keep(
    requests: Sequence[Request],
    order: Sequence[int],
    frame_count: int,
    frame_bytes: int,
    budget: int,
    *,
    reach: int = 0,
    can_resume: bool = True,
) -> Collection[int]:
    """The indices of the frames to hold; never more of them than fit in `budget`, and always at least one.

    1. What is requested, with the lookahead: `order`.
    2. All frames, if they fit and will be needed again: somebody goes back or jumps, or users are at different places.
    3. Otherwise, for those who go back or jump, key frames from which others are composed, about every √n frames; and
       for those who go back, the frames between two key frames, unless an edit log leads back over them.

    `reach` is how many frames the edit log leads back, 0 without one. `can_resume` is False if the decoder cannot go on
    from a picture: key frames are of no use then, and going back takes as many frames at a time as are cheap to hold.
    """
    capacity = max(1, budget // frame_bytes)
    returns = [request for request in requests if request.jumps or request.direction is not Direction.FORWARD]
    are_apart = len(requests) > 1 and len(order) >= 2 * max([len(request.indices) for request in requests])
    # where users are apart, what one leaves behind is what another comes to
    limit = budget if are_apart else CHEAP_BYTES if returns else SMALL_BYTES
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
        goes_back = [request for request in returns if request.direction is not Direction.FORWARD]
        for at, request in enumerate(goes_back):
            share = min(between, (capacity - len(wanted)) // (len(goes_back) - at))
            last = request.indices[-1] if request.direction is Direction.BACKWARD else min(request.indices)
            wanted.update(range(max(0, last - share), last))
    return wanted


def requested(requests: Sequence[Request], capacity: int) -> list[int]:
    """At most `capacity` frames, the most urgent first: everybody's due frame, then everybody's next one, and so on."""
    if len(requests) == 1:
        return list(requests[0].indices[:capacity])
    rounds = zip_longest(*[request.indices for request in requests])
    order = dict.fromkeys(index for turn in rounds for index in turn if index is not None)
    return list(islice(order, capacity))


def lookahead(frame_bytes: int) -> int:
    """How many frames a player has decoded beyond the one that is due."""
    return max(1, min(_MOST_AHEAD, AHEAD_BYTES // frame_bytes))


def _key_spacing(frame_count: int, capacity: int, reach: int) -> int:
    """How far apart key frames are: keys and the frames between two of them are fewest at the square root.

    An edit log that reaches farther makes fewer do. Keys take half of the `capacity` at the most.
    """
    return max(_NEAREST, isqrt(frame_count), reach, -(-2 * frame_count // capacity))
