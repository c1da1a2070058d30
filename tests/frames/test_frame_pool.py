"""The pool: within its budget, in the right order, fair, and closed with its last user."""

from __future__ import annotations

import gc
import os
import threading
import weakref

import pytest

from sddisplaylink.errors import ForkedProcessError, LinkClosedError
from sddisplaylink.frames import pool as frame_pool
from sddisplaylink.machine.memory_monitor import monitor
from support.pool_support import FRAME, PATIENCE, NoWorker, drain, held, let_nothing_be_small, make_pool, wait_for


@pytest.fixture
def by_hand(monkeypatch):
    worker = NoWorker()
    monkeypatch.setattr(frame_pool, "shared_worker", lambda: worker)
    return worker


@pytest.fixture
def nothing_is_small(monkeypatch):
    let_nothing_be_small(monkeypatch)


def test_frames_carry_their_place_in_time():
    pool, _ = make_pool(5)
    frame = pool.frame(3)
    assert (frame.index, frame.timestamp, frame.duration, frame.size) == (3, 0.15, 0.05, (2, 2))
    assert bytes(frame.rgba) == b"\3" * FRAME


def test_a_frame_that_is_held_is_not_decoded_again():
    pool, decoder = make_pool(5)
    assert pool.frame(2) is pool.frame(2)
    assert decoder.composed == [0, 1, 2]


def test_frames_on_the_path_are_held_too():
    pool, decoder = make_pool(5)
    pool.frame(4)
    assert held(pool) == [0, 1, 2, 3, 4]
    pool.frame(1)
    assert decoder.composed == [0, 1, 2, 3, 4]


def test_requests_are_decoded_ahead_in_playing_order(by_hand):
    pool, decoder = make_pool(10)
    reader = pool.open_reader(10 * FRAME)
    reader.prefetch([3, 4, 5])
    assert by_hand.submitted == 1
    assert reader.get(3) is None
    drain(pool)
    assert [reader.get(index).index for index in (3, 4, 5)] == [3, 4, 5]
    assert decoder.composed == [0, 1, 2, 3, 4, 5]


def test_the_worker_is_left_alone_when_everything_requested_is_there(by_hand):
    pool, _ = make_pool(4)
    reader = pool.open_reader(4 * FRAME)
    reader.prefetch([0, 1, 2, 3])
    drain(pool)
    before = by_hand.submitted
    reader.prefetch([2, 3, 0, 1])
    assert by_hand.submitted == before


@pytest.mark.parametrize("budget", [1, FRAME, 3 * FRAME - 1, 4 * FRAME, 7 * FRAME, 100 * FRAME])
@pytest.mark.parametrize("step", [1, -1])
def test_never_more_than_the_budget_and_one_frame(by_hand, budget, step):
    pool, decoder = make_pool(20)
    reader = pool.open_reader(budget)
    allowed = max(budget, FRAME)
    for shown in range(60):
        reader.prefetch([(shown + ahead) * step % 20 for ahead in range(20)])
        drain(pool)
        assert reader.get(shown * step % 20) is not None
        assert pool.nbytes <= allowed
        pool.frame(shown * 7 % 20)
        assert pool.nbytes <= allowed
    assert decoder.peak <= allowed + FRAME


def test_forward_play_within_a_small_budget_decodes_every_frame_once_a_loop(by_hand):
    pool, decoder = make_pool(50)
    reader = pool.open_reader(5 * FRAME)
    for shown in range(200):
        reader.prefetch([(shown + ahead) % 50 for ahead in range(50)])
        drain(pool)
        assert reader.get(shown % 50) is not None
    assert len(decoder.composed) <= 200 + 5


@pytest.mark.parametrize(("budget", "passes"), [(10, 14), (25, 6), (50, 3)])
def test_reverse_play_costs_few_passes_a_loop(by_hand, budget, passes):
    count = 100
    pool, decoder = make_pool(count)
    reader = pool.open_reader(budget * FRAME)
    for shown in range(3 * count):
        reader.prefetch([(count - 1 - shown - ahead) % count for ahead in range(count)])
        drain(pool)
        assert reader.get((count - 1 - shown) % count) is not None
    # a pass costs as many frames as lie before its goal: half of all on average
    assert len(decoder.composed) <= 3 * passes * count


@pytest.mark.parametrize("step", [1, -1])
def test_with_room_for_everything_it_decodes_once(by_hand, step):
    pool, decoder = make_pool(30)
    reader = pool.open_reader(30 * FRAME)
    for shown in range(90):
        reader.prefetch([(shown + ahead) * step % 30 for ahead in range(30)])
        drain(pool)
    assert sorted(decoder.composed) == list(range(30))


def test_two_readers_far_apart_share_a_pass(by_hand):
    pool, decoder = make_pool(100)
    near, far = pool.open_reader(20 * FRAME), pool.open_reader(20 * FRAME)
    near.prefetch(list(range(10, 20)))
    far.prefetch(list(range(50, 60)))
    drain(pool)
    assert held(pool) == [*range(10, 20), *range(50, 60)]
    assert decoder.composed == list(range(60))


def test_the_due_frames_of_all_readers_come_before_any_lookahead(by_hand):
    pool, decoder = make_pool(100)
    decoder.at = 10
    ahead, behind = pool.open_reader(20 * FRAME), pool.open_reader(20 * FRAME)
    ahead.prefetch(list(range(11, 20)))
    behind.prefetch([5, 6, 7])
    while ahead.get(12) is None:
        assert pool.work()
    assert behind.get(5) is not None
    drain(pool)
    assert decoder.composed[:8] == [11, *range(6), 12]
    assert decoder.resumed[0] == 11
    assert len(decoder.composed) == 6 + 9 + 2


