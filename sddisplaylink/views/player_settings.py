"""The settings that the next player of a view takes over when the view gets another source."""

from __future__ import annotations

import inspect
from typing import Any

from sddisplaylink.playback.player import AnimatedImagePlayer

__all__ = ["PLAYER_OPTIONS", "settings_of"]

PLAYER_OPTIONS = frozenset(inspect.signature(AnimatedImagePlayer).parameters) - {"image", "dispatcher"}
"""The names of the options that views pass to their players."""
_SETTINGS = ("on_frame", "on_loop", "on_finish", "on_error", "rate", "mode", "late_policy")


def settings_of(player: AnimatedImagePlayer, options: dict[str, Any]) -> dict[str, Any]:
    """The options that the player was created with, changed by what has been set since.

    The loop count is that of the options: by default each image has its own.
    """
    return {**options, **{name: getattr(player, name) for name in _SETTINGS}}
