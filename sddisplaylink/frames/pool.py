"""A pool of decoded frames of one image, which all its players share, within a budget of bytes."""

from __future__ import annotations

import operator
import os
from copy import copy

from sddisplaylink.decoders.protocol import Decoder
from sddisplaylink.errors import ForkedProcessError, ImageFormatError, LinkClosedError
from sddisplaylink.frames.cache import CLOSED, FrameCache
from sddisplaylink.frames.decoding import Decoding
from sddisplaylink.frames.frame import Frame
from sddisplaylink.frames.reader import Outcome, PoolReader, Requests, Wait
from sddisplaylink.frames.timeline import Timeline
from sddisplaylink.machine import memory_monitor
from sddisplaylink.machine.lending import Lender
from sddisplaylink.machine.workers import shared_worker

__all__ = ["FramePool", "PoolReader"]

CHEAP_COST = 1 << 20  # bytes of pixels, about 0.2 ms: the cost of waking another thread
_CHEAP_STEPS = 4  # frames
_STEP_COST = 1 << 20  # bytes of pixels to compose before another image's turn
_BORROW_TIMEOUT = 1.0  # seconds that the worker waits for the decoder; then a signal must have lost the decoder
_TURNS = 16  # of the readers that wait, in one pass over all frames


class FramePool:
    """Decodes the frames of one image, and caches frames within a budget, the largest of those of its readers.

    Only the worker thread ever waits. A reader replaces its request, or adds a wait to the `requests`, and submits the
    pool to the worker. Frames are looked up in the cache without a lock. A thread borrows a decoder to decode. One is
    for the requests: the worker borrows it, or a dispatcher's thread if a frame is quickly composed, or a caller of
    `frame` while no player plays. Other callers borrow the spare one.
    """

    def __init__(self, decoder: Decoder, timeline: Timeline, name: str) -> None:
        width, height = decoder.size
        self.cache = cache = FrameCache(width * height * 4, name)
        self.is_queued = False

        def copy_decoder() -> Decoding:
            return Decoding(copy(decoder), cache, timeline)

        self.decoder = Lender(copy_decoder)
        self._spare_decoder = Lender(copy_decoder)
        self.timeline = timeline
        self._facts = decoder
        self._name = name
        self._process = os.getpid()
        self.requests = Requests(timeline)
        self._steps_in_turn = 0
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

    def open_reader(self, max_bytes: int | None) -> PoolReader:
        """A new reader with a budget of `max_bytes`; None for one that depends on the free memory."""
        self._check_usable()
        return PoolReader(self, max_bytes)

    def prefetch(self, indices: tuple[int, ...], *, inline: bool) -> bool:
        """Have the worker decode `indices`; True if `inline` and it is best to `compose` them at once."""
        missing = self._missing(indices)
        if missing and inline and self._facts.cost(missing[0]) <= CHEAP_COST:
            return missing[0] in indices[:2]  # two at a time, while data and code are in the processor caches
        if missing or self.requests.waits:
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
        """Release everything; who waits for a frame gets a LinkClosedError. A decoder in use is closed by its user."""
        if os.getpid() == self._process and not self.cache.is_closed:
            self.cache.is_closed = True
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
            raise LinkClosedError(CLOSED)
        try:
            self._update_plan(decoding, has_log=lender is self.decoder)
            while not self.cache.is_closed:
                frame = decoding.step(index)
                if frame is not None and frame.index == index:
                    return frame
            raise LinkClosedError(CLOSED)
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
        if decoding is not None:
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
        if not (more or self.cache.is_closed):
            decoding = self.decoder.borrow(_BORROW_TIMEOUT)
            if decoding is None:  # closed meanwhile: the next step says so to those who wait
                return True
            try:
                more = self._decode_ahead(decoding, notifications)
            finally:
                self.decoder.give_back(decoding)
        for wait, outcome in sorted(notifications, key=operator.itemgetter(0)):
            wait.end(outcome)
        return more

    def _collect_notifications(self, index: int = -1, made: Outcome | None = None) -> list[tuple[Wait, Outcome]]:
        """The waits that are over, with their outcomes; `made` is the outcome of frame `index`."""
        waits = self.requests.waits
        notifications: list[tuple[Wait, Outcome]] = []
        for _ in range(len(waits)):
            wait = waits.popleft()
            outcome = made if wait.frame == index else self.cache.outcome(wait.frame)
            if outcome is not None:
                notifications.append((wait, outcome))
            elif wait.is_alive():
                waits.append(wait)
        return notifications

    def _decode_ahead(self, decoding: Decoding, notifications: list[tuple[Wait, Outcome]]) -> bool:
        """Take a few steps, until there is someone to notify; False if nothing is left to do for now."""
        spent = 0
        while not notifications and spent < _STEP_COST:
            self._update_plan(decoding)
            goal = self._next_goal(decoding)
            if goal is None or self.cache.is_closed:
                self.cache.evict(len(self.cache.frames))
                return False
            spent += self._facts.cost(goal)
            self._steps_in_turn += 1
            try:
                frame = decoding.step(goal, [wait.frame for wait in self.requests.waits.copy()])
            except ImageFormatError:
                notifications += self._collect_notifications()
            except Exception as error:  # not the file's: another time the frame may succeed
                notifications += self._collect_notifications(goal, error)
                return bool(notifications)
            else:
                if frame is not None:
                    notifications += self._collect_notifications(frame.index, frame)
                    if self._steps_in_turn > self.timeline.known_frames // _TURNS:
                        # the path can go on from this frame; not at once, for to find another path takes time
                        self.requests.waits.rotate(-1)
                        self._steps_in_turn = 0
        return True

    def _next_goal(self, decoding: Decoding) -> int | None:
        """The most urgent frame: one that a reader waits for, else the next in the order.

        The reader that has waited longest comes first, with the frame that it has asked for last.
        """
        waits = [wait for wait in self.requests.waits.copy() if wait.is_alive()]
        if waits:
            return max([wait for wait in waits if wait.reader == waits[0].reader]).frame
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
        if self.cache.is_closed or all(map(frames.__contains__, indices)):
            return []
        return [index for index in indices if not (index in frames or index in failures)]

    def _check_process(self) -> None:
        if os.getpid() != self._process:
            raise ForkedProcessError("the image belongs to the parent of this process; open it anew here")

    def _check_usable(self) -> None:
        if self.cache.is_closed or os.getpid() != self._process:
            self._check_process()
            raise LinkClosedError(CLOSED)
