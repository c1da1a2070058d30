"""The one-liner: play an image here and now."""

from __future__ import annotations

import os
import signal
from typing import Any, BinaryIO

from sddisplaylink.image import AnimatedImage
from sddisplaylink.views.terminal.player_view import TerminalOptions, play_in_terminal

__all__ = ["play"]


def play(
    source: AnimatedImage | str | os.PathLike[str] | bytes | BinaryIO,
    *,
    renderer: str = "auto",
    width: int | None = None,
    **options: Any,
) -> bool:
    """Play `source` in this terminal and wait until it has finished; Ctrl-C ends it.

    `source` is what AnimatedImage.open() takes, or an image that is open already. `renderer` is "auto", "kitty" or
    "halfblock", `width` the picture's width in columns (None: as large as fits), `options` are those of
    AnimatedImagePlayer: rate, mode, loop_count, late_policy, max_buffer_bytes, display, clock.

    Everything happens on the calling thread, and on the main thread Ctrl-C gives the screen back; SIGTERM and SIGHUP do
    so too before they act as they did before. Returns True if the animation has finished, False if Ctrl-C has ended it.
    Raises SDDisplayLinkError if standard output is no terminal, ImageFormatError for what is no image, OSError for a
    file that cannot be read.
    """
    drawing = TerminalOptions(renderer, width)
    if isinstance(source, AnimatedImage):
        ended_by = play_in_terminal(source, drawing, **options)
    else:
        with AnimatedImage.open(source) as image:
            ended_by = play_in_terminal(image, drawing, **options)
    if ended_by not in (None, signal.SIGINT):
        signal.raise_signal(ended_by)
    return ended_by is None
