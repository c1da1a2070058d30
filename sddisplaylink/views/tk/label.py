"""Animated images in tkinter."""

from __future__ import annotations

import contextlib
import inspect
import os
import tkinter
from typing import Any, BinaryIO

from sddisplaylink.frames.frame import Frame
from sddisplaylink.images.image import AnimatedImage
from sddisplaylink.images.shared import open_shared
from sddisplaylink.playback.observer import PlayerObserver
from sddisplaylink.playback.player import AnimatedImagePlayer
from sddisplaylink.views.tk.dispatcher import TkDispatcher
from sddisplaylink.views.tk.picture import TkPicture

__all__ = ["AnimatedLabel"]

_PLAYER_OPTIONS = frozenset(inspect.signature(AnimatedImagePlayer).parameters) - {"image", "dispatcher"}


class AnimatedLabel(tkinter.Label, PlayerObserver):
    """A label that plays an animated image; its player is :attr:`player`.

    ``source``: an :class:`AnimatedImage`, or anything that :meth:`AnimatedImage.open` takes. ``options``: those of
    :class:`AnimatedImagePlayer` but for ``dispatcher``, and those of :class:`tkinter.Label`. ``autoplay=False``: shows
    the first frame and waits for ``player.play()``.

    Everything happens on Tk's thread: the player's callbacks are called by the main loop, and the label's own methods
    must be called where other widgets' are. While the label, or a window that it is in, is not mapped, a playing
    player is PAUSED, ``player.play()`` takes effect when the label appears, and ``player.pause()`` keeps it from going
    on then. Destroying the label closes the player.

    Transparent pixels show the label's background colour, also when that is changed later. The image is drawn pixel by
    pixel: ``width``, ``height`` and ``anchor`` place it as they do any other.

    An exception in a callback, or a frame that cannot be decoded, stops playback and is given to ``player.on_error``;
    without that, to ``report_callback_exception`` of the Tk root. Raises what AnimatedImage.open() and the player do,
    and tkinter.TclError for an option that neither of them knows.
    """

    player: AnimatedImagePlayer
    """Its player, to pause, seek, set the rate, and so on; closed when the label is destroyed."""
    _picture: TkPicture | None = None

    def __init__(
        self,
        parent: tkinter.Misc,
        source: AnimatedImage | str | os.PathLike[str] | bytes | BinaryIO,
        *,
        autoplay: bool = True,
        **options: Any,
    ) -> None:
        playback = {name: options.pop(name) for name in _PLAYER_OPTIONS & options.keys()}
        super().__init__(parent, **options)
        dispatcher = TkDispatcher.of(self)
        try:
            self.player = AnimatedImagePlayer(open_shared(source), dispatcher=dispatcher, **playback)
        except BaseException:
            dispatcher.release()
            self.destroy()
            raise
        self._picture = TkPicture(self, self.player.image.size)
        self.player.attach(self)
        dispatcher.adopt(self, self)
        self._start(autoplay)

    def _start(self, autoplay: bool) -> None:
        if autoplay:
            self.player.play()
        else:
            self.player.seek(self.player.frame_index)
        self.visibility_changed()

    def configure(self, cnf: Any = None, **options: Any) -> Any:
        """As tkinter.Label's; a new background is seen at once where the picture is transparent."""
        result = super().configure(cnf, **options)
        if self._picture is not None:
            self._picture.refresh()
        return result

    config = configure

    # ---- for the dispatcher and the player ----

    def visibility_changed(self) -> None:
        """Find out whether the label can be seen, and let the player pause or go on."""
        self.is_visible = bool(self.winfo_viewable())
        self.player.update_visibility()

    def frame_shown(self, frame: Frame) -> None:
        """Draw it."""
        if self._picture is not None:
            self._picture.show(frame)

    def state_changed(self) -> None:
        """Pause a player that was started while the label is not visible."""
        self.player.update_visibility()

    def playback_failed(self, error: BaseException) -> None:
        """Tell as Tk does, unless the user wants to be told, or the error is one that ends the main loop."""
        if self.player.on_error is None and isinstance(error, Exception):
            self.nametowidget(".").report_callback_exception(type(error), error, error.__traceback__)

    def destroyed(self) -> None:
        """Close the player."""
        if self._picture is not None:
            self._picture.close()
        with contextlib.suppress(Exception):  # one that has been told already
            self.player.close()
