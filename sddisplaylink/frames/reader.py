"""Readers, through which players request the frames of an image, and the access pattern of each user."""

from __future__ import annotations

import operator
from collections import deque
from collections.abc import Callable, Iterable
from itertools import count
from typing import NamedTuple, Protocol, TypeAlias
from weakref import ref

from sddisplaylink.frames.cache import FrameCache
from sddisplaylink.frames.frame import Frame
from sddisplaylink.frames.retention import BACKWARD, FORWARD, Direction, Plan, Request, lookahead, make_plan
from sddisplaylink.frames.timeline import Timeline
from sddisplaylink.machine import memory_monitor
from sddisplaylink.machine.memory import default_budget

__all__ = ["Outcome", "PoolReader", "Ready", "Requests", "Wait"]

Outcome: TypeAlias = Frame | Exception
Ready: TypeAlias = Callable[[Outcome], None]

_NEAR = 8  # frames: a late player may skip so many, which is no jump
_FOLLOWING = 4  # frames that a sequential caller will ask for next
_SEQUENTIAL_FRAMES = 4  # frames in sequence, after which a user that goes back counts as sequential
_numbers = count()


class AccessPattern:
    """Distinguishes users that go on in order from those that jump about."""

    def __init__(self) -> None:
        self.at: int | None = None  # the frame that was due last
        self._direction = FORWARD
        self._jumps_for = 0  # so many more requests count as those of a user that jumps

    def request(self, indices: tuple[int, ...], direction: Direction, count_frames: Callable[[], int]) -> Request:
        """The request of a user that goes in that direction, for frames of which the first is due."""
        if not indices:
            return Request((), direction)
        last, self.at, self._direction = self.at, indices[0], direction
        step = self.at - (last or 0)
        step = step * direction if direction else abs(step)
        if not 0 <= step <= _NEAR and (last is not None or direction is FORWARD):
            frame_count = count_frames()
            if step % frame_count > max(_NEAR, frame_count // 4):
                # key frames for jumps are kept for some frames in sequence: forwards, for a whole loop
                self._jumps_for = 2 + (frame_count if direction is FORWARD else _SEQUENTIAL_FRAMES)
        self._jumps_for = max(0, self._jumps_for - 1)
        return Request(indices, direction, self._jumps_for > 0)

    def guess(self, index: int) -> tuple[Direction, bool]:
        """The direction of a caller who asks for frame `index` now; whether the caller is sequential."""
        at = self.at
        if at is None or index == at:
            return self._direction, not index
        return BACKWARD if -_NEAR <= index - at < 0 else FORWARD, index == at + 1


class Wait(NamedTuple):
    """A reader's wait for a frame, until it has that frame or one that it has asked for later."""

    number: int  # grows from one to the next
    reader: ref[PoolReader]
    frame: int
    ready: Ready

    def is_alive(self) -> bool:
        """Whether the reader still waits."""
        reader = self.reader()
        if reader is None or reader.is_closed or self.number <= reader.answered:
            return False
        return reader.awaited.get(self.frame) is self

    def end(self, outcome: Outcome) -> None:
        """Notify the reader if it still waits. The worker thread."""
        reader = self.reader()
        if reader is not None and self.is_alive():
            reader.answered = self.number
            self.ready(outcome)


class Requests:
    """Requests for frames of one image: of its open readers, or a caller if there are none. Any thread, no lock."""

    def __init__(self, timeline: Timeline) -> None:
        self.readers: set[ref[PoolReader]] = set()
        self.waits: deque[Wait] = deque()
        """What readers wait for, in the order of their turns. The worker thread removes the waits."""
        self._timeline = timeline
        self._caller, self._caller_request = AccessPattern(), Request()
        self._changed: object = None

    def changed(self) -> None:
        """Have the next thread that decodes make another plan."""
        self._changed = object()
        memory_monitor.monitor.poll()

    def add_for_caller(self, index: int) -> None:
        """A caller asks for frame `index`. The request counts while there are no readers."""
        timeline = self._timeline  # which need not count the frames for the first two
        frame_count = timeline.count_frames() if index > 1 else timeline.known_frames
        if not self.readers:
            direction, is_sequential = self._caller.guess(index)
            last = min(index + _FOLLOWING, frame_count - 1) if is_sequential else index
            indices = range(index, max(index, last) + 1)
            self._caller_request = self._caller.request(tuple(indices), direction, timeline.count_frames)
            self.changed()

    def reduce_to_shown(self) -> set[int | None]:
        """Reduce the requests to the frames on screen, which are returned."""
        readers = self._open_readers()
        for reader in readers:
            shown = () if reader.shown is None else (reader.shown,)
            reader.request, reader.had_all = Request(shown, reader.request.direction), False
        self._caller, self._caller_request = AccessPattern(), Request()
        self.changed()
        return {reader.shown for reader in readers}

    def make_plan(self, cache: FrameCache, log_reach: Callable[[int, int], int], *, can_resume: bool) -> Plan:
        """The plan for the present requests: the plan of `cache` if nothing has changed."""
        basis = self._changed, len(self.readers), memory_monitor.monitor.budget_factor
        if cache.plan.basis == basis:
            return cache.plan
        readers = self._open_readers() if self.readers else []
        if readers:
            requests = [request for reader in readers if (request := reader.present_request()).indices]
            budget = max([reader.max_bytes for reader in readers])
        else:
            requests, budget = [self._caller_request], default_budget()
        return make_plan(
            requests,
            self._timeline.known_frames or 2,  # only the first two have been asked for yet
            cache.frame_bytes,
            int(budget * basis[2]),
            log_reach,
            can_resume=can_resume,
            caches_all=any(map(operator.attrgetter("caches_all"), readers)),
            basis=basis,
        )

    def _open_readers(self) -> list[PoolReader]:
        known = self.readers.copy()  # an atomic copy: readers are opened and closed meanwhile
        readers = [reader for reference in known if (reader := reference()) is not None and not reader.is_closed]
        return sorted(readers, key=lambda reader: reader.number)


class Pool(Protocol):
    """The part of a pool that its readers use."""

    cache: FrameCache
    requests: Requests
    timeline: Timeline

    def prefetch(self, indices: tuple[int, ...], *, inline: bool) -> bool: ...
    def compose(self, indices: tuple[int, ...]) -> None: ...
    def submit(self) -> None: ...


class PoolReader:
    """One player's access to the frames of an image. No method waits; all may be called on any thread.

    Closing the reader, or dropping the last reference to it, ends its requests. `max_bytes` is its budget, None for one
    that depends on the free memory.
    """

    def __init__(self, pool: Pool, max_bytes: int | None) -> None:
        self.max_bytes = default_budget(pool.cache.frame_bytes) if max_bytes is None else max_bytes
        self.number = next(_numbers)  # readers opened first have their turn first
        self.awaited: dict[int, Wait] = {}  # the waits for the frames that were asked for, until `forget`
        self.answered = -1  # the number of the newest wait that has ended
        self.caches_all = False
        self.had_all = False  # whether the last frame was shown without a request, see `has_all`
        self.is_closed = False
        self.request = Request()  # the present request; replaced as a whole, so that any thread may read it
        self.shown: int | None = None  # the frame on screen, which a purge does not evict
        self._ahead = lookahead(pool.cache.frame_bytes)
        self._pattern = AccessPattern()
        self._pool = pool
        self._requests = requests = pool.requests
        pool.timeline.count_frames()
        requests.readers.add(ref(self, requests.readers.discard))  # no Python code runs when a reader is dropped
        requests.changed()

    def get(self, index: int) -> Frame | None:
        """Frame `index` if it is decoded."""
        return None if self.is_closed else self._pool.cache.frames.get(index)

    def cache_all(self, is_wanted: bool) -> None:
        """Keep each frame that is decoded, if all of them fit and are cheap to hold; or only those shown soon."""
        self.caches_all = is_wanted
        self._requests.changed()
        self._pool.submit()

    def has_all(self) -> bool:
        """Whether all frames are decoded and kept: then none need be requested, if `shown` is always up to date."""
        cache = self._pool.cache
        if not cache.plan.keeps_all or len(cache.frames) < self._pool.timeline.known_frames:
            return False
        memory_monitor.monitor.poll()  # as a request does
        self.had_all = True
        return True

    def present_request(self) -> Request:
        """What is needed now: the frames from the one on screen on, if there was nothing to request for a while."""
        if not self.had_all or self.shown is None:
            return self.request
        step, frame_count = self.request.direction or FORWARD, self._pool.timeline.known_frames
        frames = range(self.shown, self.shown + step * (1 + self.lookahead(step)), step)
        return Request(tuple([frame % frame_count for frame in frames]), self.request.direction)

    def lookahead(self, direction: Direction) -> int:
        """How many frames beyond the one that is due are worth requesting in that direction."""
        return self._ahead if direction is FORWARD else self._pool.cache.plan.backward_lookahead

    def prefetch(self, indices: Iterable[int], direction: Direction = FORWARD, *, inline: bool = False) -> bool:
        """Decode frames ahead and hold them within the budget: `indices`, in playing order, the due one first.

        Replaces the earlier request; frames that no reader requests are evicted, except key frames and others that save
        decoding, as the player goes on in `direction`. If `inline`, the method may return True: the frames are so cheap
        that the caller should call `compose`.
        """
        if self.is_closed:
            return False
        if self.had_all:  # the frames before were not requested: this is no jump
            self.had_all, self._pattern.at = False, self.shown
        self.request = self._pattern.request(tuple(indices), direction, self._pool.timeline.count_frames)
        self._requests.changed()
        return self._pool.prefetch(self.request.indices, inline=inline)

    def compose(self) -> None:
        """Compose the frames that `prefetch` has left to the caller, or leave them to the worker. Never waits."""
        if not self.is_closed:
            self._pool.compose(self.request.indices)

    def notify(self, index: int, ready: Ready) -> None:
        """Call ``ready(frame or error)`` once: now if frame `index` is decoded, else later on the worker thread.

        The error is an ImageFormatError, a LinkClosedError if the image was closed, or one of the machine, such as a
        MemoryError. After `close` or `forget` no call begins. The frame asked for last is decoded first; once that is
        there, no call begins for those asked for before.
        """
        if self.is_closed:
            return
        outcome = self._pool.cache.outcome(index)
        if outcome is not None:
            ready(outcome)
            return
        self.awaited[index] = wait = Wait(next(_numbers), ref(self), index, ready)
        self._requests.waits.append(wait)
        self._pool.submit()

    def forget(self, index: int) -> None:
        """Wait for frame `index` no more."""
        self.awaited.pop(index, None)

    def close(self) -> None:
        """End all requests. Idempotent."""
        if not self.is_closed:
            self.is_closed = True
            self._requests.readers.discard(ref(self))
            self._pool.submit()  # to evict frames that were for this reader
