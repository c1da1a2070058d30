"""Callbacks in Tk's main loop, and events of the widgets that play."""

from __future__ import annotations

import sys
import tkinter
from typing import Protocol

from sddisplaylink.dispatch.event_loop import LoopDispatcher

__all__ = ["TkDispatcher"]

POLL_INTERVAL = 10  # milliseconds, where Tk cannot watch a file descriptor
_TAG = "sddisplaylink"  # a bindtag of our own, so that a user's bind() does not replace our bindings
_dispatchers: dict[tkinter.Tk, TkDispatcher] = {}


class Shown(Protocol):
    """A widget that plays an image. All methods are called on Tk's thread."""

    def visibility_changed(self) -> None:
        """The widget, or one that contains it, was mapped or unmapped."""

    def destroyed(self) -> None:
        """The widget has been destroyed."""


class TkDispatcher(LoopDispatcher):
    """Runs callbacks in Tk's main loop: one dispatcher for each ``tkinter.Tk``, as long as a widget of it plays.

    If Tk cannot watch a file descriptor, callbacks are polled every 10 ms. An Exception goes to Tk's
    ``report_callback_exception``; any other BaseException ends the main loop.
    """

    def __init__(self, root: tkinter.Tk) -> None:
        super().__init__()
        self._root = root
        self._widgets: dict[str, Shown] = {}
        self._timer: str | None = None
        visible, end = self._commands = [root.register(self._visibility_changed), root.register(self._destroyed)]
        self._bind({"<Map>": f"{visible} %W", "<Unmap>": f"{visible} %W", "<Destroy>": f"{end} %W"})
        if hasattr(root.tk, "createfilehandler"):
            root.tk.createfilehandler(self.fileno(), tkinter.READABLE, lambda *readable: self._run_callbacks())
        else:
            self._poll()

    @classmethod
    def of(cls, widget: tkinter.Misc) -> TkDispatcher:
        """The dispatcher for the widget's root; used from `add_widget` to `close_if_unused`."""
        root: tkinter.Tk = widget.nametowidget(".")
        if root not in _dispatchers:
            _dispatchers[root] = cls(root)
        return _dispatchers[root]

    def add_widget(self, widget: tkinter.Misc, shown: Shown) -> None:
        """Notify ``shown`` of that widget's events until it is destroyed."""
        self._widgets[str(widget)] = shown
        while True:
            tags = widget.bindtags()
            if _TAG not in tags:
                widget.bindtags((*tags, _TAG))
            if widget is widget.winfo_toplevel() or widget.master is None:
                return
            widget = widget.master

    def close_if_unused(self) -> None:
        """Close the dispatcher if no widget plays."""
        if not self._widgets:
            self.close()

    def close(self) -> None:
        """Stop watching, and run no more callbacks."""
        if _dispatchers.pop(self._root, None) is None:
            return
        if self._timer is None:
            self._root.tk.deletefilehandler(self.fileno())
        else:
            self._root.after_cancel(self._timer)
        self._bind(dict.fromkeys(("<Map>", "<Unmap>", "<Destroy>"), ""))
        for command in self._commands:
            self._root.deletecommand(command)
        super().close()

    def _bind(self, scripts: dict[str, str]) -> None:
        for event, script in scripts.items():
            self._root.tk.call("bind", _TAG, event, script)

    def _run_callbacks(self) -> None:
        try:
            self.run_pending()
        except Exception:  # _tkinter would end the main loop with it
            self._root.report_callback_exception(*sys.exc_info())

    def _poll(self) -> None:
        self._timer = self._root.after(POLL_INTERVAL, self._poll)
        self._run_callbacks()

    def _visibility_changed(self, path: str) -> None:
        for own, shown in list(self._widgets.items()):
            if own.startswith(path):
                shown.visibility_changed()

    def _destroyed(self, path: str) -> None:
        shown = self._widgets.pop(path, None)
        if shown is not None:
            shown.destroyed()
            self.close_if_unused()
