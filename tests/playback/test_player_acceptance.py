"""What the test suites of other players check, and what none of them checks, in virtual time."""

from __future__ import annotations

import gc
import io
import threading
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterator
from fractions import Fraction
from itertools import accumulate
from math import floor
from typing import Any

import pytest
from PIL import Image

import sddisplaylink as sd
from sddisplaylink.native import ffi, lib
from support.images import colour
from support.native_player import BOUNCE, MODES, NORMAL, NativePlayer, one_loop

MakeImage = Callable[..., bytes]
DURATIONS = [20, 33, 40, 100]
TEN_MINUTES = 600
SECOND = 1_000_000_000
PATIENCE = 20.0


class Play:
    """A player whose callbacks run inside ``clock.advance``, and what it showed: (tick, frame)."""

    def __init__(
        self, image: sd.AnimatedImage, clock: sd.ManualClock, dispatcher: sd.Dispatcher, **options: Any
    ) -> None:
        self.clock = clock
        self.dispatcher = dispatcher
        self.shown: list[tuple[int, int]] = []
        self.loops: list[int] = []
        self.finishes = 0
        self.player = sd.AnimatedImagePlayer(
            image,
            clock=clock,
            dispatcher=self.dispatcher,
            on_frame=lambda frame: self.shown.append((round(clock.time * clock.refresh_rate), frame.index)),
            on_loop=self.loops.append,
            on_finish=self.count_finish,
            **options,
        )

    def count_finish(self) -> None:
        self.finishes += 1

    @property
    def frames(self) -> list[int]:
        return [frame for _, frame in self.shown]


Open = Callable[..., Play]
Start = Callable[..., Play]


@pytest.fixture
def open_play(clock: sd.ManualClock) -> Iterator[Open]:
    """``open_play(data, ...)``: a player of that file."""
    dispatcher = sd.Dispatcher(thread=False)
    opened: list[Play] = []

    def open_play(data: bytes, **options: Any) -> Play:
        image = sd.AnimatedImage.open(data)
        list(image)  # decoded: nothing is waited for
        opened.append(Play(image, clock, dispatcher, **options))
        return opened[-1]

    yield open_play
    for play in opened:
        play.player.close()
        play.player.image.close()
    dispatcher.close()


@pytest.fixture
def start(make_apng: MakeImage, open_play: Open) -> Start:
    """``start([20, 30], plays=1, ...)``: a running player of frames of so many milliseconds."""

    def start(durations: list[int], plays: int = 0, **options: Any) -> Play:
        play = open_play(make_apng(durations, plays=plays), **options)
        play.player.play()
        return play

    return start


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


# ---- what no other test suite checks ----


def native_threads() -> int:
    return int(sd.diagnostics()["native_threads"])


def test_a_hundred_players_share_one_clock_thread(make_gif: MakeImage) -> None:
    image = sd.AnimatedImage.open(make_gif([100] * 3))
    shown = threading.Semaphore(0)
    players = [
        sd.AnimatedImagePlayer(image, clock="timer:120", on_frame=lambda frame: shown.release()) for _ in range(100)
    ]
    for player in players:
        player.play()
    assert all(shown.acquire(timeout=PATIENCE) for _ in players)
    assert native_threads() == 2  # the clock's, and the one that controls clocks
    for player in players:
        player.close()
    image.close()


def test_running_players_that_are_dropped_leave_nothing(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    image = sd.AnimatedImage.open(make_gif([100] * 3))
    before = sd.diagnostics()["players"]
    for _ in range(1000):
        sd.AnimatedImagePlayer(image, clock=clock).play()
    players = [sd.AnimatedImagePlayer(image, clock=clock) for _ in range(50)]
    for player in players:
        player.play()
    clock.advance(0.02)
    del players, player
    gc.collect()
    assert sd.diagnostics()["players"] == before
    info = ffi.new("sddl_source_info *")
    lib.sddl_source_get_info(clock.handle, info)
    assert info.active == 0
    image.close()


@pytest.mark.parametrize("where", ["on_frame", "on_loop", "on_finish"])
def test_a_player_closed_inside_its_callback(start: Start, where: str) -> None:
    play = start([20, 20], plays=2)
    calls = []
    setattr(play.player, where, lambda *_: (calls.append(where), play.player.close()))
    play.clock.advance(1)
    assert (calls, play.player.state) == ([where], sd.PlayerState.CLOSED)


def test_players_closed_from_another_thread_in_the_middle_of_ticks(make_gif: MakeImage) -> None:
    image = sd.AnimatedImage.open(make_gif([20] * 3))
    going, late = threading.Semaphore(0), []

    def on_frame(frame: sd.Frame, closed: list[bool]) -> None:
        going.release()
        late.extend(closed)

    for _ in range(50):
        closed: list[bool] = []
        player = sd.AnimatedImagePlayer(
            image, clock="timer:1000", on_frame=lambda frame, closed=closed: on_frame(frame, closed)
        )
        player.play()
        assert going.acquire(timeout=PATIENCE)
        player.close()
        closed.append(True)
    assert late == []
    image.close()


def test_two_players_of_one_image_in_different_modes_show_the_right_pixels(
    make_gif: MakeImage, clock: sd.ManualClock
) -> None:
    shown: dict[str, list[sd.Frame]] = {"normal": [], "reverse": [], "reversed_bounce": []}
    with sd.AnimatedImage.open(make_gif([50] * 5)) as image:
        players = [
            sd.AnimatedImagePlayer(image, clock=clock, mode=mode, loop_count=2, on_frame=frames.append)
            for mode, frames in shown.items()
        ]
        for player in players:
            player.play()
        clock.advance(2)
        for player in players:
            player.close()
    assert [len(frames) for frames in shown.values()] == [10, 10, 17]
    assert [frame.index for frame in shown["reverse"]] == [4, 3, 2, 1, 0] * 2
    for frame in [frame for frames in shown.values() for frame in frames]:
        assert frame.rgba.tobytes() == bytes(colour(frame.index + 1)) * 12


@pytest.mark.parametrize(
    ("policy", "next_frames", "skipped"),
    [("skip", [2, 3, 4], 22), ("no_skip", [1, 2, 3], 0), ("catch_up", [1, 2, 3], 0)],
)
def test_a_consumer_blocked_for_a_second(start: Start, policy: str, next_frames: list[int], skipped: int) -> None:
    play = start([50] * 7, late_policy=policy)
    play.clock.advance(1 / 60)
    play.clock._dispatchers.discard(play.dispatcher)  # the consumer hangs, time does not
    for _ in range(70):
        play.clock.advance(1 / 60)
        assert lib.sddl_mailbox_pending(play.dispatcher.mailbox) <= 1
    while len(play.shown) < 4:
        play.dispatcher.run_pending()
        play.clock.advance(1 / 60)
    assert play.frames == [0, *next_frames]
    assert play.player.stats.skipped == skipped
