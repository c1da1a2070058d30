"""A reference to a native source: the clock of one display."""

from __future__ import annotations

from typing import Any, Protocol

from sddisplaylink.clocks.displays import NAMES, Display, displays_of
from sddisplaylink.native import check, ffi, lib, owned_handle, seconds

__all__ = ["ClockSource", "Flushable", "open_clock_source"]


class Flushable(Protocol):
    """What a manual clock needs of a dispatcher."""

    def is_current(self) -> bool:
        """Whether the caller is inside a callback that runs there."""

    def flush(self, source: int) -> None:
        """Return when every callback that is due because of that native source has been run."""


class VirtualTime(Protocol):
    """What a clock source needs of a manual clock."""

    @property
    def handle(self) -> int:
        """The native source."""

    def register(self, dispatcher: Flushable) -> None:
        """Wait for the callbacks of that dispatcher whenever time passes."""


class ClockSource:
    """A reference to a native source: the clock of one display, shared by every link and player on it.

    ``owner`` holds the reference, which is given back when it is closed or dropped; None for a manual clock, which is
    its maker's to close.
    """

    def __init__(self, owner: Any, rate: float, manual: VirtualTime | None = None) -> None:
        self._owner = owner
        self.handle: int = owner[0] if manual is None else manual.handle
        self._rate = rate  # that a timer or manual clock was opened with
        self._manual = manual
        info = self.info()
        self.name = NAMES[info.clock]
        self._kind: int = info.clock
        self._display: int = info.display

    def info(self) -> Any:
        """The native ``sddl_source_info``."""
        out = ffi.new("sddl_source_info *")
        check(lib.sddl_source_get_info(self.handle, out))
        return out

    @property
    def period(self) -> float:
        """Refresh period in seconds, as last reported by the clock."""
        return seconds(self.info().period)

    @property
    def display(self) -> Display:
        """The display; for a timer or manual clock a virtual one with the clock's rate."""
        if self._kind in (lib.SDDL_CLOCK_TIMER, lib.SDDL_CLOCK_MANUAL):
            return Display(0, self._rate, True)
        found = [d for d in displays_of(self._kind) if d.id == self._display or (self._display == 0 and d.is_main)]
        return found[0] if found else Display(self._display, 1 / self.period, False)

    def register(self, dispatcher: Flushable) -> None:
        """Let a manual clock wait for the callbacks of that dispatcher."""
        if self._manual is not None:
            self._manual.register(dispatcher)

    def close(self) -> None:
        """Release the reference. A manual clock is closed by the program that made it."""
        if self._owner is not None:
            lib.sddl_release(self._owner)


def open_clock_source(kind: int, display: int, rate: float) -> Any:
    """Open a native source and return the owner of its handle. ClockError, MemoryError."""
    owner = owned_handle()
    check(lib.sddl_source_open(kind, display, rate, owner))
    return owner
