"""How the frames of a pool come about: one at a time, by whoever has the decoder's lock."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Sequence
from itertools import islice

from sddisplaylink.decoders.protocol import Decoder
from sddisplaylink.errors import ImageFormatError
from sddisplaylink.frames import pool_relief
from sddisplaylink.frames.frame import Frame
from sddisplaylink.frames.pool_books import PoolBooks
from sddisplaylink.frames.pool_route import Route, Turns
from sddisplaylink.frames.tile_prefetch import TilesAhead
from sddisplaylink.frames.timeline import Timeline

__all__ = ["Books", "PoolDecoding"]

_STEPS = 15  # more of a way at once, where frames are quickly composed


class Books:
    """With the books of a pool in hand."""

    __slots__ = ("_pool",)

    def __init__(self, pool: PoolDecoding) -> None:
        self._pool = pool

    def __enter__(self) -> PoolBooks:
        self._pool._lock.acquire()
        return self._pool._kept

    def __exit__(self, *_: object) -> None:
        self._pool._lock.release()
        if self._pool._reader_went or self._pool._is_loose:
            self._pool._tidy()


class PoolDecoding:
    """A decoder and the books of what came from it.

    Two locks, always taken in this order: `_decoding` owns the decoder, `_lock` guards the books and is held only
    briefly, by way of :class:`Books`. What is decoded next is decided a frame at a time.
    """

    def __init__(self, decoder: Decoder, timeline: Timeline, name: str) -> None:
        width, height = decoder.size
        self._decoder = decoder
        self._timeline = timeline
        self._name = name
        self._process = os.getpid()
        self._decoding = threading.Lock()
        self._lock = threading.Lock()
        self._kept = PoolBooks(width * height * 4, steps_back=decoder.steps_back)
        self._turns = Turns()
        self._tiles = TilesAhead(decoder)
        self._route: Route | None = None
        self._composed: int | None = None  # what the decoder stands at
        self._next_in_line: int | None = 0  # while frames are asked for one after the other
        self._frame_count = 0  # not asked yet
        self._undo_room = 0
        self._unplayed_bytes = 0
        self._share = 1.0
        self._reader_went = self._is_loose = False
        self._closed = False

    # ---- the books ----

    def _tidy(self) -> None:
        """After a reader went, give up what the smaller budget does not hold; if the lock is taken, its holder will."""
        while self._reader_went and self._lock.acquire(blocking=False):
            try:
                self._reader_went = False
                self._kept.readers.prune()
                self._adapt()
                self._kept.shrink()
                self._is_loose = True
            finally:
                self._lock.release()
        self._let_go()

    def _let_go(self) -> None:
        """Once a reader went, give up what was for it to go back; if a lock is taken, its holder will. Never blocks."""
        while self._is_loose and self._decoding.acquire(blocking=False):
            try:
                if not self._lock.acquire(blocking=False):
                    return
                try:
                    self._is_loose = False
                    self._fit_undo()
                finally:
                    self._lock.release()
            finally:
                self._decoding.release()

    def _adapt(self) -> None:
        """Follow a change of the readers, or of the part of the memory that may be used."""
        self._share = pool_relief.relief.gauge.share
        self._kept.fit(self._frame_count, self._unplayed_bytes, self._share)

    # ---- decoding, with `_decoding` held ----

    def _advance(self) -> bool:
        """Compose one frame on the way to what is wanted most; False if nothing is."""
        if self._stride():
            return True
        with Books(self) as kept:
            kept.trim(self._decoder)
            self._fit_undo()
            route, is_short_cut = self._turns.choose(self._routes())
            if route is None:
                kept.unpark()
                return False
        try:
            self._follow(route, is_short_cut=is_short_cut)
        except Exception as error:  # running out of memory, too, must reach who waits and leave the worker alive
            self._fail(route, error)
        except BaseException:
            self._route = self._composed = None
            raise
        return True

    def _fit_undo(self) -> None:
        """Let the decoder remember as much as the plan has room for. With the books in hand as well."""
        self._decoder.keep_spare(self._kept.spare)
        wanted = self._kept.undo_bytes
        if wanted != self._undo_room:
            self._undo_room = wanted
            self._decoder.keep_undo(wanted)
            self._kept.store.beside = self._decoder.undo_bytes

    def _stride(self) -> bool:
        """Compose the next frame of the only user, who goes on in order; False if it is not as simple as that."""
        with Books(self) as kept:
            goal = None if self._route else kept.plain_goal
        frame = None if goal is None else self._compose_next(goal)
        if frame is None:
            return False
        with Books(self) as kept:
            kept.take_in(frame, keep=kept.makes_room(frame.index))
        return True

    def _compose_next(self, index: int, coming: Sequence[int] = ()) -> Frame | None:
        """A frame that is one step away; None if it is not, or if anything is wrong with it. Others are `coming`."""
        if len(self._decoder.way(index).frames) > 1:
            return None
        self._composed = None
        try:
            self._tiles.announce(coming)
            self._tiles.attend(index)
            self._decoder.compose(index)
            frame = self._make(index)
        except Exception:  # the long way will meet it again
            return None
        self._composed = index
        if self._undo_room:
            self._kept.store.beside = self._decoder.undo_bytes
        return frame

    def _routes(self) -> Iterator[Route]:
        """Ways to what is wanted, in the order of turns; only one, if the decoder cannot be led away from it."""
        kept, current = self._kept, self._route
        for goal, is_soon in kept.goals():
            route = current if current and current.goal == goal else Route(goal, self._decoder, kept.store.frames)
            broken = [index for index in route.frames if index in kept.failures] if kept.failures else []
            if broken and not any(visit.index == goal for visit in kept.visits):
                kept.failures[goal] = kept.failures[broken[0]]
            elif is_soon or len(route) == 1:
                yield route
                if not (kept.claims(goal) and self._can_park()):
                    return
            else:
                return

    def _can_park(self) -> bool:
        at = self._composed
        return at is None or (self._kept.has_spare_room and self._decoder.is_base(at))

    def _follow(self, route: Route, *, is_short_cut: bool) -> None:
        """Take a step on the way, having held what another way has come to."""
        if is_short_cut and self._composed is not None:
            with Books(self) as kept:
                kept.park(self._composed)
            self._take(self._composed)
        if route is not self._route and len(route) > 1:
            with Books(self) as kept:
                kept.set_out(route.frames)
        self._route = route
        self._tiles.announce(self._coming(route))
        self._tiles.attend(route.frames[0])
        self._step(route)
        for _ in range(_STEPS):
            if not route.frames or self._kept.is_hurried(route.goal) or not self._decoder.is_quick(route.frames[0]):
                break
            self._step(route)
        self._kept.store.beside = self._decoder.undo_bytes
        if not route.frames:
            self._route = None

    def _step(self, route: Route) -> None:
        self._composed = None
        self._composed = index = route.step(self._decoder)
        with self._lock:
            is_of_use = self._kept.is_of_use(index)
        if is_of_use:
            self._take(index)

    def _coming(self, route: Route) -> list[int]:
        """What will probably be decoded after the next step."""
        if route.leads_back:
            return []
        coming = list(islice(route.frames, 1, 1 + self._tiles.depth))
        beyond = self._tiles.depth - len(coming)
        if beyond and self._next_in_line:
            coming += range(route.goal + 1, min(route.goal + 1 + beyond, self._kept.frame_count))
        return coming

    def _take(self, index: int) -> None:
        """Make a Frame of what was composed, if it is asked for or deserves its room."""
        with Books(self) as kept:
            keep = kept.makes_room(index)
            if not keep and not kept.claims(index):
                return
        frame = self._make(index)
        with Books(self) as kept:
            kept.take_in(frame, keep=keep)

    def _make(self, index: int) -> Frame:
        """A Frame of what was composed."""
        return Frame.of_pixels(index, *self._timeline.span(index), self._decoder.size, self._decoder.pixels())

    def _fail(self, route: Route, error: Exception) -> None:
        """What is wrong with a frame is wrong with those that are built on it."""
        self._route = self._composed = None
        if isinstance(error, ImageFormatError):
            error = ImageFormatError(f"{self._name}: {error}")
        with Books(self) as kept:
            kept.fail(route.frames[0] if route.frames else route.goal, route.goal, error)

    def _go_on(self, index: int) -> Frame | None:
        """The next frame, for who takes one after the other while nobody plays; None if it is not that simple."""
        with self._decoding:
            kept = self._kept
            if index != self._next_in_line or index in kept.store.frames or kept.readers:
                return None
            self._next_in_line = self._route = None
            with self._lock:
                kept.stroll(index)
            frame = self._compose_next(index, range(index + 1, min(index + 1 + self._tiles.depth, self._frame_count)))
            if frame is None:
                return None
            with self._lock:
                if not kept.readers:
                    kept.store.put(frame)
                    self._next_in_line = index + 1 if kept.strolls_on else None
            return frame
