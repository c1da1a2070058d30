"""A Python process on a real pseudo-terminal, with the job control that a shell would give it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import sddisplaylink
from support.terminal_support import ATTRIBUTES, ENTER, LEAVE, Emulator

PATIENCE = 30.0

# The session leader: it outlives the process, as all processes lose the terminal when its session leader ends.
LEADER = """
import fcntl, os, signal, sys, termios
report, done = int(sys.argv[1]), int(sys.argv[2])
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
signal.signal(signal.SIGTTOU, signal.SIG_IGN)
child = os.fork()
if not child:
    os.setpgid(0, 0)
    os.tcsetpgrp(0, os.getpid())
    signal.signal(signal.SIGTTOU, signal.SIG_DFL)
    os.execv(sys.executable, [sys.executable, *sys.argv[3:]])
os.write(report, b"%d\\n" % child)
_, status = os.waitpid(child, 0)
os.write(report, b"%d\\n" % os.waitstatus_to_exitcode(status))
os.read(done, 1)
"""


class PtyProcess:
    """A Python process on a pseudo-terminal of its own; a context manager that leaves no process behind.

    `answers` is sent when the process asks its `question`, by default for the device attributes, as a terminal would.
    What the process writes to its terminal is in `log` and on the `terminal`; its standard error is apart, in `errors`
    once it has ended.
    """

    def __init__(
        self,
        *arguments: str,
        columns: int = 40,
        rows: int = 16,
        cell: tuple[int, int] = (0, 0),
        answers: bytes = ATTRIBUTES,
        question: bytes = b"\x1b[c",
        **environment: str,
    ) -> None:
        self.terminal = Emulator(columns, rows)
        self.log = b""
        self.errors = ""
        self.cell = cell
        self._answers, self._question = answers, question
        self._reported = b""
        with contextlib.ExitStack() as resources:
            self.master, self.slave = owned(resources, os.openpty())
            self._report, report = owned(resources, os.pipe())
            done, _ = owned(resources, os.pipe())
            self.resize(columns, rows)
            self.settings = termios.tcgetattr(self.slave)
            self._leader = resources.enter_context(
                subprocess.Popen(
                    [sys.executable, "-S", "-c", LEADER, str(report), str(done), *arguments],
                    stdin=self.slave,
                    stdout=self.slave,
                    stderr=subprocess.PIPE,
                    pass_fds=(report, done),
                    start_new_session=True,
                    env={**plain_environment(), "TERM": "xterm-256color", "COLORTERM": "truecolor", **environment},
                )
            )
            resources.callback(self._leader.kill)
            self._resources = resources.pop_all()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        with contextlib.closing(self._resources):
            if self.code is None and self._reports:
                os.kill(self.pid, signal.SIGKILL)

    @property
    def pid(self) -> int:
        """Of the process, not of its session leader."""
        if not self._reports:
            self._take_reports(PATIENCE)
        return int(self._reports[0])

    @property
    def code(self) -> int | None:
        """The exit code, None while it runs."""
        self._take_reports(0)
        return int(self._reports[1]) if len(self._reports) > 1 else None

    def resize(self, columns: int, rows: int) -> None:
        size = struct.pack("HHHH", rows, columns, columns * self.cell[0], rows * self.cell[1])
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, size)
        self.terminal.screen.resize(rows, columns)

    def send(self, data: bytes) -> None:
        os.write(self.master, data)

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def read_until(self, condition: Callable[[], bool]) -> None:
        """Read what the process writes until the condition holds."""
        deadline = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < deadline, f"gave up; code {self.code}, last output {self.log[-300:]!r}"
            self.read_some(deadline - time.monotonic())

    def read_for(self, seconds: float) -> None:
        """Read what the process writes in that time, so that no full terminal stops the process."""
        deadline = time.monotonic() + seconds
        while (left := deadline - time.monotonic()) > 0:
            self.read_some(left)

    def ends_unread(self) -> None:
        """Wait for the end of the process without reading what it writes."""
        deadline = time.monotonic() + PATIENCE
        while self.code is None:
            assert time.monotonic() < deadline, "does not end"
            self._take_reports(deadline - time.monotonic())

    def ends_with(self, code: int) -> None:
        """Read until the process has ended, with that exit code."""
        assert self.ends() == code, self.errors

    def ends(self) -> int:
        """Read until the process has ended; its exit code."""
        deadline = time.monotonic() + PATIENCE
        while (code := self.code) is None:
            assert time.monotonic() < deadline, f"does not end; last output {self.log[-300:]!r}"
            self.read_some(deadline - time.monotonic())
        while self._read():
            pass
        self.errors = self._read_errors()
        return code

    @property
    def _reports(self) -> list[bytes]:
        return self._reported.split(b"\n")[:-1]

    def _take_reports(self, timeout: float) -> None:
        if select.select([self._report], [], [], timeout)[0]:
            self._reported += os.read(self._report, 100)

    def _read_errors(self) -> str:
        assert self._leader.stderr is not None
        os.set_blocking(self._leader.stderr.fileno(), False)
        return (self._leader.stderr.read() or b"").decode()

    def read_some(self, timeout: float) -> None:
        """Read what is there, as soon as there is something, or the process has ended."""
        select.select([self.master, self._report], [], [], max(0.0, timeout))
        self._read()

    def _read(self) -> bool:
        self._take_reports(0)
        if not select.select([self.master], [], [], 0)[0]:
            return False
        data = os.read(self.master, 65536)
        before, self.log = len(self.log), self.log + data
        if self._answers and self._question in self.log[max(0, before - len(self._question) + 1) :]:
            self.send(self._answers)
            self._answers = b""
        self.terminal.feed(data)
        return True


def owned(resources: contextlib.ExitStack, pair: tuple[int, int]) -> tuple[int, int]:
    """The pair of descriptors, closed with the resources."""
    for descriptor in pair:
        resources.callback(os.close, descriptor)
    return pair


def plain_environment() -> dict[str, str]:
    """Ours, without what describes our own terminal; scripts find the package that is tested."""
    unwanted = ("TERM", "COLORTERM", "TMUX", "LINES", "COLUMNS", "PYTHONUNBUFFERED", "SDDISPLAYLINK_CLOCK")
    kept = {name: value for name, value in os.environ.items() if name not in unwanted}
    return {**kept, "PYTHONPATH": str(Path(sddisplaylink.__file__).parents[1])}


def assert_given_back(process: PtyProcess) -> None:
    assert not process.terminal.in_alternate_screen
    assert not process.terminal.cursor_hidden
    assert process.log.count(ENTER) == process.log.count(LEAVE)
    assert termios.tcgetattr(process.slave) == process.settings


def assert_empty(process: PtyProcess) -> None:
    assert process.terminal.text() == [""] * process.terminal.screen.lines
