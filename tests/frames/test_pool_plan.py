"""Whose wishes come first, what is worth holding, and what goes first."""

from __future__ import annotations

import pytest

from sddisplaylink.frames import retention as pool_plan
from sddisplaylink.frames.key_frames import KeyFrames
from sddisplaylink.frames.pool_course import Course, Direction
from sddisplaylink.frames.retention import Plan, Room

MEGABYTE = 1 << 20
FORWARD, BACKWARD, BOTH = Direction.FORWARD, Direction.BACKWARD, Direction.BOTH


def going(*wishes, direction=FORWARD, count=10, jumped=False):
    course = Course()
    if jumped:
        course.go([(wishes[0] - count // 2) % count], direction, count)
    course.go(wishes, direction, count)
    return course


def plan_of(*courses, count=10, capacity=3, size=MEGABYTE * 8, plenty=0, **options):
    return Plan(courses, Room(count, size, capacity, plenty), **options)


def kept(plan, count):
    return [index for index in range(count) if plan.holds(index)]


def farthest_first(plan, indices):
    return sorted(indices, key=plan.distance, reverse=True)


def test_one_reader_in_its_order():
    assert plan_of(going(3, 4, 5, 6)).order == [3, 4, 5]


def test_every_readers_first_before_anybodys_second():
    assert plan_of(going(0, 1, 2), going(7, 8, 9), going(1, 2), capacity=6).order == [0, 7, 1, 8, 2, 9]


def test_readers_of_the_same_frames_share_them():
    assert plan_of(going(0, 1, 2), going(0, 1, 2)).order == [0, 1, 2]


def test_what_is_urgent_comes_before_all_wishes():
    assert plan_of(going(0, 1), going(4, 5), urgent=[8, 1]).order == [8, 1, 0]
    assert plan_of(going(0, 1), urgent=[8]).order == [8, 0, 1]


def test_nobody_wants_anything():
    plan = plan_of(going(), going())
    assert plan.order == []
    assert plan.distance(4) == plan.distance(9)
    assert kept(plan, 10) == []


def test_the_only_user_goes_on():
    course = going(3, 4)
    plan = plan_of(course)
    course.go((4, 5), FORWARD, 10)
    plan.reorder([])
    assert (plan.order, kept(plan, 10)) == ([4, 5], [4, 5])


def test_forwards_only_what_is_wanted_is_held():
    assert kept(plan_of(going(3, 4), capacity=10), 10) == [3, 4]
    assert kept(plan_of(going(3, 4), going(4, 5), going(5, 6), capacity=10), 10) == [3, 4, 5, 6]


def test_a_small_animation_is_held_whole_if_there_is_room():
    size = pool_plan._SMALL_BYTES // 10
    assert kept(plan_of(going(3, 4), capacity=10, size=size), 10) == list(range(10))
    assert kept(plan_of(going(3, 4), capacity=9, size=size), 10) == [3, 4]
    assert kept(plan_of(going(3, 4), capacity=10, size=size + 1), 10) == [3, 4]


@pytest.mark.parametrize("use", [
    [going(3, 2, direction=BACKWARD)],
    [going(3, 4, direction=BOTH)],
    [going(0, 1), going(5, 6)],
])  # fmt: skip
def test_a_larger_one_is_held_whole_if_it_would_be_decoded_again_and_again(use):
    size = pool_plan._CHEAP_BYTES // 10
    assert plan_of(*use, capacity=10, size=size).is_whole
    assert not plan_of(*use, capacity=10, size=size + 1).is_whole
    assert not plan_of(*use, capacity=9, size=size).is_whole


def test_a_jump_alone_is_no_reason_to_hold_it_whole():
    size = pool_plan._CHEAP_BYTES // 40
    plan = plan_of(going(30, 31, jumped=True, count=40), count=40, capacity=40, size=size)
    assert (plan.is_whole, plan.hoards) == (False, True)
    assert plan.spacing > 0


def test_players_at_different_places_leave_frames_behind_for_one_another():
    ahead, behind = going(50, 51, count=100), going(40, 41, count=100)
    plan = plan_of(ahead, behind, count=100, capacity=40, plenty=40)
    assert kept(plan, 100) == list(range(40, 70))
    assert kept(plan_of(ahead, behind, count=100, capacity=40, plenty=4), 100) == [40, 41, 50, 51]


def test_backwards_key_frames_are_held_and_what_lies_between_two():
    keys = KeyFrames(0, frozenset(range(10, 100, 10)), 10)
    course = going(57, 56, count=100, direction=BACKWARD)
    plan = plan_of(course, count=100, capacity=50)
    plan = plan_of(course, count=100, capacity=50, keys=KeyFrames(plan.spacing, keys.indices, 10))
    held = kept(plan, 100)
    assert set(keys.indices) <= set(held)
    assert set(range(46, 58)) <= set(held)
    assert len(held) < 30


def test_key_frames_for_another_spacing_are_of_no_use():
    keys = KeyFrames(3, frozenset([30]), 10)
    assert not plan_of(going(57, 56, count=100, direction=BACKWARD), count=100, capacity=50, keys=keys).holds(30)


def test_what_was_just_shown_goes_before_what_comes_next():
    assert farthest_first(plan_of(going(4, 5)), [3, 4, 5, 6, 7]) == [3, 7, 6, 5, 4]


def test_the_same_going_backwards():
    assert farthest_first(plan_of(going(5, 4, direction=BACKWARD)), [3, 4, 5, 6, 7]) == [6, 7, 3, 4, 5]


def test_key_frames_go_after_what_was_shown_and_before_what_is_wanted():
    course = going(57, 56, count=100, direction=BACKWARD)
    spacing = plan_of(course, count=100, capacity=40).spacing
    plan = plan_of(course, count=100, capacity=40, keys=KeyFrames(spacing, frozenset([20, 40, 80]), 20))
    assert farthest_first(plan, [20, 40, 55, 56, 57, 58, 80]) == [58, 55, 80, 20, 40, 56, 57]


def test_round_the_end():
    assert farthest_first(plan_of(going(9, 0)), [8, 9, 0, 1, 2]) == [8, 2, 1, 0, 9]
    assert farthest_first(plan_of(going(0, 9, direction=BACKWARD)), [8, 9, 0, 1, 2]) == [1, 2, 8, 9, 0]


def test_what_any_reader_wants_soon_is_kept():
    plan = plan_of(going(10, 11, count=100), going(60, 61, count=100), count=100)
    assert plan.distance(12) < plan.distance(30) < plan.distance(59)
    assert plan.distance(62) < plan.distance(80)


def test_a_second_frame_is_decoded_ahead_unless_frames_are_large():
    assert Room(100, 8 * MEGABYTE, 10, 0).ahead == 1
    assert Room(100, MEGABYTE, 10, 0).ahead == 2
    assert Room(100, 1000, 10, 0).ahead == 2


@pytest.mark.parametrize(("changed", "spacing", "undo"), [(4, 0, 5), (7, 4, 5), (2, 0, 3)])
def test_there_is_room_to_undo_one_stretch(changed, spacing, undo):
    course = going(50, 49, direction=BACKWARD, count=100)
    plan = Plan([course], Room(100, 8 * MEGABYTE, 60, 0, changed, steps_back=True))
    assert (plan.spacing, plan.undo_frames, plan.returning) == (spacing, undo, 0)
    assert not Plan([course], Room(100, 8 * MEGABYTE, 60, 0, changed)).undo_frames


def test_where_most_of_the_picture_changes_frames_are_held_instead():
    course = going(50, 49, direction=BACKWARD, count=100)
    plan = Plan([course], Room(100, 8 * MEGABYTE, 60, 0, 34, steps_back=True))
    assert plan.undo_frames == 0
    assert plan.returning > 0
