"""What the test suites of SDWebImage's and Chromium's players check."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from PIL import Image

import sddisplaylink as sd
from sddisplaylink.native import ffi, lib
from support.played import Open, Start

MakeImage = Callable[..., bytes]


# ---- SDWebImage's cases ----


@pytest.mark.parametrize("make", ["make_gif", "make_apng"])
def test_both_formats_make_a_player_that_sees_every_frame_and_counts_loops(
    request: pytest.FixtureRequest, clock: sd.ManualClock, open_play: Open, make: str
) -> None:
    play = open_play(request.getfixturevalue(make)([50] * 5))
    play.player.play()
    clock.advance(0.55)
    assert set(play.frames) == set(range(5))
    assert play.loops == [1, 2]


def test_nothing_plays_before_play(start: Start) -> None:
    play = start([50] * 3)
    play.player.stop()
    play.clock.advance(0.5)
    assert (play.frames, play.player.frame_index) == ([], 0)
    play.player.play()
    play.clock.advance(0.1)
    assert play.frames == [0, 1]


def test_a_still_image_is_no_animation(clock: sd.ManualClock, open_play: Open) -> None:
    data = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(data, "JPEG")
    play = open_play(data.getvalue())
    assert (play.player.image.is_animated, play.player.image.frame_count) == (False, 1)
    play.player.play()
    clock.advance(1)
    assert (play.frames, play.finishes) == ([0], 1)


def test_pause_keeps_what_was_decoded_and_where_it_was(start: Start) -> None:
    play = start([50] * 4)
    play.clock.advance(0.22)
    play.player.pause()
    misses = play.player.stats.buffer_misses
    assert play.player.frame_index == 0
    play.player.play()
    play.clock.advance(0.3)
    assert play.player.stats.buffer_misses == misses


def test_stopping_in_reverse_from_inside_the_callback(start: Start) -> None:
    play = start([20] * 5, mode=sd.PlaybackMode.REVERSE)
    play.player.on_frame = lambda frame: (play.shown.append((0, frame.index)), frame.index == 0 and play.player.stop())
    play.clock.advance(1)
    assert play.frames == [4, 3, 2, 1, 0]
    assert play.player.state is sd.PlayerState.STOPPED


@pytest.mark.parametrize(
    ("mode", "frames"),
    [
        ("reverse", [3, 2, 1, 0]),
        ("bounce", [0, 1, 2, 3, 2, 1, 0]),
        ("reversed_bounce", [3, 2, 1, 0, 1, 2, 3]),
    ],
)
def test_modes_show_their_turning_frames_once(start: Start, mode: str, frames: list[int]) -> None:
    play = start([50] * 4, mode=mode, loop_count=1)
    play.clock.advance(1)
    assert play.frames == frames


# ---- Chromium's cases ----


def test_late_frames_are_skipped_and_the_next_keeps_its_time(start: Start) -> None:
    play = start([100] * 8)
    play.clock.advance(1 / 60)
    play.clock.stall(0.25)
    play.clock.advance(1 / 60)  # media 0.267: frame 2, one skipped
    play.clock.advance(2 / 60)
    assert play.frames == [0, 2, 3]  # due at 0.3, not 0.1 after the late one
    play.clock.stall(0.3)
    play.clock.advance(1 / 60)
    assert play.frames == [0, 2, 3, 6]
    assert play.player.stats.skipped == 3


def test_without_playing_players_there_are_no_ticks(start: Start) -> None:
    play = start([100] * 3)
    info = ffi.new("sddl_source_info *")

    def active() -> int:
        lib.sddl_source_get_info(play.clock.handle, info)
        return int(info.active)

    seen = [active()]
    for command in (play.player.pause, play.player.play, play.player.stop, play.player.play, play.player.close):
        command()
        seen.append(active())
    assert seen == [1, 0, 1, 0, 1, 0]


@pytest.mark.parametrize("loops", [1, 5])
def test_repetitions(start: Start, loops: int) -> None:
    play = start([50] * 3, loop_count=loops)
    play.clock.advance(60)
    assert (play.frames, play.loops) == ([0, 1, 2] * loops, list(range(1, loops + 1)))


def test_endless_repetitions(start: Start) -> None:
    play = start([100] * 3, loop_count=0)
    play.clock.advance(60.01)
    assert (play.finishes, len(play.loops)) == (0, 199)


def test_only_whole_frames_of_a_truncated_file_are_played(
    make_apng: MakeImage, clock: sd.ManualClock, open_play: Open
) -> None:
    data = make_apng([50] * 4)
    play = open_play(data[: data.rindex(b"fdAT") + 6])
    assert play.player.image.truncated
    count = play.player.image.frame_count
    assert count == 3
    play.player.play()
    clock.advance(1)
    assert set(play.frames) == set(range(count))


def test_nothing_advances_before_its_time(start: Start) -> None:
    play = start([1000] * 3)
    play.clock.advance(1 / 60)
    play.clock.advance(59 / 60)
    assert play.frames == [0]
    play.clock.advance(1 / 60)
    assert play.frames == [0, 1]


@pytest.mark.parametrize("policy", ["skip", "no_skip", "catch_up"])
def test_after_ten_minutes_of_sleep_the_present_frame_goes_on(start: Start, policy: str) -> None:
    play = start([100] * 5, late_policy=policy)
    play.clock.advance(0.25)
    play.clock.stall(600)
    play.clock.advance(2 / 60)
    assert play.frames == [0, 1, 2]
    play.clock.advance(0.1)
    assert play.frames == [0, 1, 2, 3]


def test_a_minute_late_a_finite_play_ends_on_its_last_frame(start: Start) -> None:
    play = start([100] * 5, plays=3)
    play.clock.advance(0.05)
    play.clock.stall(60)
    play.clock.advance(1 / 60)
    assert (play.frames, play.loops, play.finishes) == ([0, 4], [3], 1)
    assert (play.player.frame_index, play.player.loop_index) == (4, 2)


def test_stop_resets_to_the_first_frame(start: Start) -> None:
    play = start([50] * 5)
    play.clock.advance(0.12)
    play.player.stop()
    play.player.play()
    play.clock.advance(1 / 60)
    assert play.frames == [0, 1, 2, 0]


def test_frames_shorter_than_a_refresh_are_jumped_over(start: Start) -> None:
    play = start([12] * 9)
    play.clock.advance(3 / 60)
    assert play.frames == [0, 1, 2]  # at 0, 16.7 and 33.3 ms
    play.player.rate = 2
    play.clock.advance(1 / 60)
    assert play.frames == [0, 1, 2, 5]


def test_lost_ticks_corrupt_nothing(start: Start) -> None:
    play, steady = start([33, 50, 70]), start([33, 50, 70])
    for length in (1, 3, 7, 2, 40, 5):
        play.clock.stall((length - 1) / 60)
        play.clock.advance(1 / 60)
        assert play.player.frame_index == steady.player.frame_index
    assert play.player.stats.missed_ticks == sum((0, 2, 6, 1, 39, 4))
