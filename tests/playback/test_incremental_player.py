"""Players of images whose data is still arriving, in virtual time."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import sddisplaylink as sd
from sddisplaylink.playback.native_player import NativePlayer
from support.frame_ends import gif_ends
from support.images import GifPicture, build_gif, colour, loop_extension
from support.player_log import Log

MakeImage = Callable[..., bytes]
MODE = sd.PlaybackMode
STATE = sd.PlayerState
ROOT = Path(__file__).resolve().parents[2]


def pieces_of(data: bytes) -> list[bytes]:
    """What comes before frame 0 is complete, then one piece for each frame, then the remaining bytes."""
    ends = [0, *gif_ends(data), len(data)]
    return [data[begin:end] for begin, end in pairwise(ends)]


# ---- waiting ----


def test_play_waits_for_the_first_frame_and_for_each_that_is_late(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    pieces, image, log = pieces_of(make_gif([50] * 3, plays=1)), sd.IncrementalImage(), Log()
    with image, sd.AnimatedImagePlayer(image, clock=clock, **log.callbacks()) as player:
        player.play()
        clock.advance(1.0)
        assert (player.state, player.frame_index, player.current_frame, log) == (STATE.PLAYING, 0, None, [])
        for number, piece in enumerate(pieces[:3]):
            image.feed(piece)
            clock.advance(1.0)
            assert log == list(range(number + 1))
        assert player.state is STATE.PLAYING
        image.feed(pieces[3])
        clock.advance(1.0)
        assert log == [0, 1, 2, ("loop", 1), "finish"]
        assert player.stats.skipped == 0


def test_a_player_without_memory_for_its_frames_gets_them_later(
    make_gif: MakeImage, clock: sd.ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Data that was taken need not be fed again, and other players get their frames."""
    image, logs, extend, refused = sd.IncrementalImage(), (Log(), Log()), NativePlayer.extend, []

    def refuse(native: NativePlayer, *arguments: Any, **options: Any) -> None:
        if native.handle in refused:
            raise MemoryError
        extend(native, *arguments, **options)

    monkeypatch.setattr(NativePlayer, "extend", refuse)
    players = [sd.AnimatedImagePlayer(image, clock=clock, **log.callbacks()) for log in logs]
    refused.append(players[0].engine.native.handle)
    for player in players:
        player.play()
    for piece in pieces_of(make_gif([50] * 3, plays=1)):
        image.feed(piece)
    clock.advance(1.0)
    assert logs == ([], [0, 1, 2, ("loop", 1), "finish"])
    with pytest.raises(MemoryError):
        image.finish()
    refused.clear()
    image.finish()
    clock.advance(1.0)
    assert logs[0] == logs[1]
    for player in players:
        player.close()
    image.close()


def test_a_late_frame_is_shown_at_the_next_refresh_for_all_of_its_time(
    make_gif: MakeImage, clock: sd.ManualClock
) -> None:
    pieces, image = pieces_of(make_gif([50, 100, 50])), sd.IncrementalImage()
    image.feed(pieces[0])
    with image, sd.AnimatedImagePlayer(image, clock=clock) as player:
        player.play()
        clock.advance(0.5)
        image.feed(pieces[1] + pieces[2])
        clock.advance(1 / 60)
        assert player.frame_index == 1
        clock.advance(5 / 60)
        assert player.frame_index == 1
        clock.advance(1 / 60)
        assert player.frame_index == 2
        assert player.stats.late == 0


def test_a_gif_fed_a_kilobyte_at_a_time_reaches_each_frame_with_its_last_byte(clock: sd.ManualClock) -> None:
    data = (ROOT / "examples" / "ball.gif").read_bytes()
    whole, image, shown = sd.AnimatedImage.open(data), sd.IncrementalImage(), []
    ends = list(ends_of(data))
    with image, sd.AnimatedImagePlayer(image, clock=clock, on_frame=shown.append, late_policy="no_skip") as player:
        player.play()
        for begin in range(0, len(data), 1000):
            image.feed(data[begin : begin + 1000])
            clock.advance(1.0)  # time enough for all that is there
            there = sum(end <= begin + 1000 for end in ends)
            if there < whole.frame_count:
                assert [frame.index for frame in shown] == list(range(there))
    for frame in shown:
        assert frame.rgba == whole[frame.index].rgba


