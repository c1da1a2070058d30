"""The counters and knobs of one part of the stand-in frameworks (corevideo/fault_control.h), by their names."""

from __future__ import annotations

import ctypes
from pathlib import Path


class FaultControl:
    """One part of the stand-in inside a built module or library; `part` begins the names of its functions."""

    def __init__(self, library: str | Path, part: str, patience: float) -> None:
        self.library = ctypes.CDLL(str(library))
        self._count, self._wait, self._set = (
            getattr(self.library, f"{part}_{verb}") for verb in ("count", "wait", "set")
        )
        self._count.restype = ctypes.c_int64
        self._patience = patience

    def count(self, counter: str) -> int:
        """The counter's value. KeyError if there is none of that name."""
        value = int(self._count(counter.encode()))
        if value < 0:
            raise KeyError(counter)
        return value

    def wait(
        self, counter: str, *, at_least: int | None = None, exactly: int | None = None, timeout: float | None = None
    ) -> None:
        """Return once the counter has that value; AssertionError after ``timeout`` seconds."""
        wanted = at_least if exactly is None else exactly
        seconds = self._patience if timeout is None else timeout
        arguments = ctypes.c_int64(wanted or 0), ctypes.c_bool(exactly is not None), ctypes.c_double(seconds)
        if self._wait(counter.encode(), *arguments) != 0:
            raise AssertionError(f"{counter} is {self.count(counter)} after {seconds} s, not {wanted}")

    def set(self, knob: str, value: float) -> None:
        """Set the knob. KeyError if there is none of that name."""
        if self._set(knob.encode(), ctypes.c_double(value)) != 0:
            raise KeyError(knob)
