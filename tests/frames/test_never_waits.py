"""A thread that an event loop runs on never waits for a thread of the library.

Here the worker is blocked in Python code, in the middle of a frame: as if a finaliser that the garbage collector runs
there waited for the event loop.
"""

from __future__ import annotations

import _thread
import gc
import sys
import threading
from collections.abc import Iterator

import pytest

from sddisplaylink.errors import LinkClosedError
from sddisplaylink.frames.pool import FramePool
from sddisplaylink.frames.reader import PoolReader
from sddisplaylink.frames.retention import Direction
from sddisplaylink.machine.workers import DecodeWorker
from support.pool_support import FRAME, PATIENCE, make_pool, wait_for


class Stuck:
    """A pool whose worker does not come out of frame 30 before `go_on` is set."""

    def __init__(self) -> None:
        self.pool: FramePool
        self.pool, self.decoder = make_pool(100)
        self.reader: PoolReader = self.pool.open_reader(100 * FRAME)
        self.other: PoolReader = self.pool.open_reader(100 * FRAME)
        self.go_on, self._entered = threading.Event(), threading.Event()
        compose = self.decoder.compose

        def stick(index: int) -> None:
            if index == 30:
                self._entered.set()
                self.go_on.wait()
            compose(index)

        self.decoder.compose = stick
        wait_for(self.reader, 4)
        self.notified: list[object] = []
        self.reader.notify(30, self.notified.append)
        assert self._entered.wait(PATIENCE)


@pytest.fixture
def stuck() -> Iterator[Stuck]:
    stuck = Stuck()
    yield stuck
    stuck.go_on.set()


def in_time(call):
    """What `call` returns, on another thread, which must not hang."""
    results = []
    thread = threading.Thread(target=lambda: results.append(call()), daemon=True)
    thread.start()
    thread.join(PATIENCE)
    assert results, "it waits"
    return results[0]


def test_requests_are_handed_over(stuck):
    def use():
        assert stuck.reader.get(4).index == 4
        for inline in (False, True):
            stuck.reader.prefetch([5, 6], Direction.FORWARD, inline=inline)
        stuck.reader.compose()
        stuck.reader.notify(40, stuck.notified.append)
        return stuck.reader.lookahead(Direction.BACKWARD)

    assert in_time(use) > 0
    stuck.go_on.set()
    assert wait_for(stuck.reader, 50)[0].index == 50
    assert [frame.index for frame in stuck.notified] == [30, 40]


def test_readers_come_and_go(stuck):
    def use():
        stuck.pool.open_reader(None).close()
        stuck.other.close()
        del stuck.other
        stuck.reader.close()
        del stuck.reader
        gc.collect()
        return True

    assert in_time(use)
    stuck.go_on.set()


def test_frames_are_found_and_decoded_on_the_spot(stuck):
    assert in_time(lambda: stuck.pool.frame(4)) is stuck.pool.cache.frames.get(4)
    assert in_time(lambda: stuck.pool.frame(60)).index == 60
    assert stuck.decoder.at == 29


def test_it_is_purged_and_closed_afterwards(stuck):
    notified = threading.Event()
    stuck.reader.notify(40, lambda outcome: stuck.notified.append(outcome) or notified.set())
    in_time(lambda: stuck.pool.purge() or True)
    in_time(lambda: stuck.pool.close() or True)
    with pytest.raises(LinkClosedError):
        stuck.pool.frame(4)
    stuck.go_on.set()
    assert notified.wait(PATIENCE)
    assert isinstance(stuck.notified[-1], LinkClosedError)
    assert stuck.decoder.closed
    assert stuck.pool.nbytes == 0


def test_a_finaliser_in_the_middle_of_a_frame_can_have_another():
    pool, decoder = make_pool(20)
    got = []
    compose = decoder.compose

    class Garbage:
        def __del__(self) -> None:
            got.append(pool.frame(7).index)
            pool.purge()
            pool.open_reader(None).close()

    def collect(index: int) -> None:
        if index == 3 and not got:
            Garbage()
        compose(index)

    decoder.compose = collect
    assert pool.frame(5).index == 5
    assert got == [7]
    assert wait_for(pool.open_reader(None), 19)[0].index == 19
    assert decoder.purged == 1


