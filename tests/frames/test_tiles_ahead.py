"""Tiles prepared on other threads: which, how many at a time, and that nobody draws one that is still in the making."""

from __future__ import annotations

import threading

import pytest

from sddisplaylink.frames import tile_prefetch as tiles_ahead
from sddisplaylink.frames.tile_prefetch import TilesAhead
from sddisplaylink.frames.worker import DecodeWorker
from support.pool_support import FRAME, PATIENCE, Countable, make_pool


class ByHand:
    """Workers who do nothing by themselves."""

    capacity = 1

    def __init__(self):
        self.submitted = 0

    def submit(self, tiles):
        self.submitted += 1


class Source:
    def __init__(self, worth=lambda index: True):
        self.worth_preparing = worth
        self.prepared = []

    def prepare(self, index):
        self.prepared.append(index)


@pytest.fixture
def by_hand(monkeypatch):
    workers = ByHand()
    monkeypatch.setattr(tiles_ahead, "tile_workers", lambda: workers)
    return workers


@pytest.fixture
def workers(monkeypatch):
    workers = DecodeWorker("test-tiles", threads=2)
    monkeypatch.setattr(tiles_ahead, "tile_workers", lambda: workers)
    yield workers
    assert workers.stop(PATIENCE)


def test_tiles_are_prepared_in_the_order_in_which_they_are_composed(by_hand):
    tiles = TilesAhead(source := Source())
    tiles.announce([4, 5, 6])
    assert by_hand.submitted == 1
    while tiles.work():
        pass
    assert source.prepared == [4, 5, 6]


def test_only_those_that_gain_by_it(by_hand):
    tiles = TilesAhead(source := Source(lambda index: index % 2))
    tiles.announce([4, 5, 6])
    while tiles.work():
        pass
    assert source.prepared == [5]
    assert by_hand.submitted == 1


def test_none_is_prepared_twice(by_hand):
    tiles = TilesAhead(source := Source())
    tiles.announce([4, 5])
    tiles.work()
    tiles.announce([4, 5, 6])
    while tiles.work():
        pass
    assert source.prepared == [4, 5, 6]


def test_what_is_composed_later_again_is_prepared_again(by_hand):
    tiles = TilesAhead(source := Source())
    for _ in range(2):
        tiles.announce([4])
        tiles.work()
        tiles.attend(4)
        tiles.announce([])
    assert source.prepared == [4, 4]


def test_what_nobody_has_begun_is_left_to_who_composes_it(by_hand):
    tiles = TilesAhead(source := Source())
    tiles.announce([4, 5])
    tiles.attend(4)
    while tiles.work():
        pass
    assert source.prepared == [5]


def test_after_a_change_of_mind_nothing_else_is_begun(by_hand):
    tiles = TilesAhead(source := Source())
    tiles.announce([4, 5])
    tiles.announce([])
    assert not tiles.work()
    assert source.prepared == []


def test_who_composes_prepares_another_while_one_is_in_the_making(workers):
    begun, go_on = threading.Event(), threading.Event()
    threads = {}

    class Slow(Source):
        def prepare(self, index):
            threads[index] = threading.current_thread()
            if index == 4:
                begun.set()
                assert go_on.wait(PATIENCE)
            else:
                go_on.set()
            super().prepare(index)

    workers.capacity = 1
    tiles = TilesAhead(source := Slow())
    tiles.announce([4, 5])
    assert begun.wait(PATIENCE)
    tiles.attend(4)
    assert sorted(source.prepared) == [4, 5]
    assert threads[4] is not threading.current_thread()
    assert threads[5] is threading.current_thread()


def test_several_at_once(workers):
    both, done = threading.Barrier(2, timeout=PATIENCE), threading.Semaphore(0)

    class Together(Source):
        def prepare(self, index):
            both.wait()
            super().prepare(index)
            done.release()

    tiles = TilesAhead(source := Together())
    tiles.announce([4, 5])
    for _ in range(2):
        assert done.acquire(timeout=PATIENCE)
    assert sorted(source.prepared) == [4, 5]


# within a pool


@pytest.fixture
def heavy(monkeypatch):
    monkeypatch.setattr(Countable, "worth_preparing", lambda self, index: True)


def test_on_a_way_the_next_tiles_are_prepared(by_hand, heavy):
    pool, decoder = make_pool(10)
    compose = decoder.compose

    def compose_and_prepare(index):
        compose(index)
        while pool._tiles.work():
            pass

    decoder.compose = compose_and_prepare
    pool.frame(6)
    assert decoder.prepared == [1, 2, 3, 4, 5, 6]


def test_who_takes_one_frame_after_the_other_finds_the_next_ones_prepared(by_hand, heavy, monkeypatch):
    monkeypatch.setattr("sddisplaylink.frames.retention._SMALL_BYTES", 0)
    pool, decoder = make_pool(10)
    for index in range(5):
        pool.frame(index)
        while pool._tiles.work():
            pass
    assert decoder.prepared == [3, 4, 5, 6]
    assert pool.nbytes == FRAME
    pool.frame(9)
    pool.purge()
    assert not pool._tiles.work()


def test_a_player_that_keeps_up_needs_no_second_thread(by_hand, heavy):
    pool, _ = make_pool(100)
    reader = pool.open_reader(2 * FRAME)
    for shown in range(20):
        reader.want([shown, shown + 1])
        while pool.work():
            pass
    assert by_hand.submitted <= 1


def test_closing_while_tiles_are_prepared(workers, heavy):
    begun, go_on = threading.Event(), threading.Event()
    pool, decoder = make_pool(10)

    def prepare(index):
        begun.set()
        assert go_on.wait(PATIENCE)

    decoder.prepare = prepare
    pool._tiles.announce([1, 2, 3])
    assert begun.wait(PATIENCE)
    pool.close()
    assert decoder.closed
    go_on.set()


def test_a_broken_tile_is_reported_as_without_a_second_thread(workers, heavy):
    pool, decoder = make_pool(10, broken=[4])
    decoder.prepare = lambda index: None
    with pytest.raises(Exception, match="test: frame 4 is broken"):
        pool.frame(6)
    assert pool.frame(3).index == 3
