"""Decoded frames of one image, shared by all who show it, within a budget of bytes."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import cast

from sddisplaylink.decode_worker import shared_worker
from sddisplaylink.decoders.protocol import Decoder
from sddisplaylink.errors import ForkedProcessError, ImageFormatError, LinkClosedError
from sddisplaylink.frame import Frame
from sddisplaylink.frame_store import FrameStore, total_bytes
from sddisplaylink.memory_budget import default_budget
from sddisplaylink.pool_plan import Plan
from sddisplaylink.pool_reader import Outcome, PoolReader, ReaderList, Ready
from sddisplaylink.timing import Timeline

__all__ = ["FramePool", "PoolReader", "total_bytes"]

_UNPLAYED_BYTES = 64 << 20  # what an image keeps decoded while nobody plays it
_CLOSED = "the image is closed"


class FramePool:
    """Decodes frames and holds as many as the budget allows; those farthest from being shown are given up first.

    The budget is the largest that a reader asks for, never less than one frame; one more may be in the making. Two
    locks, always taken in this order: `_decoding` owns the decoder, `_lock` guards the books and is held only briefly.
    """

    def __init__(self, decoder: Decoder, timeline: Timeline, name: str) -> None:
        width, height = decoder.info.size
        self._decoder = decoder
        self._timeline = timeline
        self._name = name
        self._process = os.getpid()
        self._decoding = threading.Lock()
        self._lock = threading.Lock()
        self._store = FrameStore(len(timeline.durations), width * height * 4)
        self._store.fit(_UNPLAYED_BYTES)
        self._failures: dict[int, str] = {}
        self._readers = ReaderList()
        self._plan: Plan | None = None
        self._reader_went = False
        self._closed = False

    @property
    def nbytes(self) -> int:
        """Bytes of the frames that are held."""
        return self._store.nbytes

    def frame(self, index: int) -> Frame:
        """Frame `index`, decoded on this thread if need be. ImageFormatError, LinkClosedError, ForkedProcessError."""
        self._check_usable()
        if (held := self._store.frames.get(index)) is not None:
            return held
        with self._decoding:
            self._check_usable()
            held = self._store.frames.get(index) or self._decode_through(index)
        with self._books():
            awaited = self._readers.is_awaited(index)
        if awaited:
            shared_worker().submit(self)
        return held

    def open_reader(self, max_bytes: int | None) -> PoolReader:
        """A new reader, which asks for a budget of `max_bytes`; None leaves it to the memory there is."""
        self._check_usable()
        reader = PoolReader(self, default_budget() if max_bytes is None else max_bytes)
        with self._books():
            self._readers.add(reader)
            self._adapt()
        return reader

    def close(self) -> None:
        """Let go of everything, once the frame in the making is done; who waits for one gets a LinkClosedError."""
        if os.getpid() != self._process:
            return
        with self._decoding, self._books():
            if self._closed:
                return
            self._closed = True
            self._store.frames.clear()
            self._decoder.close()
        self._deliver()

    def work(self) -> bool:
        """Compose one frame on the way to what is wanted most; False if there is nothing to do now. Worker thread."""
        self._deliver()
        with self._decoding:
            goal = None if self._closed else self._next_goal()
            made = None if goal is None else self._try_compose(*goal)
        answered = self._deliver(made)
        return goal is not None or answered

    def held(self, index: int) -> Frame | None:
        """Frame `index` if it is decoded."""
        return self._store.frames.get(index)

    def want(self, reader: PoolReader, wishes: Sequence[int]) -> None:
        """Replace the wishes of `reader`."""
        with self._books():
            reader.wishes = tuple(islice(wishes, self._store.capacity))
            self._plan = None
            missing = not (self._store.is_complete or all(map(self._is_settled, reader.wishes)))
        if missing and not self._closed:
            shared_worker().submit(self)

    def notify(self, reader: PoolReader, index: int, ready: Ready) -> None:
        """Call ``ready`` with the outcome of frame `index`: now, or on the worker thread when there is one."""
        with self._books():
            outcome = self._outcome(index)
            if outcome is None:
                reader.waiting.setdefault(index, []).append(ready)
                self._plan = None
        if outcome is None:
            shared_worker().submit(self)
        else:
            ready(outcome)

    def reader_gone(self) -> None:
        """A reader was closed or dropped. Never blocks: the garbage collector may call it from anywhere."""
        self._reader_went = True
        self._tidy()

    @contextmanager
    def _books(self) -> Iterator[None]:
        with self._lock:
            yield
        self._tidy()

    def _tidy(self) -> None:
        """After a reader went, give up what the smaller budget does not hold; if the lock is taken, its holder will."""
        while self._reader_went and self._lock.acquire(blocking=False):
            try:
                self._reader_went = False
                self._readers.prune()
                self._adapt()
            finally:
                self._lock.release()

    def _adapt(self) -> None:
        """Follow a change of the readers."""
        self._plan = None
        self._store.fit(self._readers.budget(default=_UNPLAYED_BYTES))
        if self._store.is_overfull:
            self._store.trim(self._current_plan())

    def _current_plan(self) -> Plan:
        if self._plan is None:
            self._plan = Plan(self._readers.wishes(), self._store.frame_count, self._store.capacity)
        return self._plan

    def _check_usable(self) -> None:
        if os.getpid() != self._process:
            raise ForkedProcessError("the image belongs to the parent of this process; open it anew here")
        if self._closed:
            raise LinkClosedError(_CLOSED)

    def _is_settled(self, index: int) -> bool:
        return index in self._store.frames or index in self._failures

    def _outcome(self, index: int) -> Outcome | None:
        if self._closed:
            return LinkClosedError(_CLOSED)
        if index in self._failures:
            return ImageFormatError(self._failures[index])
        return self._store.frames.get(index)

    def _next_goal(self) -> tuple[int, int] | None:
        """The frame to be had next and the one to compose first for it: what is waited for, then what is wished for.

        Whatever one step brings is fetched as it comes. A way through other frames is taken only for a frame wanted
        soon: going backwards, one such pass then brings most of what the budget holds.
        """
        with self._books():
            for index in self._readers.awaited():
                first = self._way_to(index)
                if first is not None:
                    return index, first
            order = self._current_plan().order
            soon = max(1, len(order) // 4)
            for rank, index in enumerate(order):
                first = self._way_to(index)
                if first == index or (first is not None and rank <= soon):
                    return index, first
        return None

    def _way_to(self, index: int) -> int | None:
        """The frame to compose first for frame `index`; None if it is there or known to be out of reach."""
        if self._is_settled(index):
            return None
        first = self._decoder.first_needed(index)
        if broken := [at for at in self._failures if first <= at < index]:
            self._failures[index] = self._failures[min(broken)]
        return None if broken else first

    def _try_compose(self, target: int, first: int) -> Frame | None:
        try:
            return self._compose(first, asked=first == target)
        except Exception as error:  # running out of memory, too, must reach who waits and leave the worker alive
            with self._books():
                self._failures[first] = str(error) or type(error).__name__
            return None

    def _decode_through(self, index: int) -> Frame:
        for at in range(self._decoder.first_needed(index), index):
            self._compose(at, asked=False)
        return cast(Frame, self._compose(index, asked=True))  # what is asked for is made

    def _compose(self, index: int, *, asked: bool) -> Frame | None:
        """Compose a frame; make a Frame of it if it is asked for or deserves its room, and hold it if it does."""
        try:
            self._decoder.compose(index)
        except ImageFormatError as error:
            raise ImageFormatError(f"{self._name}: {error}") from error
        with self._books():
            keep = index not in self._store.frames and self._store.reserve(index, self._current_plan())
        if not (keep or asked):
            return None
        times = self._timeline.starts[index], self._timeline.durations[index]
        frame = Frame.of_pixels(index, *times, self._decoder.info.size, self._decoder.pixels())
        with self._books():
            self._failures.pop(index, None)
            if keep:
                self._store.put(frame)
        return frame

    def _deliver(self, made: Frame | None = None) -> bool:
        """Answer those who wait for frames whose outcome is known; `made` need not be held. False if nobody does."""
        with self._books():
            answers = [answer for reader in self._readers for answer in self._answers(reader, made)]
            for reader, _, _ in answers:
                self._readers.move_back(reader)
                self._plan = None
        for reader, ready, outcome in answers:
            if not reader.is_closed:
                ready(outcome)
        return bool(answers)

    def _answers(self, reader: PoolReader, made: Frame | None) -> Iterator[tuple[PoolReader, Ready, Outcome]]:
        for index in list(reader.waiting):
            outcome = made if made is not None and made.index == index else self._outcome(index)
            if outcome is not None:
                for ready in reader.waiting.pop(index):
                    yield reader, ready, outcome
