"""Whose wishes come first, and what goes first."""

from __future__ import annotations

from sddisplaylink.pool_plan import Plan


def farthest_first(plan, indices):
    return sorted(indices, key=plan.distance, reverse=True)


def test_one_reader_in_its_order():
    assert Plan([(3, 4, 5, 6)], 10, 3).order == [3, 4, 5]


def test_every_readers_first_before_anybodys_second():
    assert Plan([(0, 1, 2), (7, 8, 9), (1, 2)], 10, 6).order == [0, 7, 1, 8, 2, 9]


def test_readers_of_the_same_frames_share_them():
    assert Plan([(0, 1, 2), (0, 1, 2)], 10, 3).order == [0, 1, 2]


def test_nobody_wants_anything():
    plan = Plan([(), ()], 10, 3)
    assert plan.order == []
    assert plan.distance(4) == plan.distance(9)


def test_what_was_just_shown_goes_before_what_comes_next():
    assert farthest_first(Plan([(4, 5)], 10, 5), [3, 4, 5, 6, 7]) == [3, 7, 6, 5, 4]


def test_the_same_going_backwards():
    assert farthest_first(Plan([(5, 4)], 10, 5), [3, 4, 5, 6, 7]) == [6, 7, 3, 4, 5]


def test_round_the_end():
    assert farthest_first(Plan([(9, 0)], 10, 5), [8, 9, 0, 1, 2]) == [8, 2, 1, 0, 9]
    assert farthest_first(Plan([(0, 9)], 10, 5), [8, 9, 0, 1, 2]) == [1, 2, 8, 9, 0]


def test_what_any_reader_wants_soon_is_kept():
    plan = Plan([(10, 11), (60, 61)], 100, 10)
    assert plan.distance(12) < plan.distance(30) < plan.distance(59)
    assert plan.distance(62) < plan.distance(80)


def test_a_turn_is_followed_in_the_new_direction():
    assert farthest_first(Plan([(7, 8, 9, 8)], 10, 10), [7, 6, 5]) == [5, 6, 7]
