"""Readers, through which players request the frames of an image, and the access pattern of each user."""

from __future__ import annotations

import operator
from collections import deque
from collections.abc import Callable, Iterable
from itertools import count
from typing import Protocol, TypeAlias
from weakref import ref

from sddisplaylink.decoders.protocol import ImageFacts
from sddisplaylink.frames.cache import FrameCache
from sddisplaylink.frames.frame import Frame
from sddisplaylink.frames.retention import BACKWARD, FORWARD, Direction, Plan, Request, lookahead, make_plan
from sddisplaylink.machine import memory_monitor
from sddisplaylink.machine.memory import default_budget

__all__ = ["Outcome", "PoolReader", "Ready", "Requests", "Waiter"]

Outcome: TypeAlias = Frame | Exception
Ready: TypeAlias = Callable[[Outcome], None]

_NEAR = 8  # frames: a late player may skip so many, which is no jump
_FOLLOWING = 4  # frames that a sequential caller will ask for next
_SEQUENTIAL_FRAMES = 4  # frames in sequence, after which a user that goes back counts as sequential
_NUMBER = operator.attrgetter("number")
_numbers = count()
_TURNS = 16  # in one pass over all frames
_BUDGET = 256 << 20  # bytes, by default
_MIN_FRAMES = 4  # at least, whatever their size


