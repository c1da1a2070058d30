"""Calls the library in every public way, is interrupted at many moments, and uses everything again.

Coroutines are left out: asyncio itself does not survive an exception at any point of its own.

Run as a program: how often each call is interrupted, then the names of the calls (none: all). Prints what went wrong,
nothing if all is well.
"""

from __future__ import annotations

import contextlib
import faulthandler
import signal
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sddisplaylink as sd
from support.images import GifPicture, build_gif

PACKAGE = str(Path(sd.__file__).parent)
PATIENCE = 20.0


class Interrupt(BaseException):
    """What the signal handler raises."""


class Alarm:
    """Raises an Interrupt in the main thread, at most one for each time that it is set."""

    def __init__(self) -> None:
        self._is_set = False
        signal.signal(signal.SIGALRM, self._ring)

    def set(self, seconds: float) -> None:
        self._is_set = True
        signal.setitimer(signal.ITIMER_REAL, seconds)

    def stop(self) -> None:
        self._is_set = False
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _ring(self, *_: object) -> None:
        if self._is_set:
            self._is_set = False
            raise Interrupt


def animation(frames: int, milliseconds: int) -> bytes:
    return build_gif([GifPicture(fill=n, delay=milliseconds // 10) for n in range(frames)], loop=0)


class Subjects:
    """What is interrupted, and used again."""

    def __init__(self) -> None:
        self.clock = sd.ManualClock()
        self.dispatcher = sd.Dispatcher(thread=False)
        self.image = sd.AnimatedImage.open(animation(8, 20))
        self.manual = sd.AnimatedImagePlayer(
            self.image, clock=self.clock, dispatcher=self.dispatcher, on_frame=lambda frame: None
        )
        self.threaded = sd.AnimatedImagePlayer(self.image, clock=self.clock, on_frame=lambda frame: None)
        self.running = sd.AnimatedImagePlayer(self.image, clock="timer:1000", on_frame=lambda frame: None)
        self.link = sd.DisplayLink(clock="timer:1000")
        self.ticking = sd.DisplayLink(lambda tick: None, clock="timer:1000")
        for player in (self.manual, self.threaded, self.running):
            player.play()
        self.link.start()
        self.ticking.start()

    def make_player(self) -> None:
        with sd.AnimatedImagePlayer(self.image, clock="timer:1000") as player:
            player.play()

    def make_link(self) -> None:
        with sd.DisplayLink(lambda tick: None, clock="timer:1000"):
            pass

    def make_dispatcher(self) -> None:
        dispatcher = sd.Dispatcher()
        with sd.DisplayLink(lambda tick: None, clock=self.clock, dispatcher=dispatcher):
            self.clock.advance(0.02)
        dispatcher.close()

    def make_clock(self) -> None:
        clock = sd.ManualClock()
        with sd.DisplayLink(lambda tick: None, clock=clock):
            clock.advance(0.02)
        clock.close()

    def frames(self) -> None:
        with contextlib.closing(self.running.frames()) as frames:
            next(frames)
            next(frames)

    def ticks(self) -> None:
        with contextlib.closing(iter(self.link)) as ticks:
            next(ticks)

    def finish(self) -> None:
        with sd.AnimatedImagePlayer(
            self.image, clock=self.clock, dispatcher=self.dispatcher, on_frame=lambda frame: None, loop_count=1
        ) as player:
            player.play()
            self.clock.advance(0.3)

    def feed(self) -> None:
        image = sd.IncrementalImage()
        with sd.AnimatedImagePlayer(image, clock="timer:1000") as player:
            player.play()
            data = animation(4, 20)
            for start in range(0, len(data), 64):
                image.feed(data[start : start + 64])
            image.finish()

    def set_rate(self) -> None:
        self.running.rate = -self.running.rate

    def restart(self) -> None:
        self.running.stop()
        self.running.play()

    def pause(self) -> None:
        self.running.pause()
        self.running.play()

    def group(self) -> None:
        group = sd.PlayerGroup([self.manual, self.threaded])
        group.pause()
        group.play()

    def restart_link(self) -> None:
        self.ticking.stop()
        self.ticking.start()

    def record(self) -> None:
        with self.running.record():
            self.running.seek(3)

    def calls(self) -> dict[str, Callable[[], Any]]:
        return {
            "ManualClock.advance": lambda: self.clock.advance(0.02),
            "ManualClock.stall": lambda: self.clock.stall(0.02),
            "ManualClock": self.make_clock,
            "Dispatcher": self.make_dispatcher,
            "Dispatcher.run_pending": lambda: self.dispatcher.run_pending(),
            "Dispatcher.wait": lambda: self.dispatcher.wait(0.0005),
            "AnimatedImagePlayer": self.make_player,
            "player.play after stop": self.restart,
            "player.pause": self.pause,
            "player.seek": lambda: self.running.seek(2),
            "player.rate": self.set_rate,
            "player.wait": lambda: self.running.wait(0.0005),
            "player.frames": self.frames,
            "player.record": self.record,
            "player to its end": self.finish,
            "PlayerGroup": self.group,
            "DisplayLink": self.make_link,
            "link.start": self.restart_link,
            "link.wait": lambda: self.link.wait(0.0005),
            "iter(link)": self.ticks,
            "image.frame": lambda: self.image.frame(5),
            "image.purge": self.image.purge,
            "IncrementalImage.feed": self.feed,
            "diagnostics": sd.diagnostics,
        }

    def use_again(self) -> None:
        """Everything works: the players that were interrupted, and new ones on the same clocks and dispatchers."""
        shown: list[int] = []
        for dispatcher in (self.dispatcher, None):
            shown.clear()
            with sd.AnimatedImagePlayer(
                self.image,
                clock=self.clock,
                dispatcher=dispatcher,
                loop_count=1,
                on_frame=lambda frame: shown.append(frame.index),
            ) as player:
                player.play()
                self.clock.advance(0.3)
                assert player.state is sd.PlayerState.FINISHED, player
                assert shown == [*range(8)], shown
        for player in (self.manual, self.threaded):
            player.stop()
            player.play()
            before = player.stats.shown
            self.clock.advance(0.1)
            assert player.stats.shown > before, f"{player} on a manual clock stands still"
        self.running.stop()
        self.running.play()
        assert next(self.running.frames()), "no frame"
        wait_for_more(lambda: self.running.stats.shown, "a player on a timer stands still")
        assert self.link.wait(PATIENCE) is not None, "no tick to wait for"
        assert next(iter(self.link)), "no tick to iterate over"
        for index in range(8):
            self.image.frame(index)


def wait_for_more(count: Callable[[], int], failure: str) -> None:
    before, deadline = count(), time.monotonic() + PATIENCE
    while count() == before:
        assert time.monotonic() < deadline, failure
        time.sleep(0.001)


def interrupt_call(call: Callable[[], Any], alarm: Alarm, interrupts: int) -> int:
    """Make the call so many times, each time interrupted at another moment; how often it was interrupted."""
    usual = sorted(time_of(call) for _ in range(5))[2]
    count = 0
    for turn in range(interrupts):
        try:
            alarm.set(2e-6 + 1.1 * usual * (turn * 37 % interrupts) / interrupts)
            call()
            alarm.stop()
        except Interrupt:
            count += 1
    return count


def report_lost(lost: Any) -> None:
    """Print an interrupt that fell into a finaliser of ours.

    Threads have one of Python's own, and frames one that gives their memory back: short, but in Python.
    """
    files = [frame.f_code.co_filename for frame, _ in traceback.walk_tb(lost.exc_traceback)]
    if any(file.startswith(PACKAGE) and not file.endswith("buffers.py") for file in files):
        print("lost:", repr(lost.exc_value), "in", files, flush=True)


def time_of(call: Callable[[], Any]) -> float:
    begin = time.perf_counter()
    call()
    return time.perf_counter() - begin


def main(interrupts: int, names: list[str]) -> None:
    alarm = Alarm()
    sys.unraisablehook = report_lost
    subjects = Subjects()
    for name in names or subjects.calls():
        faulthandler.dump_traceback_later(4 * PATIENCE, exit=True)
        count = 0
        try:
            count = interrupt_call(subjects.calls()[name], alarm, interrupts)
            subjects.use_again()
        except Exception as error:
            print(f"{name}, interrupted {count} times: {error!r}", flush=True)
            raise
    faulthandler.cancel_dump_traceback_later()


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])
