"""Where key frames lie, and how far apart."""

from __future__ import annotations

from math import ceil, isqrt

import pytest

from sddisplaylink.frames.key_frames import KeyFrames, key_spacing, keys_along, spacing_fits, sweeps
from support.pool_support import FRAME, Countable

MEGABYTE = 1 << 20


def test_one_every_so_many_frames():
    keys = KeyFrames.find(Countable(100), 100, FRAME, 30)
    assert keys == KeyFrames(30, frozenset([29, 59, 89]), 29)


@pytest.mark.parametrize("count", [50, 300])
def test_wider_ones_are_some_of_the_narrow_ones(count):
    decoder = Countable(count, restarts=[70], loose=range(90, 97))
    narrow = KeyFrames.find(decoder, count, 2 * FRAME, 4)
    for times in (2, 3, 5):
        assert KeyFrames.find(decoder, count, 2 * FRAME, 4 * times).indices <= narrow.indices


def test_frames_that_nothing_can_be_built_on_are_passed_over():
    assert KeyFrames.find(Countable(100, loose=[29, 30, 59]), 100, FRAME, 30).indices == {31, 60, 89}


def test_frames_that_need_none_before_them_cost_no_memory():
    decoder = Countable(100, restarts=[20, 50, 51])
    assert KeyFrames.find(decoder, 100, FRAME, 25) == KeyFrames(25, frozenset([44, 75]), 24)
    assert KeyFrames.find(Countable(100, restarts=range(100)), 100, FRAME, 25) == KeyFrames(25, frozenset(), 1)


def test_where_nothing_can_be_built_on_anything_the_way_is_long():
    assert KeyFrames.find(Countable(100, loose=range(100)), 100, FRAME, 10) == KeyFrames(10, frozenset(), 100)


@pytest.mark.parametrize("count", [1, 2, 10, 100, 300, 1000, 100_000])
def test_with_room_enough_never_farther_than_the_square_root(count):
    assert key_spacing(count, 8 * MEGABYTE, count) <= max(4, isqrt(count))


def test_cheap_frames_are_denser():
    assert key_spacing(1000, 1000, 1000) == 4
    assert key_spacing(1000, MEGABYTE, 1000) == ceil(1000 / 64)


@pytest.mark.parametrize("capacity", range(1, 120))
def test_keys_and_one_stretch_fit_into_the_capacity_if_they_can_at_all(capacity):
    spacing = key_spacing(1000, 8 * MEGABYTE, capacity)
    if capacity >= 32 + 31 + 4:
        assert spacing_fits(spacing, 1000, capacity)
    else:
        assert 1000 // spacing <= max(1, capacity // 2)


def going_back(length, slots):
    """How many frames are composed to show all of a way backwards, with key frames held in so many slots."""
    keys, composed = [], 0
    for goal in reversed(range(length)):
        if goal in keys:
            keys.remove(goal)
            continue
        first = max((key for key in keys if key < goal), default=-1) + 1
        way = range(first, goal + 1)
        composed += len(way)
        keys += keys_along(way, slots - len(keys))
        assert len(keys) <= slots
    return composed


@pytest.mark.parametrize(("length", "slots"), [(300, 2), (300, 3), (300, 8), (300, 20), (300, 298), (1000, 8), (7, 3)])
def test_the_way_back_costs_no_more_than_can_be_had(length, slots):
    assert going_back(length, slots) <= length * (sweeps(length, slots) + 1)


def test_sweeps():
    assert [sweeps(6, slots) for slots in range(7)] == [6, 5, 2, 2, 2, 1, 1]


def test_room_for_all_holds_all_but_the_end():
    assert keys_along(range(10, 15), 9) == [10, 11, 12, 13]
    assert keys_along(range(10, 15), 0) == []
    assert keys_along([10], 5) == []
