"""The one door to the native module: its errors, its units, and the order in which everything ends with the process."""

from __future__ import annotations

import atexit
import contextlib
import math
import threading
import weakref
from collections.abc import Callable
from typing import Any

from sddisplaylink._native import ffi, lib
from sddisplaylink.errors import ClockError, ForkedProcessError, LinkClosedError, SDDisplayLinkError

__all__ = [
    "NANOSECONDS",
    "WAIT_SLICE",
    "at_exit",
    "check",
    "ffi",
    "finalize_now",
    "is_exiting",
    "lib",
    "nanoseconds",
    "seconds",
    "when_main_ends",
]

NANOSECONDS = 1_000_000_000
WAIT_SLICE = 0.1
"""Seconds that a blocking wait may last before Python gets a chance to run signal handlers (Ctrl-C)."""

_ERRORS: dict[int, tuple[type[Exception], str]] = {
    lib.SDDL_E_HANDLE: (LinkClosedError, "it has been closed"),
    lib.SDDL_E_CLOSED: (LinkClosedError, "it has been closed"),
    lib.SDDL_E_FORKED: (
        ForkedProcessError,
        "display links and players do not survive fork(); make new ones in a new process",
    ),
    lib.SDDL_E_ARGUMENT: (ValueError, "a value is out of its range"),
    lib.SDDL_E_MEMORY: (MemoryError, "no memory, or too many clocks at a time"),
    lib.SDDL_E_SYSTEM: (SDDisplayLinkError, "the system refused a thread or a pipe"),
    lib.SDDL_E_CLOCK: (ClockError, "that clock does not exist on this system"),
    lib.SDDL_E_SHUTDOWN: (LinkClosedError, "the interpreter is exiting"),
    lib.SDDL_E_SOURCE: (ClockError, "the players are on different clocks or displays"),
}


def check(status: int) -> int:
    """Return a native call's result, or raise what its error code stands for."""
    if status >= 0:
        return status
    kind, text = _ERRORS[status]
    raise kind(text)


def seconds(value: int) -> float:
    """Nanoseconds as seconds."""
    return value / NANOSECONDS


def nanoseconds(value: float) -> int:
    """Seconds as nanoseconds, rounded; ValueError unless finite."""
    if not math.isfinite(value):
        raise ValueError(f"a time in seconds is a finite number, not {value}")
    return round(value * NANOSECONDS)


def finalize_now(finalizer: weakref.finalize[Any, Any]) -> bool:
    """Run the finalizer unless it has run; whether it did. Merely called, it does nothing at interpreter exit."""
    call = finalizer.detach()
    if call is None:
        return False
    _, function, arguments, keywords = call
    function(*arguments, **(keywords or {}))
    return True


# ---- the end of the process ----
#
# Python ends in this order: threading's own exit callbacks, the join of non-daemon threads, atexit. A thread of the
# user's that waits for a tick must therefore be woken in the first step, or the second never ends; clocks stop in the
# third, so that the user's own atexit functions still find them.

_when_main_ends: list[Callable[[], None]] = []
_at_exit: list[Callable[[], object]] = []
_exiting = False


def is_exiting() -> bool:
    """Whether the main thread has ended: no wait may block any more."""
    return _exiting


def when_main_ends(call: Callable[[], None]) -> None:
    """Have ``call`` run once the main thread has ended, before other threads are waited for."""
    _when_main_ends.append(call)


def at_exit(call: Callable[[], object]) -> None:
    """Have ``call`` run at interpreter exit, the last registered first, before the native clocks are stopped."""
    _at_exit.append(call)


def _main_ended() -> None:
    global _exiting
    _exiting = True
    for call in reversed(_when_main_ends):
        call()


def _shut_down() -> None:
    _main_ended()
    for call in reversed(_at_exit):
        call()
    lib.sddl_shutdown(NANOSECONDS // 2)


def _is_main_interpreter() -> bool:
    try:
        import _thread

        return bool(_thread._is_main_interpreter())  # type: ignore[attr-defined]
    except AttributeError:  # before Python 3.12
        import _xxsubinterpreters as interpreters  # type: ignore[import-not-found]

        return bool(interpreters.get_current() == interpreters.get_main())


if not _is_main_interpreter():  # its end would shut down the native side, which all interpreters of a process share
    raise ImportError("sddisplaylink cannot be used in a sub-interpreter")
check(lib.sddl_init())
atexit.register(_shut_down)
with contextlib.suppress(AttributeError, RuntimeError):  # private, and refused once the interpreter is exiting
    threading._register_atexit(_main_ended)  # type: ignore[attr-defined]
