"""Coroutines of asyncio and trio that wait for ticks and frames, or run callbacks."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import itertools
import os
import stat
import sys
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing
from typing import Any

import pytest

import sddisplaylink as sd
from sddisplaylink.dispatch import readiness

trio = pytest.importorskip("trio")

PATIENCE = 20.0
Main = Callable[[], Awaitable[Any]]


class Asyncio:
    """What the tests need of asyncio."""

    @staticmethod
    def run(main: Main) -> Any:
        async def bounded() -> Any:
            return await asyncio.wait_for(main(), PATIENCE)

        return asyncio.run(bounded())

    @staticmethod
    async def all(*mains: Main) -> None:
        await asyncio.gather(*(main() for main in mains))

    @staticmethod
    async def run_until(main: Main, ended: Callable[[], bool]) -> None:
        """Run it as a task, and cancel that once the condition holds."""
        task = asyncio.ensure_future(main())
        while not ended():  # noqa: ASYNC110
            await asyncio.sleep(0.001)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


class Trio:
    """The same of trio."""

    @staticmethod
    def run(main: Main) -> Any:
        async def bounded() -> Any:
            with trio.fail_after(PATIENCE):
                return await main()

        return trio.run(bounded)

    @staticmethod
    async def all(*mains: Main) -> None:
        async with trio.open_nursery() as nursery:
            for main in mains:
                nursery.start_soon(main)

    @staticmethod
    async def run_until(main: Main, ended: Callable[[], bool]) -> None:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(main)
            while not ended():
                await trio.sleep(0.001)
            nursery.cancel_scope.cancel()


@pytest.fixture(params=[Asyncio, Trio])
def library(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture(autouse=True)
def no_descriptor_is_left() -> Iterator[None]:
    with sd.DisplayLink(clock="timer"):
        pass  # what is opened once for the process is open
    before = descriptors()
    yield
    gc.collect()
    deadline = time.monotonic() + PATIENCE
    while descriptors() - before and time.monotonic() < deadline:
        time.sleep(0.01)
    assert descriptors() - before == set()


def descriptors() -> set[tuple[int, int]]:
    """Number and inode of each that an event loop may have opened: pipes, sockets, and what has no type (epoll)."""
    found = set()
    for number in range(1024):
        with contextlib.suppress(OSError):
            status = os.fstat(number)
            if stat.S_IFMT(status.st_mode) in (stat.S_IFIFO, stat.S_IFSOCK, 0):
                found.add((number, status.st_ino))
    return found


# ---- loops ----


def test_frames(library: Any, make_gif: Callable[..., bytes]) -> None:
    async def main() -> list[int]:
        gif = make_gif([20, 20, 20], plays=2)
        with sd.AnimatedImagePlayer(gif, late_policy="no_skip", clock="timer:1000") as player:
            return [frame.index async for frame in player.frames_async()]

    assert library.run(main) == [0, 1, 2] * 2


def test_several_tasks_each_get_every_tick(library: Any) -> None:
    seen: dict[int, list[sd.Tick]] = {0: [], 1: []}

    async def main() -> None:
        with sd.DisplayLink(clock="timer:500") as link:

            def consumer(number: int) -> Main:
                async def consume() -> None:
                    async with aclosing(aiter(link)) as ticks:
                        async for tick in ticks:
                            seen[number].append(tick)
                            if len(seen[number]) == 10:
                                return

                return consume

            await library.all(consumer(0), consumer(1))

    library.run(main)
    for ticks in seen.values():
        assert len(ticks) == 10
        for before, after in itertools.pairwise(ticks):
            assert after.sequence > before.sequence


def test_a_slow_task_gets_the_latest_tick_and_what_it_missed(library: Any, clock: sd.ManualClock) -> None:
    async def main() -> list[tuple[int, int]]:
        seen = []
        link = sd.DisplayLink(clock=clock)
        link.start()
        ticks = aiter(link)
        timer = threading.Timer(0.05, clock.advance, [1 / 60])  # while the task waits
        timer.start()
        for count in (0, 5, 1, 100):
            clock.advance(count / 60)
            tick = await anext(ticks)
            timer.join()
            seen.append((tick.sequence, tick.missed))
        await ticks.aclose()  # type: ignore[attr-defined]
        link.close()
        return seen

    assert library.run(main) == [(1, 0), (6, 4), (7, 0), (107, 99)]


@pytest.mark.parametrize("end", ["stop", "close"])
def test_a_waiting_task_is_woken_by_the_end_from_another_thread(library: Any, end: str, clock: sd.ManualClock) -> None:
    async def main() -> list[sd.Tick]:
        link = sd.DisplayLink(clock=clock)
        link.start()
        threading.Timer(0.05, getattr(link, end)).start()
        seen = [tick async for tick in link]
        link.close()
        return seen

    assert library.run(main) == []


def test_cancelling_leaves_nothing_behind(library: Any, make_gif: Callable[..., bytes], clock: sd.ManualClock) -> None:
    async def main() -> None:
        player = sd.AnimatedImagePlayer(make_gif([50] * 4), clock=clock)
        home = player.engine.binding.current
        link = sd.DisplayLink(clock=clock)

        async def frames() -> None:
            async for _ in player.frames_async():
                pass

        async def ticks() -> None:
            async for _ in link:
                pass

        await library.run_until(frames, lambda: player.engine.binding.current is not home)
        await library.run_until(ticks, lambda: link.is_running)
        gc.collect()
        assert player.engine.binding.current is home
        assert player.state is sd.PlayerState.PLAYING
        player.close()
        link.close()

    library.run(main)


def test_leaving_a_loop_gives_the_player_back(library: Any, make_gif: Callable[..., bytes]) -> None:
    player = sd.AnimatedImagePlayer(make_gif([20] * 4), clock="timer:500")
    home = player.engine.binding.current

    async def main() -> None:
        async with aclosing(player.frames_async()) as frames:
            async for _ in frames:
                break
        assert player.engine.binding.current is home

    library.run(main)
    player.close()


def test_asyncio_finalises_a_loop_that_is_just_left(make_gif: Callable[..., bytes]) -> None:
    player = sd.AnimatedImagePlayer(make_gif([20] * 4), clock="timer:500")
    home = player.engine.binding.current

    async def main() -> None:
        async for _ in player.frames_async():
            break

    asyncio.run(main())
    assert player.engine.binding.current is home
    player.close()


def test_a_loop_may_follow_one_that_was_just_left(make_gif: Callable[..., bytes]) -> None:
    async def main() -> list[int]:
        seen: list[int] = []
        with sd.AnimatedImagePlayer(make_gif([20] * 4), late_policy="no_skip", clock="timer:500") as player:
            for _ in range(4):  # asyncio ends the previous loop when other tasks run next
                async for frame in player.frames_async():
                    seen.append(frame.index)
                    break
        return seen

    assert Asyncio.run(main) == [0, 1, 2, 3]


def test_two_tasks_cannot_have_the_frames_of_one_player(library: Any, make_gif: Callable[..., bytes]) -> None:
    async def main() -> None:
        with sd.AnimatedImagePlayer(make_gif([20] * 4), clock="timer:500") as player:
            frames = player.frames_async()
            await anext(frames)
            with pytest.raises(sd.ClockError, match="another loop"):
                await anext(player.frames_async())
            assert (await anext(frames)).size == (4, 3)
            await frames.aclose()  # type: ignore[attr-defined]

    library.run(main)


def test_trio_in_anyio(make_gif: Callable[..., bytes]) -> None:
    anyio = pytest.importorskip("anyio")

    async def main() -> list[int]:
        gif = make_gif([20, 20, 20], plays=1)
        with sd.AnimatedImagePlayer(gif, late_policy="no_skip", clock="timer:1000") as player:
            return [frame.index async for frame in player.frames_async()]

    assert anyio.run(main, backend="trio") == anyio.run(main, backend="asyncio") == [0, 1, 2]


# ---- dispatchers ----


def test_callbacks_run_in_the_task_until_it_is_cancelled(library: Any) -> None:
    threads: list[int] = []

    async def main() -> None:
        dispatcher = sd.Dispatcher(thread=False)
        with sd.DisplayLink(
            lambda tick: threads.append(threading.get_ident()), clock="timer:500", dispatcher=dispatcher
        ):
            await library.run_until(dispatcher.run_async, lambda: len(threads) >= 5)
        dispatcher.close()

    library.run(main)
    assert set(threads) == {threading.get_ident()}


@pytest.mark.parametrize("late", [False, True])
def test_closing_the_dispatcher_ends_the_task(library: Any, late: bool) -> None:
    async def main() -> None:
        dispatcher = sd.Dispatcher(thread=False)
        if late:
            dispatcher.close()
            with pytest.raises(sd.LinkClosedError):
                await dispatcher.run_async()
        else:
            threading.Timer(0.05, dispatcher.close).start()
            await dispatcher.run_async()

    library.run(main)


def test_a_dispatcher_with_a_thread_is_not_run_in_a_task(library: Any) -> None:
    dispatcher = sd.Dispatcher()
    with pytest.raises(sd.ClockError):
        library.run(dispatcher.run_async)
    dispatcher.close()


def test_the_descriptor_is_one_that_trio_waits_for() -> None:
    async def main() -> int:
        dispatcher = sd.Dispatcher(thread=False)
        ticks: list[sd.Tick] = []
        with sd.DisplayLink(ticks.append, clock="timer:500", dispatcher=dispatcher):
            while len(ticks) < 3:
                await trio.lowlevel.wait_readable(dispatcher.fileno())
                dispatcher.run_pending()
        dispatcher.close()
        return len(ticks)

    assert trio.run(main) == 3


def test_asyncio_watches_the_descriptor_only_while_a_task_waits(clock: sd.ManualClock) -> None:
    async def main() -> None:
        watched = asyncio.get_running_loop()._selector.get_map()  # type: ignore[attr-defined]
        before = len(watched)
        with sd.DisplayLink(clock=clock) as link:
            async with aclosing(aiter(link)) as ticks:
                waiting = asyncio.ensure_future(anext(ticks))
                await asyncio.sleep(0)
                assert len(watched) == before + 1
                clock.advance(1 / 60)
                await waiting
                assert len(watched) == before

    asyncio.run(main())


def test_asyncios_dispatcher_is_dropped_with_its_reader() -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        readers = len(loop._selector.get_map())  # type: ignore[attr-defined]
        dispatcher = sd.Dispatcher.for_asyncio()
        assert len(loop._selector.get_map()) == readers + 1  # type: ignore[attr-defined]
        del dispatcher
        gc.collect()
        for _ in range(3):  # turns: in one the loop finds the mailbox closed, in the next it acts on that
            await asyncio.sleep(0)
        assert len(loop._selector.get_map()) == readers  # type: ignore[attr-defined]

    asyncio.run(main())


def test_asyncios_dispatcher_can_be_closed_after_its_loop() -> None:
    async def main() -> sd.Dispatcher:
        return sd.Dispatcher.for_asyncio()

    asyncio.run(main()).close()


def test_an_interrupt_while_asyncios_dispatcher_is_dropped_leaves_no_descriptor(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lost: list[Any] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda said: lost.append(said.exc_type))
    loop = asyncio.new_event_loop()
    dispatcher = sd.Dispatcher.for_asyncio(loop)
    loop.close()
    watched = os.fstat(dispatcher.fileno()).st_ino

    def interrupt(frame: Any, what: str, _: object) -> None:
        if what == "call":
            raise KeyboardInterrupt

    sys.setprofile(interrupt)
    try:
        del dispatcher
    finally:
        sys.setprofile(None)
    assert lost == []  # nothing in Python is called
    assert watched not in {inode for _, inode in descriptors()}


@pytest.mark.parametrize("subject", ["link", "dispatcher"])
def test_closing_while_the_wait_begins_ends_the_iteration(
    clock: sd.ManualClock, monkeypatch: pytest.MonkeyPatch, subject: str
) -> None:
    link, dispatcher = sd.DisplayLink(clock=clock), sd.Dispatcher(thread=False)
    begin = readiness.Readiness.__init__

    def close_first(self: readiness.Readiness, *arguments: Any) -> None:
        link.close()
        dispatcher.close()
        begin(self, *arguments)

    monkeypatch.setattr(readiness.Readiness, "__init__", close_first)

    async def main() -> list[sd.Tick]:
        if subject == "link":
            return [tick async for tick in link]
        with pytest.raises(sd.LinkClosedError):
            await dispatcher.run_async()
        return []

    assert Asyncio.run(main) == []


@pytest.mark.parametrize("loop", [5, "loop", object()])
def test_what_is_no_loop_is_a_type_error(loop: object) -> None:
    with pytest.raises(TypeError, match="loop"):
        sd.Dispatcher.for_asyncio(loop)  # type: ignore[arg-type]
