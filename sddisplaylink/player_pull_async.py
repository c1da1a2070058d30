"""Asynchronous loops over the frames of a player, apart from the plain ones: importing asyncio takes its time."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from sddisplaylink.dispatcher import Dispatcher
from sddisplaylink.frame import Frame
from sddisplaylink.player_core import PlayerCore
from sddisplaylink.player_pull import UNDER_WAY, taken_over


async def pull_async(player: PlayerCore) -> AsyncIterator[Frame]:
    """What :func:`pull` does, in the running asyncio loop."""
    with taken_over(player) as (dispatcher, frames):
        while True:
            dispatcher.run_pending()
            while frames:
                yield frames.popleft()
            if player._state() not in UNDER_WAY:
                break
            await _until_readable(dispatcher)
    player._pending_error.raise_once()


async def _until_readable(dispatcher: Dispatcher) -> None:
    # watched only while the loop waits: a descriptor that stays readable would keep asyncio spinning
    loop = asyncio.get_running_loop()
    readable = loop.create_future()
    loop.add_reader(dispatcher.fileno(), _resolve, readable)
    try:
        await readable
    finally:
        loop.remove_reader(dispatcher.fileno())


def _resolve(future: asyncio.Future[None]) -> None:
    if not future.done():
        future.set_result(None)
