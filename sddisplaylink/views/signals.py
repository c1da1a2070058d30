"""Signals while a picture is on the screen: recorded by their handlers, and handled by the loop that they wake."""

from __future__ import annotations

import contextlib
import faulthandler
import os
import signal
import sys
import threading
from collections.abc import Callable
from types import FrameType

QUIT = 0
"""In place of a signal's number: a key has ended playback."""

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_UNCATCHABLE = ("SIGKILL", "SIGSTOP")
_FAULTS = ("SIGSEGV", "SIGBUS", "SIGFPE", "SIGILL")  # the faulty instruction would be tried again for ever
_HARMLESS = ("SIGCHLD", "SIGCONT", "SIGURG", "SIGWINCH", "SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGINFO")

Handler = Callable[[int, FrameType | None], object] | int | None


class Interrupted(BaseException):
    """Raised by a signal handler to end a write to the terminal that may be blocked."""


def ending_signals() -> list[int]:
    """Signals that would end the process now and can be caught: SIGINT, SIGTERM and SIGHUP also if Python handles them.

    One that is ignored (nohup) is not among them, nor one whose handler was not set from Python (None).
    """
    others = [getattr(signal, name, 0) for name in (*_UNCATCHABLE, *_FAULTS, *_HARMLESS)]
    if faulthandler.is_enabled():
        others.append(signal.SIGABRT)
    if sys.platform == "darwin":
        others.append(signal.SIGIO)
    ending = [
        number
        for number in signal.valid_signals()
        if number not in others and number not in _ENDING and signal.getsignal(number) == signal.SIG_DFL
    ]
    return [*ending, *(number for number in _ENDING if signal.getsignal(number) not in (signal.SIG_IGN, None))]


class SignalWatch:
    """Notes what is to end the process (`ended_by`), SIGWINCH and SIGCONT (`resized`), and Ctrl-Z (`suspended`).

    A context manager.

    `fileno()` becomes readable when a signal has come. Handlers need the main thread: on others nothing is recorded.
    """

    def __init__(self, is_drawing: Callable[[], bool] = bool) -> None:
        self._is_drawing = is_drawing
        self._before: dict[int, Handler] = {}
        self._wakeup_before: int | None = None  # None: no handlers were set
        self.ended_by: int | None = None
        self.resized = False
        self.suspended = False
        self._reader, self._writer = os.pipe()
        os.set_blocking(self._reader, False)
        os.set_blocking(self._writer, False)

    def __enter__(self) -> SignalWatch:
        if threading.current_thread() is threading.main_thread():
            others = (signal.SIGWINCH, signal.SIGCONT, signal.SIGTSTP)
            handled = [number for number in others if signal.getsignal(number) not in (signal.SIG_IGN, None)]
            for number in [*ending_signals(), *handled]:
                self._before[number] = signal.signal(number, self._note)
            self._wakeup_before = signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        return self

    def __exit__(self, *exception: object) -> None:
        if self._wakeup_before is not None:
            signal.set_wakeup_fd(self._wakeup_before)
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before.clear()
        os.close(self._reader)
        os.close(self._writer)

    def fileno(self) -> int:
        """For select()."""
        return self._reader

    def clear(self) -> None:
        """Make `fileno()` unreadable. Call this before reading the attributes."""
        with contextlib.suppress(BlockingIOError):
            os.read(self._reader, 4096)

    def stop_process(self) -> None:
        """Stop the process as Ctrl-Z does by default; returns when the process is continued."""
        ours = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        signal.raise_signal(signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, ours)

    def stop_for_output(self) -> None:
        """Stop this job until it is continued, as writing to another job's terminal does.

        Returns at once if that signal is ignored, if no shell could continue the job, or if a signal has come that ends
        the process: another thread may have received that one, together with the SIGCONT that continued the job.
        """
        if self.ended_by is None and signal.getsignal(signal.SIGTTOU) == signal.SIG_DFL:
            os.killpg(os.getpgrp(), signal.SIGTTOU)

    def _note(self, number: int, frame: FrameType | None) -> None:
        first = self.ended_by is None
        if number in (signal.SIGWINCH, signal.SIGCONT):  # another program may have drawn on the terminal meanwhile
            self.resized = True
        elif number == signal.SIGTSTP:
            self.suspended = True
        elif first:
            self.ended_by = number
        if first and self.ended_by is not None and self._is_drawing():
            raise Interrupted
