"""Calls the library in every public way while the system refuses threads, pipes, memory or descriptors.

Run as a program with the library of refuse.c preloaded. Prints what went wrong, nothing if all is well.
"""

from __future__ import annotations

import asyncio
import ctypes
import faulthandler
import gc
import itertools
import os
import resource
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sddisplaylink as sd
from sddisplaylink import _native
from support.images import GifPicture, build_gif

THREADS, PIPES, MEMORY, DESCRIPTORS = 1, 2, 4, 8
MOST_REQUESTS = 12
LONG = 200  # frames
WAITING = ("for tick in link", "async for tick in link", "player.frames")
PATIENCE = 20.0


class System:
    """Refuses requests of the native module, and threads of the whole process."""

    def __init__(self) -> None:
        self._limits = resource.getrlimit(resource.RLIMIT_NOFILE)
        self._library = ctypes.CDLL(None)
        with Path("/proc/self/maps").open() as maps:
            lines = [line.split()[0] for line in maps if Path(_native.__file__).name in line]
        self._native = int(lines[0].partition("-")[0], 16), int(lines[-1].partition("-")[2], 16)

    def refuse(self, kind: int, granted: int, most: int) -> None:
        """Grant that many requests more, then refuse ``most``."""
        if kind == DESCRIPTORS:
            free = (number for number in itertools.count() if not is_open(number))
            limit = next(itertools.islice(free, granted, None))
            resource.setrlimit(resource.RLIMIT_NOFILE, (limit, self._limits[1]))
            return
        begin, end = (0, 2**63) if kind == THREADS else self._native
        ctypes.c_size_t.in_dll(self._library, "refuse_begin").value = begin
        ctypes.c_size_t.in_dll(self._library, "refuse_end").value = end
        self._int("refuse_granted").value = granted
        self._int("refuse_most").value = most
        self._int("refuse_count").value = 0
        self._int("refuse_kinds").value = kind

    def grant(self) -> bool:
        """Refuse nothing any more; whether anything was refused."""
        self._int("refuse_kinds").value = 0
        resource.setrlimit(resource.RLIMIT_NOFILE, self._limits)
        return self._int("refuse_count").value > 0

    def _int(self, name: str) -> Any:
        return ctypes.c_int.in_dll(self._library, name)


def is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


