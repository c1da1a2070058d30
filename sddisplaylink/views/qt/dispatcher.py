"""Callbacks in a Qt event loop."""

from __future__ import annotations

import contextlib
import weakref

from sddisplaylink.dispatch.event_loop import LoopDispatcher
from sddisplaylink.errors import ClockError
from sddisplaylink.native import duplicate_descriptor, finalize_now, lib
from sddisplaylink.views.qt.binding import QtCore


class QtDispatcher(LoopDispatcher):
    """Runs callbacks in the Qt event loop of the thread that makes it, woken by a QSocketNotifier.

    Give it to links and players: ``DisplayLink(on_tick, dispatcher=QtDispatcher())``. The dispatcher runs as long as
    one of them exists, or until `close`. Raises ClockError on a thread without an event loop.
    """

    def __init__(self) -> None:
        loop = QtCore.QAbstractEventDispatcher.instance()
        if loop is None:
            raise ClockError("there is no Qt event loop on this thread; make a QApplication first")
        super().__init__()
        # a duplicate, closed when Qt has stopped watching it: the dispatcher may be dropped on another thread
        owned = duplicate_descriptor(self.mailbox)
        notifier = QtCore.QSocketNotifier(owned[0], QtCore.QSocketNotifier.Type.Read, loop)
        reference = weakref.ref(self)
        # without arguments: PySide6 converts them by Python code, and crashes if Ctrl-C is raised in that
        notifier.activated.connect(lambda: _run_pending_of(reference))
        notifier.destroyed.connect(lambda: lib.sddl_descriptor_close(owned))
        self._unwatch = weakref.finalize(self, _end, notifier)
        self._unwatch.atexit = False

    def close(self) -> None:
        """Stop watching, and run no more callbacks. Call it on the thread whose event loop runs them."""
        finalize_now(self._unwatch)
        super().close()


def _run_pending_of(reference: weakref.ref[QtDispatcher]) -> None:
    dispatcher = reference()
    if dispatcher is not None and not dispatcher.is_closed:
        dispatcher.run_pending()


def _end(notifier: QtCore.QSocketNotifier) -> None:
    """Stop watching, from any thread."""
    with contextlib.suppress(RuntimeError):  # deleted with its event loop
        if notifier.thread() == QtCore.QThread.currentThread():
            notifier.setEnabled(False)
        notifier.deleteLater()


_gui: weakref.ref[QtDispatcher] | None = None


def gui_dispatcher() -> QtDispatcher:
    """The dispatcher that all views share.

    Raises ClockError on another thread than the GUI thread, or without a QApplication.
    """
    global _gui
    application = QtCore.QCoreApplication.instance()
    if application is None:
        raise ClockError("make a QApplication first")
    if QtCore.QThread.currentThread() is not application.thread():
        raise ClockError("movies and widgets belong to the GUI thread; create them there")
    dispatcher = _gui() if _gui is not None else None
    if dispatcher is None or dispatcher.is_closed:
        dispatcher = QtDispatcher()
        _gui = weakref.ref(dispatcher)
    return dispatcher
