"""Regions decoded on other threads: which, how many at a time, and that the composing thread never waits."""

from __future__ import annotations

import threading

import pytest

from sddisplaylink.decoders.composition import region_prefetch
from sddisplaylink.decoders.composition.region_prefetch import RegionPrefetch
from sddisplaylink.machine.workers import DecodeWorker
from support.pool_support import PATIENCE, ByHand


class Regions:
    def __init__(self, worth=lambda index: True):
        self.worth_preparing = worth
        self.prepared = []

    def prepare(self, index):
        self.prepared.append(index)
        return f"region {index}"


@pytest.fixture
def by_hand(monkeypatch):
    worker = ByHand()
    monkeypatch.setattr(region_prefetch, "region_workers", lambda: [worker, worker])
    return worker


@pytest.fixture
def workers(monkeypatch):
    workers = [DecodeWorker("test-regions") for _ in range(2)]
    monkeypatch.setattr(region_prefetch, "region_workers", lambda: workers)
    yield workers
    for worker in workers:
        assert worker.stop(PATIENCE)


def test_tiles_are_decoded_in_the_order_in_which_they_are_composed(by_hand):
    prefetch = RegionPrefetch(source := Regions())
    prefetch.set_upcoming([4, 5, 6])
    by_hand.finish()
    assert source.prepared == [4, 5, 6]
    assert prefetch.fetch(5) == "region 5"


def test_only_regions_that_are_slow_to_decode_are_prefetched(by_hand):
    prefetch = RegionPrefetch(source := Regions(lambda index: index % 2))
    prefetch.set_upcoming([4, 5, 6])
    by_hand.finish()
    assert source.prepared == [5]


def test_none_is_decoded_twice(by_hand):
    prefetch = RegionPrefetch(source := Regions())
    prefetch.set_upcoming([4, 5])
    by_hand.finish()
    prefetch.set_upcoming([4, 5, 6])
    by_hand.finish()
    assert source.prepared == [4, 5, 6]


def test_regions_that_no_worker_has_begun_are_left_to_the_composing_thread(by_hand):
    prefetch = RegionPrefetch(source := Regions())
    prefetch.set_upcoming([4, 5])
    assert prefetch.fetch(4) is None
    by_hand.finish()
    assert source.prepared == [5]


def test_after_another_announcement_no_old_region_is_begun(by_hand):
    prefetch = RegionPrefetch(source := Regions())
    prefetch.set_upcoming([4, 5])
    prefetch.set_upcoming([])
    by_hand.finish()
    assert source.prepared == []


def test_without_workers_nothing_is_announced(monkeypatch):
    monkeypatch.setattr(region_prefetch, "region_workers", list)
    prefetch = RegionPrefetch(Regions())
    prefetch.set_upcoming([5, 6])
    assert not prefetch.jobs


def test_the_composing_thread_decodes_another_region_while_one_is_being_decoded(workers):
    begun, go_on, done = threading.Event(), threading.Event(), threading.Event()
    threads = {}

    class Slow(Regions):
        def prepare(self, index):
            threads[index] = threading.current_thread()
            if index == 4:
                begun.set()
                assert go_on.wait(PATIENCE)
                done.set()
            return super().prepare(index)

    prefetch = RegionPrefetch(source := Slow())
    prefetch.set_upcoming([4])
    assert begun.wait(PATIENCE)
    prefetch.set_upcoming([4, 6])  # for the same worker
    assert prefetch.fetch(4) is None
    assert source.prepared == [6]
    assert threads[6] is threading.current_thread()
    assert prefetch.fetch(6) == "region 6"
    go_on.set()
    assert done.wait(PATIENCE)


def test_several_at_once(workers):
    both, done = threading.Barrier(2, timeout=PATIENCE), threading.Semaphore(0)

    class Together(Regions):
        def prepare(self, index):
            both.wait()
            done.release()
            return super().prepare(index)

    prefetch = RegionPrefetch(Together())
    prefetch.set_upcoming([4, 5])
    for _ in range(2):
        assert done.acquire(timeout=PATIENCE)