def ends_of(data: bytes) -> list[int]:
    """The first length at which as many frames can be opened."""
    ends: list[int] = []
    image = sd.IncrementalImage()
    for end in range(1, len(data) + 1):
        image.feed(data[end - 1 : end])
        ends += [end] * (image.frame_count - len(ends))
    return ends


@pytest.mark.parametrize("with_thread", [True, False], ids=["thread", "handler"])
def test_what_comes_while_frames_are_added_is_added_without_waiting(
    make_gif: MakeImage, clock: sd.ManualClock, monkeypatch: pytest.MonkeyPatch, with_thread: bool
) -> None:
    """The thread that adds frames may be inside a finaliser that waits for the one that brings more."""
    pieces, image, log = pieces_of(make_gif([50] * 3, plays=1)), sd.IncrementalImage(), Log()
    extend, threads = NativePlayer.extend, []

    def extend_later(native: NativePlayer, *arguments: Any, **options: Any) -> None:
        if not threads:
            threads.append(threading.Thread(target=image.feed, args=(pieces[1],), daemon=True))
            if with_thread:
                threads[0].start()
                threads[0].join(20)
                assert not threads[0].is_alive()
            else:
                image.feed(pieces[1])
        extend(native, *arguments, **options)

    with image, sd.AnimatedImagePlayer(image, clock=clock, **log.callbacks()) as player:
        monkeypatch.setattr(NativePlayer, "extend", extend_later)
        image.feed(pieces[0])
        image.feed(b"".join(pieces[2:]))
        player.play()
        clock.advance(1.0)
        assert (player.state, log) == (STATE.FINISHED, [0, 1, 2, ("loop", 1), "finish"])


@pytest.mark.parametrize("policy", ["skip", "no_skip", "catch_up"])
@given(st.lists(st.tuples(st.integers(1, 300), st.integers(1, 9)), min_size=1, max_size=40))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
def test_however_it_comes_the_same_frames_are_shown_in_order_and_none_too_soon(
    policy: sd.LatePolicy, script: list[tuple[int, int]]
) -> None:
    data = build_gif([GifPicture(fill=number + 1, delay=2 + number) for number in range(6)])
    image, shown, clock = sd.IncrementalImage(), [], sd.ManualClock(refresh_rate=200.0)
    now = [0.0]
    player = sd.AnimatedImagePlayer(
        image, clock=clock, late_policy=policy, on_frame=lambda frame: shown.append((frame.index, now[0], frame))
    )
    player.play()
    position = 0

    def pass_time(ticks: int) -> None:
        for _ in range(ticks):
            now[0] += 0.005
            clock.advance(0.005)

    for size, ticks in script:
        image.feed(data[position : position + size])
        position += size
        pass_time(ticks)
    image.feed(data[position:])
    image.finish()
    pass_time(120)
    assert player.state is STATE.FINISHED
    assert [index for index, _, _ in shown] == list(range(6))
    begins = {index: time for index, time, _ in shown}
    durations = image.durations
    for index in range(5):
        assert begins[index + 1] - begins[index] >= durations[index] - 1e-9
    assert all(bytes(frame.rgba)[:4] == bytes(colour(index + 1)) for index, _, frame in shown)
    player.close()
    clock.close()
    image.close()


# ---- the end ----


