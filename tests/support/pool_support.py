"""A frame pool over a decoder whose doings can be counted, and a worker that does nothing by itself."""

from __future__ import annotations

import threading
from bisect import bisect_right

from sddisplaylink.decoders.protocol import ImageInfo, Way
from sddisplaylink.errors import ImageFormatError
from sddisplaylink.frames.pool import FramePool
from sddisplaylink.frames.timeline import Timeline

PATIENCE = 10.0
FRAME = 2 * 2 * 4


class Countable:
    """A decoder of frames whose bytes are their number; counts what it composes and what there is at once.

    `restarts` are frames that need none before them, `loose` ones those that nothing can be built on.
    """

    def __init__(self, count, broken=(), error=ImageFormatError, restarts=(), loose=(), size=(2, 2)):
        self.info = ImageInfo("TEST", size, (50_000_000,) * count, 0, False)
        self.size = size
        self.broken, self.error = set(broken), error
        self.restarts, self.loose = sorted({0, *restarts}), set(loose)
        self.composed, self.resumed, self.prepared = [], [], []
        self.at = -1
        self.closed = False
        self.purged = 0
        self.peak = 0
        self.pool = None
        self.owner = threading.Lock()

    def delay_ns(self, index):
        return self.info.delays_ns[index]

    def is_base(self, index):
        return index not in self.loose

    def restart(self, index):
        return self.restarts[bisect_right(self.restarts, index) - 1]

    def way(self, index, held=()):
        first = self.restart(index)
        if self.at == index:
            return Way(None, (index,))
        if first <= self.at < index:
            first = self.at + 1
        base = next((at for at in range(index - 1, first - 1, -1) if at in held and self.is_base(at)), None)
        return Way(base, tuple(range(first if base is None else base + 1, index + 1)))

    def resume(self, index, pixels):
        assert self.is_base(index)
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

    steps_back = False
    undo_bytes = 0

    def keep_undo(self, nbytes):
        pass

    def keep_spare(self, count):
        pass

    def change_bytes(self, index):
        return 0 if index in self.restarts else self.size[0] * self.size[1] * 4

    def pixels(self):
        width, height = self.size
        if self.pool is not None:
            self.peak = max(self.peak, self.pool.nbytes + width * height * 4)
        return memoryview(bytes([self.at % 256]) * (width * height * 4))

    def is_quick(self, index):
        return False

    def worth_preparing(self, index):
        return False

    def prepare(self, index):
        self.prepared.append(index)

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


def held(pool, count):
    return [index for index in range(count) if pool.held(index) is not None]


def wait_for(reader, index):
    arrived, got = threading.Event(), []

    def ready(outcome):
        got.append((outcome, threading.current_thread().name))
        arrived.set()

    reader.notify(index, ready)
    assert arrived.wait(PATIENCE)
    return got[0]
