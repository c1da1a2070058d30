"""The cache: what it holds, and that it is never more than fits, whatever comes in between."""

from __future__ import annotations

import pytest

from sddisplaylink.errors import ImageFormatError, LinkClosedError
from sddisplaylink.frames.cache import FrameCache
from sddisplaylink.frames.frame import Frame
from sddisplaylink.frames.retention import Plan


def frame(index: int) -> Frame:
    return Frame.of_pixels(index, 0.0, 0.05, (1, 1), bytes(4))


def cache_of(*indices: int, capacity: int = 10) -> FrameCache:
    cache = FrameCache(4, "a.gif")
    cache.apply_plan(Plan(kept={*range(10)}, capacity=capacity))
    for index in indices:
        cache.store(frame(index))
    return cache


def test_frames_that_the_plan_does_not_keep_are_not_held() -> None:
    cache = cache_of(1, 11)
    assert list(cache.frames) == [1]
    assert cache.nbytes == 4


def test_a_plan_of_which_less_fits_evicts_the_others_at_once() -> None:
    cache = cache_of(*range(6))
    cache.apply_plan(Plan(kept={1, 4}, capacity=2))
    assert list(cache.frames) == [1, 4]


def test_a_frame_that_is_not_kept_makes_room_for_one_that_is() -> None:
    cache = cache_of(0, 1)
    cache.apply_plan(Plan(kept={1, 2}, capacity=2))
    cache.store(frame(2))
    assert list(cache.frames) == [1, 2]


def test_no_more_is_held_than_fits_though_the_plan_keeps_more() -> None:
    assert list(cache_of(0, 1, 2, capacity=2).frames) == [0, 1]


def test_what_becomes_of_a_frame() -> None:
    cache = cache_of(0)
    cache.failures[1] = "broken"
    assert cache.outcome(0) is cache.frames[0]
    assert cache.outcome(2) is None
    with pytest.raises(ImageFormatError, match="a.gif: broken"):
        raise cache.outcome(1)  # type: ignore[misc]
    cache.is_closed = True
    assert isinstance(cache.outcome(0), LinkClosedError)