class Subjects:
    def __init__(self) -> None:
        data = build_gif([GifPicture(fill=number, delay=2) for number in range(8)], loop=0)
        self.data = data
        self.long_data = build_gif([GifPicture(fill=1, delay=2)] * LONG, loop=0)
        self.path = Path(tempfile.mkdtemp()) / "eight.gif"
        self.path.write_bytes(data)
        self.image = sd.AnimatedImage.open(data)
        self.image.frame(0)
        self.clock = sd.ManualClock()
        self.dispatcher = sd.Dispatcher(thread=False)
        self.loop = asyncio.new_event_loop()
        self.link = sd.DisplayLink(clock="timer:1000")
        self.player = sd.AnimatedImagePlayer(self.image, clock="timer:1000", dispatcher=self.dispatcher)
        self.others = [
            sd.AnimatedImagePlayer(self.image, clock=self.clock, dispatcher=self.dispatcher) for _ in range(3)
        ]
        self.group = sd.PlayerGroup(self.others)
        many = [sd.AnimatedImagePlayer(self.image, clock=self.clock, dispatcher=self.dispatcher) for _ in range(9)]
        self.large_group = sd.PlayerGroup(many)
        self.growing = sd.IncrementalImage()
        self.follower = sd.AnimatedImagePlayer(self.growing, clock=self.clock, dispatcher=self.dispatcher)

    def iterate(self) -> None:
        ticks = iter(self.link)
        try:
            next(ticks)
        finally:
            ticks.close()
            self.link.stop()

    def iterate_async(self) -> None:
        async def go() -> None:
            async for _ in self.link:
                break

        try:
            self.loop.run_until_complete(go())
            self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        finally:
            self.link.stop()

    def frames(self) -> None:
        frames = self.player.frames()
        try:
            next(frames)
        finally:
            frames.close()
            self.player.stop()

    def feed(self) -> None:
        """In two pieces: the player's timeline grows beyond its first memory."""
        data, growing = self.long_data, sd.IncrementalImage()
        with sd.AnimatedImagePlayer(growing, clock=self.clock, dispatcher=self.dispatcher):
            for piece in (data[: len(data) // 2], data[len(data) // 2 :]):
                growing.feed(piece)
            growing.finish()
            assert growing.frame_count == LONG

    def frame(self) -> None:
        self.image.purge()
        assert self.image.frame(7).index == 7

    def run_async(self) -> None:
        async def go() -> None:
            task = asyncio.ensure_future(self.dispatcher.run_async())
            await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            if not task.cancelled() and (error := task.exception()) is not None:
                raise error

        self.loop.run_until_complete(go())

    def play(self) -> None:
        self.player.play()
        self.player.stop()

    def start(self) -> None:
        self.link.start()
        self.link.stop()

    def state(self) -> Any:
        players = [self.player, *self.others, self.follower]
        counts = sd.diagnostics()
        return (
            [(player.state, player.frame_index, player.loop_index, player.rate) for player in players],
            self.link.is_running,
            counts["links"],
            counts["players"],
            counts["sources"],
        )

    def calls(self) -> dict[str, Callable[[], Any]]:
        image, clock, dispatcher = self.image, self.clock, self.dispatcher
        return {
            "AnimatedImagePlayer": lambda: sd.AnimatedImagePlayer(image, clock=clock).close(),
            "AnimatedImagePlayer of a file": lambda: sd.AnimatedImagePlayer(self.data, dispatcher=dispatcher).close(),
            "Dispatcher": lambda: sd.Dispatcher().close(),
            "Dispatcher(thread=False)": lambda: sd.Dispatcher(thread=False).close(),
            "Dispatcher.fileno": lambda: sd.Dispatcher(thread=False).fileno(),
            "Dispatcher.for_asyncio": lambda: sd.Dispatcher.for_asyncio(self.loop).close(),
            "ManualClock": lambda: sd.ManualClock().close(),
            "DisplayLink": lambda: sd.DisplayLink(clock="timer:500").close(),
            "DisplayLink(callback)": lambda: sd.DisplayLink(print, clock="timer:500", dispatcher=dispatcher).close(),
            "link.start": self.start,
            "for tick in link": self.iterate,
            "async for tick in link": self.iterate_async,
            "player.play": self.play,
            "player.seek": lambda: self.player.seek(0),
            "player.rate": lambda: setattr(self.player, "rate", 1.0),
            "player.mode": lambda: setattr(self.player, "mode", sd.PlaybackMode.NORMAL),
            "player.frames": self.frames,
            "group.seek": lambda: self.group.seek(0),
            "group.stop": self.group.stop,
            "stop of a large group": self.large_group.stop,
            "PlayerGroup": lambda: sd.PlayerGroup(self.others),
            "IncrementalImage": lambda: sd.AnimatedImagePlayer(sd.IncrementalImage(), clock=clock).close(),
            "IncrementalImage.feed": self.feed,
            "AnimatedImage.open": lambda: sd.AnimatedImage.open(self.path).close(),
            "image.frame": self.frame,
            "Dispatcher.run_async": self.run_async,
            "clock.advance": lambda: clock.advance(0.01),
            "diagnostics": sd.diagnostics,
        }


def try_call(system: System, subjects: Subjects, name: str, kind: int, granted: int) -> bool:
    """Make the call while requests are refused, then again; whether any was refused."""
    call = subjects.calls()[name]
    gc.collect()
    wait_for_threads()
    before, error = subjects.state(), None
    # a call that waits for a tick is given one as soon as the clock, which tries again by itself, is
    system.refuse(kind, granted, most=1 if name in WAITING else MOST_REQUESTS)
    try:
        call()
    except (sd.SDDisplayLinkError, MemoryError, OSError) as failure:
        error = failure
        error.__traceback__ = None
    finally:
        refused = system.grant()
    case = f"{name}, {granted} of kind {kind} granted, {error!r}"
    refused |= kind == DESCRIPTORS and error is not None
    if isinstance(error, OSError) and name != "AnimatedImage.open":
        print(f"{case}: not an error of the library", flush=True)
    if error is not None and not refused:
        print(f"{case}: nothing was refused", flush=True)
    del error
    gc.collect()
    if subjects.state() != before:
        print(f"{case}: {before} became {subjects.state()}", flush=True)
    call()
    gc.collect()
    if subjects.state() != before:
        print(f"{case}, then again: {before} became {subjects.state()}", flush=True)
    return refused


def try_growth_of_the_table(system: System) -> None:
    """Memory is refused when the table of handles has to grow, as it has to for some of that many objects."""
    made, refusals = [], 0
    for _ in range(300):
        system.refuse(MEMORY, granted=1, most=1)  # what the object itself needs is granted
        try:
            made.append(sd.Dispatcher(thread=False))
        except MemoryError:
            refusals += 1
            system.grant()
            made.append(sd.Dispatcher(thread=False))
        finally:
            system.grant()
    if not refusals:
        print("the table of handles did not grow")


def wait_for_threads() -> None:
    """Wait until unused clocks have stopped, so that the next call has to start threads again."""
    ended = threading.Event()
    while sd.diagnostics()["native_threads"]:
        ended.wait(0.01)


def main() -> None:
    system, subjects = System(), Subjects()
    for kind in (THREADS, PIPES, MEMORY, DESCRIPTORS):
        for name in subjects.calls():
            for granted in range(MOST_REQUESTS):
                faulthandler.dump_traceback_later(3 * PATIENCE, exit=True)
                if not try_call(system, subjects, name, kind, granted):
                    break
    faulthandler.cancel_dump_traceback_later()
    try_growth_of_the_table(system)
    os._exit(0)


if __name__ == "__main__":
    main()
