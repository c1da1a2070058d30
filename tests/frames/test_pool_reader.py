"""Readers: budgets, requests and notifications that end with them."""

from __future__ import annotations

from collections import deque

import pytest

from sddisplaylink.errors import ImageFormatError, LinkClosedError
from sddisplaylink.frames import pool as frame_pool
from sddisplaylink.frames.frame import Frame
from sddisplaylink.machine.lending import Lender
from support.pool_support import FRAME, NoWorker, drain, held, make_pool


@pytest.fixture
def by_hand(monkeypatch):
    worker = NoWorker()
    monkeypatch.setattr(frame_pool, "shared_worker", lambda: worker)
    return worker


def test_the_budget_is_the_largest_that_is_asked_for(by_hand):
    pool, _ = make_pool(100)
    small, large = pool.open_reader(2 * FRAME), pool.open_reader(8 * FRAME)
    small.prefetch(list(range(100)))
    drain(pool)
    assert pool.nbytes == 8 * FRAME
    large.close()
    drain(pool)
    assert pool.nbytes == 2 * FRAME
    assert held(pool) == [0, 1]


def test_a_dropped_reader_leaves_its_budget_and_its_requests(by_hand):
    pool, decoder = make_pool(100)
    small, large = pool.open_reader(2 * FRAME), pool.open_reader(8 * FRAME)
    small.prefetch([5, 6])
    large.prefetch([50, 51, 52, 53])
    del large
    drain(pool)
    assert max(decoder.composed) == 6
    assert held(pool) == [5, 6]


def test_a_closed_reader_has_no_requests(by_hand):
    pool, decoder = make_pool(10)
    reader = pool.open_reader(10 * FRAME)
    reader.prefetch([1, 2])
    reader.close()
    reader.close()
    reader.prefetch([3])
    assert not pool.work()
    assert reader.get(1) is None
    assert decoder.composed == []


def test_notify_at_once_if_it_is_there(by_hand):
    pool, _ = make_pool()
    reader = pool.open_reader(10 * FRAME)
    frame, got = pool.frame(0), []
    reader.notify(0, got.append)
    assert got == [frame]


def test_notify_goes_before_all_requests(by_hand):
    pool, decoder = make_pool(50)
    reader = pool.open_reader(50 * FRAME)
    got = []
    reader.prefetch(list(range(50)))
    pool.work()
    reader.prefetch(list(range(10, 20)))
    reader.notify(5, got.append)
    while not got:
        assert pool.work()
    assert got[0].index == 5
    assert decoder.at == 5
    drain(pool)
    assert len(got) == 1


def test_notify_is_answered_when_another_reader_has_the_frame_decoded(by_hand):
    pool, _ = make_pool()
    reader = pool.open_reader(10 * FRAME)
    got = []
    reader.notify(4, got.append)
    frame = pool.frame(4)
    assert got == []
    pool.work()
    assert got == [frame]


def test_who_waits_is_served_also_when_others_fill_the_budget(by_hand):
    pool, _ = make_pool(100)
    served, waiting = pool.open_reader(FRAME), pool.open_reader(FRAME)
    served.prefetch([5])
    drain(pool)
    got = []
    waiting.notify(60, got.append)
    drain(pool)
    assert got[0].index == 60


def test_who_waits_again_and_again_does_not_keep_others_waiting(by_hand):
    pool, _ = make_pool(100)
    greedy, patient = pool.open_reader(FRAME), pool.open_reader(FRAME)
    got = []

    def again(frame):
        got.append(("greedy", frame.index))
        if frame.index > 3:
            greedy.notify(frame.index - 3, again)

    greedy.notify(30, again)
    patient.notify(90, lambda frame: got.append(("patient", frame.index)))
    drain(pool)
    assert got.index(("patient", 90)) <= 2


def test_not_notified_after_close(by_hand):
    pool, _ = make_pool()
    reader = pool.open_reader(10 * FRAME)
    got = []
    reader.notify(4, got.append)
    reader.close()
    reader.notify(5, got.append)
    drain(pool)
    assert got == []


def test_the_frame_asked_for_last_is_decoded_first_and_ends_the_others(by_hand):
    pool, decoder = make_pool(100, restarts=[50])
    reader = pool.open_reader(100 * FRAME)
    got = []
    for index in (60, 5):
        reader.notify(index, got.append)
    drain(pool)
    assert [frame.index for frame in got] == [5]
    assert decoder.composed == [0, 1, 2, 3, 4, 5]


