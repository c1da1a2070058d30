"""Callbacks that act on their own player, and callbacks that fail."""

from __future__ import annotations

import gc
import threading
import weakref
from collections.abc import Callable
from typing import Any

import pytest

import sddisplaylink as sd
from sddisplaylink.dispatch.subscriber import DispatcherBinding
from sddisplaylink.frames.pool import FramePool
from support.player_log import Log

MakeImage = Callable[..., bytes]


# ---- callbacks that act on their own player ----


@pytest.mark.parametrize("name", ["stop", "close", "pause"])
@pytest.mark.parametrize("callback", ["on_frame", "on_loop"])
def test_nothing_follows_a_callback_that_ends_playback(
    make_gif: MakeImage, clock: sd.ManualClock, name: str, callback: str
) -> None:
    log = Log()
    player = sd.AnimatedImagePlayer(make_gif([20, 20], plays=3), clock=clock, **log.callbacks())
    recorded = getattr(player, callback)

    def act(value: object) -> None:
        recorded(value)
        getattr(player, name)()

    setattr(player, callback, act)
    player.play()
    clock.advance(1.0)
    assert log == ([0] if callback == "on_frame" else [0, 1, ("loop", 1)])
    assert player.state.name == {"stop": "STOPPED", "close": "CLOSED", "pause": "PAUSED"}[name]
    player.close()


@pytest.mark.parametrize("name", ["stop", "close"])
def test_no_finish_follows_a_loop_that_ends_playback(make_gif: MakeImage, clock: sd.ManualClock, name: str) -> None:
    log = Log()
    player = sd.AnimatedImagePlayer(make_gif([20, 20], plays=1), clock=clock, **log.callbacks())
    player.on_loop = lambda loops: getattr(player, name)()
    player.play()
    clock.advance(1.0)
    assert log == [0, 1]
    assert player.state.name == {"stop": "STOPPED", "close": "CLOSED"}[name]
    player.close()


def test_pause_in_on_loop_holds_back_the_frame_and_reports_the_loop_once(
    make_gif: MakeImage, clock: sd.ManualClock
) -> None:
    log = Log()
    with sd.AnimatedImagePlayer(make_gif([50, 50], plays=2), clock=clock, **log.callbacks()) as player:
        recorded = player.on_loop
        player.on_loop = lambda loops: (recorded and recorded(loops), player.pause())
        player.play()
        clock.advance(1.0)
        player.play()
        clock.advance(1.0)
        assert log == [0, 1, ("loop", 1), 0, 1, ("loop", 2), "finish"]


