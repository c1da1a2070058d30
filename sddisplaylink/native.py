"""The native module: its errors as exceptions, its units, and the order of shutdown at the end of the process."""

from __future__ import annotations

import _thread
import atexit
import os
import sys
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any

from sddisplaylink.errors import ClockError, ForkedProcessError, LinkClosedError, SDDisplayLinkError

try:
    from sddisplaylink._native import ffi, lib
except ModuleNotFoundError as error:
    from pathlib import Path  # takes milliseconds to import, and is needed for nothing else

    place = Path(__file__).resolve().parents[1]
    raise ImportError(
        f"the native module is not built in {place}, from where sddisplaylink is imported; build it there "
        "(python -m pip install --editable .), or start Python in another folder to use an installed one"
    ) from error

__all__ = [
    "NANOSECONDS",
    "WAIT_SLICE",
    "at_exit",
    "check",
    "check_process",
    "check_seconds",
    "deadline_after",
    "duplicate_descriptor",
    "ffi",
    "finalize_now",
    "is_exiting",
    "is_forked",
    "is_of_exit",
    "lib",
    "may_wait",
    "nanoseconds",
    "owned_handle",
    "seconds",
    "stay_when_shut_down",
    "when_main_ends",
]

NANOSECONDS = 1_000_000_000
WAIT_SLICE = 0.1
"""Seconds that a blocking wait may last before Python gets a chance to run signal handlers (Ctrl-C)."""
_LONGEST = 2**63 / NANOSECONDS