def test_who_waits_for_a_far_frame_lets_another_have_a_turn(by_hand):
    pool, decoder = make_pool(160, restarts=[80])
    far, near = pool.open_reader(160 * FRAME), pool.open_reader(160 * FRAME)
    got = []
    far.prefetch([159])
    near.prefetch([20])
    far.notify(159, lambda frame: got.append((frame.index, len(decoder.composed))))
    near.notify(20, lambda frame: got.append((frame.index, len(decoder.composed))))
    drain(pool)
    assert [index for index, _ in got] == [20, 159]
    assert got[0][1] <= 21 + 3 * (160 // 16)


def test_a_reader_that_is_closed_in_the_notification_of_another_is_not_notified(by_hand):
    pool, _ = make_pool()
    one, other = pool.open_reader(10 * FRAME), pool.open_reader(10 * FRAME)
    got = []
    one.notify(4, lambda frame: got.append(frame) or other.close())
    other.notify(4, got.append)
    drain(pool)
    assert len(got) == 1


def test_closing_inside_a_notification_ends_the_others(by_hand):
    pool, _ = make_pool()
    reader = pool.open_reader(10 * FRAME)
    got = []

    def ready(frame):
        got.append(frame)
        reader.close()

    for _ in range(2):
        reader.notify(4, ready)
    drain(pool)
    assert len(got) == 1


def test_errors_are_delivered_and_the_others_go_on(by_hand):
    pool, decoder = make_pool(10, broken=[4])
    reader = pool.open_reader(10 * FRAME)
    got = []
    reader.prefetch(list(range(10)))
    for index in (3, 4, 6):
        reader.notify(index, got.append)
    drain(pool)
    assert isinstance(got[0], Frame)
    assert [str(error) for error in got[1:]] == ["test: frame 4 is broken"] * 2
    assert all(isinstance(error, ImageFormatError) for error in got[1:])
    assert held(pool) == [0, 1, 2, 3]
    assert decoder.composed.count(4) == 1
    reader.notify(4, got.append)
    assert str(got[3]) == "test: frame 4 is broken"


def test_running_out_of_memory_reaches_who_waits(by_hand):
    pool, _ = make_pool(10, broken=[0], error=MemoryError)
    reader = pool.open_reader(10 * FRAME)
    got = []
    reader.notify(0, got.append)
    drain(pool)
    assert isinstance(got[0], MemoryError)


def test_a_frame_that_could_not_be_decoded_is_tried_again_when_asked_for(by_hand):
    pool, decoder = make_pool(3, broken=[1], error=MemoryError)
    with pytest.raises(MemoryError):
        pool.frame(1)
    reader = pool.open_reader(10 * FRAME)
    reader.prefetch([0, 1, 2])
    drain(pool)
    decoder.broken.clear()
    assert pool.frame(1).index == 1
    got = []
    reader.notify(1, got.append)
    assert got[0].index == 1


class Interrupted(deque):
    """Waits, of which the next one is not added: an interrupt comes before that."""

    is_armed = True

    def append(self, wait):
        if self.is_armed:
            self.is_armed = False
            raise KeyboardInterrupt
        super().append(wait)


def test_a_wait_that_an_interrupt_broke_off_holds_up_no_other(by_hand):
    pool, _ = make_pool(10)
    reader = pool.open_reader(0)
    got = []
    reader.notify(5, got.append)
    waits, pool.requests.waits = pool.requests.waits, Interrupted()
    with pytest.raises(KeyboardInterrupt):
        reader.notify(2, got.append)
    pool.requests.waits.extend(waits)
    drain(pool)
    assert [frame.index for frame in got] == [5]
    reader.notify(2, got.append)
    drain(pool)
    assert [frame.index for frame in got] == [5, 2]


def test_a_pool_that_is_closed_while_its_decoder_is_awaited_holds_up_nobody(by_hand, monkeypatch):
    pool, _ = make_pool()
    reader = pool.open_reader(10 * FRAME)
    got = []
    reader.notify(4, got.append)
    borrow_idle = Lender.borrow_idle

    def close_and_borrow(lender, timeout=0.0):
        if timeout:
            pool.close()
        return borrow_idle(lender, timeout)

    monkeypatch.setattr(Lender, "borrow_idle", close_and_borrow)
    monkeypatch.setattr(frame_pool, "_BORROW_TIMEOUT", 1e6)  # seconds: for ever
    drain(pool)
    assert [type(outcome) for outcome in got] == [LinkClosedError]
