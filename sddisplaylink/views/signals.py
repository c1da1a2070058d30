"""Signals while a picture is on the screen: noted by their handlers, acted upon by the loop that they wake."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

Handler = Callable[[int, FrameType | None], object] | int | None


class Interrupted(BaseException):
    """Raised out of a write to the terminal, which may be blocked, so that a signal can end it."""


class SignalWatch:
    """Notes Ctrl-C, SIGTERM and SIGHUP (`ended_by`), SIGWINCH (`resized`) and Ctrl-Z (`suspended`); a context manager.

    `fileno()` becomes readable when one has come. Handlers need the main thread: elsewhere nothing is noted.
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
            for number in (*_ENDING, signal.SIGWINCH, signal.SIGTSTP):
                # One that is ignored (nohup) stays so; None is a handler that was not set from Python.
                if signal.getsignal(number) not in (signal.SIG_IGN, None):
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
        """Make `fileno()` unreadable; to be done before the notes are looked at."""
        with contextlib.suppress(BlockingIOError):
            os.read(self._reader, 4096)

    def stop_process(self) -> None:
        """Do what Ctrl-Z does by default; returns when the process has been continued."""
        ours = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        signal.raise_signal(signal.SIGTSTP)
        signal.signal(signal.SIGTSTP, ours)

    def _note(self, number: int, frame: FrameType | None) -> None:
        first = self.ended_by is None
        if number == signal.SIGWINCH:
            self.resized = True
        elif number == signal.SIGTSTP:
            self.suspended = True
        elif first:
            self.ended_by = number
        if first and self.ended_by is not None and self._is_drawing():
            raise Interrupted
