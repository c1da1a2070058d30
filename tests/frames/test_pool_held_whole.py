"""A pool that holds all frames: its readers request nothing, until the frames are no longer all held."""

from __future__ import annotations

import pytest

from sddisplaylink.frames import pool as frame_pool
from sddisplaylink.frames.retention import Direction
from support.pool_support import FRAME, NoWorker, drain, held, let_nothing_be_small, make_pool


@pytest.fixture
def pool_of_two(monkeypatch):
    """A pool of 100 frames, all of them held because one of two readers goes back, and the readers."""
    worker = NoWorker()
    monkeypatch.setattr(frame_pool, "shared_worker", lambda: worker)
    let_nothing_be_small(monkeypatch)
    pool, decoder = make_pool(100)
    forward, returning = pool.open_reader(200 * FRAME), pool.open_reader(200 * FRAME)
    for index in range(100):
        forward.prefetch([index, (index + 1) % 100])
        returning.prefetch([(index + 50) % 100, (index + 51) % 100], Direction.BOTH)
        drain(pool)
    return decoder, pool, forward, returning


def test_a_reader_goes_on_from_the_frame_on_screen_when_all_are_no_longer_held(pool_of_two):
    decoder, pool, forward, returning = pool_of_two
    forward.shown = 50  # shown without a request
    assert forward.has_all()
    decoder.composed.clear()
    returning.close()
    drain(pool)
    assert held(pool) == [50, 51, 52]
    assert not decoder.composed
    forward.prefetch([52, 53, 54])
    drain(pool)
    assert decoder.composed == [53, 54]
    assert held(pool) == [52, 53, 54]


@pytest.mark.parametrize(("shown", "expected"), [(98, [0, 98, 99]), (99, [0, 1, 99])])
def test_at_the_end_of_a_loop_the_first_frames_stay_held(pool_of_two, shown, expected):
    decoder, pool, forward, returning = pool_of_two
    forward.shown = shown
    assert forward.has_all()
    decoder.composed.clear()
    returning.close()
    drain(pool)
    assert held(pool) == expected
    assert not decoder.composed


def test_one_that_comes_when_all_frames_are_held_leaves_them_there(pool_of_two):
    decoder, pool, forward, returning = pool_of_two
    for reader, index in [(forward, 0), (returning, 50)]:
        reader.prefetch([index, index + 1, index + 2])
    drain(pool)
    for reader, index in [(forward, 40), (returning, 90)]:
        reader.shown = index
        assert reader.has_all()
    decoder.composed.clear()
    pool.open_reader(200 * FRAME).prefetch([0, 1, 2])
    drain(pool)
    assert len(held(pool)) == 100
    assert not decoder.composed


def test_a_purge_leaves_the_frame_that_was_shown_without_a_request(pool_of_two):
    _, pool, forward, returning = pool_of_two
    for reader, index in [(forward, 50), (returning, 90)]:
        reader.shown = index
        assert reader.has_all()
    pool.purge()
    drain(pool)
    assert held(pool) == [50, 90]
