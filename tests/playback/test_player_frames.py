"""Loops over the frames of a player, plain and asynchronous."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest

import sddisplaylink as sd

MakeImage = Callable[..., bytes]
PATIENCE = 20.0


@pytest.fixture
def open_player(make_gif: MakeImage, clock: sd.ManualClock) -> Iterator[Callable[..., sd.AnimatedImagePlayer]]:
    """Players whose callbacks are not run, and for which the clock does not wait, unless a loop takes them over."""
    dispatcher = sd.Dispatcher(thread=False)
    opened: list[sd.AnimatedImagePlayer] = []

    def open_player(durations: list[int], plays: int = 0, **options: Any) -> sd.AnimatedImagePlayer:
        image = sd.AnimatedImage.open(make_gif(durations, plays=plays))
        list(image)  # decoded: nothing is waited for
        player = sd.AnimatedImagePlayer(image, **{"clock": clock, "dispatcher": dispatcher, **options})
        clock._dispatchers.discard(dispatcher)
        opened.append(player)
        return player

    yield open_player
    for player in opened:
        player.close()
        player.image.close()
    dispatcher.close()


@pytest.fixture
def later(clock: sd.ManualClock) -> Iterator[Callable[..., None]]:
    """``later(call, ...)``: call it soon, from another thread."""
    threads: list[threading.Thread] = []

    def later(call: Callable[..., object], *arguments: Any) -> None:
        threads.append(threading.Timer(0.05, call, arguments))
        threads[-1].start()

    yield later
    for thread in threads:
        thread.join(PATIENCE)


def started(player: sd.AnimatedImagePlayer, clock: sd.ManualClock) -> sd.AnimatedImagePlayer:
    """With its first frame waiting to be taken."""
    player.play()
    clock.advance(1 / 60)
    return player


Open = Callable[..., sd.AnimatedImagePlayer]
Later = Callable[..., None]


def test_a_slow_loop_gets_the_latest_frame_under_skip(open_player: Open, clock: sd.ManualClock) -> None:
    player = started(open_player([100] * 8), clock)
    frames = player.frames()
    assert next(frames).index == 0
    clock.advance(0.35)
    assert next(frames).index == 3
    assert (player.stats.shown, player.stats.skipped) == (2, 2)
    player.stop()
    assert list(frames) == []


def test_a_slow_loop_gets_every_frame_under_no_skip(open_player: Open, clock: sd.ManualClock) -> None:
    player = started(open_player([100] * 5, plays=1, late_policy="no_skip"), clock)
    seen = []
    for frame in player.frames():
        seen.append(frame.index)
        clock.advance(0.35)
        clock.advance(0.35)
    assert seen == [0, 1, 2, 3, 4]
    assert player.state is sd.PlayerState.FINISHED


def test_the_loop_starts_a_player_and_ends_with_it(open_player: Open) -> None:
    player = open_player([20, 20, 20], plays=2, late_policy="no_skip", clock="timer:1000")
    assert [frame.index for frame in player.frames()] == [0, 1, 2] * 2
    assert [frame.index for frame in player.frames()] == [0, 1, 2] * 2  # finished: starts over


def test_callbacks_run_in_the_loop(open_player: Open, clock: sd.ManualClock) -> None:
    log: list[Any] = []
    player = open_player([50, 50], plays=1, on_frame=lambda frame: log.append((frame.index, threading.get_ident())))
    player.on_loop = lambda loops: log.append(("loop", loops))
    player.on_finish = lambda: log.append("finish")
    for frame in started(player, clock).frames():
        log.append(frame.index)
        clock.advance(0.06)
    here = threading.get_ident()
    assert log == [(0, here), 0, (1, here), 1, ("loop", 1), "finish"]


@pytest.mark.parametrize("name", ["stop", "close"])
def test_stop_and_close_end_the_loop(open_player: Open, clock: sd.ManualClock, later: Later, name: str) -> None:
    player = started(open_player([100] * 5), clock)
    frames = player.frames()
    assert next(frames).index == 0
    later(getattr(player, name))
    assert list(frames) == []
    assert player.state.name == {"stop": "STOPPED", "close": "CLOSED"}[name]


def test_a_paused_player_is_waited_for(open_player: Open, clock: sd.ManualClock, later: Later) -> None:
    player = started(open_player([100] * 3, plays=1, late_policy="no_skip"), clock)
    frames = player.frames()
    next(frames)
    player.pause()

    def resume() -> None:
        player.play()
        clock.advance(0.15)

    later(resume)
    assert next(frames).index == 1
    frames.close()  # type: ignore[attr-defined]


def test_an_error_in_a_callback_is_raised_by_the_loop(open_player: Open, clock: sd.ManualClock) -> None:
    player = started(open_player([50, 50], on_frame=lambda frame: 1 / 0), clock)
    frames = player.frames()
    assert next(frames).index == 0
    with pytest.raises(ZeroDivisionError):
        next(frames)
    player.close()


def test_after_the_loop_callbacks_run_where_they_did(open_player: Open, make_gif: MakeImage, later: Later) -> None:
    clock = sd.ManualClock()
    log: list[tuple[int, str]] = []
    player = sd.AnimatedImagePlayer(make_gif([50] * 5), clock=clock)
    player.on_frame = lambda frame: log.append((frame.index, threading.current_thread().name))
    player.play()
    clock.advance(1 / 60)
    frames = player.frames()
    later(clock.advance, 0.05)
    assert next(frames).index == 1
    frames.close()  # type: ignore[attr-defined]
    clock.advance(0.05)
    assert log == [(0, "sddisplaylink"), (1, "MainThread"), (2, "sddisplaylink")]
    assert player.state is sd.PlayerState.PLAYING
    player.close()


def test_a_frame_that_waits_when_the_loop_is_left_is_not_lost(open_player: Open, clock: sd.ManualClock) -> None:
    log: list[int] = []
    player = started(
        open_player([50] * 5, late_policy="no_skip", on_frame=lambda frame: log.append(frame.index)), clock
    )
    frames = player.frames()
    next(frames)
    clock.advance(0.05)
    frames.close()  # type: ignore[attr-defined]
    player.engine.binding.own.run_pending()
    assert log == [0, 1]


def test_an_event_in_hand_is_passed_on_to_the_loop(open_player: Open, clock: sd.ManualClock, later: Later) -> None:
    player = started(open_player([50] * 5, late_policy="no_skip"), clock)
    entered, leave = threading.Event(), threading.Event()
    player.engine.binding.own.post(lambda: (entered.set(), leave.wait(PATIENCE), None)[-1])
    pumping = threading.Thread(
        target=player.engine.binding.own.run_pending
    )  # takes the event, and is delayed before it
    pumping.start()
    assert entered.wait(PATIENCE)
    later(leave.set)
    frames = player.frames()
    assert next(frames).index == 0
    frames.close()  # type: ignore[attr-defined]
    pumping.join(PATIENCE)


def test_a_loop_cannot_run_inside_a_callback(open_player: Open, clock: sd.ManualClock) -> None:
    player = open_player([50] * 5)
    player.on_frame = lambda frame: next(player.frames())
    started(player, clock)
    player.engine.binding.own.run_pending()
    with pytest.raises(sd.ClockError):
        player.close()


def test_only_one_loop_at_a_time(open_player: Open, clock: sd.ManualClock) -> None:
    player = started(open_player([50] * 5), clock)
    frames = player.frames()
    next(frames)
    with pytest.raises(sd.SDDisplayLinkError):
        next(player.frames())
    clock.advance(0.05)
    assert next(frames).index == 1
    frames.close()  # type: ignore[attr-defined]


def test_a_loop_that_is_dropped_gives_the_player_back(open_player: Open, clock: sd.ManualClock) -> None:
    player = started(open_player([50] * 5), clock)
    home = player.engine.binding.current
    frames = player.frames()
    next(frames)
    assert player.engine.binding.current is not home
    del frames
    gc.collect()
    assert player.engine.binding.current is home


# ---- asyncio ----


def test_async_loop_ends_with_the_player(open_player: Open) -> None:
    async def main() -> list[int]:
        player = open_player([20, 20, 20], plays=2, late_policy="no_skip", clock="timer:1000")
        return [frame.index async for frame in player.frames_async()]

    assert asyncio.run(main()) == [0, 1, 2] * 2


def test_async_loop_gets_the_latest_frame(open_player: Open, clock: sd.ManualClock) -> None:
    async def main() -> list[int]:
        player = started(open_player([100] * 8, plays=1), clock)
        seen = []
        async for frame in player.frames_async():
            seen.append(frame.index)
            clock.advance(0.35)
            await asyncio.sleep(0)
        return seen

    assert asyncio.run(main()) == [0, 3, 7]


def test_async_loop_is_woken_by_stop_from_a_thread(open_player: Open, clock: sd.ManualClock, later: Later) -> None:
    async def main() -> list[int]:
        player = started(open_player([100] * 8), clock)
        frames = player.frames_async()
        seen = [(await anext(frames)).index]
        later(player.stop)
        return seen + [frame.index async for frame in frames]

    assert asyncio.run(asyncio.wait_for(main(), PATIENCE)) == [0]


def test_async_loop_does_not_spin_behind_a_slow_consumer(
    open_player: Open, clock: sd.ManualClock, later: Later
) -> None:
    async def main() -> int:
        player = started(open_player([50] * 8), clock)
        frames = player.frames_async()
        await anext(frames)
        later(clock.advance, 0.05)
        await anext(frames)  # has waited, and needs to no more
        clock.advance(0.05)  # readable from now on
        turns = 0
        loop = asyncio.get_running_loop()
        real = loop._run_once  # type: ignore[attr-defined]

        def counted() -> None:
            nonlocal turns
            turns += 1
            real()

        loop._run_once = counted  # type: ignore[attr-defined]
        await asyncio.sleep(0.05)
        await closed(frames)
        return turns

    assert asyncio.run(main()) < 10


def test_cancelling_an_async_loop_gives_the_player_back(open_player: Open, clock: sd.ManualClock) -> None:
    async def main() -> None:
        player = started(open_player([50] * 8), clock)
        home = player.engine.binding.current
        begun = asyncio.Event()

        async def consume() -> None:
            async for _ in player.frames_async():
                begun.set()

        task = asyncio.create_task(consume())
        await asyncio.wait_for(begun.wait(), PATIENCE)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.get_running_loop().shutdown_asyncgens()
        assert player.engine.binding.current is home

    asyncio.run(main())


async def closed(frames: AsyncIterator[sd.Frame]) -> None:
    await frames.aclose()  # type: ignore[attr-defined]
