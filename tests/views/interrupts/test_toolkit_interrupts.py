"""Ctrl-C ends a program that shows an animation exactly as it ends the same program without this library."""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from support.pty_process import PtyProcess, assert_given_back
from support.requirements import unavailable
from support.terminal_support import PLAY, UPDATE_END
from support.virtual_screen import VirtualScreen

PROGRAMS = Path(__file__).with_name("interrupted_programs.py")
BALL = Path(__file__).resolve().parents[3] / "examples" / "ball.gif"
MODULES = {"Tk": "_tkinter", "GTK": "gi"}
NAMES = ("PySide6", "PyQt6", "Tk", "GTK", "pygame", "pyglet", "asyncio", "frames", "wait")
OFTEN = 20
PLAYS_ON = 12  # further frames, after which the interrupt has not ended the program
PATIENCE = 60.0
QUIT_WHILE_PAINTED = "QBackingStore::flush() called for "
"""What Qt says of any widget with a paintEvent() in Python, ours or not, in which a signal's handler calls quit()."""


class Program:
    """One of the programs, running."""

    def __init__(self, screen: VirtualScreen, name: str, side: str, handling: str) -> None:
        command = [sys.executable, "-X", "faulthandler", str(PROGRAMS), name, side, handling]
        pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
        self._process = subprocess.Popen(command, env=screen.environment(), **pipes)
        self._await_frame()

    def interrupt(self) -> tuple[str, str]:
        """Send Ctrl-C's signal within the next frames; how the program ends, and its last words."""
        time.sleep(random.random() * 0.15)
        self._process.send_signal(signal.SIGINT)
        sent = time.monotonic_ns()
        later = (line for line in self._process.stdout if int(line) > sent)  # this process may have slept meanwhile
        if len(list(itertools.islice(later, PLAYS_ON))) == PLAYS_ON:
            return "plays on", ""
        said = self._process.communicate(timeout=PATIENCE)[1].strip().splitlines()
        errors = [line for line in said if not line.startswith(QUIT_WHILE_PAINTED)]
        aborted = self._process.returncode == -signal.SIGABRT
        return str(self._process.returncode), errors[-1] if errors and not aborted else ""

    def _await_frame(self) -> None:
        for _ in range(3):
            if not self._process.stdout.readline():
                raise AssertionError(self._process.communicate()[1])

    def close(self) -> None:
        if self._process.poll() is None:
            self._process.kill()
        said = self._process.communicate()[1]
        print(said)  # for who reads why it played on


@contextlib.contextmanager
def running(screen: VirtualScreen, name: str, side: str, handling: str) -> Iterator[Program]:
    with contextlib.closing(Program(screen, name, side, handling)) as program:
        yield program


@pytest.fixture(scope="module")
def screens(virtual_screen: VirtualScreen) -> Iterator[list[VirtualScreen]]:
    """Two, so that no window of two programs covers the other's."""
    with VirtualScreen() as second:
        yield [virtual_screen, second]


def outcomes(screens: Sequence[VirtualScreen], name: str, side: str, handling: str, count: int) -> set[tuple[str, str]]:
    """How so many interrupts end the program, with a program at a time on each screen."""
    with ThreadPoolExecutor(len(screens)) as pool:
        shares = [count // len(screens) + (at < count % len(screens)) for at in range(len(screens))]
        seen = pool.map(lambda screen, share: outcomes_on(screen, name, side, handling, share), screens, shares)
        return set().union(*seen)


def outcomes_on(screen: VirtualScreen, name: str, side: str, handling: str, count: int) -> set[tuple[str, str]]:
    """How so many interrupts end the program; one process takes all those that do not end it."""
    seen: set[tuple[str, str]] = set()
    left = count
    while left > 0:
        with running(screen, name, side, handling) as program:
            outcome = ("plays on", "")
            while outcome[0] == "plays on" and left > 0:
                outcome = program.interrupt()
                seen.add(outcome)
                left -= 1
    return seen


@pytest.mark.parametrize(("handling", "count"), [("default", OFTEN), ("quit", 3), ("system", 1)])
@pytest.mark.parametrize("name", NAMES)
def test_ctrl_c_does_what_it_does_without_us(
    screens: list[VirtualScreen], name: str, handling: str, count: int
) -> None:
    if name not in ("asyncio", "frames", "wait") and importlib.util.find_spec(MODULES.get(name, name)) is None:
        unavailable(f"{name} is not installed")
    expected = outcomes(screens, name, "theirs", handling, 1)
    assert outcomes(screens, name, "ours", handling, count) == expected


@pytest.mark.extended
def test_ctrl_c_in_the_terminal() -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(play_and_interrupt, range(OFTEN)))


def play_and_interrupt(_: int) -> None:
    with PtyProcess(*PLAY, str(BALL), "--loops", "0") as process:
        process.read_until(lambda: UPDATE_END in process.log)
        most = process.log.count(UPDATE_END) + random.randrange(3)
        process.read_until(lambda: process.log.count(UPDATE_END) >= most)
        process.send(b"\x03")
        process.ends_with(130)
        assert process.errors == ""
        assert_given_back(process)
