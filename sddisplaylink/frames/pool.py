"""Decoded frames of one image, shared by all who show it, within a budget of bytes."""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Sequence
from copy import copy
from typing import TypeVar
from weakref import ref

from sddisplaylink.decoders.protocol import Decoder
from sddisplaylink.errors import ForkedProcessError, ImageFormatError, LinkClosedError
from sddisplaylink.frames import memory
from sddisplaylink.frames.cache import FrameCache
from sddisplaylink.frames.decoding import Decoding
from sddisplaylink.frames.frame import Frame
from sddisplaylink.frames.memory import default_budget
from sddisplaylink.frames.reader import AccessPattern, Outcome, PoolReader, Ready, Waiting
from sddisplaylink.frames.retention import (
    SMALL_BYTES,
    Direction,
    Request,
    fits_whole,
    keep,
    key_spacing,
    lookahead,
    lookahead_back,
    requested,
)
from sddisplaylink.frames.timeline import Timeline
from sddisplaylink.frames.worker import shared_worker

__all__ = ["FramePool", "PoolReader"]

_BUDGET = 256 << 20  # bytes, if nobody says more
_LEAST_FRAMES = 4  # whatever they take
_CHEAP_COST = 1 << 20  # bytes of pixels, some 0.2 ms; that much is lost by waking another thread
_CHEAP_PATH = 4  # frames
_STEP_COST = 1 << 20  # bytes of pixels that are composed before another image has its turn
_FOLLOWING = 8  # frames that are known to come next
_CLOSED = "the image is closed"

_Result = TypeVar("_Result")


