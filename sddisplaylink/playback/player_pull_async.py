"""Asynchronous loops over the frames of a player, apart from the plain ones: importing asyncio takes its time."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from sddisplaylink.dispatch.readiness import Readiness
from sddisplaylink.frames.frame import Frame
from sddisplaylink.playback.iteration import UNDER_WAY, taken_over
from sddisplaylink.playback.player_core import PlayerCore


async def pull_async(player: PlayerCore) -> AsyncGenerator[Frame]:
    """What :func:`pull` does, in the running asyncio or trio loop."""
    with taken_over(player) as (dispatcher, frames), Readiness(dispatcher.fileno()) as readiness:
        while True:
            dispatcher.run_pending()
            while frames:
                yield frames.popleft()
            if player._state() not in UNDER_WAY:
                break
            await readiness.wait()
    player._pending_error.raise_once()
