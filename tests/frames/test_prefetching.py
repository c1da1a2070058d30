"""Which regions a pool has decoded ahead on other threads."""

from __future__ import annotations

from copy import copy

import pytest

from sddisplaylink.decoders.composition import region_prefetch
from sddisplaylink.decoders.data.file import FileData
from sddisplaylink.decoders.data.limits import Limits
from sddisplaylink.decoders.gif import painter
from sddisplaylink.decoders.opening import open_decoder
from sddisplaylink.errors import ImageFormatError
from sddisplaylink.frames import decoding
from sddisplaylink.frames.cache import FrameCache
from sddisplaylink.frames.decoding import Decoding
from sddisplaylink.frames.pool import FramePool
from sddisplaylink.frames.timeline import Timeline
from sddisplaylink.machine.workers import DecodeWorker
from support.images import GifPicture, build_gif
from support.pool_support import PATIENCE, ByHand


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


TILES = [GifPicture(2, 1, at % 3, at % 3, fill=at, transparent=0) for at in range(1, 10)]
DATA = build_gif([GifPicture(), *TILES])


@pytest.fixture
def heavy(monkeypatch):
    monkeypatch.setattr(painter, "LONG", 0)
    monkeypatch.setattr(decoding, "LONG_COST", 0)


def opened(data=DATA):
    return open_decoder(FileData(data), Limits(1000))


def test_on_a_path_the_next_tiles_are_decoded(by_hand, heavy, monkeypatch):
    decoder = opened()
    expected = FramePool(copy(decoder), Timeline(decoder, "raw"), "test").frame(6)
    used = []
    fetch = decoder.prefetch.fetch
    monkeypatch.setattr(decoder.prefetch, "fetch", lambda index: used.append((index, region := fetch(index))) or region)
    following = Decoding(decoder, FrameCache(16, "test"), Timeline(decoder, "raw"))
    while (frame := following.step(6)) is None:
        by_hand.finish()
    assert [index for index, region in used if region is not None] == [1, 2, 3, 4, 5, 6]
    assert bytes(frame.rgba) == bytes(expected.rgba)


def test_sequential_callers_find_the_next_regions_decoded(by_hand, heavy):
    decoder = opened()
    pool = FramePool(decoder, Timeline(decoder, "raw"), "test")
    for index in range(3):
        pool.frame(index)
    assert sorted(decoder.prefetch.jobs) == [3, 4, 5, 6]
    pool.purge()
    assert not decoder.prefetch.jobs


def test_a_broken_tile_is_reported_as_without_a_second_thread(workers, heavy):
    broken = GifPicture(2, 1, fill=1, transparent=0, data=b"\x0c\x01\xff\0")
    decoder = opened(build_gif([GifPicture(), *TILES[:3], broken, *TILES[4:]]))
    pool = FramePool(decoder, Timeline(decoder, "raw"), "test")
    with pytest.raises(ImageFormatError, match="test: frame 4"):
        pool.frame(6)
    assert pool.frame(3).index == 3