class FramePool:
    """Decodes the frames of one image and holds those that are of use, within a budget: the largest of its readers'.

    Whoever decodes owns the decoder and changes the cache meanwhile: the worker thread, a caller of `frame`, or a
    dispatcher's thread where that is quickly done. Nobody but the worker waits for the decoder: a caller that finds it
    in use, or needed by players, decodes with another one. All others hand over what they want by appending to a deque,
    and look frames up in the cache without a lock.
    """

    def __init__(self, decoder: Decoder, timeline: Timeline, name: str) -> None:
        width, height = decoder.size
        self._decoder = decoder
        self._timeline = timeline
        self._name = name
        self._process = os.getpid()
        self._cache = FrameCache(width * height * 4)
        self._decoding = Decoding(decoder, self._cache.frames, timeline)
        self._aside: deque[Decoding] = deque(maxlen=1)
        self._failures: dict[int, str] = {}
        self._frame_count = 0  # not asked yet
        self._ahead = self._ahead_back = lookahead(self._cache.frame_bytes)
        self._caller = AccessPattern()
        self._caller_request = Request()
        self._closed = False
        # handed over, by any thread
        self.is_queued = False
        self._is_changed = True
        self._opened: deque[ref[PoolReader]] = deque()
        self._gone: deque[ref[PoolReader]] = deque()
        self._asked: deque[Waiting] = deque()
        self._tasks: deque[Callable[[], None]] = deque()
        # of the thread that owns the decoder
        self._owned = threading.RLock()
        self._is_decoding = False
        self._readers: dict[ref[PoolReader], None] = {}
        self._waiting: dict[int, list[Waiting]] = {}  # by frame, the one that was asked for first before the others
        self._order: list[int] = []
        self._turn = 1  # frames of a long path, after which others have their turn
        self._checked: object = None  # the path that was last looked at for broken frames
        self._unplayed_bytes = SMALL_BYTES  # until the frames are counted
        self._share = 1.0
        memory.monitor.add(self)

    @property
    def nbytes(self) -> int:
        """Bytes of the frames that are held."""
        return self._cache.nbytes

    # ---- for those who want a frame here and now ----

    def frame(self, index: int) -> Frame:
        """Frame `index`, decoded on this thread if need be. ImageFormatError, LinkClosedError, ForkedProcessError."""
        self._check_usable()
        memory.monitor.poll()
        if index > 1:
            self._count_frames()  # for the first two alone it does not matter how many there are
        has_readers = len(self._readers) + len(self._opened) > len(self._gone)
        if not has_readers:
            direction = self._caller.guess(index)
            jumps = self._caller.follow(index, direction, self._count_frames)
            self._caller_request = Request((index,), direction, jumps)
            self._is_changed = True
        frame = self._cache.frames.get(index)
        if frame is None and not has_readers:
            frame = self._if_free(self._compose_for_caller, index)
        if frame is None:
            frame = self._compose_aside(index)
            self._if_free(self._offer, frame)
        return frame

    def _compose_for_caller(self, index: int) -> Frame | None:
        """Frame `index`, by the decoder that this thread owns."""
        self._refresh()
        while not self._closed:
            frame = self._advance(index)
            if frame is not None and frame.index == index:
                return frame
        return None

    def _offer(self, frame: Frame) -> None:
        """Hold a frame that another decoder has made, if it is worth its memory."""
        self._refresh()
        if not self._closed and self._cache.has_room(frame.index):
            self._cache.frames[frame.index] = frame

    def _compose_aside(self, index: int) -> Frame:
        """Frame `index`, by a decoder of the caller's own."""
        self._check_usable()
        try:
            decoding = self._aside.pop()
        except IndexError:
            decoding = Decoding(copy(self._decoder), self._cache.frames, self._timeline)
        try:
            while decoding.step(index) != index:
                self._check_usable()
            return decoding.make(index)
        except ImageFormatError as error:
            raise self._named(error) from error
        finally:
            self._aside.append(decoding)

    # ---- for players: none of these waits ----

    def open_reader(self, max_bytes: int | None) -> PoolReader:
        """A new reader, which asks for a budget of `max_bytes`; None leaves it to the memory there is."""
        self._check_usable()
        self._count_frames()
        if max_bytes is None:
            max_bytes = min(default_budget(), max(_BUDGET, _LEAST_FRAMES * self._cache.frame_bytes))
        reader = PoolReader(self, self._cache.frames, max_bytes, self._gone.append)
        self._opened.append(reader.reference)
        self._is_changed = True
        return reader

    def find(self, index: int) -> Frame | None:
        """Frame `index` if it is decoded."""
        return self._cache.frames.get(index)

    def ahead(self, direction: Direction) -> int:
        """How many frames a reader should request beyond the one that is due."""
        return self._ahead if direction is Direction.FORWARD else self._ahead_back

    def want(self, reader: PoolReader, indices: tuple[int, ...], direction: Direction, *, here: bool) -> bool:
        """Replace the request of `reader`; True if `here` and it is best to `compose` at once."""
        memory.monitor.poll()
        jumps = bool(indices) and reader.pattern.follow(indices[0], direction, self._count_frames)
        reader.request = Request(indices, direction, jumps)
        self._is_changed = True
        frames, failures = self._cache.frames, self._failures
        missing = [index for index in indices if index not in frames and index not in failures]
        if not missing or self._closed:
            return False
        if here and self._decoder.cost(missing[0]) <= _CHEAP_COST:
            return missing[0] in indices[:2]  # two at a time, while all that it takes is in the processor's caches
        shared_worker().submit(self)
        return False

    def compose(self, reader: PoolReader) -> None:
        """Compose what `reader` requests, on this thread, as far as that is quickly done and nobody else decodes."""
        if not self._if_free(self._compose_cheap, reader.request.indices):
            shared_worker().submit(self)

    def _compose_cheap(self, indices: tuple[int, ...]) -> bool:
        """False if something is left for the worker to do."""
        self._refresh()
        for index in [index for index in indices if index not in self._cache.frames and index not in self._failures]:
            is_cheap = self._decoder.cost(index) <= _CHEAP_COST and len(self._decoding.path(index)) <= _CHEAP_PATH
            if self._closed or not is_cheap:
                return False
            outcome = self._try_step(index)
            while outcome is None or (isinstance(outcome, Frame) and outcome.index != index):
                outcome = self._try_step(index)
            if isinstance(outcome, Exception):
                return False
        return not self._waiting

    def notify(self, reader: PoolReader, index: int, ready: Ready) -> None:
        """Call ``ready`` with the outcome of frame `index`: now, or on the worker thread when there is one."""
        outcome = self._outcome(index)
        if outcome is not None:
            ready(outcome)
            return
        self._asked.append(Waiting(reader.reference, index, ready))
        shared_worker().submit(self)

    def reader_closed(self, reader: PoolReader) -> None:
        """A reader was closed: have the worker give up what was for it."""
        self._gone.append(reader.reference)
        shared_worker().submit(self)

    # ---- for the image ----

    def purge(self) -> None:
        """Give up what no player shows now, and what the decoder keeps for itself. ForkedProcessError.

        Never waits: if a frame is being decoded, its thread does that afterwards.
        """
        self._check_process()
        self._hand_over(self._purge)

    def grow(self, frame_count: int) -> None:
        """The decoder has found more frames: so many in all. Never waits."""
        if self._frame_count:  # else it has not mattered yet
            self._frame_count = frame_count
            self._is_changed = True

    def close(self) -> None:
        """Let go of everything, once the frame in the making is done; who waits for one gets a LinkClosedError."""
        if os.getpid() == self._process and not self._closed:
            self._closed = True
            self._hand_over(self._close)
            shared_worker().submit(self)

    # ---- the decoder has one owner ----

    def _if_free(self, call: Callable[..., _Result], *arguments: object) -> _Result | None:
        """``call(*arguments)`` while this thread owns the decoder; None, and nothing is called, if that is in use.

        Never waits. A signal at any moment leaves the decoder free: a thread can only release a lock that it holds.
        """
        try:
            if not self._owned.acquire(blocking=False) or self._is_decoding:  # by a finaliser within a step of our own
                return None
            self._is_decoding = True
            try:
                return call(*arguments)
            finally:
                self._is_decoding = False
        finally:
            try:  # noqa: SIM105 -- suppress() is slow
                self._owned.release()
            except RuntimeError:
                pass
            if self._tasks or self._asked:  # handed over meanwhile
                shared_worker().submit(self)

    def _hand_over(self, task: Callable[[], None]) -> None:
        """Have `task` done by the decoder's owner: this thread, if there is none."""
        self._tasks.append(task)
        self._if_free(self._refresh)

    def work(self) -> bool:
        """Compose a frame of what is wanted most, or a few small ones; False if nothing is left. Worker thread."""
        if os.getpid() != self._process:
            return False
        answers: list[tuple[Waiting, Outcome]] = []
        with self._owned:
            self._is_decoding = True
            try:
                more = self._work(answers)
            finally:
                self._is_decoding = False
        for waiting, outcome in answers:
            if waiting.is_alive():
                waiting.ready(outcome)
        return more or bool(answers)

    def _work(self, answers: list[tuple[Waiting, Outcome]]) -> bool:
        spent = 0
        while not answers and spent < _STEP_COST:
            self._refresh()
            for index in list(self._waiting):
                self._answer(index, self._outcome(index), answers)
            goal = self._next_goal()
            if goal is None or self._closed:
                self._cache.evict(len(self._cache.frames))
                return False
            spent += self._decoder.cost(goal)
            outcome = self._try_step(goal)
            self._answer(outcome.index if isinstance(outcome, Frame) else goal, outcome, answers)
            if isinstance(outcome, MemoryError | LinkClosedError):
                return False
        return True

    def _next_goal(self) -> int | None:
        """The frame that is wanted most: one that is waited for, the longest first, or else the next in the order."""
        for index, waiting in list(self._waiting.items()):
            if any(asked.is_alive() for asked in waiting):
                return index
            del self._waiting[index]
        frames, failures = self._cache.frames, self._failures
        for rank, index in enumerate(self._order):
            if index not in frames and index not in failures:
                # what is wanted last is worth a step only: later, a path to it brings several frames at once
                return index if 2 * rank <= len(self._order) or len(self._decoding.path(index)) == 1 else None
        return None

    def _try_step(self, goal: int) -> Outcome | None:
        """`_advance`, with what goes wrong as the outcome of `goal`, which is remembered if the file is broken.

        What is wrong with a frame is wrong with all that are composed from it.
        """
        failures = self._failures
        try:
            if failures and (path := self._decoding.path(goal)) is not self._checked:
                self._checked = path
                for index in path:
                    if index in failures:
                        failures[goal] = failures[index]
            return self._outcome(goal) if goal in failures else self._advance(goal)
        except (MemoryError, LinkClosedError) as error:  # another time it may work
            return error
        except Exception as error:
            failures.setdefault(goal, str(error) or type(error).__name__)
            return self._outcome(goal)

    def _advance(self, goal: int) -> Frame | None:
        """Take a step on the path to `goal`: the frame that was composed, if it is wanted or worth its memory."""
        decoding, cache = self._decoding, self._cache
        cache.evict()
        try:
            index = decoding.step(goal, self._following(goal))
            is_held = cache.has_room(index)
            frame = decoding.make(index) if is_held or index == goal or index in self._waiting else None
        except ImageFormatError as error:
            error = self._named(error)
            if decoding.index != goal:
                self._failures[decoding.index] = str(error)
            raise error from None
        if decoding.log_room:
            cache.log_bytes = decoding.log_bytes
        if self._failures:
            self._failures.pop(index, None)
        if frame is not None and is_held:
            cache.frames[index] = frame
            if index != goal and len(self._waiting) > 1 and index % self._turn == 0 and goal in self._waiting:
                self._waiting[goal] = self._waiting.pop(goal)  # go on from here later: others have a turn
        return frame

    def _following(self, goal: int) -> Sequence[int]:
        """The frames that a caller who takes one after the other will ask for next."""
        if self._readers or not self._caller.is_in_order:
            return ()
        return range(goal + 1, min(goal + 1 + _FOLLOWING, self._frame_count))

    def _answer(self, index: int, outcome: Outcome | None, answers: list[tuple[Waiting, Outcome]]) -> None:
        if outcome is not None:
            answers += [(waiting, outcome) for waiting in self._waiting.pop(index, ())]

    def _outcome(self, index: int) -> Outcome | None:
        """What can be said to who waits for frame `index`. Any thread."""
        if self._closed:
            return LinkClosedError(_CLOSED)
        frame = self._cache.frames.get(index)
        if frame is None and (reason := self._failures.get(index)) is not None:
            return ImageFormatError(reason)
        return frame

    # ---- following what was handed over ----

    def _refresh(self) -> None:
        while self._tasks:
            self._tasks.popleft()()
        while self._asked:
            waiting = self._asked.popleft()
            self._waiting.setdefault(waiting.frame, []).append(waiting)
        share = memory.monitor.gauge.share
        if self._is_changed or self._gone or self._share != share:
            self._is_changed, self._share = False, share
            self._plan()

    def _plan(self) -> None:
        """Decide anew which frames to hold and what to decode, for the readers there are."""
        while self._opened:
            self._readers[self._opened.popleft()] = None
        while self._gone:
            self._readers.pop(self._gone.popleft(), None)
        if self._readers:
            readers = self._alive()
            requests = [reader.request for reader in readers if reader.request.indices]
            budget = max([reader.max_bytes for reader in readers], default=0)
        else:
            requests, budget = [self._caller_request] if self._caller_request.indices else [], self._unplayed_bytes
        budget, size = int(budget * self._share), self._cache.frame_bytes
        count = self._frame_count or 2  # nobody has asked for more than the first two yet
        goes_back = [request for request in requests if request.direction is not Direction.FORWARD]
        reach = 0
        if goes_back or self._decoding.log_room:
            is_wanted = bool(goes_back) and not fits_whole(count, size, budget)
            reach = self._decoding.fit_log(count, budget, is_wanted=is_wanted)
            self._cache.log_bytes = self._decoding.log_bytes
            budget -= self._decoding.log_room
            self._ahead_back = lookahead_back(count, size, budget, reach)
        kept = keep(requests, count, size, budget, reach=reach, can_resume=self._decoder.can_resume)
        self._cache.retain(kept, max(1, budget // size))
        self._order = requested(requests, self._cache.capacity)
        self._turn = key_spacing(count, self._cache.capacity, 0)

    def _alive(self) -> list[PoolReader]:
        known = [reference() for reference in self._readers]
        return [reader for reader in known if reader is not None and not reader.is_closed]

    def _purge(self) -> None:
        if self._closed:
            return
        self._caller, self._caller_request = AccessPattern(), Request()
        readers = self._alive()
        shown = {reader.shown for reader in readers}
        for reader in readers:
            due = reader.request.indices[:1]
            reader.request = reader.request._replace(indices=due if shown.issuperset(due) else ())
        self._cache.keep_only(shown)
        self._give_up_decoder(self._decoder.purge)
        self._is_changed = True

    def _close(self) -> None:
        self._cache.frames.clear()
        self._give_up_decoder(self._decoder.close)

    def _give_up_decoder(self, give_up: Callable[[], None]) -> None:
        self._aside.clear()
        self._decoding.forget()
        give_up()
        self._cache.log_bytes = 0

    # ---- any thread ----

    def _count_frames(self) -> int:
        if not self._frame_count:
            self._frame_count = len(self._decoder.info.delays_ns)
            self._unplayed_bytes = min(_BUDGET, default_budget())
            self._is_changed = True
        return self._frame_count

    def _named(self, error: ImageFormatError) -> ImageFormatError:
        return ImageFormatError(f"{self._name}: {error}")

    def _check_process(self) -> None:
        if os.getpid() != self._process:
            raise ForkedProcessError("the image belongs to the parent of this process; open it anew here")

    def _check_usable(self) -> None:
        if self._closed or os.getpid() != self._process:
            self._check_process()
            raise LinkClosedError(_CLOSED)
