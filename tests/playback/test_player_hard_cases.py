"""What no test suite of another player checks: many players, closing at any moment, blocked consumers."""

from __future__ import annotations

import gc
import threading
from collections.abc import Callable

import pytest

import sddisplaylink as sd
from sddisplaylink.native import ffi, lib
from support.images import colour
from support.played import Start

MakeImage = Callable[..., bytes]
PATIENCE = 20.0


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
