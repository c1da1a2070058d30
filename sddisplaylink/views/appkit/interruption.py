"""What becomes of an exception in a callback of the run loop's: Core Foundation's frames cannot be left by one.

PyObjC would make an NSException of it, thrown through frames that are not written for that. ``NSApplication.run()``
logs such a one and goes on, so that Ctrl-C, which Python raises in whatever runs on the main thread, would be lost.
"""

from __future__ import annotations

import _thread  # threading's own start takes locks that an interrupt may have left held
import ctypes
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

from sddisplaylink.views.appkit.frameworks import AppKit, objc

_UNTIL_THE_CALLBACK_HAS_RETURNED = 0.02  # seconds


def handle(error: BaseException, resume: Callable[[], None]) -> None:
    """Report `error`, and `resume`; but KeyboardInterrupt, SystemExit and the like end the application's event loop.

    Those are raised once more on the main thread, in the code that has called ``NSApplication.run()`` or that takes
    events one by one, and `resume` is called then. Call it on the main thread, at the end of a callback that is not
    called again before `resume`: it would be the first Python code to run, and get the exception.
    """
    if isinstance(error, Exception):
        sys.excepthook(type(error), error, error.__traceback__)
        resume()
        return
    AppKit.NSApplication.sharedApplication().stop_(None)
    _post_event()  # the loop notices that it is stopped once an event has come
    _thread.start_new_thread(_raise_later, (_repetition(error, resume),))


def _repetition(error: BaseException, resume: Callable[[], None]) -> type[BaseException]:
    """A class like that of `error`: Python takes no instance, and makes one where the exception is raised."""
    kind: Any = type(error)

    def begin(self: Any) -> None:
        kind.__init__(self, *error.args)
        resume()

    return type(kind.__name__, (kind,), {"__init__": begin, "__module__": kind.__module__})


def _raise_later(kind: type[BaseException]) -> None:
    """The main thread raises it at its next instruction of Python, which an event brings about."""
    time.sleep(_UNTIL_THE_CALLBACK_HAS_RETURNED)
    main = threading.main_thread().ident
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(main or 0), ctypes.py_object(kind))
    _post_event()


def _post_event() -> None:
    """One that means nothing. Any thread may do so."""
    with objc.autorelease_pool():
        make = (
            AppKit.NSEvent.otherEventWithType_location_modifierFlags_timestamp_windowNumber_context_subtype_data1_data2_
        )
        event = make(AppKit.NSEventTypeApplicationDefined, (0.0, 0.0), 0, 0.0, 0, None, 0, 0, 0)
        AppKit.NSApplication.sharedApplication().postEvent_atStart_(event, True)
