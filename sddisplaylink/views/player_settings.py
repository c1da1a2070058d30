"""What of a view's player its next player takes over, when the view is given another source."""

from __future__ import annotations

import inspect
from typing import Any

from sddisplaylink.playback.player import AnimatedImagePlayer

__all__ = ["PLAYER_OPTIONS", "settings_of"]

PLAYER_OPTIONS = frozenset(inspect.signature(AnimatedImagePlayer).parameters) - {"image", "dispatcher"}
"""Names of the options that views pass on to their player."""
_SETTINGS = ("on_frame", "on_loop", "on_finish", "on_error", "rate", "mode", "late_policy")


def settings_of(player: AnimatedImagePlayer, options: dict[str, Any]) -> dict[str, Any]:
    """The options that the player was made with, and what has been set on it since.

    The loop count is that of the options: by default each image says its own.
    """
    return {**options, **{name: getattr(player, name) for name in _SETTINGS}}
