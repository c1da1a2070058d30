"""Commands that change the mode or the number of loops, and loops that are further away than any time."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from support.native_player import (
    BOUNCE,
    MODES,
    NORMAL,
    OVER,
    PLAYING,
    REVERSE,
    REVERSED_BOUNCE,
    NativePlayer,
)

Open = Callable[..., NativePlayer]


# ---- mode and loops ----


@pytest.mark.parametrize(
    ("mode", "expected"),
    [
        (NORMAL, ["", "F2", "", "F3"]),
        (REVERSE, ["", "F0", "", "FL3"]),
        (BOUNCE, ["", "F2", "", "F3"]),
        (REVERSED_BOUNCE, ["", "F0", "", "F1"]),
    ],
)
def test_a_new_mode_keeps_the_frame_and_does_not_show_it_again(
    open_native: Open, mode: int, expected: list[str]
) -> None:
    player = open_native(2, 2, 2, 2)
    player.play()
    assert player.ticks(3) == ["F0", "", "F1"]
    player.mode(mode)
    assert player.ticks(4) == expected


def test_a_new_mode_in_the_second_half_of_a_bounce_begins_the_first_half(open_native: Open) -> None:
    player = open_native(1, 1, 1, 1)
    player.mode(BOUNCE)
    player.loops(2)
    player.play()
    assert player.ticks(5)[-1] == "F2"
    player.mode(NORMAL)
    assert player.ticks(3) == ["F3", "FL0", "F1"]


def test_the_mode_of_a_stopped_player_decides_where_it_begins(open_native: Open) -> None:
    player = open_native(1, 1, 1)
    player.mode(REVERSE)
    assert player.info.frame == 2
    player.play()
    assert player.ticks(4) == ["F2", "F1", "F0", "FL2"]


def test_fewer_loops_than_have_begun_end_with_the_present_one(open_native: Open) -> None:
    player = open_native(1, 1)
    player.play()
    assert player.ticks(7)[-1] == "FL0"  # the fourth
    player.loops(2)
    assert player.ticks(3) == ["F1", "LX", ""]
    assert player.info.loops_done == 4
    player.play()
    assert player.ticks(5) == ["F0", "F1", "FL0", "F1", "LX"]


def test_more_loops_prolong_the_play(open_native: Open) -> None:
    player = open_native(1, 1)
    player.loops(1)
    player.play()
    player.ticks(2)
    player.loops(2)
    assert player.ticks(3) == ["FL0", "F1", "LX"]


def test_a_bounce_prolonged_in_its_closing_frame_goes_on(open_native: Open) -> None:
    player = open_native(1, 1, 1)
    player.mode(BOUNCE)
    player.loops(1)
    player.play()
    assert player.ticks(5) == ["F0", "F1", "F2", "F1", "F0"]
    player.loops(0)
    assert player.ticks(4) == ["FL1", "F2", "F1", "FL0"]


def test_loops_changed_while_running_backwards_leave_as_many_to_play(open_native: Open) -> None:
    player = open_native(1, 1)
    player.loops(5)
    player.rate(-1.0)
    player.play()
    assert player.ticks(3) == ["F1", "F0", "FL1"]
    player.loops(2)
    assert player.ticks(3) == ["F0", "LX", ""]


def test_endless_loops_made_finite_while_running_backwards(open_native: Open) -> None:
    player = open_native(1, 1)
    player.rate(-1.0)
    player.play()
    player.ticks(4)
    player.loops(3)
    done = player.info.loops_done
    said = player.ticks(12)
    assert done + sum("L" in word for word in said) == 3
    assert sum("X" in word for word in said) == 1


def test_loops_beyond_all_time_never_finish(open_native: Open) -> None:
    player = open_native(1e9, 1e9)
    player.loops(2**32 - 1)
    for rate in (1.0, 1e300, -1.0, 1.0):
        player.stop()
        player.rate(rate)
        player.play()
        player.ticks(3)
        assert player.info.status == PLAYING


# ---- loops that are further away than any time ----

YEAR = 365 * 24 * 3600 * 100.0  # in ticks of 10 ms
MOST = 2**32 - 1


def test_backwards_through_loops_that_take_longer_than_can_be_counted(open_native: Open) -> None:
    player = open_native(YEAR, YEAR)
    player.loops(MOST)
    player.rate(-(2.0**32))  # more than a year a tick
    player.play()
    assert player.tick() == "F1"
    assert (player.info.loop, player.info.loops_done) == (MOST - 1, 0)
    for _ in range(100):
        player.tick()
    info = player.info
    assert 50 < info.loops_done < 100
    assert info.loop == MOST - 1 - info.loops_done


@pytest.mark.parametrize("mode", MODES)
def test_the_last_of_very_many_loops_can_be_sought_and_ends(open_native: Open, mode: int) -> None:
    player = open_native(YEAR, YEAR, YEAR)
    player.loops(MOST)
    player.mode(mode)
    player.seek(1, MOST - 1)
    assert (player.info.frame, player.info.loop) == (1, MOST - 1)
    player.rate(2.0**32)
    player.play()
    said = player.ticks(8)
    assert any("X" in word for word in said)
    assert (player.info.status, player.info.loops_done, player.info.loop) == (OVER, MOST, MOST - 1)
    player.seek(0, 3)
    assert player.info.loop == 3


@pytest.mark.parametrize("rate", [1e300, -1e300, 1e18, -1e18])
@pytest.mark.parametrize("loops", [0, 1, MOST])
@pytest.mark.parametrize("length", [1e-7, 1.0, 40 * YEAR])
def test_any_rate_and_length_can_be_played_turned_and_sought(
    open_native: Open, rate: float, loops: int, length: float
) -> None:
    player = open_native(length, length / 2 + 1e-7)
    player.loops(loops)
    for mode in MODES:
        player.mode(mode)
        player.rate(rate)
        player.play()
        for number in range(30):
            player.tick()
            if number % 5 == 0:
                player.rate(-player.info.rate)
            if number % 7 == 0:
                player.loops((0, MOST, 1, loops)[number % 4])
            assert player.info.loop >= 0
            assert player.info.loops_done >= 0
        player.seek(1)
        player.stop()