def test_without_readers_little_is_held(nothing_is_small):
    pool, decoder = make_pool(10)
    for index in range(10):
        pool.frame(index)
        assert held(pool) == [index]
    assert decoder.composed == list(range(10))


def test_frames_asked_for_do_not_displace_what_players_need(by_hand):
    pool, _ = make_pool(100)
    reader = pool.open_reader(4 * FRAME)
    reader.prefetch([10, 11, 12, 13])
    drain(pool)
    assert pool.frame(60).index == 60
    assert held(pool) == [10, 11, 12, 13]


def test_close_releases_the_frames_and_notifies_waiters(by_hand):
    pool, decoder = make_pool()
    frame = pool.frame(0)
    reader = pool.open_reader(10 * FRAME)
    got = []
    reader.notify(4, got.append)
    pool.close()
    pool.close()
    drain(pool)
    assert isinstance(got[0], LinkClosedError)
    assert decoder.closed
    assert pool.nbytes == 0
    assert bytes(frame.rgba) == bytes(FRAME)
    with pytest.raises(LinkClosedError, match="the image is closed"):
        pool.frame(0)
    with pytest.raises(LinkClosedError):
        pool.open_reader(None)
    reader.prefetch([1])
    reader.notify(1, got.append)
    assert isinstance(got[1], LinkClosedError)
    assert not pool.work()
    assert len(got) == 2


def test_a_collector_that_drops_a_reader_while_a_frame_is_decoded_does_not_block(by_hand):
    pool, _ = make_pool()
    reader = pool.open_reader(10 * FRAME)
    reader.prefetch(range(10))
    drain(pool)
    decoding = pool.decoder.borrow(10)
    del reader
    gc.collect()
    pool.decoder.give_back(decoding)
    drain(pool)
    assert pool.nbytes == 10 * FRAME  # no player plays: what is left is the budget of an image that is not played


def test_the_bytes_of_all_images_are_counted():
    before = monitor.nbytes
    pool, _ = make_pool()
    pool.frame(2)
    assert monitor.nbytes - before == 3 * FRAME
    pool.close()
    assert monitor.nbytes == before


# with the real worker


def test_the_worker_decodes_on_its_own_thread():
    pool, _ = make_pool(100)
    reader = pool.open_reader(100 * FRAME)
    frame, thread = wait_for(reader, 99)
    assert frame.index == 99
    assert thread == "sddisplaylink-decode"


def test_one_thread_for_all_images():
    pools = [make_pool(5)[0] for _ in range(50)]
    readers = [pool.open_reader(5 * FRAME) for pool in pools]
    for reader in readers:
        reader.prefetch([0, 1, 2, 3, 4])
    assert {wait_for(reader, 4)[1] for reader in readers} <= {"sddisplaylink-decode", "MainThread"}
    assert sum(thread.name == "sddisplaylink-decode" for thread in threading.enumerate()) == 1


def test_nothing_keeps_a_dropped_pool_alive():
    pool, decoder = make_pool(100_000)
    reader = pool.open_reader(100_000 * FRAME)
    gone = threading.Event()
    weakref.finalize(pool, gone.set)
    reader.prefetch(list(range(100_000)))
    wait_for(reader, 3)
    del pool, reader
    decoder.pool = None
    assert gone.wait(PATIENCE)
    assert len(decoder.composed) < 100_000


def test_many_threads():
    pool, decoder = make_pool(40)
    failures = []

    def use(seed):
        try:
            reader = pool.open_reader((seed % 7 + 1) * FRAME)
            for turn in range(100):
                index = (turn * (seed * 2 + 1)) % 40
                reader.prefetch([(index + ahead) % 40 for ahead in range(8)])
                assert pool.frame(index).rgba[0, 0, 0] == index
                outcome, _ = wait_for(reader, (index + 5) % 40)
                assert outcome.index == (index + 5) % 40
            if seed % 2:
                reader.close()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=use, args=(seed,)) for seed in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(6 * PATIENCE)
    assert failures == []
    assert decoder.peak <= 8 * FRAME


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_after_a_fork_the_child_gets_an_error_also_while_a_frame_is_decoded():
    pool, _ = make_pool()
    reader = pool.open_reader(10 * FRAME)
    decoding = pool.decoder.borrow(10)
    child = os.fork()
    if child == 0:
        try:
            for use in (lambda: pool.frame(0), lambda: pool.open_reader(None)):
                try:
                    use()
                except ForkedProcessError:
                    continue
                os._exit(1)
            pool.close()
            del reader
            fresh, _ = make_pool()
            waiting = threading.Event()
            fresh.open_reader(1000).notify(2, lambda outcome: waiting.set())
            os._exit(0)
        finally:
            os._exit(2)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    pool.decoder.give_back(decoding)
    del reader
    assert pool.frame(1).index == 1


def test_the_first_frames_of_a_small_animation_are_held_before_the_frames_are_counted() -> None:
    pool, _ = make_pool(4)
    frames = [pool.frame(index) for index in range(4)]
    assert held(pool) == [0, 1, 2, 3]
    assert pool.frame(0) is frames[0]
