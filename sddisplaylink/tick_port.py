"""Pulling ticks: a subscription of its own for every ``wait()`` and every loop, so that none takes another's."""

from __future__ import annotations

import time
import weakref
from collections.abc import AsyncGenerator
from typing import Any

from sddisplaylink.errors import LinkClosedError
from sddisplaylink.native import WAIT_SLICE, check, ffi, finalize_now, is_exiting, lib, nanoseconds, when_main_ends

_ports: weakref.WeakSet[TickPort] = weakref.WeakSet()


class TickPort:
    """A native link with a mailbox of its own. Holds the latest tick until it is taken."""

    def __init__(self, source: int) -> None:
        out = ffi.new("sddl_handle[2]")
        check(lib.sddl_mailbox_open(out))
        self._mailbox: int = out[0]
        status = lib.sddl_link_open(source, self._mailbox, out + 1)
        if status < 0:
            lib.sddl_mailbox_close(self._mailbox)
            check(status)
        self._link: int = out[1]
        self._event = ffi.new("sddl_event *")
        self.is_running = False
        self._finalizer = weakref.finalize(self, _close, self._link, self._mailbox)
        self._finalizer.atexit = False
        _ports.add(self)

    def start(self) -> None:
        """Subscribe to the clock's ticks."""
        check(lib.sddl_link_start(self._link))
        self.is_running = True

    def stop(self) -> None:
        """Unsubscribe; whoever waits wakes up empty-handed."""
        self.is_running = False
        lib.sddl_link_stop(self._link)
        lib.sddl_mailbox_wake(self._mailbox)

    def close(self) -> None:
        """Stop for good; whoever waits gets a LinkClosedError."""
        self.is_running = False
        finalize_now(self._finalizer)

    @property
    def is_closed(self) -> bool:
        """Whether it has been closed."""
        return not self._finalizer.alive

    def take(self) -> Any | None:
        """The native event that is there, or None. Good until the next call. Raises LinkClosedError."""
        return self._event if check(lib.sddl_mailbox_wait(self._mailbox, self._event, 1, 0)) else None

    def wait(self, timeout: float | None, while_running: bool = False) -> Any | None:
        """The next native event, or None on timeout (and, if asked for, once stopped). Raises LinkClosedError."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while not (while_running and not self.is_running):
            if is_exiting():
                raise LinkClosedError("the interpreter is exiting")
            left = WAIT_SLICE if deadline is None else min(WAIT_SLICE, deadline - time.monotonic())
            if check(lib.sddl_mailbox_wait(self._mailbox, self._event, 1, nanoseconds(max(left, 0.0)))):
                return self._event
            if left < WAIT_SLICE:
                return None
        return None

    async def events(self) -> AsyncGenerator[Any]:
        """Native events in the running asyncio or trio loop, until the port is stopped or closed."""
        from sddisplaylink.dispatch.readiness import (
            Readiness,  # imports asyncio, which costs as much as the rest of the library
        )

        with Readiness(check(lib.sddl_mailbox_fd(self._mailbox))) as readiness:
            while self.is_running:
                event = self.take()
                if event is None:
                    await readiness.wait()
                else:
                    yield event


def _close(link: int, mailbox: int) -> None:
    lib.sddl_client_close(link)
    lib.sddl_mailbox_close(mailbox)


def _close_all() -> None:
    for port in list(_ports):
        port.close()


when_main_ends(_close_all)
