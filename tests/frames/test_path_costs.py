"""Finding decode paths: what a decoder is asked, counted; and frames that are evicted meanwhile."""

from __future__ import annotations

import pytest

from sddisplaylink.errors import ImageFormatError
from sddisplaylink.frames import pool as frame_pool
from sddisplaylink.frames.cache import FrameCache
from sddisplaylink.frames.decoding import Decoding
from sddisplaylink.frames.frame import Frame
from sddisplaylink.frames.retention import Plan
from sddisplaylink.frames.timeline import Timeline
from support.pool_support import FRAME, Countable, NoWorker, drain, let_nothing_be_small, make_pool


@pytest.fixture(autouse=True)
def by_hand(monkeypatch):
    monkeypatch.setattr(frame_pool, "shared_worker", NoWorker)


def count_questions(decoder):
    """A list that gets an entry each time that the decoder is asked for a reference."""
    asked = []
    reference = decoder.reference
    decoder.reference = lambda index: asked.append(index) or reference(index)
    return asked


@pytest.mark.parametrize("is_kept_whole", [False, True])
@pytest.mark.parametrize("players", [1, 4, 16])
def test_seeks_to_far_places_are_linear_in_the_frames_and_in_the_players(monkeypatch, is_kept_whole, players):
    if not is_kept_whole:
        let_nothing_be_small(monkeypatch)

    def seek_all(count):
        pool, decoder = make_pool(count)
        asked = count_questions(decoder)
        got = []
        readers = [pool.open_reader(None) for _ in range(players)]
        for at, reader in enumerate(readers, 1):
            index = at * count // players - 1
            reader.prefetch([index, index + 1])
            reader.notify(index, got.append)
        drain(pool)
        assert len(got) == players
        return len(asked) + len(decoder.composed)

    few, many = seek_all(500), seek_all(2000)
    assert few <= 500 * (6 + players)
    assert many <= 5 * few


def test_the_frames_after_a_broken_one_cost_next_to_nothing():
    pool, decoder = make_pool(1000, broken=[5])
    asked = count_questions(decoder)
    for index in range(6, 1000):
        with pytest.raises(ImageFormatError, match="test: frame 5 is broken"):
            pool.frame(index)
    assert len(asked) + len(decoder.composed) <= 5 * 1000


def test_random_access_costs_about_the_square_root():
    pool, decoder = make_pool(10_000, size=(80, 80))
    pool.frame(9999)
    asked = count_questions(decoder)
    decoder.composed.clear()
    for step in range(100):
        pool.frame(step * 3833 % 10_000)
    assert len(asked) + len(decoder.composed) <= 100 * 4 * 100


def test_a_frame_that_would_depend_on_itself_is_an_error_and_no_endless_path():
    pool, decoder = make_pool(5)
    decoder.reference = lambda index: index
    with pytest.raises(RuntimeError, match="frame 3 cannot depend on frame 3"):
        pool.frame(3)


class LateLog(Countable):
    """Knows a way back from frame 5, which another thread evicts from the cache just then."""

    def __init__(self, count):
        super().__init__(count)
        self.cache = FrameCache(FRAME, "test")
        self.cache.apply_plan(Plan(kept={5}, capacity=10))

    def keep_log(self, nbytes):
        pass

    def path_back(self, index, held, most):
        if 5 not in held:
            return None
        del self.cache.frames[5]
        return 5, [4]


def test_a_frame_evicted_while_the_path_is_sought_is_not_resumed_from():
    decoder = LateLog(10)
    timeline = Timeline(decoder, "browser")
    decoder.cache.frames[5] = Frame.of_pixels(5, *timeline.span(5), (2, 2), bytes([5]) * FRAME)
    decoding = Decoding(decoder, decoder.cache, timeline)
    decoding.keep_log(1000)
    frame = None
    while frame is None:
        frame = decoding.step(4)
    assert (frame.index, decoder.composed, decoder.resumed) == (4, [0, 1, 2, 3, 4], [])