class AccessPattern:
    """Distinguishes users that go on in order from those that jump about."""

    __slots__ = ("_direction", "_since_jump", "at")

    def __init__(self) -> None:
        self._direction = FORWARD
        self.at: int | None = None
        """The frame that was due last."""
        self._since_jump: int | None = None

    def request(self, indices: tuple[int, ...], direction: Direction, count_frames: Callable[[], int]) -> Request:
        """The request of a user that goes in that direction, for frames of which the first is due."""
        if not indices:
            return Request((), direction)
        last, self.at, self._direction = self.at, indices[0], direction
        at = 0 if last is None else last
        step = (self.at - at) * direction if direction else abs(self.at - at)
        if not 0 <= step <= _NEAR and (last is not None or direction is FORWARD):
            frame_count = count_frames()
            if step % frame_count > max(_NEAR, frame_count // 4):
                self._since_jump = 0
        if self._since_jump is not None:
            # key frames for jumps are evicted after some frames in sequence: forwards, after a whole loop
            if self._since_jump > (count_frames() if direction is FORWARD else _SEQUENTIAL_FRAMES):
                self._since_jump = None
            else:
                self._since_jump += 1
        return Request(indices, direction, self._since_jump is not None)

    def guess(self, index: int) -> tuple[Direction, bool]:
        """The direction of a caller who asks for frame `index` now; whether the caller is sequential."""
        at = self.at
        if at is None or index == at:
            return self._direction, not index
        return BACKWARD if -_NEAR <= index - at < 0 else FORWARD, index == at + 1


class Waiter:
    """A reader's wait for a frame, until the reader has that frame or one that it has asked for later."""

    __slots__ = ("frame", "number", "reader", "ready")

    def __init__(self, reader: PoolReader, frame: int, ready: Ready) -> None:
        self.reader = ref(reader)
        self.frame = frame
        self.ready = ready
        self.number = next(_numbers)
        """Grows from one to the next."""

    def is_alive(self) -> bool:
        """Whether the reader still waits."""
        reader = self.reader()
        if reader is None or reader.is_closed or self.number <= reader.answered:
            return False
        return reader.awaited.get(self.frame) is self

    def end(self) -> None:
        """The reader has been notified: it has no use for the frames that it asked for before. The worker thread."""
        reader = self.reader()
        if reader is not None:
            reader.answered = max(self.number, reader.answered)


class Requests:
    """The requests for frames of one image: of its open readers, or of a caller while there is none.

    Any thread, no lock.
    """

    def __init__(self, facts: ImageFacts) -> None:
        self.readers: set[ref[PoolReader]] = set()
        self.waiters: deque[Waiter] = deque()
        """The waiters, in the order in which they came. The worker thread removes them."""
        self.frames_per_turn = 1
        """Frames on a long path, after which another who waits has the turn: to find another path takes time, too."""
        self.frame_count = 0
        """The number of frames; 0 if they are not counted yet."""
        self._facts = facts
        self._caller, self._caller_request = AccessPattern(), Request()
        self._changed: object = None

    def changed(self) -> None:
        """Have the next thread that decodes make another plan."""
        self._changed = object()
        memory_monitor.monitor.poll()

    def count_frames(self) -> int:
        """How many frames there are; the first call may read all of the file."""
        if not self.frame_count:
            self.grow(len(self._facts.info.delays_ns))
        return self.frame_count

    def grow(self, frame_count: int) -> None:
        """Note that there are `frame_count` frames in all."""
        self.frame_count = max(frame_count, self.frame_count)
        self.frames_per_turn = 1 + self.frame_count // _TURNS
        self.changed()

    def add_for_caller(self, index: int) -> None:
        """A caller asks for frame `index`. The request counts while there are no readers."""
        if index > 1 and not self.frame_count:
            self.count_frames()  # for the first two frames the count does not matter
        if not self.readers:
            direction, is_sequential = self._caller.guess(index)
            last = min(index + _FOLLOWING, self.frame_count - 1) if is_sequential else index
            indices = range(index, max(index, last) + 1)
            self._caller_request = self._caller.request(tuple(indices), direction, self.count_frames)
            self.changed()

    def reduce_to_shown(self) -> set[int | None]:
        """Reduce the requests to the frames on screen, which are returned."""
        readers = self._open_readers()
        shown = {reader.shown for reader in readers}
        for reader in readers:
            request, reader.had_all = reader.present_request(), False
            due = request.indices[:1]
            reader.request = request._replace(indices=due if shown.issuperset(due) else ())
        self._caller, self._caller_request = AccessPattern(), Request()
        self.changed()
        return shown

    def make_plan(self, cache: FrameCache, log_reach: Callable[[int, int], int], *, can_resume: bool) -> Plan:
        """The plan for the present requests: the plan of `cache` if nothing has changed."""
        basis = self._changed, len(self.readers), memory_monitor.monitor.budget_factor
        if cache.plan.basis == basis:
            return cache.plan
        if self.readers:
            requests, budget = self._requests_of_readers()
        else:
            requests = [self._caller_request] if self._caller_request.indices else []
            budget = min(_BUDGET, default_budget())
        budget = int(budget * basis[2])
        frame_count = self.frame_count or 2  # only the first two have been asked for yet
        frame_bytes = cache.frame_bytes
        return make_plan(requests, frame_count, frame_bytes, budget, log_reach, can_resume=can_resume, basis=basis)

    def _requests_of_readers(self) -> tuple[list[Request], int]:
        """What the open readers request, and the largest of their budgets."""
        requests, budget = [], 0
        for reader in self._open_readers():
            budget = max(budget, reader.max_bytes)
            request = reader.present_request()
            if request.indices:
                requests.append(request)
        return requests, budget

    def _open_readers(self) -> list[PoolReader]:
        known = self.readers.copy()  # an atomic copy: readers are opened and closed meanwhile
        readers = [reader for reference in known if (reader := reference()) is not None and not reader.is_closed]
        return sorted(readers, key=_NUMBER)


class Pool(Protocol):
    """The part of a pool that its readers use."""

    cache: FrameCache

    def outcome(self, index: int) -> Outcome | None: ...
    def prefetch(self, indices: tuple[int, ...], *, inline: bool) -> bool: ...
    def compose(self, indices: tuple[int, ...]) -> None: ...
    def submit(self) -> None: ...


class PoolReader:
    """One player's access to the frames of an image. No method waits; all may be called on any thread.

    Closing the reader, or dropping the last reference to it, ends its requests.
    """

    def __init__(self, pool: Pool, requests: Requests, max_bytes: int | None) -> None:
        """`max_bytes` is the budget; None for one that depends on the free memory."""
        if max_bytes is None:
            max_bytes = min(default_budget(), max(_BUDGET, _MIN_FRAMES * pool.cache.frame_bytes))
        self.max_bytes = max_bytes
        self.number = next(_numbers)
        """Readers opened first have their turn first."""
        self.awaited: dict[int, Waiter] = {}
        """The waiters of the frames that were asked for, until `forget`."""
        self.answered = -1
        """The number of the newest waiter that was notified."""
        self.caches_all = False
        self.had_all = False
        """Whether the last frame was shown without a request, see `has_all`."""
        self.is_closed = False
        self.request = Request()
        """The present request; replaced as a whole, so that any thread may read it."""
        self.shown: int | None = None
        """The frame on screen, which a purge does not evict."""
        self._ahead = lookahead(pool.cache.frame_bytes)
        self._pattern = AccessPattern()
        self._pool = pool
        self._requests = requests
        requests.count_frames()
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
        if not cache.plan.keeps_all or len(cache.frames) < self._requests.frame_count:
            return False
        memory_monitor.monitor.poll()  # as a request does
        self.had_all = True
        return True

    def present_request(self) -> Request:
        """What is needed now: the frames from the one on screen on, if there was nothing to request for a while."""
        request, shown = self.request, self.shown
        if self.had_all and shown is not None:
            step = request.direction or FORWARD
            ahead = range(1 + self.lookahead(step))
            indices = tuple([(shown + step * at) % self._requests.frame_count for at in ahead])
            request = request._replace(indices=indices)
        return request._replace(caches_all=self.caches_all) if request.caches_all != self.caches_all else request

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
        self.request = self._pattern.request(tuple(indices), direction, self._requests.count_frames)
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
        outcome = self._pool.outcome(index)
        if outcome is not None:
            ready(outcome)
            return
        self.awaited[index] = waiter = Waiter(self, index, ready)
        self._requests.waiters.append(waiter)
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
