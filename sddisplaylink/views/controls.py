"""Keyboard commands of a viewer for its players."""

from __future__ import annotations

import contextlib
from enum import Enum

from sddisplaylink.errors import LinkClosedError
from sddisplaylink.playback.group import PlayerGroup
from sddisplaylink.playback.options import PlayerState

__all__ = ["Command", "apply_command"]

_FASTEST, _SLOWEST = 16.0, 1 / 16


class Command(Enum):
    """A command for which there is a key."""

    QUIT = "quit"
    PAUSE = "pause"
    BACK = "back"
    FORWARD = "forward"
    FASTER = "faster"
    SLOWER = "slower"
    HELP = "help"


def apply_command(command: Command, group: PlayerGroup) -> None:
    """Apply the command to all players of the group; QUIT and HELP are handled by the viewer."""
    with contextlib.suppress(LinkClosedError):
        if command is Command.PAUSE:
            _toggle(group)
        elif command in (Command.BACK, Command.FORWARD):
            _step(group, 1 if command is Command.FORWARD else -1)
        elif command is Command.FASTER:
            group.rate = min(group.rate * 2, _FASTEST) if group.rate > 0 else group.rate
        elif command is Command.SLOWER:
            group.rate = max(group.rate / 2, _SLOWEST) if group.rate > 0 else group.rate


def _toggle(group: PlayerGroup) -> None:
    if any(player.state is PlayerState.PLAYING for player in group.players):
        group.pause()
    else:
        group.play()


def _step(group: PlayerGroup, frames: int) -> None:
    """Pause all players, and show the next frame of each, or the previous one."""
    group.pause()
    for player in group.players:
        if count := player.image.frame_count:  # 0 while no frame of an IncrementalImage has come
            player.seek((player.frame_index + frames) % count)
