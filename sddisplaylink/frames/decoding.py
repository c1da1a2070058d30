"""Decodes frames: finds the cheapest decode path to a frame, and follows it one frame at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Container, Sequence
from typing import TypeAlias

from sddisplaylink.decoders.protocol import Decoder, EditLog, Prefetching
from sddisplaylink.errors import ImageFormatError
from sddisplaylink.frames.cache import FrameCache
from sddisplaylink.frames.frame import Frame
from sddisplaylink.frames.timeline import Timeline

__all__ = ["Decoding"]

LONG_COST = 3 << 20  # bytes of pixels. If a frame costs that much, other threads decode the next ones ahead
_NEAR = 4  # frames: undoing at most so many is faster than any other path

Path: TypeAlias = tuple[Frame | None, Sequence[int]]  # the frame to resume from, if any, and the frames to compose then


class Decoding:
    """A decoder and the path that it is on. One thread at a time uses it; others may change `cache` meanwhile."""

    def __init__(self, decoder: Decoder, cache: FrameCache, timeline: Timeline) -> None:
        self.latest_purge: object = None  # the newest purge that this decoder has carried out; noted by the lender
        self._decoder = decoder
        self._cache = cache
        self._timeline = timeline
        self._ahead = decoder if isinstance(decoder, Prefetching) else None
        self._log = decoder if isinstance(decoder, EditLog) else None
        self._kept_log: EditLog | None = None
        self._log_room = 0
        self._goal: int | None = None
        self._path: deque[int] = deque()
        self._resume: Frame | None = None

    def steps(self, goal: int) -> int:
        """How many frames there are on the path to `goal`; one if that is going to fail."""
        try:
            return len(self._path_to(goal))
        except ImageFormatError:
            return 1

    def step(self, goal: int, awaited: Container[int] = ()) -> Frame | None:
        """Compose one frame on the path to `goal`, and hold it if the plan keeps it.

        Returns the frame if it is kept, the goal, or `awaited`. ImageFormatError if the frame or one before it is
        broken, which is remembered for all frames that depend on it. After an exception the next step finds another
        path.
        """
        cache = self._cache
        cache.evict()
        try:
            index = self._compose_next(goal)
            if not (index == goal or index in awaited or index in cache.plan.kept):
                return None
            frame = Frame.of_pixels(index, *self._timeline.span(index), self._decoder.size, self._decoder.pixels())
        except ImageFormatError as error:
            cache.failures[goal] = str(error)
            raise
        cache.store(frame)
        return frame

    def _compose_next(self, goal: int) -> int:
        path, resume = self._path_to(goal), self._resume
        self._goal = self._resume = None
        index = path[0]
        if resume is not None:
            self._decoder.resume(resume.index, resume.rgba)
        try:
            self._decoder.compose(index)
        except ImageFormatError as error:
            self._cache.failures[index] = str(error)
            raise
        path.popleft()
        if path:
            self._goal = goal
        if self._kept_log is not None:
            self._cache.log_bytes = self._kept_log.log_bytes
        if self._ahead is not None and self._decoder.cost(index) >= LONG_COST:
            self._ahead.set_upcoming(self._following(index, path))
        return index

    def _following(self, index: int, path: deque[int]) -> list[int]:
        """The frames that will probably be decoded after frame `index`: its path, then the requested ones."""
        if path and path[-1] < index:  # undoing decodes nothing
            return []
        held, order = self._cache.frames, self._cache.plan.order
        return [*path, *[other for other in order if other not in held and other not in (index, *path)]]

    def purge(self) -> None:
        """Release all memory that is not needed now."""
        self._goal = self._resume = None
        self._decoder.purge()
        if self._kept_log is not None:
            self._cache.log_bytes = self._kept_log.log_bytes

    def close(self) -> None:
        """Release the data and the frames. No other method may be called afterwards."""
        self._decoder.close()
        self._cache.retain_only(())

    def _path_to(self, goal: int) -> deque[int]:
        """The frames to compose for frame `goal`, in order, from `_resume` if that is a frame; `goal` comes last.

        The path begins at the decoder's current frame, at the nearest held frame, or at a frame that needs none before
        it. ImageFormatError: one of those before `goal` is broken.
        """
        if self._goal != goal:
            self._resume, path = (self._kept_log and self._path_back(goal, _NEAR)) or self._path_forwards(goal)
            self._path = deque(path)
            self._goal = goal
        return self._path

    def _path_forwards(self, goal: int) -> Path:
        """The path from a frame before `goal`, unless undoing frames is shorter."""
        decoder, cache = self._decoder, self._cache
        frames, resume = [goal], None
        while (reference := decoder.reference(frames[-1])) is not None:
            if reference >= frames[-1]:  # or the path would never end
                raise RuntimeError(f"frame {frames[-1]} cannot depend on frame {reference}")
            if reference in cache.failures:
                cache.failures[goal] = cache.failures[reference]
                raise ImageFormatError(cache.failures[goal])
            if decoder.can_resume and (resume := cache.frames.get(reference)) is not None:
                break
            frames.append(reference)
        back = self._path_back(goal, len(frames)) if len(frames) > _NEAR else None
        return back or (resume, frames[::-1])

    def _path_back(self, goal: int, most: int) -> Path | None:
        """The path that undoes changes from a later frame, at most `most` frames away; None if there is none."""
        if self._kept_log is None or self._decoder.reference(goal) is None:
            return None
        begin, path = self._kept_log.path_back(goal, self._cache.frames, most) or (None, ())
        resume = None if begin is None else self._cache.frames.get(begin)
        was_evicted = begin is not None and resume is None
        return (resume, path) if path and not was_evicted else None

    def keep_log(self, room: int) -> None:
        """Record the changes of composed frames in at most `room` bytes; 0: no log."""
        if room != self._log_room and self._log is not None:
            self._goal = self._resume = None
            self._log.keep_log(room)
            self._log_room, self._kept_log = room, self._log if room else None
            self._cache.log_bytes = 0

    def log_reach(self, frame_count: int, room: int) -> int:
        """About how many frames an edit log of `room` bytes can undo; 0 if a log is not worth its memory."""
        return self._log.log_reach(frame_count, room) if self._log is not None else 0