_ERRORS: dict[int, tuple[type[Exception], str]] = {
    lib.SDDL_E_HANDLE: (LinkClosedError, "the link, player, dispatcher or clock has been closed"),
    lib.SDDL_E_CLOSED: (LinkClosedError, "the link, player, dispatcher or clock has been closed"),
    lib.SDDL_E_FORKED: (
        ForkedProcessError,
        "display links and players do not survive fork(); make new ones in a new process",
    ),
    lib.SDDL_E_ARGUMENT: (ValueError, "a value is out of range"),
    lib.SDDL_E_MEMORY: (MemoryError, "no memory"),
    lib.SDDL_E_SYSTEM: (SDDisplayLinkError, "the system refused a thread or a pipe"),
    lib.SDDL_E_CLOCK: (ClockError, "that clock does not exist on this system"),
    lib.SDDL_E_SHUTDOWN: (LinkClosedError, "the interpreter is exiting"),
    lib.SDDL_E_SOURCE: (ClockError, "the players are on different clocks or displays"),
    lib.SDDL_E_CLOCKS: (ClockError, "too many clocks are open at a time: close some, or share one"),
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
    """Seconds as nanoseconds, rounded; ValueError if that is more than the native side's 64 bits hold (292 years)."""
    if not -_LONGEST < value < _LONGEST:
        raise ValueError(f"a time in seconds is a number below {_LONGEST:g}, not {value!r}")
    return round(value * NANOSECONDS)


def deadline_after(timeout: float | None) -> float | None:
    """When a wait of so many seconds ends, by time.monotonic(); None is for ever.

    TypeError unless it is a number, ValueError unless it is finite.
    """
    if timeout is None:
        return None
    check_seconds(timeout)
    return time.monotonic() + seconds(nanoseconds(timeout))


def check_seconds(value: object) -> None:
    """TypeError for what is no number, such as a string."""
    if not hasattr(value, "__float__"):
        raise TypeError(f"a time is a number of seconds, not {type(value).__name__}")


# ---- owners ----


def owned_handle(handle: int = 0) -> Any:
    """An ``sddl_handle *`` that closes, when it is dropped, the object that its handle names.

    Pass the owner to the native call that opens something: then there is no moment at which an interrupt could lose the
    handle. The native destructor runs no Python code, so that no interrupt is lost in it either.
    """
    return ffi.gc(ffi.new("sddl_handle *", handle), lib.sddl_release)


def duplicate_descriptor(mailbox: int) -> Any:
    """An ``int *`` with a duplicate of the mailbox's descriptor, which is closed when the owner is dropped.

    ``sddl_descriptor_close()`` closes it before that. Raises LinkClosedError once the mailbox is closed, and
    SDDisplayLinkError if the system refuses the descriptor.
    """
    owned = ffi.gc(ffi.new("int *", -1), lib.sddl_descriptor_close)
    check(lib.sddl_mailbox_duplicate_fd(mailbox, owned))
    return owned


def finalize_now(finalizer: weakref.finalize[Any, Any]) -> bool:
    """Run the finalizer unless it has run; whether it did. A plain call does nothing at interpreter exit."""
    call = finalizer.detach()
    if call is None:
        return False
    _, function, arguments, keywords = call
    function(*arguments, **(keywords or {}))
    return True


# ---- the end of the process ----
# Python exits in this order: threading's own exit callbacks, the last registered first, the join of non-daemon threads,
# atexit. A user's thread that waits for a tick must therefore be woken in the first step, or the second never ends;
# clocks stop in the third, so that the user's own atexit functions can still use them. Executors join their threads in
# the first step, too: if their module was imported after this one, we register once more, to be called before them.
# Python does not wait for daemon threads. A daemon thread that waits for a tick continues to wait, for ever once the
# clocks have stopped: if the wait ended, the thread would run on in an interpreter that is being finalised.

_when_main_ends: list[Callable[[], None]] = []
_at_exit: list[Callable[[], object]] = []
_exiting = False
_precedes_executors = False


def is_exiting() -> bool:
    """Whether the main thread has ended."""
    return _exiting


def may_wait() -> bool:
    """Whether this thread may wait: when the main thread has ended, only threads that Python does not wait for.

    ForkedProcessError in a forked child: the threads that it would wait for did not come along.
    """
    check_process()
    _precede_executors()
    return not _exiting or threading.current_thread().daemon


def is_of_exit(error: BaseException) -> bool:
    """Whether the error says no more than that the process ends, which needs no report."""
    return isinstance(error, LinkClosedError) and _is_shut_down()


def _is_shut_down() -> bool:
    return bool(lib.sddl_subscriber_is_current(0, 0) == lib.SDDL_E_SHUTDOWN)


def stay_when_shut_down() -> None:
    """Block for ever if this is a daemon thread and the clocks have stopped for good. Not with a lock held."""
    if _is_shut_down() and threading.current_thread().daemon:
        lock = _thread.allocate_lock()
        while True:
            lock.acquire()


def is_forked() -> bool:
    """Whether this process is a forked child, in which native objects and the parent's locks cannot be used."""
    return bool(lib.sddl_subscriber_is_current(0, 0) == lib.SDDL_E_FORKED)


def check_process() -> None:
    """ForkedProcessError in a forked child. Ask before taking a lock: another thread may have held it at the fork."""
    if is_forked():
        check(lib.SDDL_E_FORKED)


def when_main_ends(call: Callable[[], None]) -> None:
    """Have ``call`` run once the main thread has ended, before other threads are waited for."""
    _when_main_ends.append(call)


def at_exit(call: Callable[[], object]) -> None:
    """Have ``call`` run at interpreter exit, the last registered first, before the native clocks are stopped."""
    _at_exit.append(call)


def _register() -> None:
    try:
        threading._register_atexit(_main_ended)  # type: ignore[attr-defined]
    except AttributeError:  # it is private
        return
    except RuntimeError:  # the main thread has ended, and _main_ended() has not been called yet
        _main_ended()


def _precede_executors() -> None:
    """Called by every thread that begins to wait: it may be an executor's."""
    global _precedes_executors
    if not _precedes_executors and "concurrent.futures.thread" in sys.modules:
        _precedes_executors = True
        _register()


def _main_ended() -> None:
    global _exiting
    if not _exiting:
        _exiting = True
        _silence_threads()
    lib.sddl_wake_all()
    for call in reversed(_when_main_ends):
        call()


def _silence_threads() -> None:
    """Print no traceback of a thread that ends because the interpreter does."""
    report = threading.excepthook

    def report_others(arguments: Any) -> None:
        if not isinstance(arguments.exc_value, LinkClosedError):
            report(arguments)

    threading.excepthook = report_others


def _shut_down() -> None:
    _main_ended()
    for call in reversed(_at_exit):
        call()
    lib.sddl_shutdown(NANOSECONDS // 2)


def _forget_threads() -> None:
    """In a forked child, the waiting threads do not exist, and may have held the locks that wake them."""
    _when_main_ends.clear()


def _is_main_interpreter() -> bool:
    try:
        return bool(_thread._is_main_interpreter())  # type: ignore[attr-defined]
    except AttributeError:  # before Python 3.12
        import _xxsubinterpreters as interpreters  # type: ignore[import-not-found]

        return bool(interpreters.get_current() == interpreters.get_main())


if not _is_main_interpreter():  # its end would shut down the native core, which all interpreters of a process share
    raise ImportError("sddisplaylink cannot be used in a sub-interpreter")
check(lib.sddl_init())
atexit.register(_shut_down)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_threads)
_register()
