"""Callbacks in the main thread's run loop."""

from __future__ import annotations

import sys
import weakref
from typing import Any

from sddisplaylink.dispatch.event_loop import LoopDispatcher
from sddisplaylink.errors import ClockError
from sddisplaylink.native import finalize_now
from sddisplaylink.views.appkit.frameworks import AppKit, CoreFoundation, objc


class RunLoopDispatcher(LoopDispatcher):
    """Runs callbacks on the main thread while its run loop runs, also while a menu is open or a window is resized.

    Give it to links and players: ``DisplayLink(on_tick, dispatcher=RunLoopDispatcher())``. The dispatcher runs as long
    as one of them exists, or until `close`. ClockError on another thread than the main one.
    """

    def __init__(self) -> None:
        _check_main_thread()
        super().__init__()
        watch = CoreFoundation.CFFileDescriptorCreate(None, self.fileno(), False, _readable, weakref.ref(self))
        source = CoreFoundation.CFFileDescriptorCreateRunLoopSource(None, watch, 0)
        main_loop = CoreFoundation.CFRunLoopGetMain()
        CoreFoundation.CFRunLoopAddSource(main_loop, source, CoreFoundation.kCFRunLoopCommonModes)
        CoreFoundation.CFFileDescriptorEnableCallBacks(watch, CoreFoundation.kCFFileDescriptorReadCallBack)
        self._unwatch = weakref.finalize(self, CoreFoundation.CFFileDescriptorInvalidate, watch)
        self._unwatch.atexit = False

    def run_pending(self) -> int:
        """Run the callbacks that are due now, in an autorelease pool of their own; how many events there were.

        The main thread's run loop makes no pool around what it calls. Without one, objects that Python gets from
        Objective-C would be kept for ever in a program whose event loop makes none either.
        """
        with objc.autorelease_pool():
            return super().run_pending()

    def close(self) -> None:
        """Stop watching, and run no more callbacks. Call it on the main thread."""
        finalize_now(self._unwatch)
        super().close()


def _readable(watch: Any, kinds: int, reference: weakref.ref[RunLoopDispatcher]) -> None:
    """Called by the run loop, once each time that the callback is enabled.

    A mistake is reported here, since ``NSApplication.run()`` would log it without a traceback. Ctrl-C and
    ``sys.exit()`` leave, as they leave any callback of PyObjC's, and the callback stays enabled for those who go on.
    """
    dispatcher = reference()
    if dispatcher is None or dispatcher.is_closed:
        return
    try:
        dispatcher.run_pending()
    except Exception as error:
        sys.excepthook(type(error), error, error.__traceback__)
    finally:
        if not dispatcher.is_closed:
            CoreFoundation.CFFileDescriptorEnableCallBacks(watch, CoreFoundation.kCFFileDescriptorReadCallBack)


def _check_main_thread() -> None:
    if not AppKit.NSThread.isMainThread():
        raise ClockError("views belong to the main thread; create them there")


_main: weakref.ref[RunLoopDispatcher] | None = None


def main_dispatcher() -> RunLoopDispatcher:
    """The dispatcher that all views share. Raises ClockError on another thread than the main one."""
    global _main
    _check_main_thread()
    dispatcher = _main() if _main is not None else None
    if dispatcher is None or dispatcher.is_closed:
        dispatcher = RunLoopDispatcher()
        _main = weakref.ref(dispatcher)
    return dispatcher
