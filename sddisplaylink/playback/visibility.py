"""Pauses a player while none of its views can be seen."""

from __future__ import annotations

from sddisplaylink.playback import commands
from sddisplaylink.playback.engine import PlaybackEngine
from sddisplaylink.playback.options import PlayerState

__all__ = ["update_visibility"]


def update_visibility(engine: PlaybackEngine) -> None:
    """Pause when no attached view is visible; resume when one is, unless the user paused or stopped the player."""
    state = engine.state()
    is_hidden = engine.callbacks.observers.are_hidden()
    if is_hidden and state is PlayerState.PLAYING:
        commands.pause([engine])
        engine.is_suspended = True
    elif not is_hidden and engine.is_suspended and state is PlayerState.PAUSED:
        commands.play([engine])
