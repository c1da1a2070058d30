"""When each frame is shown, in ten minutes and in finite loops, against arithmetic on whole nanoseconds."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from fractions import Fraction
from itertools import accumulate
from math import floor

import pytest

import sddisplaylink as sd
from sddisplaylink.native import ffi, lib
from support.native_player import BOUNCE, MODES, NORMAL, NativePlayer, one_loop
from support.played import Start

DURATIONS = [20, 33, 40, 100]
TEN_MINUTES = 600
SECOND = 1_000_000_000


def targets(refresh_rate: float, seconds: int) -> list[int]:
    """When what each tick draws is shown, as ManualClock says: a period after tick k = 1, 2, …"""
    rate = Fraction(refresh_rate)
    return [
        round_half_even((k + 1) * SECOND * rate.denominator, rate.numerator)
        for k in range(1, floor(seconds * rate) + 1)
    ]


def round_half_even(numerator: int, denominator: int) -> int:
    whole, rest = divmod(numerator, denominator)
    return whole + (2 * rest > denominator or (2 * rest == denominator and whole % 2))


def frames_at(times: list[int], durations: list[int], rate: float, order: list[int]) -> list[int]:
    """The frame due at each of those times, by arithmetic on whole nanoseconds; halves are rounded away from zero."""
    ends = list(accumulate(durations[frame] * 1_000_000 for frame in order))
    speed = Fraction(rate)
    sign, twice = (1 if speed >= 0 else -1), 2 * speed.denominator
    return [
        order[
            bisect_right(
                ends, sign * ((2 * (time - times[0]) * abs(speed.numerator) + speed.denominator) // twice) % ends[-1]
            )
        ]
        for time in times
    ]


def changes(frames: list[int]) -> list[tuple[int, int]]:
    """(tick, frame) where the frame is another than at the tick before."""
    return [(k, frame) for k, frame in enumerate(frames, 1) if k == 1 or frame != frames[k - 2]]


# ---- no drift ----


def test_ten_minutes_show_exactly_what_arithmetic_says(start: Start) -> None:
    plays = {rate: start(DURATIONS, rate=rate) for rate in (0.25, 1, 2, 4, -1)}
    patient = start(DURATIONS, late_policy="no_skip")
    patient.clock.advance(TEN_MINUTES)
    times = targets(60, TEN_MINUTES)
    for rate, play in plays.items():
        assert play.shown == changes(frames_at(times, DURATIONS, rate, one_loop(4, NORMAL)))
        stats = play.player.stats
        assert (stats.shown, stats.late, stats.missed_ticks) == (len(play.shown), 0, 0)
    # no frame is shorter than a refresh, so that none is ever late: nothing is lost, and the schedule is kept, too
    assert patient.shown == plays[1].shown
    assert patient.frames == [index % 4 for index in range(len(patient.frames))]


def test_no_skip_loses_no_frame_when_every_refresh_is_too_short(start: Start) -> None:
    play = start(DURATIONS, rate=4, late_policy="no_skip")
    play.clock.advance(60)
    assert play.frames == [index % 4 for index in range(len(play.frames))]
    assert (play.player.stats.skipped, len(play.frames) > 2700) == (0, True)


@pytest.mark.parametrize("refresh_rate", [50, 59.94, 60, 75, 120, 144])
@pytest.mark.parametrize("mode", [NORMAL, BOUNCE])
def test_ten_minutes_on_every_display(refresh_rate: float, mode: int) -> None:
    times = targets(refresh_rate, TEN_MINUTES)
    expected = frames_at(times, DURATIONS, 1, one_loop(4, mode))
    native = NativePlayer([duration * 1_000_000 for duration in DURATIONS])
    try:
        native.mode(mode)
        native.play()
        info, actual = ffi.new("sddl_player_info *"), []
        for time in times:
            lib.sddl_manual_tick(native.source, time, time, 0)
            lib.sddl_player_get_info(native.handle, info)
            actual.append(info.frame)
        assert actual == expected
    finally:
        native.close()


@pytest.mark.parametrize("rate", [0.25, 0.5, 1, 1.5, 2, 3, 4, 8])
def test_every_rate_is_exact_within_a_refresh(start: Start, rate: float) -> None:
    play = start([500] * 4, rate=rate)
    play.clock.advance(20)
    for tick, _ in play.shown[1:]:
        due = (tick - 1) / 60 * rate  # media seconds since the first tick
        assert due % 0.5 < rate / 60 + 1e-9
    assert len(play.shown) == 1 + floor((20 * 60 - 1) / 60 * rate / 0.5 + 1e-9)


def test_rate_nought_and_back_goes_on_in_the_same_phase(start: Start) -> None:
    play = start([500] * 4)
    play.clock.advance(0.75)
    play.player.rate = 0
    play.clock.advance(60)
    assert play.player.state is sd.PlayerState.PLAYING
    assert (play.finishes, play.frames) == (0, [0, 1])
    play.player.rate = 1
    play.clock.advance(0.25)
    assert play.frames == [0, 1]
    play.clock.advance(0.05)
    assert play.frames == [0, 1, 2]


# ---- finite loops ----


@pytest.mark.parametrize("mode", list(sd.PlaybackMode))
@pytest.mark.parametrize("loops", [1, 2, 5])
def test_each_frame_is_shown_as_often_as_asked_and_the_last_for_its_full_time(
    start: Start, mode: sd.PlaybackMode, loops: int
) -> None:
    play = start([100, 200, 300, 400], mode=mode, loop_count=loops)
    play.clock.advance(30)
    order = one_loop(4, MODES[list(sd.PlaybackMode).index(mode)])
    bounces = len(order) > 4
    assert Counter(play.frames) == Counter(order * loops + order[:1] * bounces)
    assert (play.finishes, play.loops) == (1, list(range(1, loops + 1)))
    last = play.shown[-1]
    again = start([100, 200, 300, 400], mode=mode, loop_count=loops)
    again.clock.advance(last[0] / 60 + (last[1] + 1) * 0.1 - 1 / 60)
    assert again.finishes == 0
    again.clock.advance(2 / 60)
    assert again.finishes == 1
