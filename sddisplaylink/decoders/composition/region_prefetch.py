"""Decoding the regions of the next frames on other threads, while one frame is being composed."""

from __future__ import annotations

from collections.abc import Sequence

from sddisplaylink.decoders.regions import Painter
from sddisplaylink.machine.workers import region_workers

__all__ = ["RegionJob", "RegionPrefetch"]

_AHEAD = 2  # regions for each worker


class RegionJob:
    """The region of one frame, decoded by the first thread that claims it. A workload of the region workers."""

    __slots__ = ("__weakref__", "_claim", "_index", "_painter", "is_done", "is_queued", "region")

    def __init__(self, painter: Painter, index: int) -> None:
        self._painter = painter
        self._index = index
        self._claim = [None]
        self.is_queued = False
        self.is_done = False
        self.region: object = None

    def claim(self) -> bool:
        """True for the one thread that may decode the region, or leave that to the painter."""
        try:
            self._claim.pop()
        except IndexError:
            return False
        return True

    def work(self) -> bool:
        """Decode the region unless another thread has begun."""
        if self.claim():
            try:
                self.region = self._painter.prepare(self._index)
            finally:
                self.is_done = True
        return False


class RegionPrefetch:
    """Has the regions that a painter will draw next decoded by the region workers, without the interpreter lock.

    The composing thread says which frames come next, and fetches each region before it draws it. It never waits: while
    another thread decodes the region, the composing thread decodes further ones; when there are none left, it leaves
    the region to the painter, which decodes it once more.
    """

    def __init__(self, painter: Painter) -> None:
        self.painter = painter
        self.jobs: dict[int, RegionJob] = {}
        """The jobs of upcoming frames.

        Only the composing thread uses it; a job that is no longer in it is dropped by its worker.
        """

    def set_upcoming(self, indices: Sequence[int]) -> None:
        """Have the first few of those regions decoded if that saves time, and no others any more."""
        workers = region_workers()
        near = indices[: _AHEAD * len(workers)]
        coming = {index for index in near if self.painter.worth_preparing(index)}
        for index in [index for index in self.jobs if index not in coming]:
            del self.jobs[index]
        for index in sorted(coming.difference(self.jobs)):
            job = self.jobs[index] = RegionJob(self.painter, index)
            workers[index % len(workers)].submit(job)

    def fetch(self, index: int) -> object:
        """The region of frame `index` if it has been decoded ahead, else None. Never waits."""
        job = self.jobs.pop(index, None)
        if job is None or job.claim():
            return None
        for other in self.jobs.values():
            if job.is_done:
                break
            other.work()
        return job.region if job.is_done else None
