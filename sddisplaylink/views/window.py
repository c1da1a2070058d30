"""Players in a window of their own: Tk's, which comes with Python, or Qt's where Python was built without Tk."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import Any

from sddisplaylink.errors import SDDisplayLinkError, how_to_install
from sddisplaylink.images.image import AnimatedImage

_QT = ("PySide6", "PyQt6")


def play_in_window(images: Sequence[AnimatedImage], **playback: Any) -> int | None:
    """Show images side by side until all have finished, the window is closed, or a signal comes; a still one stays.

    `playback` goes to each AnimatedImagePlayer; they are on one timeline. Call it on the main thread: windows belong to
    it. Returns the number of the signal that ended it, SIGINT if the window was closed, or None. Raises
    SDDisplayLinkError if no window can be had, and whatever stopped a player.
    """
    if importlib.util.find_spec("_tkinter") is not None:
        from sddisplaylink.views.tk.window import play_in_tk

        return play_in_tk(images, playback)
    if any(importlib.util.find_spec(name) is not None for name in _QT):
        from sddisplaylink.views.qt.window import play_in_qt

        return play_in_qt(images, playback)
    raise SDDisplayLinkError(f"a window needs Tk, which this Python lacks, or Qt: {how_to_install('qt')}")
