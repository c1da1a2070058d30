"""Regions decoded on other threads: which, how many at a time, and that the thread that composes waits for nobody."""

from __future__ import annotations

import threading
from copy import copy

import pytest

from sddisplaylink.decoders.data.file import FileData
from sddisplaylink.decoders.data.limits import Limits
from sddisplaylink.decoders.gif import painter
from sddisplaylink.decoders.opening import open_decoder
from sddisplaylink.errors import ImageFormatError
from sddisplaylink.frames import decoding, tile_prefetch
from sddisplaylink.frames.decoding import Decoding
from sddisplaylink.frames.pool import FramePool
from sddisplaylink.frames.tile_prefetch import TilePrefetch
from sddisplaylink.frames.timeline import Timeline
from sddisplaylink.frames.worker import DecodeWorker
from support.images import GifPicture, build_gif
from support.pool_support import PATIENCE


class ByHand:
    """Workers who do nothing by themselves."""

    capacity = 1

    def __init__(self):
        self.submitted = 0

    def submit(self, prefetch):
        self.submitted += 1


class Regions:
    def __init__(self, worth=lambda index: True):
        self.worth_preparing = worth
        self.prepared = []

    def prepare(self, index):
        self.prepared.append(index)
        return f"region {index}"

    def use_prepared(self, index, region):
        raise NotImplementedError


@pytest.fixture
def by_hand(monkeypatch):
    workers = ByHand()
    monkeypatch.setattr(tile_prefetch, "region_workers", lambda: workers)
    return workers


@pytest.fixture
def workers(monkeypatch):
    workers = DecodeWorker("test-regions", threads=2)
    monkeypatch.setattr(tile_prefetch, "region_workers", lambda: workers)
    yield workers
    assert workers.stop(PATIENCE)


def finish(prefetch):
    while prefetch.work():
        pass


def test_regions_are_decoded_in_the_order_in_which_they_are_composed(by_hand):
    prefetch = TilePrefetch(source := Regions())
    prefetch.announce([4, 5, 6])
    assert by_hand.submitted == 1
    finish(prefetch)
    assert source.prepared == [4, 5, 6]
    assert prefetch.fetch(5) == "region 5"


def test_only_those_that_gain_by_it(by_hand):
    prefetch = TilePrefetch(source := Regions(lambda index: index % 2))
    prefetch.announce([4, 5, 6])
    finish(prefetch)
    assert source.prepared == [5]


def test_none_is_decoded_twice(by_hand):
    prefetch = TilePrefetch(source := Regions())
    prefetch.announce([4, 5])
    prefetch.work()
    prefetch.announce([4, 5, 6])
    finish(prefetch)
    assert source.prepared == [4, 5, 6]


def test_what_nobody_has_begun_is_left_to_who_composes_it(by_hand):
    prefetch = TilePrefetch(source := Regions())
    prefetch.announce([4, 5])
    assert prefetch.fetch(4) is None
    finish(prefetch)
    assert source.prepared == [5]


def test_after_a_change_of_mind_nothing_else_is_begun(by_hand):
    prefetch = TilePrefetch(source := Regions())
    prefetch.announce([4, 5])
    prefetch.announce([])
    finish(prefetch)
    assert source.prepared == []


def test_who_composes_decodes_another_while_one_is_in_the_making_and_waits_for_none(workers):
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

    workers.capacity, workers._slots = 1, workers._slots[:1]
    prefetch = TilePrefetch(source := Slow())
    prefetch.announce([4, 5])
    assert begun.wait(PATIENCE)
    assert prefetch.fetch(4) is None
    assert source.prepared == [5]
    assert threads[5] is threading.current_thread()
    assert prefetch.fetch(5) == "region 5"
    go_on.set()
    assert done.wait(PATIENCE)


def test_several_at_once(workers):
    both, done = threading.Barrier(2, timeout=PATIENCE), threading.Semaphore(0)

    class Together(Regions):
        def prepare(self, index):
            both.wait()
            done.release()
            return super().prepare(index)

    prefetch = TilePrefetch(Together())
    prefetch.announce([4, 5])
    for _ in range(2):
        assert done.acquire(timeout=PATIENCE)


# within a pool

TILES = [GifPicture(2, 1, at % 3, at % 3, fill=at, transparent=0) for at in range(1, 10)]
DATA = build_gif([GifPicture(), *TILES])


@pytest.fixture
def heavy(monkeypatch):
    monkeypatch.setattr(painter, "_LONG", 0)
    monkeypatch.setattr(decoding, "_LONG_COST", 0)


def opened(data=DATA):
    return open_decoder(FileData(data), Limits(1000))


def test_on_a_path_the_next_regions_are_decoded(by_hand, heavy, monkeypatch):
    decoder = opened()
    expected = FramePool(copy(decoder), Timeline(decoder, "raw"), "test").frame(6)
    used = []
    use = type(decoder).use_prepared
    monkeypatch.setattr(
        type(decoder), "use_prepared", lambda self, index, region: used.append(index) if region else use(self, 0, None)
    )
    following = Decoding(decoder, {}, Timeline(decoder, "raw"))
    while following.step(6) != 6:
        finish(following._regions[1])
    assert used == [1, 2, 3, 4, 5, 6]
    assert bytes(following.make(6).rgba) == bytes(expected.rgba)


def test_who_takes_one_frame_after_the_other_finds_the_next_ones_decoded(by_hand, heavy):
    decoder = opened()
    pool = FramePool(decoder, Timeline(decoder, "raw"), "test")
    for index in range(3):
        pool.frame(index)
    assert sorted(pool._decoding._regions[1].jobs) == [3, 4]
    pool.purge()
    assert not pool._decoding._regions[1].jobs


def test_a_broken_region_is_reported_as_without_a_second_thread(workers, heavy):
    broken = GifPicture(2, 1, fill=1, transparent=0, data=b"\x0c\x01\xff\0")
    decoder = opened(build_gif([GifPicture(), *TILES[:3], broken, *TILES[4:]]))
    pool = FramePool(decoder, Timeline(decoder, "raw"), "test")
    with pytest.raises(ImageFormatError, match="test: frame 4"):
        pool.frame(6)
    assert pool.frame(3).index == 3
