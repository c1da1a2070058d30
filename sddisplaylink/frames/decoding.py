"""How one frame comes about: the cheapest decode path to it, taken a frame at a time."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from itertools import islice
from math import isqrt

from sddisplaylink.decoders.protocol import Decoder, EditLog, RegionDecoder
from sddisplaylink.frames.frame import Frame
from sddisplaylink.frames.tile_prefetch import TilePrefetch
from sddisplaylink.frames.timeline import Timeline

__all__ = ["Decoding"]

_LOG_BYTES = 16 << 20
"""What an edit log may take: a second's worth of changes, so that going back over them comes in one go."""
_LEAST_HELD = 4  # frames that have room beside an edit log
_COPIES = 3  # of the changes, at least, that cost as much as one copy of a whole frame
_LEAST_CHANGE = 4096  # bytes that are drawn in the time that any frame takes
_LEAST_COST = 64 << 10  # bytes that could be copied in the time that any step takes
_LONG_COST = 3 << 20  # bytes of pixels: from there on it may pay to have the next frames decoded by other threads
_NEAR = 4  # frames: to undo no more is faster than anything else
_MOST_BEYOND = 64  # frames before a held one that are looked at for a cheaper beginning


class Decoding:
    """A decoder and the path that it is on. One thread at a time uses it, the one that owns the decoder.

    `frames` are those that are held: a path may begin at one of them. Other threads may change the mapping meanwhile.
    """

    def __init__(self, decoder: Decoder, frames: Mapping[int, Frame], timeline: Timeline) -> None:
        width, height = decoder.size
        self.decoder = decoder
        self._regions = (decoder, TilePrefetch(decoder)) if isinstance(decoder, RegionDecoder) else None
        self._log = decoder if isinstance(decoder, EditLog) else None
        self._frames = frames
        self._timeline = timeline
        self._frame_bytes = width * height * 4
        self.index = 0
        """The frame of the last step, whatever came of it."""
        self._goal: int | None = None
        self._path: deque[int] = deque()
        self._resume: Frame | None = None
        self.log_room = 0
        """Bytes that the edit log may take."""
        self._changed_bytes = self._frames_measured = 0

    # ---- paths ----

    def path(self, goal: int) -> deque[int]:
        """The frames to compose for `goal`, that one last."""
        if self._goal != goal:
            self._resume, self._path = self._find_path(goal)
            self._goal = goal
        return self._path

    def step(self, goal: int, following: Sequence[int] = ()) -> int:
        """Compose one frame on the path to `goal`, and say which. What is `following` may be decoded ahead.

        Whatever goes wrong, the next step finds another path.
        """
        path, resume = self.path(goal), self._resume
        self._goal = self._resume = None
        decoder = self.decoder
        self.index = index = path[0]
        if resume is not None:
            decoder.resume(resume.index, resume.rgba)
        if self._regions is not None and (self._regions[1].jobs or decoder.cost(index) >= _LONG_COST):
            self._fetch_region(*self._regions, index, following)
        decoder.compose(index)
        path.popleft()
        if path:
            self._goal = goal
        return index

    def make(self, index: int) -> Frame:
        """A Frame of what was composed last."""
        decoder = self.decoder
        return Frame.of_pixels(index, *self._timeline.span(index), decoder.size, decoder.pixels())

    def forget(self) -> None:
        """Find another path for the next step, and have no regions decoded ahead."""
        self._goal = self._resume = None
        if self._regions is not None:
            self._regions[1].announce(())

    def _find_path(self, goal: int) -> tuple[Frame | None, deque[int]]:
        """The held frame to resume from, if any, and what to compose then.

        From where the decoder stands, from the nearest held frame before `goal`, or from a frame that needs none before
        it. To go on from a held frame costs a copy of it; as many small steps before that frame cost less.
        """
        decoder, held = self.decoder, self._frames
        reference = decoder.reference(goal)
        if reference is None:
            return None, deque((goal,))
        if (back := self._path_back(goal, _NEAR)) is not None:
            return back
        frames, found, most = [goal], None, -1
        while reference is not None and len(frames) != most:
            if found is None and decoder.can_resume and (frame := held.get(reference)) is not None:
                found = frame, len(frames)
                if len(frames) == 1:  # somebody goes on: memory is at hand that shows nearly the same
                    break
                most = len(frames) + min(_MOST_BEYOND, self._frame_bytes // max(_LEAST_COST, decoder.cost(goal)))
                continue
            frames.append(reference)
            reference = decoder.reference(reference)
        resume = None
        if reference is not None and found is not None:
            resume, length = found
            del frames[length:]
        if len(frames) > _NEAR and (back := self._path_back(goal, len(frames))) is not None:
            return back
        frames.reverse()
        return resume, deque(frames)

    def _path_back(self, goal: int, most: int) -> tuple[Frame | None, deque[int]] | None:
        """Undoing changes from a later frame that is no more than `most` frames off; None if that cannot be done."""
        if not self.log_room or self._log is None:
            return None
        back = self._log.path_back(goal, self._frames, most)
        if back is None:
            return None
        begin, path = back
        if begin is None:
            return None, deque(path)
        resume = self._frames.get(begin)
        return None if resume is None else (resume, deque(path))

    def _fetch_region(
        self, decoder: RegionDecoder, prefetch: TilePrefetch, index: int, following: Sequence[int]
    ) -> None:
        """Use what other threads have decoded of frame `index`, and have them decode the next ones."""
        path = self._path
        decoder.use_prepared(index, prefetch.fetch(index))
        is_back = len(path) > 1 and path[-1] < index  # changes are undone, nothing is decoded
        prefetch.announce([] if is_back else [*islice(path, 1, 1 + prefetch.depth), *following][: prefetch.depth])

    # ---- the edit log ----

    @property
    def log_bytes(self) -> int:
        """Bytes that the edit log takes."""
        return self._log.log_bytes if self.log_room and self._log is not None else 0

    def fit_log(self, frame_count: int, budget: int, *, is_wanted: bool) -> int:
        """Have changes recorded if somebody goes back and that pays: how many frames the log leads back, about.

        That pays where frames change little, and where the log leads back over as many frames as lie between two key
        frames.
        """
        room = min(_LOG_BYTES, budget - _LEAST_HELD * self._frame_bytes) if is_wanted and self._log is not None else 0
        reach = self._find_reach(frame_count, room) if is_wanted else 0
        if not reach or not self._changed_bytes:
            room = 0
        if room != self.log_room and self._log is not None:
            self._log.keep_log(room)
            self.forget()
            self.log_room = room
        return reach

    def _find_reach(self, frame_count: int, room: int) -> int:
        if self._log is None or not frame_count:
            return 0
        for index in range(self._frames_measured, frame_count):
            self._changed_bytes += self._log.changed_bytes(index)
        self._frames_measured = frame_count
        if not self._changed_bytes:  # no frame needs another
            return frame_count
        mean = max(1, self._changed_bytes // frame_count)
        if _COPIES * max(mean, min(_LEAST_CHANGE, self._frame_bytes)) >= self._frame_bytes:
            return 0
        reach = max(0, room) // mean
        return reach if reach >= isqrt(frame_count) else 0
