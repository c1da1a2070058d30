"""A pool of decoded frames of one image, which all its players share, within a budget of bytes."""

from __future__ import annotations

import operator
import os
from copy import copy

from sddisplaylink.decoders.protocol import Decoder
from sddisplaylink.errors import ForkedProcessError, ImageFormatError, LinkClosedError
from sddisplaylink.frames.cache import FrameCache
from sddisplaylink.frames.decoding import Decoding
from sddisplaylink.frames.frame import Frame
from sddisplaylink.frames.reader import Outcome, PoolReader, Requests, Waiter
from sddisplaylink.frames.timeline import Timeline
from sddisplaylink.machine import memory_monitor
from sddisplaylink.machine.lending import Lender
from sddisplaylink.machine.workers import shared_worker

__all__ = ["FramePool", "PoolReader"]

CHEAP_COST = 1 << 20
"""Bytes of pixels, about 0.2 ms: the cost of waking another thread."""
_CHEAP_STEPS = 4  # frames
_STEP_COST = 1 << 20  # bytes of pixels to compose before another image's turn
_BORROW_TIMEOUT = 1.0  # seconds that the worker waits for the decoder; then a signal must have lost the decoder
_CLOSED = "the image is closed"
_NUMBER = operator.attrgetter("number")


class FramePool:
    """Decodes the frames of one image, and caches frames within a budget, the largest of those of its readers.

    Only the worker thread ever waits. A reader replaces its request, or appends the frame it waits for to `waiters`,
    and submits the pool to the worker. Frames are looked up in the cache without a lock. A thread borrows a decoder to
    decode. One decoder is for the requests: the worker borrows it, or a dispatcher's thread if a frame is quickly
    composed, or a caller of `frame` while no player plays. Other callers borrow the spare one.
    """

    def __init__(self, decoder: Decoder, timeline: Timeline, name: str) -> None:
        width, height = decoder.size
        self.cache = cache = FrameCache(width * height * 4, name)
        self.is_queued = False

        def copy_decoder() -> Decoding:
            return Decoding(copy(decoder), cache, timeline)

        self.decoder = Lender(copy_decoder)
        self._spare_decoder = Lender(copy_decoder)
        self._facts = decoder
        self._name = name
        self._process = os.getpid()
        self.requests = Requests(decoder)
        self._steps_in_turn = 0
        self._is_closed = False
        self.decoder.give_back(Decoding(decoder, cache, timeline))
        memory_monitor.monitor.add(self)

    @property
    def nbytes(self) -> int:
        """Bytes of the frames and the edit log that are held."""
        return self.cache.nbytes

    # ---- any thread, and none waits ----

    def frame(self, index: int) -> Frame:
        """Frame `index`, decoded on this thread if need be. ImageFormatError, LinkClosedError, ForkedProcessError."""
        self._check_usable()
        self.requests.add_for_caller(index)
        frame = self.cache.frames.get(index)
        return self._decode(index) if frame is None else frame

    def outcome(self, index: int) -> Outcome | None:
        """The frame, or the exception for those who wait for frame `index`; None if neither is known yet."""
        return LinkClosedError(_CLOSED) if self._is_closed else self.cache.outcome(index)

    def open_reader(self, max_bytes: int | None) -> PoolReader:
        """A new reader with a budget of `max_bytes`; None for one that depends on the free memory."""
        self._check_usable()
        return PoolReader(self, self.requests, max_bytes)

    def prefetch(self, indices: tuple[int, ...], *, inline: bool) -> bool:
        """Have the worker decode `indices`; True if `inline` and it is best to `compose` them at once."""
        missing = self._missing(indices)
        if missing and inline and self._facts.cost(missing[0]) <= CHEAP_COST:
            return missing[0] in indices[:2]  # two at a time, while data and code are in the processor caches
        if missing or self.requests.waiters:
            self.submit()
        return False

    def submit(self) -> None:
        """Have the worker decode what is requested."""
        shared_worker().submit(self)

    def purge(self) -> None:
        """Release frames that no player shows now, and the decoders' working memory. ForkedProcessError.

        A decoder in use is purged by its user afterwards.
        """
        self._check_process()
        self.cache.retain_only(self.requests.reduce_to_shown())
        self.decoder.purge()
        self._spare_decoder.purge()

    def close(self) -> None:
        """Release everything; waiters for frames get a LinkClosedError. A decoder in use is closed by its user."""
        if os.getpid() == self._process and not self._is_closed:
            self._is_closed = True
            self.cache.retain_only(())
            self.decoder.close()
            self._spare_decoder.close()
            self.submit()

    # ---- the thread of a caller ----

    def _decode(self, index: int) -> Frame:
        """Decode frame `index`: with the decoder for requests if there are no readers, else with the spare one."""
        lender = self._spare_decoder if self.requests.readers else self.decoder
        decoding = lender.borrow()
        if decoding is None:
            raise LinkClosedError(_CLOSED)
        try:
            self._update_plan(decoding, has_log=lender is self.decoder)
            while not self._is_closed:
                frame = decoding.step(index)
                if frame is not None and frame.index == index:
                    return frame
            raise LinkClosedError(_CLOSED)
        except ImageFormatError as error:
            self._check_usable()  # the data may have gone meanwhile
            raise ImageFormatError(f"{self._name}: {error}") from error
        finally:
            lender.give_back(decoding)

    # ---- the thread of a dispatcher ----

    def compose(self, indices: tuple[int, ...]) -> None:
        """Compose `indices` on this thread as far as that is quick, and leave the others to the worker."""
        missing, cost = self._missing(indices), self._facts.cost
        decoding = self.decoder.borrow_idle()
        if decoding is None:
            self.submit()
            return
        try:
            self._update_plan(decoding)
            while missing and cost(missing[0]) <= CHEAP_COST and decoding.steps(missing[0]) <= _CHEAP_STEPS:
                frame = decoding.step(missing[0])
                if frame is not None and frame.index == missing[0]:
                    del missing[0]
        except Exception:  # the worker will fail as well, and deliver the error
            pass
        finally:
            self.decoder.give_back(decoding)
        if missing:
            self.submit()

    # ---- the worker thread ----

    def work(self) -> bool:
        """Decode what is requested most urgently: a frame, or a few small ones; False if nothing is left."""
        if os.getpid() != self._process:
            return False
        notifications = self._collect_notifications()
        more = bool(notifications)
        if not (more or self._is_closed):
            decoding = self.decoder.borrow(_BORROW_TIMEOUT)
            if decoding is None:  # closed meanwhile: the next step says so to those who wait
                return True
            try:
                more = self._decode_ahead(decoding, notifications)
            finally:
                self.decoder.give_back(decoding)
        for waiter, outcome in notifications:
            if waiter.is_alive():
                waiter.ready(outcome)
        for waiter, _ in notifications:
            waiter.end()
        return more

    def _collect_notifications(self, index: int = -1, made: Outcome | None = None) -> list[tuple[Waiter, Outcome]]:
        """The waiters whose outcome is known, and those outcomes; `made` is the outcome of frame `index`."""
        waiters = self.requests.waiters
        notifications: list[tuple[Waiter, Outcome]] = []
        for _ in range(len(waiters)):
            waiter = waiters.popleft()
            outcome = made if waiter.frame == index else self.outcome(waiter.frame)
            if outcome is not None:
                notifications.append((waiter, outcome))
            elif waiter.is_alive():
                waiters.append(waiter)
        return notifications

    def _decode_ahead(self, decoding: Decoding, notifications: list[tuple[Waiter, Outcome]]) -> bool:
        """Take a few steps, until there is a waiter to notify; False if nothing is left to do for now."""
        spent = 0
        while not notifications and spent < _STEP_COST:
            self._update_plan(decoding)
            goal = self._next_goal(decoding)
            if goal is None or self._is_closed:
                self.cache.evict(len(self.cache.frames))
                return False
            spent += self._facts.cost(goal)
            self._steps_in_turn += 1
            try:
                frame = decoding.step(goal, [waiter.frame for waiter in self.requests.waiters.copy()])
            except ImageFormatError:
                notifications += self._collect_notifications()
            except Exception as error:  # not the file's: another time the frame may succeed
                notifications += self._collect_notifications(goal, error)
                return bool(notifications)
            else:
                if frame is not None:
                    notifications += self._collect_notifications(frame.index, frame)
                    self._end_turn()
        return True

    def _end_turn(self) -> None:
        """Let the next waiter have a turn after a while: the path can go on from the frame that was just made."""
        if self._steps_in_turn >= self.requests.frames_per_turn:
            self.requests.waiters.rotate(-1)
            self._steps_in_turn = 0

    def _next_goal(self, decoding: Decoding) -> int | None:
        """The most urgent frame: one that a reader waits for, else the next in the order.

        The reader that has waited longest comes first, with the frame that it has asked for last.
        """
        waiters = self.requests.waiters.copy()
        if waiters:
            of_reader = [other for other in waiters if other.reader == waiters[0].reader and other.is_alive()]
            missing = [other for other in of_reader if self.outcome(other.frame) is None]
            return max(missing, key=_NUMBER).frame if missing else waiters[0].frame
        order = self.cache.plan.order
        for rank, index in enumerate(order):
            if self.cache.outcome(index) is None:
                # for the less urgent half, one step each: later, one path composes several of these frames
                return index if 2 * rank <= len(order) or decoding.steps(index) == 1 else None
        return None

    # ---- any thread with a decoder ----

    def _update_plan(self, decoding: Decoding, *, has_log: bool = True) -> None:
        """Decide anew which frames to hold and what to decode, if requests have changed."""
        plan = self.requests.make_plan(self.cache, decoding.log_reach, can_resume=self._facts.can_resume)
        if plan is not self.cache.plan:
            self.cache.apply_plan(plan)
        if has_log:
            decoding.keep_log(plan.log_room)

    def _missing(self, indices: tuple[int, ...]) -> list[int]:
        frames, failures = self.cache.frames, self.cache.failures
        if self._is_closed or all(map(frames.__contains__, indices)):
            return []
        return [index for index in indices if not (index in frames or index in failures)]

    # ---- checks ----

    def _check_process(self) -> None:
        if os.getpid() != self._process:
            raise ForkedProcessError("the image belongs to the parent of this process; open it anew here")

    def _check_usable(self) -> None:
        if self._is_closed or os.getpid() != self._process:
            self._check_process()
            raise LinkClosedError(_CLOSED)
