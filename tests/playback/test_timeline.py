"""The native timeline against a model that simply lists every showing."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from sddisplaylink.native import ffi, lib
from support.native_player import BOUNCE, MODES, NORMAL, REVERSE, REVERSED_BOUNCE, one_loop

LIMIT = (2**63 - 1) // 4


@dataclass(frozen=True)
class Position:
    step: int
    begins: int
    ends: int
    loop: int
    frame: int
    finished: int


def locate(durations: list[int], mode: int, loops: int, media_time: int) -> Position:
    out = ffi.new("sddl_position *")
    assert lib.sddl_timeline_locate(durations, len(durations), mode, loops, media_time, out) == 0
    return Position(out.step, out.begins, out.ends, out.loop, out.frame, out.finished)


def showings(durations: list[int], mode: int, loops: int) -> list[Position]:
    """Every showing of a finite timeline, one after the other."""
    loop = one_loop(len(durations), mode)
    frames = [(number, frame) for number in range(loops) for frame in loop]
    if mode in (BOUNCE, REVERSED_BOUNCE) and len(durations) > 1:
        frames.append((loops - 1, loop[0]))
    found, now = [], 0
    for step, (number, frame) in enumerate(frames):
        found.append(Position(step, now, now + durations[frame], number, frame, 0))
        now += durations[frame]
    return found


durations = st.lists(st.integers(1, 9), min_size=1, max_size=6)
modes = st.sampled_from(MODES)


@given(durations, modes, st.integers(1, 3))
@settings(max_examples=150, deadline=None)
def test_finite_timeline_is_the_list_of_its_showings(durations: list[int], mode: int, loops: int) -> None:
    expected = showings(durations, mode, loops)
    total = expected[-1].ends
    actual = [locate(durations, mode, loops, time) for time in range(total)]
    assert actual == [showing for showing in expected for _ in range(showing.begins, showing.ends)]


@given(durations, modes, st.integers(1, 3), st.integers(0, 100))
@settings(max_examples=100, deadline=None)
def test_outside_a_finite_timeline_the_nearest_showing_is_reported(
    durations: list[int], mode: int, loops: int, distance: int
) -> None:
    expected = showings(durations, mode, loops)
    after = locate(durations, mode, loops, expected[-1].ends + distance)
    before = locate(durations, mode, loops, -1 - distance)
    assert after == Position(**{**vars(expected[-1]), "finished": 1})
    assert before == Position(**{**vars(expected[0]), "finished": -1})


@given(durations, modes, st.integers(-400, 400))
@settings(max_examples=300, deadline=None)
def test_endless_timeline_repeats_in_both_directions(durations: list[int], mode: int, time: int) -> None:
    frames = one_loop(len(durations), mode)
    period = sum(durations[frame] for frame in frames)
    loop, phase = divmod(time, period)
    inner = locate(durations, mode, 1, phase)
    expected = Position(
        loop * len(frames) + inner.step, loop * period + inner.begins, loop * period + inner.ends, loop, inner.frame, 0
    )
    assert locate(durations, mode, 0, time) == expected


@given(durations, modes, st.integers(0, 3), st.integers(-200, 200))
@settings(max_examples=200, deadline=None)
def test_showings_follow_each_other_without_a_gap(durations: list[int], mode: int, loops: int, time: int) -> None:
    here = locate(durations, mode, loops, time)
    assume(here.finished == 0)
    following = locate(durations, mode, loops, here.ends)
    assert here.begins <= time < here.ends
    assert here.ends - here.begins == durations[here.frame]
    assert following.finished == 1 or (following.step, following.begins) == (here.step + 1, here.ends)


@given(st.lists(st.integers(1, 10**13), min_size=1, max_size=40), modes, st.integers(-LIMIT, LIMIT))
@example([1, 1], NORMAL, -LIMIT)
@settings(max_examples=200, deadline=None)
def test_long_animations_and_far_times_stay_exact(durations: list[int], mode: int, time: int) -> None:
    here = locate(durations, mode, 0, time)
    frames = one_loop(len(durations), mode)
    loop, ordinal = divmod(here.step, len(frames))
    period = sum(durations[frame] for frame in frames)
    assert (here.loop, here.frame) == (loop, frames[ordinal])
    assert here.begins == loop * period + sum(durations[frame] for frame in frames[:ordinal])
    assert here.begins <= time < here.ends == here.begins + durations[here.frame]


@pytest.mark.parametrize(
    ("mode", "frames"),
    [
        (NORMAL, [0, 1, 2, 3] * 2),
        (REVERSE, [3, 2, 1, 0] * 2),
        (BOUNCE, [0, 1, 2, 3, 2, 1, 0, 1, 2, 3, 2, 1, 0]),
        (REVERSED_BOUNCE, [3, 2, 1, 0, 1, 2, 3, 2, 1, 0, 1, 2, 3]),
    ],
)
def test_two_loops_of_four_frames_in_words(mode: int, frames: list[int]) -> None:
    assert [locate([10] * 4, mode, 2, 10 * step).frame for step in range(len(frames))] == frames
    assert locate([10] * 4, mode, 2, 10 * len(frames)).finished == 1


@pytest.mark.parametrize("mode", MODES)
def test_more_loops_than_time_itself_never_end(mode: int) -> None:
    hour = 3_600_000_000_000
    far = locate([hour, hour], mode, 2**32 - 1, LIMIT)
    assert far.finished == 0
    assert far.begins <= LIMIT < far.ends


@pytest.mark.parametrize(
    ("durations", "mode", "time"),
    [
        ([], NORMAL, 0),
        ([0], NORMAL, 0),
        ([5, -1], NORMAL, 0),
        ([LIMIT, 1], NORMAL, 0),
        ([2**63 - 1], NORMAL, 0),
        ([5], -1, 0),
        ([5], 4, 0),
        ([5], NORMAL, LIMIT + 1),
        ([5], NORMAL, -(2**63)),
    ],
)
def test_bad_arguments_are_refused(durations: list[int], mode: int, time: int) -> None:
    out = ffi.new("sddl_position *")
    assert lib.sddl_timeline_locate(durations, len(durations), mode, 0, time, out) == lib.SDDL_E_ARGUMENT


def test_null_pointers_are_refused() -> None:
    out = ffi.new("sddl_position *")
    assert lib.sddl_timeline_locate(ffi.NULL, 1, NORMAL, 0, 0, out) == lib.SDDL_E_ARGUMENT
    assert lib.sddl_timeline_locate([1], 1, NORMAL, 0, 0, ffi.NULL) == lib.SDDL_E_ARGUMENT
