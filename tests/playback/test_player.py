"""AnimatedImagePlayer in virtual time: what is shown, what is called, what can be asked and set."""

from __future__ import annotations

import io
import math
import threading
from collections.abc import Callable
from typing import Any

import pytest

import sddisplaylink as sd
from sddisplaylink.playback.options import MODES
from support.images import colour
from support.native_player import one_loop
from support.player_log import Log

MakeImage = Callable[..., bytes]
BOUNCES = (sd.PlaybackMode.BOUNCE, sd.PlaybackMode.REVERSED_BOUNCE)


# ---- what is shown ----


@pytest.mark.parametrize("loops", [1, 2, 3])
@pytest.mark.parametrize("mode", list(sd.PlaybackMode))
@pytest.mark.parametrize("policy", ["skip", "no_skip", "catch_up"])
def test_every_mode_and_loop_count_shows_the_right_pixels(
    make_gif: MakeImage, clock: sd.ManualClock, mode: sd.PlaybackMode, loops: int, policy: sd.LatePolicy
) -> None:
    shown: list[sd.Frame] = []
    image = sd.AnimatedImage.open(make_gif([20, 40, 30, 100]))
    with (
        image,
        sd.AnimatedImagePlayer(
            image, mode=mode, loop_count=loops, late_policy=policy, clock=clock, on_frame=shown.append
        ) as player,
    ):
        player.play()
        clock.advance(4.0)
        assert player.state is sd.PlayerState.FINISHED
    order = one_loop(4, MODES[mode]) * loops + ([one_loop(4, MODES[mode])[0]] if mode in BOUNCES else [])
    assert [frame.index for frame in shown] == order
    for frame in shown:
        assert frame.rgba.tobytes() == bytes(colour(frame.index + 1)) * 12 == image_bytes(frame)


def image_bytes(frame: sd.Frame) -> bytes:
    return frame.image.tobytes()


