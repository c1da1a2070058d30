"""What becomes of an exception in a callback of the run loop's: Core Foundation's frames cannot be left by one.

PyObjC would make an NSException of it, thrown through frames that are not written for that. ``NSApplication.run()``
logs such a one and goes on, so that Ctrl-C, which Python raises in whatever runs on the main thread, would be lost.
"""

from __future__ import annotations

import ctypes
import sys
import threading

from sddisplaylink.views.appkit.frameworks import AppKit

_UNTIL_THE_CALLBACK_HAS_RETURNED = 0.02  # seconds


def handle(error: BaseException) -> None:
    """Report `error`, and go on; but for KeyboardInterrupt, SystemExit and the like end the application's event loop.

    Those are raised once more on the main thread, in the code that has called ``NSApplication.run()`` or that takes
    events one by one. Call it on the main thread, at the end of a callback.
    """
    if isinstance(error, Exception):
        sys.excepthook(type(error), error, error.__traceback__)
        return
    _stop_application()
    again = threading.Timer(_UNTIL_THE_CALLBACK_HAS_RETURNED, _raise_on_main_thread, [error])
    again.daemon = True
    again.start()


def _stop_application() -> None:
    application = AppKit.NSApplication.sharedApplication()
    application.stop_(None)
    event = (
        AppKit.NSEvent.otherEventWithType_location_modifierFlags_timestamp_windowNumber_context_subtype_data1_data2_(
            AppKit.NSEventTypeApplicationDefined, (0.0, 0.0), 0, 0.0, 0, None, 0, 0, 0
        )
    )
    application.postEvent_atStart_(event, True)  # the loop notices that it is stopped once an event has come


def _raise_on_main_thread(error: BaseException) -> None:
    """Python raises an exception of that type, made without arguments, at the thread's next instruction."""
    kind = type(error)
    if error.args:
        kind = type(kind.__name__, (kind,), {"__init__": lambda self: super(kind, self).__init__(*error.args)})
    main = threading.main_thread().ident
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(main or 0), ctypes.py_object(kind))