def test_seek_in_on_frame_walks_through_all_frames(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    log = Log()
    with sd.AnimatedImagePlayer(make_gif([1000] * 5), clock=clock, **log.callbacks()) as player:

        def walk(frame: sd.Frame) -> None:
            log.append(frame.index)
            player.seek((frame.index + 2) % 5)

        player.on_frame = walk
        player.play()
        clock.advance(0.11)
        assert log == [0, 2, 4, 1, 3, 0]


def test_play_in_on_finish_begins_again(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    log = Log()
    with sd.AnimatedImagePlayer(make_gif([20, 20], plays=1), clock=clock, **log.callbacks()) as player:
        player.on_finish = lambda: log.append("again") or player.play() if log.count("again") < 2 else None
        player.play()
        clock.advance(1.0)
        assert log == [0, 1, ("loop", 1), "again"] * 2 + [0, 1, ("loop", 1)]
        assert player.state is sd.PlayerState.FINISHED


def test_a_callback_may_drop_its_own_player(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    log = Log()
    keep: list[sd.AnimatedImagePlayer] = []

    def drop(frame: sd.Frame) -> None:
        log.append(frame.index)
        keep.clear()

    keep.append(sd.AnimatedImagePlayer(make_gif([20] * 5), clock=clock, on_frame=drop))
    gone = weakref.ref(keep[0])
    keep[0].play()
    clock.advance(1.0)
    assert log == [0]
    assert gone() is None
    assert sd.diagnostics()["players"] == 0


def test_a_dropped_player_stops_also_as_part_of_a_cycle(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    log = Log()

    def play() -> weakref.ref[sd.AnimatedImagePlayer]:
        player = sd.AnimatedImagePlayer(make_gif([20] * 5), clock=clock)
        player.on_frame = lambda frame: log.append((frame.index, player.state))  # the cycle
        player.play()
        clock.advance(0.02)
        return weakref.ref(player)

    gone = play()
    gc.collect()
    clock.advance(1.0)
    assert (len(log), gone()) == (1, None)


def test_a_dropped_player_stops_while_the_decoder_still_hands_its_frame_over(
    make_gif: MakeImage, clock: sd.ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    post, may_return = DispatcherBinding.post, threading.Event()

    def post_slowly(binding: DispatcherBinding, call: Callable[[], None]) -> None:
        post(binding, call)
        if threading.current_thread().name == "sddisplaylink-decode":
            may_return.wait(10)

    def play() -> weakref.ref[sd.AnimatedImagePlayer]:
        player = sd.AnimatedImagePlayer(make_gif([20] * 5), clock=clock)
        player.on_frame = lambda frame: player.state  # the cycle
        player.play()
        clock.advance(0.02)
        return weakref.ref(player)

    monkeypatch.setattr(FramePool, "prefetch", lambda *request, inline: False)  # so that the frame is awaited
    monkeypatch.setattr(DispatcherBinding, "post", post_slowly)
    gone = play()
    gc.collect()
    is_gone = gone() is None
    may_return.set()
    assert is_gone


# ---- errors ----


@pytest.mark.parametrize("callback", ["on_frame", "on_loop", "on_finish"])
def test_an_exception_stops_playback_and_is_reported_once(
    make_gif: MakeImage, clock: sd.ManualClock, callback: str
) -> None:
    calls, errors = [], []

    def fail(*arguments: object) -> None:
        calls.append(arguments)
        raise KeyError("mine")

    player = sd.AnimatedImagePlayer(make_gif([20, 20], plays=1), clock=clock, on_error=errors.append)
    setattr(player, callback, fail)
    player.play()
    clock.advance(1.0)
    assert len(calls) == 1
    assert player.state is sd.PlayerState.STOPPED
    with pytest.raises(KeyError, match="mine") as raised:
        player.wait(0)
    assert errors == [raised.value]
    assert player.wait(0) is True
    player.close()


def test_an_exception_wakes_who_waits_and_resets_the_player(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    raised: list[BaseException] = []
    player = sd.AnimatedImagePlayer(make_gif([20, 20, 20]), clock=clock)
    player.on_frame = lambda frame: frame.index and 1 / 0
    player.play()

    def wait() -> None:
        try:
            player.wait(20)
        except ZeroDivisionError as error:
            raised.append(error)

    waiter = threading.Thread(target=wait)
    waiter.start()
    clock.advance(1.0)
    waiter.join(20)
    assert len(raised) == 1
    assert (player.state, player.frame_index, player.current_frame) == (sd.PlayerState.STOPPED, 0, None)
    player.close()


def test_close_raises_a_pending_error(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    player = sd.AnimatedImagePlayer(make_gif([20, 20]), clock=clock, on_frame=lambda frame: 1 / 0)
    player.play()
    clock.advance(0.1)
    with pytest.raises(ZeroDivisionError):
        player.close()
    assert player.state is sd.PlayerState.CLOSED
    player.close()


def test_an_error_in_on_error_is_noted_on_the_first(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    def second(error: BaseException) -> None:
        raise RuntimeError("second")

    player = sd.AnimatedImagePlayer(make_gif([20, 20]), clock=clock, on_frame=lambda frame: 1 / 0, on_error=second)
    player.play()
    clock.advance(0.1)
    with pytest.raises(ZeroDivisionError) as raised:
        player.wait()
    assert "second" in "".join(raised.value.__notes__)
    player.close()


def test_close_in_on_error_leaves_the_error_to_who_waits(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    player = sd.AnimatedImagePlayer(make_gif([20, 20]), clock=clock, on_frame=lambda frame: 1 / 0)
    player.on_error = lambda error: player.close()
    player.play()
    clock.advance(0.1)
    assert player.state is sd.PlayerState.CLOSED
    with pytest.raises(ZeroDivisionError) as raised:
        player.wait()
    assert not hasattr(raised.value, "__notes__")


def test_a_pending_error_is_reported_when_the_player_is_dropped(
    make_gif: MakeImage, clock: sd.ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported: list[Any] = []
    monkeypatch.setattr("sys.excepthook", lambda kind, error, traceback: reported.append(kind))
    monkeypatch.setattr("sys.unraisablehook", lambda failure: reported.append(failure.exc_type))
    player = sd.AnimatedImagePlayer(make_gif([20, 20]), clock=clock, on_frame=lambda frame: 1 / 0)
    player.play()
    clock.advance(0.1)
    del player
    gc.collect()
    assert reported == [ZeroDivisionError]


def test_that_the_program_has_closed_the_image_is_reported_to_who_asks_alone(
    make_gif: MakeImage, clock: sd.ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    reported: list[Any] = []
    monkeypatch.setattr("sys.unraisablehook", lambda failure: reported.append(failure.exc_type))
    heard: list[BaseException] = []
    with sd.AnimatedImage.open(make_gif([20, 20])) as image:
        dropped, asked = (sd.AnimatedImagePlayer(image, clock=clock, on_error=heard.append) for _ in range(2))
        for player in (dropped, asked):
            player.play()
        clock.advance(0.1)
    clock.advance(0.1)
    with pytest.raises(sd.LinkClosedError, match="the image is closed"):
        asked.wait()
    assert [type(error) for error in heard] == [sd.LinkClosedError] * 2
    del dropped, player
    gc.collect()
    assert reported == []


@pytest.mark.parametrize("has_on_error", [False, True])
def test_an_error_after_one_that_nobody_has_asked_for_is_reported_too(
    make_gif: MakeImage, clock: sd.ManualClock, monkeypatch: pytest.MonkeyPatch, has_on_error: bool
) -> None:
    reported: list[str] = []
    delivered: list[str] = []
    monkeypatch.setattr("sys.unraisablehook", lambda failure: reported.append(str(failure.exc_value)))
    errors = iter(RuntimeError(text) for text in ("first", "second", "third"))

    def fail(frame: sd.Frame) -> None:
        raise next(errors)

    player = sd.AnimatedImagePlayer(make_gif([20, 20]), clock=clock, on_frame=fail)
    if has_on_error:
        player.on_error = lambda error: delivered.append(str(error))
    for _ in range(3):
        player.play()
        clock.advance(0.1)
    with pytest.raises(RuntimeError, match="first"):
        player.close()
    assert (delivered, reported) == ((["first", "second", "third"], []) if has_on_error else ([], ["second", "third"]))


def test_playback_can_begin_again_after_an_error(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    log = Log()
    with sd.AnimatedImagePlayer(make_gif([20, 20], plays=1), clock=clock, on_frame=lambda frame: 1 / 0) as player:
        player.play()
        clock.advance(0.1)
        with pytest.raises(ZeroDivisionError):
            player.wait()
        player.on_frame = log.append
        player.play()
        clock.advance(0.1)
        assert len(log) == 2
        assert player.wait(0)


def test_the_error_of_a_with_block_and_that_of_a_callback_are_both_reported(
    make_gif: MakeImage, clock: sd.ManualClock
) -> None:
    with (
        pytest.raises(LookupError) as caught,
        sd.AnimatedImagePlayer(make_gif([20, 20]), clock=clock) as player,
    ):
        player.on_frame = lambda frame: 1 / 0
        player.play()
        clock.advance(0.1)
        raise LookupError
    assert isinstance(caught.value.__context__, ZeroDivisionError)


def test_the_error_of_a_callback_comes_before_all_that_led_to_the_error_of_the_block(
    make_gif: MakeImage, clock: sd.ManualClock
) -> None:
    def fail() -> None:
        try:
            raise KeyError
        except KeyError as error:
            raise OSError from error

    with pytest.raises(LookupError) as caught, sd.AnimatedImagePlayer(make_gif([20, 20]), clock=clock) as player:
        player.on_frame = lambda frame: 1 / 0
        player.play()
        clock.advance(0.1)
        try:
            fail()
        except OSError:
            raise LookupError  # noqa: B904
    cause = caught.value.__context__.__cause__
    assert isinstance(cause, KeyError)
    assert isinstance(cause.__context__, ZeroDivisionError)


def test_an_error_that_ends_both_block_and_playback_is_no_context_of_itself(
    make_gif: MakeImage, clock: sd.ManualClock
) -> None:
    error = RuntimeError()

    def fail(frame: sd.Frame) -> None:
        raise error

    with pytest.raises(RuntimeError), sd.AnimatedImagePlayer(make_gif([20, 20]), clock=clock, on_frame=fail) as player:
        player.play()
        clock.advance(0.1)
        raise error
    assert error.__context__ is None


# ---- stop and callbacks on another thread ----


@pytest.mark.parametrize("name", ["stop", "pause", "close"])
def test_commands_wait_for_the_callback_that_is_running(make_gif: MakeImage, clock: sd.ManualClock, name: str) -> None:
    entered, leave, log = threading.Event(), threading.Event(), []

    def on_frame(frame: sd.Frame) -> None:
        entered.set()
        leave.wait(0.5)
        log.append("left")

    player = sd.AnimatedImagePlayer(make_gif([50, 50]), clock=clock, on_frame=on_frame)
    player.play()
    advancer = threading.Thread(target=clock.advance, args=(0.02,))
    advancer.start()
    assert entered.wait(20)
    threading.Timer(0.05, leave.set).start()
    getattr(player, name)()
    assert log == ["left"]
    advancer.join(20)
    player.close()


def test_callbacks_run_where_the_dispatcher_says(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    seen: list[int] = []
    dispatcher = sd.Dispatcher(thread=False)
    player = sd.AnimatedImagePlayer(
        make_gif([50, 50]),
        clock=clock,
        dispatcher=dispatcher,
        on_frame=lambda frame: seen.append(threading.get_ident()),
    )
    player.play()
    clock.advance(0.1)
    assert seen == [threading.get_ident()] * 2
    player.close()
    dispatcher.close()
