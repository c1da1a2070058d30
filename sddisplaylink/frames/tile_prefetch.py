"""Decoding the regions of the next frames on other threads, while one frame is being composed."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from sddisplaylink.decoders.protocol import RegionDecoder
from sddisplaylink.frames.worker import region_workers

__all__ = ["TilePrefetch"]


class _Job:
    """The region of one frame."""

    __slots__ = ("_claim", "index", "is_done", "region")

    def __init__(self, index: int) -> None:
        self.index = index
        self.region: object = None
        self.is_done = False
        self._claim = [None]

    def claim(self) -> bool:
        """True for the one thread that is to do the job, or to drop it."""
        try:
            self._claim.pop()
        except IndexError:
            return False
        return True


class TilePrefetch:
    """Has the regions that a decoder will draw next decoded by the region workers. A workload of theirs.

    The thread that composes says which frames come next, and fetches each region before it draws it. That thread waits
    for nobody: while another one is at the region, it decodes further ones; when there are none left, it leaves the
    region to the decoder, which decodes it once more.
    """

    def __init__(self, decoder: RegionDecoder) -> None:
        self.is_queued = False
        self._decoder = decoder
        self.jobs: dict[int, _Job] = {}
        """What is announced. Only the thread that composes uses it."""
        self._queue: deque[_Job] = deque()

    @property
    def depth(self) -> int:
        """How many regions it is of use to announce."""
        return 2 * region_workers().capacity

    def announce(self, indices: Sequence[int]) -> None:
        """Have those regions decoded, as far as that gains anything, and no others any more."""
        if not indices and not self.jobs:
            return
        coming = {index for index in indices if self._decoder.worth_preparing(index)}
        for index in [index for index in self.jobs if index not in coming]:
            self.jobs.pop(index).claim()
        for index in sorted(coming.difference(self.jobs)):
            job = self.jobs[index] = _Job(index)
            self._queue.append(job)
        if self._queue:
            region_workers().submit(self)

    def fetch(self, index: int) -> object:
        """The region of frame `index` if it has been announced and decoded, else None. Never waits."""
        job = self.jobs.pop(index, None)
        if job is None or job.claim():
            return None
        while not job.is_done and self.work():
            pass
        return job.region

    def work(self) -> bool:
        """Decode one region; False if none is left to begin with."""
        while True:
            try:
                job = self._queue.popleft()
            except IndexError:
                return False
            if job.claim():
                break
        if self._queue:
            region_workers().submit(self)  # for another thread to begin with the next
        try:
            job.region = self._decoder.prepare(job.index)
        finally:
            job.is_done = True
        return True
