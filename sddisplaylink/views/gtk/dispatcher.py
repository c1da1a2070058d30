"""Callbacks in GLib's main loop."""

from __future__ import annotations

import weakref
from typing import Any

from sddisplaylink.dispatch.event_loop import LoopDispatcher
from sddisplaylink.native import duplicate_descriptor, finalize_now, lib
from sddisplaylink.views.gtk.toolkit import GLib

__all__ = ["GLibDispatcher", "shared_dispatcher"]


class GLibDispatcher(LoopDispatcher):
    """Runs callbacks in GLib's default main context, woken by the library's file descriptor.

    Make and use it on the thread that runs the main loop. Give it to links and players:
    ``DisplayLink(on_tick, dispatcher=GLibDispatcher())``. It lasts as long as one of them does, or until `close`.
    """

    def __init__(self) -> None:
        super().__init__()
        owned = duplicate_descriptor(self.mailbox)  # of its own: the dispatcher may be dropped on another thread
        reference = weakref.ref(self)
        condition = GLib.IOCondition.IN
        source = GLib.unix_fd_add_full(
            GLib.PRIORITY_DEFAULT, owned[0], condition, lambda *_: _run_pending_of(reference)
        )
        self._unwatch = weakref.finalize(self, _end, source, owned)
        self._unwatch.atexit = False

    @property
    def is_open(self) -> bool:
        """Whether it runs callbacks still."""
        return self._unwatch.alive

    def close(self) -> None:
        """Stop watching, and run no more callbacks."""
        finalize_now(self._unwatch)
        super().close()


def _run_pending_of(reference: weakref.ref[GLibDispatcher]) -> bool:
    dispatcher = reference()
    if dispatcher is None or not dispatcher.is_open:
        return False
    dispatcher.run_pending()
    return True


def _end(source: int, owned: Any) -> None:
    """On any thread."""
    GLib.source_remove(source)
    lib.sddl_descriptor_close(owned)


_shared: weakref.ref[GLibDispatcher] | None = None


def shared_dispatcher() -> GLibDispatcher:
    """The dispatcher that all views share."""
    global _shared
    dispatcher = _shared() if _shared is not None else None
    if dispatcher is None or not dispatcher.is_open:
        dispatcher = GLibDispatcher()
        _shared = weakref.ref(dispatcher)
    return dispatcher
