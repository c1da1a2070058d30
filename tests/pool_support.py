"""A frame pool over a decoder whose doings can be counted, and a worker that does nothing by itself."""

from __future__ import annotations

import threading

from sddisplaylink.decoders.protocol import ImageInfo
from sddisplaylink.errors import ImageFormatError
from sddisplaylink.frame_pool import FramePool
from sddisplaylink.timing import Timeline

PATIENCE = 10.0
FRAME = 2 * 2 * 4


class Countable:
    """A decoder of 2x2 frames whose bytes are their number; counts what it composes and what there is at once."""

    def __init__(self, count, broken=(), error=ImageFormatError):
        self.info = ImageInfo("TEST", (2, 2), (50_000_000,) * count, 0, False)
        self.broken, self.error = set(broken), error
        self.composed = []
        self.at = -1
        self.closed = False
        self.peak = 0
        self.pool = None
        self.owner = threading.Lock()

    def first_needed(self, index):
        if index == self.at:
            return index
        return self.at + 1 if self.at < index else 0

    def compose(self, index):
        assert self.owner.acquire(blocking=False), "two threads in the decoder"
        assert index in (0, self.at, self.at + 1)
        self.composed.append(index)
        try:
            if index in self.broken:
                raise self.error(f"frame {index} is broken")
            self.at = index
        finally:
            self.owner.release()

    def pixels(self):
        if self.pool is not None:
            self.peak = max(self.peak, self.pool.nbytes + FRAME)
        return bytes([self.at % 256]) * FRAME

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
    pool = FramePool(decoder, Timeline(decoder.info.delays_ns, "browser"), "test")
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
