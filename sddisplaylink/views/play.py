"""play(): plays images in this terminal or in a window, and waits until they have finished."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any, TypeAlias, cast

from sddisplaylink.decoders.opening import ImageInput
from sddisplaylink.images.image import AnimatedImage
from sddisplaylink.views.signals import QUIT

__all__ = ["play", "show"]

Playable: TypeAlias = "AnimatedImage | ImageInput"


def play(
    source: Playable | Sequence[Playable],
    *,
    renderer: str = "auto",
    width: int | None = None,
    symbols: str = "auto",
    dither: bool = True,
    **options: Any,
) -> bool:
    """Play `source` in this terminal or in a window and wait until it has finished; Ctrl-C ends it.

    `source` is what AnimatedImage.open() takes, or an image that is open already; or a list of them, which play side by
    side on one timeline. `renderer` is "kitty", "sixel" (needs the extra "sixel"), "halfblock", "window"
    (Tk, or Qt where Python has no Tk), or "auto": the best that the terminal knows, or a window where standard output
    is no terminal but there is a display. `width` is the width of each picture in columns (None: as large as fits; a
    window shows pictures as large as they are). `symbols` are those of "halfblock": "half", where the terminal's
    font has them "quad" (block elements) or "sextant", or "auto": the finest that are sure to be seen. `dither` says
    whether 256 colours are mixed to more. `options` are those of AnimatedImagePlayer: rate, mode, loop_count,
    late_policy, max_buffer_bytes, display, clock.

    Everything happens on the calling thread. On the main thread Ctrl-C gives the screen back; so do all other signals
    that end a process, before they act as they did before. In the terminal, ``q`` and Escape end it, space and arrows
    pause, step and change the speed, ``?`` shows which; in a window a still picture stays until the window is closed.
    Returns True if all have finished, False if Ctrl-C, a key or closing the window has ended them.

    Raises SDDisplayLinkError if there is neither a terminal nor a window to be had, ImageFormatError for what is no
    image, OSError for a file that cannot be read.
    """
    ended_by = show(_as_list(source), renderer, width, symbols, dither, **options)
    if ended_by is not None and ended_by not in (QUIT, signal.SIGINT):
        signal.raise_signal(ended_by)
    return ended_by is None


def show(
    sources: Sequence[Playable],
    renderer: str,
    width: int | None,
    symbols: str = "auto",
    dither: bool = True,
    **playback: Any,
) -> int | None:
    """What play() does; returns the number of the signal that ended it, QUIT for a key in the terminal, or None.

    A window that is closed is SIGINT.
    """
    # loaded only when it is needed
    from sddisplaylink.views.terminal.choice import TerminalOptions
    from sddisplaylink.views.terminal.player_view import play_in_terminal
    from sddisplaylink.views.window import play_in_window

    if not sources:
        raise ValueError("there is nothing to play")
    in_window = renderer == "window" or (renderer == "auto" and not has_terminal() and has_display())
    options = TerminalOptions("auto" if in_window else renderer, width, symbols, dither)
    with contextlib.ExitStack() as opened:
        images = [
            source if isinstance(source, AnimatedImage) else opened.enter_context(AnimatedImage.open(source))
            for source in sources
        ]
        if in_window:
            return play_in_window(images, **playback)
        return play_in_terminal(images, options, **playback)


def _as_list(source: Playable | Sequence[Playable]) -> list[Playable]:
    return list(source) if isinstance(source, list | tuple) else [cast("Playable", source)]


def has_terminal() -> bool:
    """Whether standard output is a terminal."""
    try:
        return os.isatty(sys.stdout.fileno())
    except (AttributeError, OSError, ValueError):
        return False


def has_display() -> bool:
    """Whether there is a display for windows."""
    if sys.platform == "darwin":
        from sddisplaylink.views import window_server

        return window_server.is_reachable()
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))
