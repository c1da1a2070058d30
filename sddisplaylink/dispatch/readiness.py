"""Waiting for a mailbox in a coroutine, of asyncio or of trio, whichever runs it."""

from __future__ import annotations

import asyncio
import sys
from typing import Any, Self

from sddisplaylink.native import duplicate_descriptor, lib

__all__ = ["Readiness", "run_other_tasks"]


async def run_other_tasks() -> None:
    """Let the other tasks of the event loop run once."""
    if (trio := _running_trio()) is not None:
        await trio.lowlevel.checkpoint()
    else:
        await asyncio.sleep(0)


def _running_trio() -> Any:
    """The module trio, if it runs this task; else None."""
    trio = sys.modules.get("trio")
    return trio if trio is not None and trio.lowlevel.in_trio_run() else None


class Readiness:
    """Waits until something is in a mailbox; a context manager. Raises LinkClosedError if the mailbox is closed.

    It watches a duplicate of the mailbox's descriptor, and that only while somebody waits. So several can wait for one
    mailbox, closing it ends the wait, and no loop spins on a descriptor that nobody reads.
    """

    def __init__(self, mailbox: int) -> None:
        self._owner = duplicate_descriptor(mailbox)
        self._descriptor: int = self._owner[0]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        lib.sddl_descriptor_close(self._owner)

    async def wait(self) -> None:
        """Return when something is there or the mailbox has been closed. Can be cancelled."""
        if (trio := _running_trio()) is not None:
            await trio.lowlevel.wait_readable(self._descriptor)
        else:
            await self._wait_in_asyncio()

    async def _wait_in_asyncio(self) -> None:
        loop = asyncio.get_running_loop()
        readable = asyncio.Event()
        loop.add_reader(self._descriptor, readable.set)
        try:
            await readable.wait()
        finally:
            loop.remove_reader(self._descriptor)
