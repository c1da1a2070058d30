"""A frame pool over a decoder whose work is counted, and a worker that does nothing by itself."""

from __future__ import annotations

import threading
from weakref import ref

from sddisplaylink.decoders.protocol import ImageInfo
from sddisplaylink.errors import ImageFormatError
from sddisplaylink.frames import retention
from sddisplaylink.frames.pool import FramePool
from sddisplaylink.frames.timeline import Timeline

PATIENCE = 10.0
FRAME = 2 * 2 * 4


def let_nothing_be_small(monkeypatch):
    """As if frames were too large for any of them to be held just because it is cheap."""
    monkeypatch.setattr(retention, "SMALL_BYTES", 0)
    monkeypatch.setattr(retention, "SMALL_PART", 1 << 60)


class ByHand:
    """A worker that does nothing by itself."""

    def __init__(self):
        self.jobs = []

    def submit(self, job):
        self.jobs.append(ref(job))

    def finish(self):
        for job in self.jobs:
            if job() is not None:
                job().work()


class Countable:
    """A decoder of frames whose bytes are their number; counts the frames it composes and those that exist at once.

    `restarts` are frames that need none before them, `unfit` ones those that nothing can be built on.
    """

    def __init__(self, count, broken=(), error=ImageFormatError, restarts=(), unfit=(), size=(2, 2)):
        self.info = ImageInfo("TEST", size, (50_000_000,) * count, 0, False)
        self.size = size
        self.broken, self.error = set(broken), error
        self.restarts, self.unfit = sorted({0, *restarts}), set(unfit)
        self.composed, self.resumed = [], []
        self.at = -1
        self.closed = False
        self.purged = 0
        self.peak = 0
        self.pool = None
        self.owner = threading.Lock()

    def delay_ns(self, index):
        return self.info.delays_ns[index]

    can_resume = True

    def __copy__(self):
        return Countable(len(self.info.delays_ns), self.broken, self.error, self.restarts, self.unfit, self.size)

    def reference(self, index):
        if index in (self.at, self.at + 1) or index in self.restarts:
            return None
        return next(at for at in range(index - 1, -1, -1) if at not in self.unfit)

    def resume(self, index, pixels):
        assert index not in self.unfit
        assert bytes(pixels) == bytes([index % 256]) * len(bytes(pixels))
        self.resumed.append(index)
        self.at = index

    def compose(self, index):
        assert self.owner.acquire(blocking=False), "two threads in the decoder"
        assert index in (*self.restarts, self.at, self.at + 1)
        self.composed.append(index)
        try:
            if index in self.broken:
                raise self.error(f"frame {index} is broken")
            self.at = index
        finally:
            self.owner.release()

    def pixels(self):
        width, height = self.size
        if self.pool is not None:
            self.peak = max(self.peak, self.pool.nbytes + width * height * 4)
        return memoryview(bytes([self.at % 256]) * (width * height * 4))

    log_bytes = 0

    def keep_log(self, nbytes):
        assert nbytes == 0 or len(self.restarts) == len(self.info.delays_ns)

    def log_reach(self, frame_count, room):
        return frame_count if len(self.restarts) == frame_count else 0

    def path_back(self, index, held, most):
        return None

    def cost(self, index):
        return 1 << 20

    def purge(self):
        self.purged += 1
        self.at = -1

    def close(self):
        self.closed = True


class NoWorker:
    """Stands for the shared worker where a test does the steps itself."""

    def __init__(self):
        self.submitted = 0

    def submit(self, pool):
        self.submitted += 1


def make_pool(count=10, **options):
    decoder = Countable(count, **options)
    pool = FramePool(decoder, Timeline(decoder, "browser"), "test")
    decoder.pool = pool
    return pool, decoder


def drain(pool):
    steps = 0
    while pool.work():
        steps += 1
        assert steps < 100_000
    return steps


def held(pool):
    return sorted(pool.cache.frames)


def wait_for(reader, index):
    arrived, got = threading.Event(), []

    def ready(outcome):
        got.append((outcome, threading.current_thread().name))
        arrived.set()

    reader.notify(index, ready)
    assert arrived.wait(PATIENCE)
    return got[0]