PARTS = ("sddisplaylink/frames/", "sddisplaylink/machine/workers.py")


class Signal:
    """Raises KeyboardInterrupt when the n-th C function returns to the frames: there Python looks for signals."""

    def __init__(self, moment: int) -> None:
        self.left = moment

    def __call__(self, frame, event, argument):
        if event == "c_return" and any(part in frame.f_code.co_filename for part in PARTS):
            self.left -= 1
            if not self.left:
                raise KeyboardInterrupt


def test_a_signal_at_any_moment_leaves_the_decoder_free():
    pool, _ = make_pool(4)
    moment, signal = 0, Signal(0)
    while signal.left <= 0:
        moment += 1
        signal = Signal(moment)
        sys.setprofile(signal)
        try:
            pool.purge()
            pool.frame(2)
        except KeyboardInterrupt:
            pass
        finally:
            sys.setprofile(None)
        assert in_time(lambda: pool.frame(3)).index == 3
        assert pool.frame(1).index == 1
    assert moment > 10
    assert wait_for(pool.open_reader(None), 3)[0].index == 3


def test_making_and_closing_one_of_many_readers_costs_the_same_as_one_of_few():
    def calls(count):
        pool, _ = make_pool(100)
        readers = [pool.open_reader(FRAME) for _ in range(count)]
        total = 0

        def profile(frame, event, argument):
            nonlocal total
            total += 1

        sys.setprofile(profile)
        try:
            pool.open_reader(FRAME).close()
        finally:
            sys.setprofile(None)
        assert len(readers) == count
        return total

    assert calls(1000) <= calls(1) + 10


def test_a_thread_that_cannot_start_is_tried_again(monkeypatch):
    def refuse(*arguments):
        raise RuntimeError("can't start new thread")

    workers = DecodeWorker("test-decode")
    monkeypatch.setattr("sddisplaylink.frames.pool.shared_worker", lambda: workers)
    pool, _ = make_pool(10)
    reader = pool.open_reader(10 * FRAME)
    got, done = [], threading.Event()
    with monkeypatch.context() as context:
        context.setattr(_thread, "start_new_thread", refuse)
        reader.notify(3, lambda frame: got.append(frame) or done.set())
        assert pool.frame(5).index == 5
    reader.prefetch([4])
    assert done.wait(PATIENCE)
    assert got[0].index == 3
    assert workers.stop(PATIENCE)


def test_memory_that_ran_out_once_is_no_broken_file():
    pool, decoder = make_pool(10, broken=[2], error=MemoryError)
    reader = pool.open_reader(10 * FRAME)
    assert isinstance(wait_for(reader, 3)[0], MemoryError)
    decoder.broken.clear()
    assert wait_for(reader, 3)[0].index == 3


def test_purged_before_its_first_use():
    pool, _ = make_pool(10)
    pool.purge()
    assert pool.frame(0) is pool.frame(0)
    assert pool.frame(9).index == 9


def test_readers_that_come_and_go_at_any_moment_disturb_nobody():
    pool, _ = make_pool(30)
    readers = [pool.open_reader(None) for _ in range(3)]
    moments = 0

    def trace(frame, event, argument):
        """Does what another thread may do between any two steps of the interpreter."""
        nonlocal moments
        if not any(part in frame.f_code.co_filename for part in PARTS):
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            moments += 1
            sys.settrace(None)
            frame.f_trace = None
            readers.append(pool.open_reader(None))
            readers.pop(0).close()
            frame.f_trace = trace
            sys.settrace(trace)
        return trace

    sys._getframe().f_trace_opcodes = True  # Python 3.12.1 sends such events only if a frame wants them by now
    sys.settrace(trace)
    try:
        for index in (3, 29, 0):
            assert pool.frame(index).index == index
        pool.purge()
        pool.work()
        readers[-1].prefetch([7, 8])
        pool.work()
    finally:
        sys.settrace(None)
    assert moments > 1000
    assert pool.frame(7).index == 7