def test_callbacks_come_in_order(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    log = Log()
    with sd.AnimatedImagePlayer(make_gif([50, 50], plays=2), clock=clock, **log.callbacks()) as player:
        player.play()
        assert log == []
        clock.advance(1.0)
    assert log == [0, 1, ("loop", 1), 0, 1, ("loop", 2), "finish"]


def test_past_the_end_the_frame_comes_before_the_finish(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    log = Log()
    with sd.AnimatedImagePlayer(make_gif([50, 50], plays=2), clock=clock, **log.callbacks()) as player:
        player.play()
        clock.advance(0.02)
        clock.stall(9.0)
        clock.advance(0.02)
        assert log == [0, 1, ("loop", 2), "finish"]
        assert (player.stats.shown, player.stats.skipped) == (2, 2)


def test_a_still_image_is_shown_once(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    log = Log()
    with sd.AnimatedImagePlayer(make_gif([100]), clock=clock, loop_count=0, **log.callbacks()) as player:
        player.play()
        clock.advance(1.0)
        assert log == [0, "finish"]
        assert player.state is sd.PlayerState.FINISHED


def test_the_loop_count_is_the_files_unless_given(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    data = make_gif([50, 50], plays=3)
    with sd.AnimatedImagePlayer(data, clock=clock) as player:
        assert player.loop_count == 3
        player.loop_count = 5
        assert player.loop_count == 5
        player.loop_count = None
        assert player.loop_count == 3
    with sd.AnimatedImagePlayer(data, clock=clock, loop_count=0) as player:
        assert player.loop_count == 0


@pytest.mark.parametrize("kind", [bytes, bytearray, io.BytesIO, "path"])
def test_the_image_may_be_anything_that_can_be_opened(
    make_gif: MakeImage, clock: sd.ManualClock, kind: Any, tmp_path: Any
) -> None:
    data = make_gif([50, 50])
    if kind == "path":
        source: Any = tmp_path / "some.gif"
        source.write_bytes(data)
    else:
        source = kind(data)
    with sd.AnimatedImagePlayer(source, clock=clock) as player:
        assert player.image.frame_count == 2
    with pytest.raises(sd.LinkClosedError):
        player.image.frame(0)


def test_an_image_that_was_given_stays_open(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    image = sd.AnimatedImage.open(make_gif([50, 50]))
    sd.AnimatedImagePlayer(image, clock=clock).close()
    assert image.frame(1).index == 1
    image.close()


# ---- commands ----


def test_states(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    player = sd.AnimatedImagePlayer(make_gif([50, 50], plays=1), clock=clock)
    states = [player.state]
    for command in (player.play, player.pause, player.play, player.stop, player.play, lambda: clock.advance(1.0)):
        command()
        states.append(player.state)
    player.seek(0)
    states.append(player.state)
    player.close()
    states.append(player.state)
    assert [state.name for state in states] == (
        ["STOPPED", "PLAYING", "PAUSED", "PLAYING", "STOPPED", "PLAYING", "FINISHED", "PAUSED", "CLOSED"]
    )


def test_a_state_is_finished_in_on_finish_and_not_before(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    states = []
    player = sd.AnimatedImagePlayer(make_gif([50, 50], plays=1), clock=clock)
    player.on_frame = lambda frame: states.append(player.state)
    player.on_loop = lambda loops: states.append(player.state)
    player.on_finish = lambda: states.append(player.state)
    player.play()
    clock.advance(1.0)
    player.close()
    assert [state.name for state in states] == ["PLAYING", "PLAYING", "PLAYING", "FINISHED"]


def test_pause_holds_and_play_goes_on(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    log = Log()
    with sd.AnimatedImagePlayer(make_gif([100, 100, 100]), clock=clock, **log.callbacks()) as player:
        player.play()
        clock.advance(0.15)
        player.pause()
        clock.advance(5.0)
        assert log == [0, 1]
        player.play()
        clock.advance(0.09)
        assert log == [0, 1, 2]


def test_stop_goes_back_to_the_start(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    log = Log()
    with sd.AnimatedImagePlayer(make_gif([50, 50, 50]), clock=clock, **log.callbacks()) as player:
        player.play()
        clock.advance(0.1)
        assert (player.frame_index, player.current_frame is not None) == (1, True)
        player.stop()
        assert (player.frame_index, player.loop_index, player.current_frame) == (0, 0, None)
        clock.advance(1.0)
        player.play()
        clock.advance(0.02)
        assert log == [0, 1, 0]


def test_play_after_the_end_starts_over(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    log = Log()
    with sd.AnimatedImagePlayer(make_gif([50, 50], plays=1), clock=clock, **log.callbacks()) as player:
        player.play()
        clock.advance(1.0)
        assert (player.frame_index, player.loop_index) == (1, 0)
        player.play()
        clock.advance(1.0)
    assert log == [0, 1, ("loop", 1), "finish"] * 2


@pytest.mark.parametrize("state", ["stopped", "playing", "paused", "finished"])
def test_seek_is_seen_at_once(make_gif: MakeImage, clock: sd.ManualClock, state: str) -> None:
    log = Log()
    with sd.AnimatedImagePlayer(make_gif([50] * 4, plays=2), clock=clock, **log.callbacks()) as player:
        if state != "stopped":
            player.play()
            clock.advance(9.0 if state == "finished" else 0.02)
        if state == "paused":
            player.pause()
        log.clear()
        player.seek(2, loop=1)
        current = player.current_frame
        assert (player.frame_index, player.loop_index) == (2, 1)
        assert current is not None and current.index == 2
        clock.advance(0.0)
        assert log == ([] if state == "playing" else [2])
        clock.advance(0.02)
        assert log == [2]
        player.play()
        clock.advance(1.0)
        assert log[-3:] == [3, ("loop", 2), "finish"]
        assert log.count(2) == (2 if state == "stopped" else 1)


def test_a_mode_set_while_stopped_moves_the_start(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    with sd.AnimatedImagePlayer(make_gif([50] * 4), clock=clock) as player:
        player.mode = sd.PlaybackMode.REVERSE
        assert (player.mode, player.frame_index) == (sd.PlaybackMode.REVERSE, 3)
        player.mode = "bounce"
        assert (player.mode, player.frame_index) == (sd.PlaybackMode.BOUNCE, 0)


def test_everything_can_be_set_while_playing(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    log = Log()
    with sd.AnimatedImagePlayer(make_gif([100] * 4), clock=clock, **log.callbacks()) as player:
        player.play()
        clock.advance(0.11)
        player.rate = 2
        clock.advance(0.1)
        assert (player.rate, log) == (2.0, [0, 1, 2])
        player.mode = sd.PlaybackMode.REVERSE
        clock.advance(0.1)
        assert log == [0, 1, 2, 1, 0]
        player.rate, player.mode, player.loop_count = 1.0, sd.PlaybackMode.NORMAL, 1
        clock.advance(1.0)
        assert log == [0, 1, 2, 1, 0, 1, 2, 3, ("loop", 1), "finish"]


@pytest.mark.parametrize("plays", [2, 3])
def test_turning_round_reports_each_loop(make_gif: MakeImage, clock: sd.ManualClock, plays: int) -> None:
    log: list[int] = []
    with sd.AnimatedImagePlayer(make_gif([50, 50], plays=plays), clock=clock, on_loop=log.append) as player:
        player.play()
        clock.advance(0.1 * plays - 0.02)
        assert log == list(range(1, plays))
        log.clear()
        player.rate = -1
        clock.advance(1.0)
        assert log == list(range(1, plays + 1))
        assert player.state is sd.PlayerState.FINISHED


def test_callbacks_can_be_changed_and_removed(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    first, second = Log(), Log()
    with sd.AnimatedImagePlayer(make_gif([50] * 4), clock=clock, on_frame=first.append) as player:
        player.play()
        clock.advance(0.02)
        player.on_frame = second.append
        assert player.on_frame is not None
        clock.advance(0.05)
        player.on_frame = None
        clock.advance(0.05)
    assert [len(first), len(second)] == [1, 1]


# ---- wait ----


def test_wait_returns_when_playback_has_ended(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    with sd.AnimatedImagePlayer(make_gif([50, 50], plays=1), clock=clock) as player:
        assert player.wait(0) is True
        player.play()
        assert player.wait(0.01) is False
        clock.advance(1.0)
        assert player.wait() is True
    assert player.wait() is True


@pytest.mark.parametrize("name", ["stop", "close", "advance"])
def test_wait_is_woken_from_another_thread(make_gif: MakeImage, clock: sd.ManualClock, name: str) -> None:
    player = sd.AnimatedImagePlayer(make_gif([50, 50], plays=1), clock=clock)
    player.play()
    ended: list[bool] = []
    waiter = threading.Thread(target=lambda: ended.append(player.wait(20)))
    waiter.start()
    clock.advance(1.0) if name == "advance" else getattr(player, name)()
    waiter.join(20)
    assert ended == [True]
    player.close()


def test_wait_returns_after_on_finish(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    entered, leave, log = threading.Event(), threading.Event(), []

    def on_finish() -> None:
        entered.set()
        leave.wait(20)
        log.append("finish")

    player = sd.AnimatedImagePlayer(make_gif([50, 50], plays=1), clock=clock, on_finish=on_finish)
    player.play()
    advancer = threading.Thread(target=clock.advance, args=(1.0,))
    advancer.start()
    waiter = threading.Thread(target=lambda: log.append(player.wait(20)))
    waiter.start()
    assert entered.wait(20)
    leave.set()
    waiter.join(20)
    advancer.join(20)
    assert log == ["finish", True]
    player.close()


def test_a_callback_cannot_wait_for_itself(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    player = sd.AnimatedImagePlayer(make_gif([50, 50]), clock=clock)
    player.on_frame = lambda frame: player.wait()
    player.play()
    clock.advance(0.1)
    with pytest.raises(sd.ClockError):
        player.close()


# ---- statistics ----


def test_stats_count_what_happened(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    image = sd.AnimatedImage.open(make_gif([50] * 4))
    frames = list(image)
    with sd.AnimatedImagePlayer(image, clock=clock) as player:
        assert player.stats == sd.PlayerStats()
        player.play()
        clock.advance(0.1)
        clock.stall(0.3)
        clock.advance(0.02)
        stats = player.stats
    assert len(frames) == 4
    assert (stats.shown, stats.skipped, stats.missed_ticks) == (3, 6, 18)
    assert (stats.buffer_hits, stats.buffer_misses) == (3, 0)
    assert player.stats == stats


def test_lateness_is_measured_against_the_target(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    dispatcher = sd.Dispatcher(thread=False)
    image = sd.AnimatedImage.open(make_gif([50] * 4))
    list(image)  # decoded: nothing is waited for
    with image, sd.AnimatedImagePlayer(image, clock=clock, dispatcher=dispatcher) as player:
        player.play()
        clock.advance(0.02)  # target 33.3 ms, shown at 16.7 ms
        assert (player.stats.late, player.stats.max_lateness) == (0, 0.0)
        clock._dispatchers.discard(dispatcher)  # the next one is not read in time
        clock.advance(0.05)
        clock.stall(0.1)
        dispatcher.run_pending()
        assert player.stats.late == 1
        assert player.stats.max_lateness == pytest.approx(0.17 - 5 / 60, abs=1e-6)
    dispatcher.close()


# ---- arguments ----


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("rate", math.nan, ValueError),
        ("rate", math.inf, ValueError),
        ("rate", -math.inf, ValueError),
        ("rate", 10**400, ValueError),
        ("rate", "fast", TypeError),
        ("rate", None, TypeError),
        ("rate", True, TypeError),
        ("loop_count", -1, ValueError),
        ("loop_count", 1.5, ValueError),
        ("loop_count", 2**32, ValueError),
        ("mode", "sideways", ValueError),
        ("mode", 1, TypeError),
        ("late_policy", "never", ValueError),
        ("late_policy", None, ValueError),
        ("on_frame", 5, TypeError),
        ("on_loop", "x", TypeError),
        ("on_finish", [], TypeError),
        ("on_error", object(), TypeError),
    ],
)
def test_bad_settings_are_refused(
    make_gif: MakeImage, clock: sd.ManualClock, name: str, value: Any, error: type[Exception]
) -> None:
    before = sd.diagnostics()["players"]
    with pytest.raises(error):
        sd.AnimatedImagePlayer(make_gif([50, 50]), clock=clock, **{name: value})
    assert sd.diagnostics()["players"] == before
    with sd.AnimatedImagePlayer(make_gif([50, 50]), clock=clock) as player:
        kept = getattr(player, name)
        with pytest.raises(error):
            setattr(player, name, value)
        assert getattr(player, name) == kept


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"max_buffer_bytes": -1}, ValueError),
        ({"max_buffer_bytes": 1.5}, TypeError),
        ({"clock": "sundial"}, sd.ClockError),
        ({"clock": 5}, TypeError),
        ({"display": 987654}, sd.ClockError),
        ({"dispatcher": "here"}, TypeError),
    ],
)
def test_bad_arguments_leave_nothing_open(make_gif: MakeImage, arguments: Any, error: type[Exception]) -> None:
    before = sd.diagnostics()["players"]
    with pytest.raises(error):
        sd.AnimatedImagePlayer(make_gif([50, 50]), **{"clock": "timer", **arguments})
    assert sd.diagnostics()["players"] == before


def test_not_an_image(clock: sd.ManualClock) -> None:
    with pytest.raises(sd.ImageFormatError):
        sd.AnimatedImagePlayer(b"text", clock=clock)
    with pytest.raises(TypeError):
        sd.AnimatedImagePlayer(5, clock=clock)  # type: ignore[arg-type]


@pytest.mark.parametrize("index", [-1, 4, 2**70])
def test_seek_beyond_the_frames(make_gif: MakeImage, clock: sd.ManualClock, index: int) -> None:
    with sd.AnimatedImagePlayer(make_gif([50] * 4), clock=clock) as player:
        with pytest.raises(IndexError):
            player.seek(index)
        assert player.frame_index == 0


@pytest.mark.parametrize("loop", [-1, 2, 2**70])
def test_seek_beyond_the_loops(make_gif: MakeImage, clock: sd.ManualClock, loop: int) -> None:
    with sd.AnimatedImagePlayer(make_gif([50] * 4, plays=2), clock=clock) as player:
        with pytest.raises(ValueError, match=f"^loop .*{loop}"):
            player.seek(1, loop)
        assert (player.frame_index, player.loop_index) == (0, 0)
        with pytest.raises(TypeError):
            player.seek(1.0)  # type: ignore[arg-type]


def test_a_closed_player_does_nothing_but_remembers(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    player = sd.AnimatedImagePlayer(make_gif([50] * 4, plays=1), clock=clock, rate=2.0)
    player.play()
    clock.advance(0.05)
    last = player.frame_index, player.loop_index, player.rate, player.mode, player.stats, player.current_frame
    player.close()
    player.close()
    assert last == (player.frame_index, player.loop_index, player.rate, player.mode, player.stats, player.current_frame)
    assert "closed" in repr(player)
    for call in (player.play, player.pause, player.stop, lambda: player.seek(0), player.frames, player.frames_async):
        with pytest.raises(sd.LinkClosedError):
            call()
    for name, value in (("rate", 1.0), ("mode", "bounce"), ("loop_count", 1), ("late_policy", "skip")):
        with pytest.raises(sd.LinkClosedError):
            setattr(player, name, value)
    with pytest.raises(sd.LinkClosedError):
        player.__enter__()
