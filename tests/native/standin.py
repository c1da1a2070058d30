"""The stand-in frameworks' counters and knobs, for programs that run on a module that was built with them."""

from __future__ import annotations

import ctypes
from collections.abc import Iterable
from pathlib import Path

from fault_control import FaultControl

DISPLAYS = ((1, 60.0, 60.0), (2, 120.0, 0.0))
"""The displays at first: an external display, and a built-in panel whose mode gives no rate."""


class _Display(ctypes.Structure):
    _fields_ = (("id", ctypes.c_uint32), ("rate", ctypes.c_double), ("mode_rate", ctypes.c_double))


class Standin(FaultControl):
    """The stand-in inside a built module or library."""

    def __init__(self, library: str | Path) -> None:
        super().__init__(library, "standin", patience=10)

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
        """Let virtual time pass, step by step, or in one step. On return every native thread waits again."""
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
