"""Decoded frames of one image, shared by all who show it, within a budget of bytes."""

from __future__ import annotations

import os

from sddisplaylink.decoders.protocol import Decoder
from sddisplaylink.errors import ForkedProcessError, LinkClosedError
from sddisplaylink.frames import pool_relief
from sddisplaylink.frames.cache import total_bytes
from sddisplaylink.frames.decoding import Books, PoolDecoding
from sddisplaylink.frames.frame import Frame
from sddisplaylink.frames.memory import default_budget
from sddisplaylink.frames.pool_course import Direction
from sddisplaylink.frames.reader import PoolReader, Ready, Visit
from sddisplaylink.frames.timeline import Timeline
from sddisplaylink.frames.worker import shared_worker

__all__ = ["FramePool", "PoolReader", "total_bytes"]

_PLENTY_BYTES = 256 << 20  # what may be held, if nobody says more, because it could be wanted again
_CLOSED = "the image is closed"


class FramePool(PoolDecoding):
    """Decodes frames and holds those that are of use, within a budget: the largest that a reader asks for.

    That is never less than one frame; one more may be in the making. The worker thread decodes, and whoever calls
    `frame`.
    """

    def __init__(self, decoder: Decoder, timeline: Timeline, name: str) -> None:
        super().__init__(decoder, timeline, name)
        pool_relief.relief.add(self)

    @property
    def nbytes(self) -> int:
        """Bytes of the frames that are held."""
        return self._kept.store.nbytes

    # ---- for those who want a frame here and now ----

    def frame(self, index: int) -> Frame:
        """Frame `index`, decoded on this thread if need be. ImageFormatError, LinkClosedError, ForkedProcessError."""
        self._check_usable()
        if index == self._next_in_line and (frame := self._go_on(index)) is not None:
            return frame
        pool_relief.relief.watch()
        if index:
            self._fit_once()
        with Books(self) as kept:
            kept.visit(index)
            visit = Visit(index, kept.store.frames.get(index))
            if isinstance(visit.outcome, Frame):
                return visit.outcome
            kept.visits.append(visit)
        try:
            while visit.outcome is None:
                with self._decoding:
                    self._check_usable()
                    self._advance()
        finally:
            with Books(self) as kept:
                kept.visits.remove(visit)
                is_awaited = bool(kept.awaited())
                self._next_in_line = index + 1 if kept.find_stroll() else None
        if is_awaited:
            shared_worker().submit(self)
        if isinstance(visit.outcome, Exception):
            raise visit.outcome
        return visit.outcome

    # ---- for players ----

    def open_reader(self, max_bytes: int | None) -> PoolReader:
        """A new reader, which asks for a budget of `max_bytes`; None leaves it to the memory there is."""
        self._check_usable()
        self._fit_once()
        most = default_budget() if max_bytes is None else max_bytes
        reader = PoolReader(self, most, min(most, _PLENTY_BYTES) if max_bytes is None else most)
        with Books(self) as kept:
            kept.readers.add(reader)
            self._adapt()
        return reader

    def held(self, index: int) -> Frame | None:
        """Frame `index` if it is decoded."""
        return self._kept.store.frames.get(index)

    def ahead(self, direction: Direction) -> int:
        """How many frames a reader should wish for beyond the one that is due."""
        if direction is Direction.FORWARD:
            return self._kept.ahead_forwards
        with Books(self) as kept:
            return kept.plan.ahead_backwards

    def want(self, reader: PoolReader, wishes: tuple[int, ...], direction: Direction, *, here: bool) -> bool:
        """Replace the wishes of `reader`; True if `here` and it is best to `compose` at once."""
        pool_relief.relief.watch()
        with Books(self) as kept:
            if self._share != pool_relief.relief.gauge.share:
                self._adapt()
            is_steady = kept.go_on(reader, wishes, direction)
            if not is_steady:
                kept.want(reader, wishes, direction)
            missing = kept.missing(reader.course.wishes)
        if not missing or self._closed:
            return False
        if here and is_steady and self._decoder.is_quick(missing[0]):
            return missing[0] in wishes[:2]  # one after the other, while all that it takes is in the processor's caches
        shared_worker().submit(self)
        return False

    def compose(self, reader: PoolReader) -> None:
        """Compose what is missing, on this thread, as far as that is quickly done and nobody else is at it."""
        wishes = reader.course.wishes
        if self._decoding.acquire(blocking=False):
            try:
                for index in self._kept.missing(wishes):
                    if self._closed or not (self._decoder.is_quick(index) and self._stride()):
                        break
            finally:
                self._decoding.release()
        self._let_go()
        if not all(map(self._kept.is_settled, wishes)):
            shared_worker().submit(self)

    def notify(self, reader: PoolReader, index: int, ready: Ready) -> None:
        """Call ``ready`` with the outcome of frame `index`: now, or on the worker thread when there is one."""
        with Books(self) as kept:
            outcome = LinkClosedError(_CLOSED) if self._closed else kept.outcome(index)
            if outcome is None:
                kept.await_frame(reader, index, ready)
        if outcome is None:
            shared_worker().submit(self)
        else:
            ready(outcome)

    def reader_gone(self) -> None:
        """A reader was closed or dropped. Never blocks: the garbage collector may call it from anywhere."""
        self._reader_went = True
        self._tidy()

    # ---- for the worker, and for the image ----

    def work(self) -> bool:
        """Compose one frame on the way to what is wanted most; False if nothing is left to do now. Worker thread."""
        self._deliver()
        with self._decoding:
            stepped = not self._closed and self._advance()
        answered = self._deliver()
        with Books(self) as kept:
            if kept.is_content:
                kept.unpark()
                return False
            return stepped or answered

    def purge(self) -> None:
        """Give up what no player shows now, and what the decoder keeps for itself. ForkedProcessError."""
        self._check_process()
        with self._decoding, Books(self) as kept:
            if self._closed:
                return
            self._next_in_line = self._route = self._composed = None
            kept.forget()
            kept.store.beside = 0
            self._adapt()
            self._tiles.announce(())
            self._decoder.purge()

    def grow(self, frame_count: int) -> None:
        """The decoder has found more frames: so many in all. Never waits for one that is being decoded."""
        with Books(self):
            if self._frame_count:  # else it has not mattered yet
                self._frame_count = frame_count
                self._adapt()

    def close(self) -> None:
        """Let go of everything, once the frame in the making is done; who waits for one gets a LinkClosedError."""
        if os.getpid() != self._process:
            return
        with self._decoding, Books(self) as kept:
            if self._closed:
                return
            self._closed = True
            self._next_in_line = None
            kept.store.frames.clear()
            kept.store.beside = 0
            self._tiles.announce(())
            self._decoder.close()
        self._deliver()

    def _check_process(self) -> None:
        if os.getpid() != self._process:
            raise ForkedProcessError("the image belongs to the parent of this process; open it anew here")

    def _check_usable(self) -> None:
        self._check_process()
        if self._closed:
            raise LinkClosedError(_CLOSED)

    def _fit_once(self) -> None:
        """How many frames there are is asked when it matters: for the first frame alone, it does not."""
        if self._frame_count:
            return
        with self._decoding, Books(self):
            self._unplayed_bytes = min(_PLENTY_BYTES, default_budget())
            self._frame_count = len(self._decoder.info.delays_ns)
            self._adapt()

    def _deliver(self) -> bool:
        """Answer those who wait for frames whose outcome is known. False if nobody does."""
        if not self._kept.readers.any_waits:
            return False
        with Books(self) as kept:
            answers = kept.answers(LinkClosedError(_CLOSED) if self._closed else None)
        for reader, ready, outcome in answers:
            if not reader.is_closed:
                ready(outcome)
        return bool(answers)
