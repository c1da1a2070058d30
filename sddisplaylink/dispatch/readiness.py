"""Waiting for a file descriptor in a coroutine, of asyncio or of trio, whichever runs it."""

from __future__ import annotations

import asyncio
import os
import sys
from typing import Self

from sddisplaylink.native import duplicate

__all__ = ["Readiness"]


class Readiness:
    """Waits for a descriptor to become readable; a context manager.

    It watches a duplicate, and that only while somebody waits. So several can wait for one descriptor, closing the
    original ends the wait (the end of a pipe is readable), and no loop spins on one that nobody reads.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor = duplicate(descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        os.close(self._descriptor)

    async def wait(self) -> None:
        """Return when it is readable or has been closed. Can be cancelled."""
        trio = sys.modules.get("trio")
        if trio is not None and trio.lowlevel.in_trio_run():
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
