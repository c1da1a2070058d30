"""Frames that are not decoded when they are due, with a decoder whose speed the test sets."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from typing import Any

import pytest

import sddisplaylink as sd
from sddisplaylink.native import ffi
from sddisplaylink.playback.events import DueEvent
from sddisplaylink.playback.native_player import command_all
from support.slow_reader import PATIENCE, Slow, joined

MakeImage = Callable[..., bytes]


def test_time_waits_until_the_frame_is_there(slow: Callable[..., Slow]) -> None:
    one = slow([50, 50, 50])
    one.player.play()
    advancing = one.advance(0.02)
    assert one.reader.was_asked.acquire(timeout=PATIENCE)
    assert (one.log, advancing.is_alive()) == ([], True)
    one.reader.was_asked.release()
    one.reader.answer()
    assert joined(advancing)
    assert one.log == [0]
    assert (one.player.stats.buffer_hits, one.player.stats.buffer_misses) == (0, 1)


def test_frames_are_prefetched_in_playing_order(slow: Callable[..., Slow]) -> None:
    one = slow([50] * 4)
    one.reader.decode(0, 1, 2, 3)
    one.player.play()
    assert one.reader.prefetched[-1] == [0, 1, 2, 3]
    one.clock.advance(0.1)
    assert one.reader.prefetched[-1] == [1, 2, 3, 0]
    one.player.mode = sd.PlaybackMode.REVERSED_BOUNCE
    assert one.reader.prefetched[-1] == [1, 0, 2]  # through frame 1
    one.player.rate = -1.0
    assert one.reader.prefetched[-1] == [1, 2, 3]
    one.player.seek(3)
    assert one.reader.prefetched[-1][0] == 3


def test_the_direction_is_reported(slow: Callable[..., Slow]) -> None:
    one = slow([50] * 4)
    directions = []
    for mode in sd.PlaybackMode:
        for rate in (1.0, -0.5, 0.0):
            one.player.mode, one.player.rate = mode, rate
            directions.append(int(one.reader.directions[-1]))
    assert directions == [1, -1, 1, -1, 1, -1, 0, 0, 0, 0, 0, 0]


def test_what_is_shown_is_reported(slow: Callable[..., Slow]) -> None:
    one = slow([50] * 4)
    one.reader.decode(0, 1, 2, 3)
    one.player.play()
    assert one.reader.shown is None
    one.clock.advance(0.1)
    assert one.reader.shown == 1
    one.player.stop()
    assert one.reader.shown is None


def awaiting_three(slow: Callable[..., Slow], dispatcher: sd.Dispatcher) -> Slow:
    """A player whose frames 0, 1 and 2 have become due, and none of them is decoded."""
    one = slow([50] * 4, dispatcher=dispatcher)
    one.clock._dispatchers.discard(dispatcher)  # time does not wait
    one.player.play()
    for _ in range(3):  # at 0, 50 and 100 ms
        one.clock.advance(0.05)
        dispatcher.run_pending()
    assert [index for index, _ in one.reader.asked] == [0, 1, 2]
    return one


def test_frames_that_arrive_late_are_shown_until_the_one_that_is_due_has_come(slow: Callable[..., Slow]) -> None:
    dispatcher = sd.Dispatcher(thread=False)
    one = awaiting_three(slow, dispatcher)
    for index in range(3):
        assert one.player.engine.delivery.is_waiting
        assert one.reader.answer() == index
        dispatcher.run_pending()
        assert one.log == list(range(index + 1))
        assert one.reader.prefetched[-1] == [2, 3, 0, 1]  # the due frame first, whichever is shown
    assert not one.player.engine.delivery.is_waiting
    stats = one.player.stats
    assert (stats.shown, stats.skipped, stats.late, stats.buffer_misses) == (3, 0, 2, 3)
    one.player.close()
    dispatcher.close()


def test_no_frame_is_shown_after_a_newer_one(slow: Callable[..., Slow]) -> None:
    dispatcher = sd.Dispatcher(thread=False)
    one = awaiting_three(slow, dispatcher)
    one.reader.asked.insert(0, one.reader.asked.pop(1))  # frame 1 comes first
    for index in (1, 0, 2):
        assert one.reader.answer() == index
        dispatcher.run_pending()
    assert one.log == [1, 2]
    stats = one.player.stats
    assert (stats.shown, stats.skipped) == (2, 1)
    one.player.close()
    dispatcher.close()


def test_a_frame_that_is_there_when_due_ends_the_wait_for_earlier_ones(slow: Callable[..., Slow]) -> None:
    dispatcher = sd.Dispatcher(thread=False)
    one = awaiting_three(slow, dispatcher)
    one.reader.decode(3)
    one.clock.advance(0.05)
    dispatcher.run_pending()
    assert one.log == [3]
    for _ in range(3):
        one.reader.answer()
        dispatcher.run_pending()
    assert one.log == [3]
    stats = one.player.stats
    assert (stats.shown, stats.skipped) == (1, 3)
    one.player.close()
    dispatcher.close()


def test_slow_decoding_leaves_out_no_loop(slow: Callable[..., Slow]) -> None:
    dispatcher = sd.Dispatcher(thread=False)
    one = slow([50] * 2, plays=2, dispatcher=dispatcher)
    one.clock._dispatchers.discard(dispatcher)
    one.player.play()
    for _ in range(20):
        one.clock.advance(0.05)
        dispatcher.run_pending()
    assert one.player.state is sd.PlayerState.PLAYING
    while one.reader.asked:
        one.reader.answer()
        dispatcher.run_pending()
    assert one.log == [0, 1]
    for _ in range(10):
        one.clock.advance(0.05)
        dispatcher.run_pending()
    assert one.log == [0, 1, ("loop", 1), 0, 1, ("loop", 2), "finish"]
    one.player.close()
    dispatcher.close()


def test_the_end_is_reported_after_the_last_frame_that_was_awaited(slow: Callable[..., Slow]) -> None:
    dispatcher = sd.Dispatcher(thread=False)
    one = slow([50] * 2, plays=1, dispatcher=dispatcher)
    one.clock._dispatchers.discard(dispatcher)
    one.reader.decode(0)
    one.player.play()
    one.clock.advance(0.02)
    dispatcher.run_pending()
    one.clock.stall(5.0)
    one.clock.advance(0.02)  # the last frame and the end in one event
    dispatcher.run_pending()
    assert (one.log, one.player.state) == ([0], sd.PlayerState.PLAYING)
    one.reader.answer()
    dispatcher.run_pending()
    assert (one.log, one.player.state) == ([0, 1, ("loop", 1), "finish"], sd.PlayerState.FINISHED)
    one.player.close()
    dispatcher.close()


def test_a_finish_that_comes_while_a_frame_is_awaited_is_reported_after_it(slow: Callable[..., Slow]) -> None:
    dispatcher = sd.Dispatcher(thread=False)
    one = slow([50] * 2, plays=1, dispatcher=dispatcher)
    one.clock._dispatchers.discard(dispatcher)
    one.player.play()
    one.clock.advance(0.08)
    dispatcher.run_pending()
    one.player.engine.native.set_starved(False)  # as if the end had come just before the player was starved
    one.clock.advance(0.08)
    dispatcher.run_pending()
    assert (one.log, one.player.state) == ([], sd.PlayerState.PLAYING)
    one.reader.answer()
    dispatcher.run_pending()
    assert (one.log, one.player.state) == ([1, ("loop", 1), "finish"], sd.PlayerState.FINISHED)
    one.player.close()
    dispatcher.close()


@pytest.mark.parametrize("name", ["pause", "stop", "close", "seek"])
def test_what_ends_playback_ends_the_wait(slow: Callable[..., Slow], name: str) -> None:
    one = slow([50] * 3)
    one.player.play()
    advancing = one.advance(0.02)
    assert one.reader.was_asked.acquire(timeout=PATIENCE)
    one.reader.decode(2)
    one.player.seek(2) if name == "seek" else getattr(one.player, name)()
    assert joined(advancing)
    one.reader.was_asked.release()
    one.reader.answer()
    one.clock.advance(0.05)
    assert one.log == ([2] if name == "seek" else [])
    assert one.reader.is_closed == (name == "close")


def test_a_pause_while_a_frame_is_awaited_loses_no_frame(slow: Callable[..., Slow]) -> None:
    one = slow([50] * 3, late_policy="no_skip")
    one.player.play()
    advancing = one.advance(0.02)
    assert one.reader.was_asked.acquire(timeout=PATIENCE)
    one.player.pause()
    assert joined(advancing)
    one.reader.decode(0, 1, 2)
    one.player.play()
    one.clock.advance(0.15)
    assert one.log == [0, 1, 2]
    assert (one.player.stats.shown, one.player.stats.skipped) == (3, 0)


@pytest.mark.parametrize("name", ["play", "seek"])
def test_a_frame_that_is_due_before_the_command_has_returned_is_waited_for(
    slow: Callable[..., Slow], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    dispatcher = sd.Dispatcher(thread=False)
    one = slow([50] * 3, dispatcher=dispatcher, late_policy="no_skip")
    one.clock._dispatchers.discard(dispatcher)

    def send_and_tick(*arguments: Any, **options: Any) -> Any:
        after = command_all(*arguments, **options)
        one.clock.advance(1 / 60)
        dispatcher.run_pending()
        return after

    monkeypatch.setattr("sddisplaylink.playback.commands.command_all", send_and_tick)
    one.player.seek(1) if name == "seek" else one.player.play()
    one.reader.answer()
    dispatcher.run_pending()
    assert one.log == [1 if name == "seek" else 0]
    one.player.close()
    dispatcher.close()


@pytest.mark.parametrize("plays", [0, 1])
def test_what_is_shown_before_the_command_has_returned_counts(
    slow: Callable[..., Slow], monkeypatch: pytest.MonkeyPatch, plays: int
) -> None:
    dispatcher = sd.Dispatcher(thread=False)
    one = slow([50] * 3, plays, dispatcher=dispatcher)
    one.clock._dispatchers.discard(dispatcher)
    one.reader.decode(0, 1, 2)

    def send_and_tick(*arguments: Any, **options: Any) -> Any:
        after = command_all(*arguments, **options)
        for _ in range(12):
            one.clock.advance(1 / 60)
            dispatcher.run_pending()
        return after

    one.player.play()
    monkeypatch.setattr("sddisplaylink.playback.commands.command_all", send_and_tick)
    one.player.seek(1)
    assert one.log[:2] == [1, 2]
    assert one.player.frame_index == one.log[-1 if plays == 0 else 1]
    assert one.player.current_frame is one.reader.decoded[one.player.frame_index]
    assert one.player.state is (sd.PlayerState.FINISHED if plays else sd.PlayerState.PLAYING)
    one.player.close()
    dispatcher.close()


def test_a_finish_before_play_has_returned_counts(slow: Callable[..., Slow], monkeypatch: pytest.MonkeyPatch) -> None:
    one = slow([50], 1)
    one.reader.decode(0)

    def send_and_tick(*arguments: Any, **options: Any) -> Any:
        after = command_all(*arguments, **options)
        one.clock.advance(0.2)
        return after

    monkeypatch.setattr("sddisplaylink.playback.commands.command_all", send_and_tick)
    for _ in range(2):
        one.player.play()
        assert one.player.state is sd.PlayerState.FINISHED
        assert one.player.wait(0)
    assert one.log == [0, "finish"] * 2


@pytest.mark.parametrize("number", [0, 1])
def test_an_event_that_a_callback_makes_void_is_not_waited_for(
    make_gif: MakeImage, clock: sd.ManualClock, number: int
) -> None:
    dispatcher = sd.Dispatcher(thread=False)
    both = [Slow(make_gif([50] * 3), clock, dispatcher=dispatcher) for _ in range(2)]
    pausing, paused = both[number], both[1 - number]
    pausing.reader.decode(0, 1, 2)
    pausing.player.on_frame = lambda frame: paused.player.pause()
    for one in both:
        one.player.play()
    advancing = pausing.advance(0.02)  # both events come in one batch
    has_ended = joined(advancing)
    for one in both:
        one.close()
    dispatcher.close()
    assert has_ended


def event(epoch: int) -> DueEvent:
    """An event without a frame."""
    return DueEvent(ffi.new("sddl_event *", {"epoch": epoch, "serial": 9}))


def test_an_event_is_not_merged_into_one_of_before_a_command(slow: Callable[..., Slow]) -> None:
    dispatcher = sd.Dispatcher(thread=False)
    one = slow([50] * 3, dispatcher=dispatcher)
    one.clock._dispatchers.discard(dispatcher)
    one.player.play()
    one.clock.advance(0.02)
    dispatcher.run_pending()
    delivery, epoch = one.player.engine.delivery, one.player.engine.info().epoch
    assert delivery.is_waiting
    assert not delivery.merge_into_awaited(event(epoch + 1))
    assert delivery.merge_into_awaited(event(epoch))
    one.player.close()
    dispatcher.close()


def test_a_frame_that_comes_when_a_loop_is_left_is_passed_on(slow: Callable[..., Slow]) -> None:
    dispatcher = sd.Dispatcher(thread=False)
    one = slow([50] * 3, dispatcher=dispatcher, late_policy="no_skip")
    one.clock._dispatchers.discard(dispatcher)
    one.reader.decode(0)
    one.player.play()
    one.clock.advance(1 / 60)
    frames = one.player.frames()
    assert next(frames).index == 0
    one.clock.advance(0.05)
    one.player.engine.binding.current.run_pending()
    one.reader.answer()  # posted to the loop's dispatcher, which the loop does not run any more
    frames.close()  # type: ignore[attr-defined]
    dispatcher.run_pending()
    assert one.log == [0, 1]
    one.player.close()
    dispatcher.close()


def test_dropping_the_player_while_a_frame_is_awaited_lets_time_go_on(slow: Callable[..., Slow]) -> None:
    one = slow([50] * 3)
    one.player.play()
    advancing = one.advance(0.02)
    assert one.reader.was_asked.acquire(timeout=PATIENCE)
    gone = weakref.ref(one.player)
    spare = slow([50])  # for the fixture to close
    one.player = spare.player
    gc.collect()
    assert joined(advancing)
    assert gone() is None
    one.reader.was_asked.release()
    one.reader.answer()


def test_a_frame_that_cannot_be_decoded_stops_playback(slow: Callable[..., Slow]) -> None:
    errors: list[BaseException] = []
    one = slow([50] * 3, on_error=errors.append)
    one.player.play()
    advancing = one.advance(0.02)
    one.reader.answer(sd.ImageFormatError("broken"))
    assert joined(advancing)
    assert one.player.state is sd.PlayerState.STOPPED
    with pytest.raises(sd.ImageFormatError, match="broken"):
        one.player.wait(0)
    assert [str(error) for error in errors] == ["broken"]


def test_a_real_pool_delivers_late_frames(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    log: list[int] = []
    with sd.AnimatedImagePlayer(
        make_gif([50] * 4, size=(64, 64)),
        clock=clock,
        max_buffer_bytes=0,
        on_frame=lambda frame: log.append(frame.index),
    ) as player:
        player.play()
        clock.advance(1.0)
        assert log == [index % 4 for index in range(20)]
        assert player.stats.buffer_hits + player.stats.buffer_misses == 20
