"""An interrupt ends a Textual app that shows an animation exactly as it ends the same app without this library.

Textual makes Ctrl-C a key, which ends nothing, and Ctrl-Q the key that quits; a SIGINT comes from kill.
"""

from __future__ import annotations

import random
import signal
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import pytest

from support.pty_process import PtyProcess, assert_given_back
from support.terminal_support import LEAVE

pytest.importorskip("textual.app")

pytestmark = pytest.mark.extended

PROGRAMS = Path(__file__).with_name("interrupted_programs.py")
OFTEN = 20
PLAYS_ON = 12  # further frames, after which the interrupt has not ended the app
INTERRUPTS: dict[str, Callable[[PtyProcess], None]] = {
    "SIGINT": lambda process: process.signal(signal.SIGINT),
    "Ctrl-C": lambda process: process.send(b"\x03"),
    "Ctrl-Q": lambda process: process.send(b"\x11"),
}


class Ending(NamedTuple):
    """How an app has ended, and what it has left."""

    code: int
    error: str
    is_given_back: bool
    left_on_terminal: str


def ending_of(process: PtyProcess) -> Ending:
    code = process.ends()
    errors = process.errors.strip().splitlines()
    given_back = is_given_back(process)
    left = "\n".join(process.terminal.text()).strip() if given_back else "the app's screen"
    return Ending(code, errors[-1] if errors else "", given_back, left)


def is_given_back(process: PtyProcess) -> bool:
    try:
        assert_given_back(process)
    except AssertionError:
        return False
    return True


def frames_of(process: PtyProcess) -> int:
    return process.log.count(b"shown ")


def interrupt(process: PtyProcess, name: str, delay: float) -> Ending | None:
    """Interrupt the app after the delay; None if it plays on."""
    process.read_for(delay)
    INTERRUPTS[name](process)
    enough = frames_of(process) + PLAYS_ON
    process.read_until(lambda: process.code is not None or LEAVE in process.log or frames_of(process) >= enough)
    plays_on = process.code is None and LEAVE not in process.log
    return None if plays_on else ending_of(process)


def endings(side: str, name: str, handling: str, count: int) -> set[Ending | None]:
    """How so many interrupts at random moments end the app, two apps at a time."""
    moments = random.Random(count)
    delays = [moments.random() * 0.15 for _ in range(count)]
    with ThreadPoolExecutor(2) as pool:
        return set().union(
            *pool.map(lambda some: endings_after(some, side, name, handling), [delays[::2], delays[1::2]])
        )


def endings_after(delays: list[float], side: str, name: str, handling: str) -> set[Ending | None]:
    """How interrupts after those delays end the app; one process takes all those that do not end it."""
    seen: set[Ending | None] = set()
    while delays:
        with PtyProcess(str(PROGRAMS), "Textual", side, handling) as process:
            process.read_until(lambda process=process: frames_of(process) >= 3)
            ending = None
            while ending is None and delays:
                ending = interrupt(process, name, delays.pop())
                seen.add(ending)
    return seen


@pytest.mark.parametrize(
    ("name", "handling", "count"),
    [
        ("SIGINT", "default", OFTEN),
        ("SIGINT", "quit", 3),
        ("SIGINT", "system", 1),
        ("Ctrl-C", "default", OFTEN),
        ("Ctrl-Q", "default", OFTEN),
    ],
)
def test_an_interrupt_does_what_it_does_without_us(name: str, handling: str, count: int) -> None:
    expected = endings("theirs", name, handling, 1)
    assert endings("ours", name, handling, count) == expected
