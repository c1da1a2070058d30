"""What commands make of a native player's schedule, tick by tick."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from sddisplaylink.native import lib
from support.native_player import (
    BOUNCE,
    CATCH_UP,
    MS,
    NO_SKIP,
    OVER,
    PAUSED,
    PLAYING,
    STOPPED,
    NativePlayer,
)

Open = Callable[..., NativePlayer]


# ---- pause ----


def test_pause_keeps_the_time_within_the_frame(open_native: Open) -> None:
    player = open_native(4, 4)
    player.play()
    player.ticks(3)
    player.pause()
    assert player.ticks(5) == [""] * 5
    player.play()
    assert player.ticks(3) == ["", "", "F1"]


def test_a_pause_loses_no_frame_and_shows_none_twice(open_native: Open) -> None:
    player = open_native(1, 1, 1, 1)
    player.play()
    player.tick()
    player.pause()
    player.play()
    assert player.tick() == ""  # frame 0 was shown, and its time goes on from there
    assert player.tick() == "F1"
    player.jump(20 * MS)  # frame 3: not read
    player.pause()
    assert player.take() is None
    player.play()
    player.jump(10 * MS)
    event = player.take()
    assert event is not None
    assert (event.said, event.advanced) == ("F3", 2)
    assert player.info.frames_due == 4


def test_a_pause_under_no_skip_repeats_the_frame_that_was_not_shown(open_native: Open) -> None:
    player = open_native(1, 1, 1, 1)
    player.policy(NO_SKIP)
    player.play()
    player.tick()
    player.jump(10 * MS)
    for _ in range(5):
        player.jump(10 * MS)
    player.pause()
    player.play()
    assert player.ticks(3) == ["F1", "F2", "F3"]


def test_a_pause_repeats_loops_and_the_finish_that_were_not_reported(open_native: Open) -> None:
    player = open_native(1, 1)
    player.loops(2)
    player.play()
    player.ticks(2)
    player.jump(10 * MS)
    player.pause()
    player.play()
    assert player.tick() == "FL0"
    player.jump(100 * MS)
    assert player.info.status == OVER
    player.pause()
    assert player.info.status == PAUSED
    assert player.take() is None
    player.play()
    assert player.tick() == "FLX1"
    player.pause()
    assert player.info.status == OVER


def test_what_a_reader_had_in_hand_when_the_pause_came_is_not_repeated(open_native: Open) -> None:
    player = open_native(1, 1, 1)
    player.play()
    player.tick()
    player.jump(10 * MS)
    in_hand = player.take()
    player.pause()
    player.shown(in_hand)
    player.play()
    assert player.ticks(2) == ["", "F2"]


def test_only_what_came_after_the_last_shown_event_is_restored(open_native: Open) -> None:
    player = open_native(*[1] * 9)
    player.play()
    player.jump(10 * MS)
    first = player.take()
    player.jump(20 * MS)
    player.jump(20 * MS)
    player.shown(first)
    player.pause()
    player.play()
    player.jump(10 * MS)
    event = player.take()
    assert event is not None
    assert (event.said, event.advanced) == ("F4", 4)


def test_nothing_of_before_a_pause_stop_or_seek_is_current(open_native: Open) -> None:
    player = open_native(1, 1, 1)
    for end in (player.pause, player.stop, lambda: player.seek(1)):
        player.play()
        player.jump(10 * MS)
        epoch = player.info.epoch
        assert lib.sddl_subscriber_is_current(player.handle, epoch) == 1
        end()
        assert lib.sddl_subscriber_is_current(player.handle, epoch) == 0


def test_play_while_playing_does_nothing(open_native: Open) -> None:
    player = open_native(2, 2)
    player.play()
    assert [player.tick(), player.play(), player.tick(), player.tick()] == ["F0", None, "", "F1"]


def test_play_after_the_end_starts_over_once_the_end_was_reported(open_native: Open) -> None:
    player = open_native(1, 1)
    player.loops(1)
    player.play()
    player.ticks(2)
    player.jump(10 * MS)
    player.play()
    assert player.info.status == OVER
    event = player.shown(player.take())
    assert event is not None and event.said == "LX"
    player.play()
    assert player.ticks(3) == ["F0", "F1", "LX"]


# ---- seek ----


def test_seek_while_playing_shows_with_the_next_tick_for_the_full_time(open_native: Open) -> None:
    player = open_native(3, 3, 3)
    player.play()
    player.ticks(2)
    player.seek(2)
    assert player.info.frame == 2
    assert player.take() is None
    assert player.ticks(4) == ["F2", "", "", "FL0"]


def test_seek_to_the_frame_that_is_shown_starts_it_anew(open_native: Open) -> None:
    player = open_native(3, 3)
    player.play()
    player.ticks(3)
    player.seek(0)
    assert player.ticks(4) == ["F0", "", "", "F1"]


@pytest.mark.parametrize("state", ["stopped", "paused", "finished"])
def test_seek_while_stopped_shows_at_once(open_native: Open, state: str) -> None:
    player = open_native(2, 2, 2)
    player.loops(1)
    if state != "stopped":
        player.play()
        player.ticks(9 if state == "finished" else 1)
    if state == "paused":
        player.pause()
    player.seek(1)
    event = player.shown(player.take())
    assert event is not None
    assert (event.said, event.advanced) == ("F1", 1)
    assert player.info.status == (STOPPED if state == "stopped" else PAUSED)
    assert player.ticks(2) == ["", ""]
    player.play()
    shown_again = "F1" if state == "stopped" else ""  # what a stopped player shows is not played yet
    assert player.ticks(3) == [shown_again, "", "F2"]


def test_seek_names_a_loop(open_native: Open) -> None:
    player = open_native(1, 1)
    player.loops(3)
    player.play()
    player.tick()
    player.seek(1, loop=2)
    assert (player.info.loop, player.info.loops_done) == (2, 2)
    assert player.ticks(2) == ["F1", "LX"]


def test_seek_in_a_bounce_keeps_the_direction(open_native: Open) -> None:
    player = open_native(1, 1, 1, 1)
    player.mode(BOUNCE)
    player.play()
    assert player.ticks(5) == ["F0", "F1", "F2", "F3", "F2"]
    player.seek(1)
    assert player.ticks(2) == ["F1", "FL0"]
    player.ticks(4)
    player.seek(3)  # in the descending run, but only the ascending one has the frame
    assert player.ticks(2) == ["F3", "F2"]


def test_stop_forgets_what_was_sought(open_native: Open) -> None:
    player = open_native(1, 1, 1)
    player.seek(2)
    player.stop()
    assert player.take() is None
    player.play()
    assert player.tick() == "F0"


# ---- rate ----


def test_a_new_rate_counts_from_the_last_tick(open_native: Open) -> None:
    player = open_native(4, 4, 4)
    player.play()
    player.ticks(3)  # at 20 of 40 ms
    player.rate(2.0)
    assert player.ticks(3) == ["F1", "", "F2"]
    player.rate(0.5)
    assert player.ticks(8) == [""] * 7 + ["FL0"]


def test_rate_nought_holds_the_frame_and_its_phase(open_native: Open) -> None:
    player = open_native(2, 2)
    player.play()
    player.ticks(2)
    player.rate(0.0)
    assert player.ticks(50) == [""] * 50
    assert player.info.status == PLAYING
    player.rate(1.0)
    assert player.ticks(2) == ["F1", ""]


def test_backwards_from_the_start_begins_at_the_end(open_native: Open) -> None:
    player = open_native(1, 2, 1)
    player.loops(2)
    player.rate(-1.0)
    assert player.info.frame == 2
    player.play()
    assert player.ticks(9) == ["F2", "F1", "", "F0", "FL2", "F1", "", "F0", "LX"]
    assert (player.info.frame, player.info.loops_done) == (0, 2)


def test_backwards_for_ever_counts_its_loops(open_native: Open) -> None:
    player = open_native(2, 2)
    player.rate(-1.0)
    player.play()
    assert player.ticks(7) == ["F0", "F1", "", "F0", "", "FL1", ""]
    assert (player.info.loop, player.info.loops_done) == (1, 1)


def test_turning_round_for_ever_goes_on_counting_loops(open_native: Open) -> None:
    player = open_native(1, 1)
    player.play()
    assert player.ticks(6) == ["F0", "F1", "FL0", "F1", "FL0", "F1"]
    player.rate(-1.0)
    assert (player.info.loop, player.info.loops_done) == (2, 2)
    assert player.ticks(4) == ["F0", "FL1", "F0", "FL1"]
    player.rate(1.0)
    assert player.info.loops_done == 4
    assert player.ticks(3) == ["FL0", "F1", "FL0"]


def test_turning_round_in_a_finite_play_ends_at_the_other_end(open_native: Open) -> None:
    player = open_native(2, 2)
    player.loops(3)
    player.play()
    assert player.ticks(6) == ["F0", "", "F1", "", "FL0", ""]
    player.rate(-1.0)
    assert player.info.loops_done == 1  # of three, in this direction
    assert player.ticks(6) == ["", "FL1", "", "F0", "", "LX"]


def test_a_loop_that_is_entered_again_is_not_completed(open_native: Open) -> None:
    player = open_native(1, 1)
    player.loops(3)
    player.policy(CATCH_UP)
    player.play()
    player.tick()
    assert player.tick(40 * MS) == "F1"  # loop 2 is due
    player.rate(-1.0)
    assert player.info.loops_done == 2
    assert player.tick() == "F0"  # towards the point where the direction changed, in loop 1
    assert player.info.loops_done == 1


@pytest.mark.parametrize("rate", [1e300, -1e300, sys.float_info.max, 5e-324, -0.0])
def test_absurd_rates_are_harmless(open_native: Open, rate: float) -> None:
    player = open_native(1, 1)
    player.rate(rate)
    player.play()
    player.ticks(3)
    player.loops(3)
    player.rate(-rate)
    player.ticks(3)
    player.mode(BOUNCE)
    player.seek(1)
    player.ticks(3)
    assert player.info.frame in (0, 1)


def test_absurd_ticks_are_harmless(open_native: Open) -> None:
    player = open_native(1, 1)
    player.play()
    for target in (-(2**63) + 1, 2**63 - 1000, 0, 5):
        assert lib.sddl_manual_tick(player.source, target - 10 if target > 0 else target, target, 2**63 - 1) == 0
    assert player.info.missed > 0


# ---- slow decoding ----


def test_starved_players_do_not_leave_the_loop(open_native: Open) -> None:
    player = open_native(1, 1, 1)
    player.loops(3)
    player.play()
    player.tick()
    lib.sddl_player_set_starved(player.handle, 1)
    assert player.tick(500 * MS) == "F2"
    assert player.ticks(3) == ["", "", ""]
    lib.sddl_player_set_starved(player.handle, 0)
    assert player.ticks(3) == ["FL0", "F1", "F2"]


def test_starved_players_do_not_finish(open_native: Open) -> None:
    player = open_native(1, 1)
    player.mode(BOUNCE)
    player.loops(1)
    player.play()
    player.tick()
    lib.sddl_player_set_starved(player.handle, 1)
    assert [player.tick(900 * MS), player.tick()] == ["F0", ""]
    assert player.info.status == PLAYING
    lib.sddl_player_set_starved(player.handle, 0)
    assert player.ticks(2) == ["LX", ""]


def test_starved_players_wait_at_the_loops_beginning_when_running_backwards(open_native: Open) -> None:
    player = open_native(1, 1)
    player.loops(2)
    player.rate(-1.0)
    player.play()
    player.tick()
    lib.sddl_player_set_starved(player.handle, 1)
    assert [player.tick(900 * MS), player.tick()] == ["F0", ""]
    lib.sddl_player_set_starved(player.handle, 0)
    assert player.tick() == "FL1"
