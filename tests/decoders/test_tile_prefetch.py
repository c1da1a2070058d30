"""Tiles decoded on other threads: which, how many at a time, and that the composing thread never waits."""

from __future__ import annotations

import threading
from weakref import ref

import pytest

from sddisplaylink.decoders.composition import tile_prefetch
from sddisplaylink.decoders.composition.tile_prefetch import TilePrefetch
from sddisplaylink.workers import DecodeWorker
from support.pool_support import PATIENCE


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


class Tiles:
    def __init__(self, worth=lambda index: True):
        self.worth_preparing = worth
        self.prepared = []

    def prepare(self, index):
        self.prepared.append(index)
        return f"tile {index}"


@pytest.fixture
def by_hand(monkeypatch):
    worker = ByHand()
    monkeypatch.setattr(tile_prefetch, "tile_workers", lambda: [worker, worker])
    return worker


@pytest.fixture
def workers(monkeypatch):
    workers = [DecodeWorker("test-tiles") for _ in range(2)]
    monkeypatch.setattr(tile_prefetch, "tile_workers", lambda: workers)
    yield workers
    for worker in workers:
        assert worker.stop(PATIENCE)


def test_tiles_are_decoded_in_the_order_in_which_they_are_composed(by_hand):
    prefetch = TilePrefetch(source := Tiles())
    prefetch.announce([4, 5, 6])
    by_hand.finish()
    assert source.prepared == [4, 5, 6]
    assert prefetch.fetch(5) == "tile 5"


def test_only_those_that_gain_by_it(by_hand):
    prefetch = TilePrefetch(source := Tiles(lambda index: index % 2))
    prefetch.announce([4, 5, 6])
    by_hand.finish()
    assert source.prepared == [5]


def test_none_is_decoded_twice(by_hand):
    prefetch = TilePrefetch(source := Tiles())
    prefetch.announce([4, 5])
    by_hand.finish()
    prefetch.announce([4, 5, 6])
    by_hand.finish()
    assert source.prepared == [4, 5, 6]


def test_what_nobody_has_begun_is_left_to_who_composes_it(by_hand):
    prefetch = TilePrefetch(source := Tiles())
    prefetch.announce([4, 5])
    assert prefetch.fetch(4) is None
    by_hand.finish()
    assert source.prepared == [5]


def test_after_a_change_of_mind_nothing_else_is_begun(by_hand):
    prefetch = TilePrefetch(source := Tiles())
    prefetch.announce([4, 5])
    prefetch.announce([])
    by_hand.finish()
    assert source.prepared == []


def test_without_workers_nothing_is_announced(monkeypatch):
    monkeypatch.setattr(tile_prefetch, "tile_workers", list)
    prefetch = TilePrefetch(Tiles())
    prefetch.announce([5, 6])
    assert not prefetch.jobs


def test_who_composes_decodes_another_while_one_is_in_the_making_and_waits_for_none(workers):
    begun, go_on, done = threading.Event(), threading.Event(), threading.Event()
    threads = {}

    class Slow(Tiles):
        def prepare(self, index):
            threads[index] = threading.current_thread()
            if index == 4:
                begun.set()
                assert go_on.wait(PATIENCE)
                done.set()
            return super().prepare(index)

    prefetch = TilePrefetch(source := Slow())
    prefetch.announce([4])
    assert begun.wait(PATIENCE)
    prefetch.announce([4, 6])  # for the same worker
    assert prefetch.fetch(4) is None
    assert source.prepared == [6]
    assert threads[6] is threading.current_thread()
    assert prefetch.fetch(6) == "tile 6"
    go_on.set()
    assert done.wait(PATIENCE)


def test_several_at_once(workers):
    both, done = threading.Barrier(2, timeout=PATIENCE), threading.Semaphore(0)

    class Together(Tiles):
        def prepare(self, index):
            both.wait()
            done.release()
            return super().prepare(index)

    prefetch = TilePrefetch(Together())
    prefetch.announce([4, 5])
    for _ in range(2):
        assert done.acquire(timeout=PATIENCE)
