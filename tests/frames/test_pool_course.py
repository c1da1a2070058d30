"""Directions, distances, jumps."""

from __future__ import annotations

import pytest

from sddisplaylink.frames.pool_course import Course, Direction

FORWARD, BACKWARD, BOTH = Direction.FORWARD, Direction.BACKWARD, Direction.BOTH
COUNT = 100


def at(*wishes, direction=FORWARD):
    course = Course()
    course.go(wishes, direction, COUNT)
    return course


@pytest.mark.parametrize(("course", "distances"), [
    (at(10, 11), {10: 0, 11: 1, 9: 99, 0: 90}),
    (at(10, 9, direction=BACKWARD), {10: 0, 9: 1, 11: 99, 99: 11}),
    (at(10, 11, direction=BOTH), {10: 0, 11: 1, 99: 89, 9: 179, 0: 188}),
    (at(10, 9, direction=BOTH), {10: 0, 9: 1, 0: 10, 11: 21, 99: 109}),
    (at(98, 99, direction=BOTH), {98: 0, 99: 1, 97: 3}),
])  # fmt: skip
def test_distance_in_showings(course, distances):
    assert {index: course.distance(index, COUNT) for index in distances} == distances


def test_a_single_frame_goes_both_ways():
    course = Course()
    course.go([0], BOTH, 1)
    assert course.distance(0, 1) == 0


def test_who_wants_nothing_is_far_from_everything():
    assert Course().distance(5, COUNT) == COUNT


@pytest.mark.parametrize(("direction", "steps", "jumps"), [
    (FORWARD, [0, 1, 2, 27, 28], False),
    (FORWARD, [98, 99, 0, 3], True),  # where it begins; a player begins at frame 0
    (FORWARD, [0, 30], True),
    (FORWARD, [5, 4], True),
    (BACKWARD, [99, 98, 90, 70, 50], False),
    (BACKWARD, [5, 0, 99], False),
    (BACKWARD, [50, 51], True),
    (BOTH, [98, 99, 97, 80, 99], False),
    (BOTH, [50, 10], True),
])  # fmt: skip
def test_jumps(direction, steps, jumps):
    course = Course()
    for index in steps:
        course.go([index], direction, COUNT)
    assert course.wanders is jumps


def test_a_jump_is_forgotten_when_all_frames_have_followed_in_order():
    course = at(0)
    course.go([60], FORWARD, COUNT)
    for step in range(COUNT):
        course.go([(61 + step) % COUNT], FORWARD, COUNT)
        assert course.wanders
    course.go([61], FORWARD, COUNT)
    assert not course.wanders


def test_wanting_nothing_is_no_jump():
    course = at(60, 61)
    course = at(0, 1)
    course.wishes = ()
    course.go([1], FORWARD, COUNT)
    assert not course.wanders


def test_visitors_are_taken_to_go_on_as_they_came():
    course = Course()
    for index, direction in ((0, FORWARD), (1, FORWARD), (1, FORWARD), (0, BACKWARD), (3, FORWARD), (2, BACKWARD)):
        course.visit(index, COUNT)
        assert course.direction is direction
    assert not course.wanders
    course.visit(60, COUNT)
    assert course.wanders


def test_strolling_is_one_step_forwards():
    course = Course()
    seen = []
    for index in (0, 1, 2, 2, 4, 5, 4):
        course.visit(index, COUNT)
        seen.append(course.strolls)
    assert seen == [False, True, True, False, False, True, False]
