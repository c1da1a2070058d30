"""The stand-in frameworks' counters and knobs, for programs that run on a module that was built with them."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from pathlib import Path

DISPLAYS = ((1, 60.0, 60.0), (2, 120.0, 0.0))
"""An external display, and a built-in panel whose mode tells no rate: what there is at first."""


class _Display(ctypes.Structure):
    _fields_ = (("id", ctypes.c_uint32), ("rate", ctypes.c_double), ("mode_rate", ctypes.c_double))


class Standin:
    """The stand-in inside a built module or library."""

    def __init__(self, library: str | Path) -> None:
        self.library = ctypes.CDLL(str(library))
        self.library.standin_count.restype = ctypes.c_int64

    def count(self, counter: str) -> int:
        value = int(self.library.standin_count(counter.encode()))
        if value < 0:
            raise KeyError(counter)
        return value

    def wait(
        self, counter: str, *, at_least: int | None = None, exactly: int | None = None, timeout: float = 10
    ) -> None:
        """Return once the counter has that value; AssertionError after ``timeout`` seconds."""
        wanted = at_least if exactly is None else exactly
        arguments = ctypes.c_int64(wanted or 0), ctypes.c_bool(exactly is not None), ctypes.c_double(timeout)
        if self.library.standin_wait(counter.encode(), *arguments) != 0:
            raise AssertionError(f"{counter} is {self.count(counter)} after {timeout} s, not {wanted}")

    def set(self, knob: str, value: float) -> None:
        if self.library.standin_set(knob.encode(), ctypes.c_double(value)) != 0:
            raise KeyError(knob)

    def reset(self) -> None:
        """Every knob and the displays as they were at first."""
        self.library.standin_reset()
        self.set_displays(DISPLAYS)

    def kill_links(self) -> None:
        """The links there are never tick again, but say that they run."""
        self.library.standin_kill_links()

    def end_links(self) -> None:
        """The links that run stop by themselves."""
        self.library.standin_end_links()

    def set_virtual(self, virtual: bool) -> None:
        """Begin or end virtual time; it may begin only while no native thread runs."""
        self.library.standin_set_virtual(ctypes.c_bool(virtual))

    def advance(self, seconds: float, *, at_once: bool = False) -> None:
        """Let virtual time pass, step by step, or in one leap. On return every native thread waits again."""
        self.library.standin_advance(ctypes.c_int64(round(seconds * 1e9)), ctypes.c_bool(at_once))

    def set_displays(self, displays: Iterable[tuple[int, float, float]]) -> None:
        """Displays as (id, rate at which links tick, rate of the display mode), the main one first."""
        table = [_Display(*display) for display in displays]
        if self.library.standin_set_displays((_Display * len(table))(*table), len(table)) != 0:
            raise ValueError("too many displays")


def loaded() -> Standin:
    """The stand-in that this process's ``sddisplaylink`` runs on."""
    from sddisplaylink import _native

    return Standin(_native.__file__)
