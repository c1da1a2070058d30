"""A Tk window that plays images and ends with them."""

from __future__ import annotations

import math
import signal
import tkinter
from collections.abc import Sequence
from functools import partial
from typing import Any

from sddisplaylink.errors import SDDisplayLinkError
from sddisplaylink.images.image import AnimatedImage
from sddisplaylink.playback.group import PlayerGroup
from sddisplaylink.playback.player import AnimatedImagePlayer
from sddisplaylink.views.signals import SignalWatch
from sddisplaylink.views.tk.label import AnimatedLabel

TITLE = "sddisplaylink"


def play_in_tk(images: Sequence[AnimatedImage], playback: dict[str, Any]) -> int | None:
    """What play_in_window() promises."""
    try:
        root = tkinter.Tk(className=TITLE)
    except tkinter.TclError as error:
        raise SDDisplayLinkError(f"no window can be opened: {error}") from None
    try:
        with SignalWatch() as signals:
            return _Window(root, signals).play(images, playback)
    finally:
        root.destroy()


class _Window:
    """Runs Tk's main loop until the animations have finished, the window is closed, or a signal comes."""

    def __init__(self, root: tkinter.Tk, signals: SignalWatch) -> None:
        self._root, self._signals = root, signals
        self._labels: list[AnimatedLabel] = []
        self._playing: set[int] = set()
        self._is_closed = False
        root.title(TITLE)
        root.protocol("WM_DELETE_WINDOW", self._close)
        root.bind("<Escape>", lambda event: self._close())

    def play(self, images: Sequence[AnimatedImage], playback: dict[str, Any]) -> int | None:
        group = PlayerGroup(self._add(number, image, playback) for number, image in enumerate(images))
        columns = math.isqrt(len(images) - 1) + 1
        for number, label in enumerate(self._labels):
            label.grid(row=number // columns, column=number % columns)
        self._root.tk.createfilehandler(self._signals.fileno(), tkinter.READABLE, self._run_callbacks)
        try:
            self._root.update()  # what is not visible would not play
            group.play()
            self._root.mainloop()
        finally:
            self._root.tk.deletefilehandler(self._signals.fileno())
        group.close()  # raises what stopped a player
        return signal.SIGINT if self._is_closed else self._signals.ended_by

    def _add(self, number: int, image: AnimatedImage, playback: dict[str, Any]) -> AnimatedImagePlayer:
        self._playing.add(number)
        on_finish = partial(self._finish, number) if image.is_animated else None
        options = {"on_finish": on_finish, "on_error": lambda error: self._root.quit(), **playback}
        self._labels.append(AnimatedLabel(self._root, image, borderwidth=0, autoplay=False, **options))
        return self._labels[-1].player

    def _finish(self, number: int) -> None:
        self._playing.discard(number)
        if not self._playing:
            self._root.quit()

    def _close(self) -> None:
        self._is_closed = True
        self._root.quit()

    def _run_callbacks(self, *readable: object) -> None:
        self._signals.clear()
        if self._signals.suspended:
            self._signals.suspended = False
            self._signals.stop_process()
        if self._signals.ended_by is not None:
            self._root.quit()
