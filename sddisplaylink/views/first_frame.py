"""What a view draws before its player has shown a frame."""

from __future__ import annotations

from sddisplaylink.errors import SDDisplayLinkError
from sddisplaylink.frames.frame import Frame
from sddisplaylink.playback.player import AnimatedImagePlayer

__all__ = ["begin", "first_frame"]


def begin(player: AnimatedImagePlayer, autoplay: bool) -> None:
    """Play, or show the first frame alone. An image of which no frame has come yet shows nothing until it is played."""
    if autoplay:
        player.play()
    elif player.image.frame_count:
        player.seek(player.frame_index)


def first_frame(player: AnimatedImagePlayer) -> Frame | None:
    """The frame that the player is at, decoded by this call if need be: a view that is drawn early is not empty.

    None if it has not been downloaded yet, or if it is broken, which the player reports itself.
    """
    try:
        return player.current_frame or player.image.frame(player.frame_index)
    except (SDDisplayLinkError, IndexError):
        return None