def test_it_loops_once_the_end_is_known_also_without_finish(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    data, image, log = make_gif([50, 50]), sd.IncrementalImage(), Log()
    image.feed(data[:-1])
    with image, sd.AnimatedImagePlayer(image, clock=clock, **log.callbacks()) as player:
        player.play()
        clock.advance(1.0)
        assert log == [0, 1]
        image.feed(data[-1:])
        clock.advance(2 / 60)
        assert log == [0, 1, ("loop", 1), 0]


def test_a_download_that_breaks_off_loops_over_what_is_whole(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    image, log = sd.IncrementalImage(), Log()
    image.feed(b"".join(pieces_of(make_gif([50, 50, 50]))[:2]))
    with image, sd.AnimatedImagePlayer(image, clock=clock, **log.callbacks()) as player:
        player.play()
        clock.advance(1.0)
        image.finish()
        assert image.truncated
        clock.advance(0.05)
        assert log == [0, 1, ("loop", 1), 0]


def test_loops_of_the_file_are_followed_unless_the_user_has_set_them(clock: sd.ManualClock) -> None:
    late = GifPicture(fill=3, before=loop_extension(2))
    data = build_gif([GifPicture(fill=1), GifPicture(fill=2), late])
    pieces, image = pieces_of(data), sd.IncrementalImage()
    image.feed(pieces[0])
    with (
        image,
        sd.AnimatedImagePlayer(image, clock=clock) as follows,
        sd.AnimatedImagePlayer(image, clock=clock, loop_count=1) as own,
    ):
        assert (follows.loop_count, own.loop_count) == (1, 1)
        image.feed(b"".join(pieces[1:]))
        assert (image.loop_count, follows.loop_count, own.loop_count) == (3, 3, 1)
        for player in (follows, own):
            player.play()
        clock.advance(5.0)
        assert (follows.loop_index, own.loop_index) == (2, 0)
        own.loop_count = None
        assert own.loop_count == 3


def test_a_single_frame_finishes_at_the_end(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    data, image, log = make_gif([50]), sd.IncrementalImage(), Log()
    image.feed(data[:-1])
    with image, sd.AnimatedImagePlayer(image, clock=clock, **log.callbacks()) as player:
        player.play()
        clock.advance(1.0)
        assert (log, player.state) == ([0], STATE.PLAYING)
        image.finish()
        clock.advance(0.1)
        assert (log, player.state) == ([0, "finish"], STATE.FINISHED)


def test_a_player_of_an_image_that_is_all_there(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    image, log = sd.IncrementalImage(), Log()
    image.feed(make_gif([50, 50], plays=2))
    with image, sd.AnimatedImagePlayer(image, clock=clock, **log.callbacks()) as player:
        player.play()
        clock.advance(1.0)
    assert log == [0, 1, ("loop", 1), 0, 1, ("loop", 2), "finish"]


# ---- going back, seeking ----


@pytest.mark.parametrize(("mode", "rate"), [(MODE.REVERSE, 1.0), (MODE.NORMAL, -1.0), (MODE.REVERSED_BOUNCE, 1.0)])
def test_going_back_waits_for_the_end(
    make_gif: MakeImage, clock: sd.ManualClock, mode: sd.PlaybackMode, rate: float
) -> None:
    data, image, log = make_gif([50] * 3, plays=1), sd.IncrementalImage(), Log()
    image.feed(data[:-1])
    with image, sd.AnimatedImagePlayer(image, clock=clock, mode=mode, rate=rate, **log.callbacks()) as player:
        player.play()
        clock.advance(1.0)
        assert log == []
        image.finish()
        clock.advance(0.13)
        assert log == [2, 1, 0]


def test_a_bounce_goes_up_as_frames_come(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    pieces, image, log = pieces_of(make_gif([50] * 3, plays=1)), sd.IncrementalImage(), Log()
    with image, sd.AnimatedImagePlayer(image, clock=clock, mode=MODE.BOUNCE, **log.callbacks()) as player:
        player.play()
        for piece in pieces:
            image.feed(piece)
            clock.advance(0.5)
    assert log == [0, 1, 2, 1, 0, ("loop", 1), "finish"]


def test_seeking_among_what_is_there(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    pieces, image, log = pieces_of(make_gif([50] * 4)), sd.IncrementalImage(), Log()
    with image, sd.AnimatedImagePlayer(image, clock=clock, **log.callbacks()) as player:
        with pytest.raises(IndexError, match="the image has 0"):
            player.seek(0)
        image.feed(pieces[0] + pieces[1])
        with pytest.raises(IndexError, match="the image has 2"):
            player.seek(2)
        with pytest.raises(ValueError, match="loop|argument|range"):
            player.seek(1, loop=1)
        player.seek(1)
        clock.advance(0.02)
        assert (log, player.frame_index) == ([1], 1)
        player.play()
        clock.advance(1.0)
        image.feed(pieces[2])
        clock.advance(0.02)
        assert log[-1] == 2


def test_a_group_waits_for_whom_it_has_to(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    data = make_gif([50] * 4)
    image = sd.IncrementalImage()
    with (
        image,
        sd.AnimatedImagePlayer(image, clock=clock) as growing,
        sd.AnimatedImagePlayer(data, clock=clock) as whole,
    ):
        group = sd.PlayerGroup([growing, whole])
        group.play()
        clock.advance(0.12)
        assert (whole.frame_index, growing.current_frame) == (2, None)
        image.feed(data)
        clock.advance(0.02)
        assert growing.frame_index == 0


# ---- errors, lifetime ----


def test_what_becomes_no_image_stops_its_players(clock: sd.ManualClock) -> None:
    image, errors = sd.IncrementalImage(), []
    player = sd.AnimatedImagePlayer(image, clock=clock, on_error=errors.append)
    player.play()
    image.feed(b"nothing that anybody knows")
    with pytest.raises(sd.ImageFormatError):
        image.finish()
    clock.advance(0.1)
    assert [type(error) for error in errors] == [sd.ImageFormatError]
    assert player.state is STATE.STOPPED
    with pytest.raises(sd.ImageFormatError):
        player.wait()
    player.close()
    with pytest.raises(sd.ImageFormatError):
        sd.AnimatedImagePlayer(image, clock=clock)


def test_closing_the_image_ends_the_wait_for_it() -> None:
    image = sd.IncrementalImage()
    player = sd.AnimatedImagePlayer(image)
    player.play()
    closer = threading.Thread(target=image.close)
    closer.start()
    with pytest.raises(sd.LinkClosedError):
        player.wait(10)
    closer.join()
    player.close()


def test_an_image_does_not_keep_its_players(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    image = sd.IncrementalImage()
    player = sd.AnimatedImagePlayer(image, clock=clock)
    player.play()
    reference = weakref.ref(player)
    del player
    gc.collect()
    assert reference() is None
    image.feed(make_gif([50, 50]))
    assert image.frame_count == 2
    closed = sd.AnimatedImagePlayer(image, clock=clock)
    closed.close()


def test_a_closed_player_is_notified_no_more(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    pieces, image, log = pieces_of(make_gif([50] * 2)), sd.IncrementalImage(), Log()
    image.feed(pieces[0])
    player = sd.AnimatedImagePlayer(image, clock=clock, **log.callbacks())
    player.close()
    image.feed(pieces[1])
    image.finish()
    clock.advance(1.0)
    assert log == []


def test_frames_can_be_pulled_while_they_come(make_gif: MakeImage) -> None:
    pieces, image, seen = pieces_of(make_gif([20] * 4, plays=1)), sd.IncrementalImage(), []
    with sd.AnimatedImagePlayer(image) as player:
        image.feed(pieces.pop(0))
        for frame in player.frames():
            seen.append(frame.index)
            if pieces:
                image.feed(pieces.pop(0))
    assert seen == [0, 1, 2, 3]


def test_several_players_and_threads(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    data, image = make_gif([20] * 50, plays=1), sd.IncrementalImage()
    logs = [Log() for _ in range(3)]
    players = [sd.AnimatedImagePlayer(image, clock=clock, late_policy="no_skip", **log.callbacks()) for log in logs]
    for player in players:
        player.play()

    def download() -> None:
        for begin in range(0, len(data), 31):
            image.feed(data[begin : begin + 31])

    thread = threading.Thread(target=download)
    thread.start()
    while thread.is_alive():
        clock.advance(0.1)
    thread.join()
    clock.advance(3.0)
    for log in logs:
        assert log == [*range(50), ("loop", 1), "finish"]
    for player in players:
        player.close()


def test_the_example_plays_while_it_downloads() -> None:
    command = [sys.executable, str(ROOT / "examples" / "progressive_download.py"), "--seconds", "1"]
    environment: dict[str, Any] = {**os.environ, "PYTHONPATH": str(ROOT)}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert (run.returncode, run.stderr) == (0, "")
    lines = run.stdout.splitlines()
    assert lines[0].startswith("frame 0 of ")
    assert lines[0].endswith("so far")
    indices = [int(line.split()[1]) for line in lines]
    assert indices[:12] == list(range(12))
    assert len(indices) > 12  # it loops once everything is there
