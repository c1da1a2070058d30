"""Animated images in tkinter."""

from __future__ import annotations

import contextlib
import os
import tkinter
from typing import Any, BinaryIO, TypeAlias

from sddisplaylink.frames.frame import Frame
from sddisplaylink.images.image import AnimatedImage
from sddisplaylink.images.shared import open_shared
from sddisplaylink.playback.observer import PlayerObserver
from sddisplaylink.playback.player import AnimatedImagePlayer
from sddisplaylink.views.player_settings import PLAYER_OPTIONS, settings_of
from sddisplaylink.views.tk.dispatcher import TkDispatcher
from sddisplaylink.views.tk.picture import TkPicture

__all__ = ["AnimatedLabel"]

ImageSource: TypeAlias = AnimatedImage | str | os.PathLike[str] | bytes | BinaryIO


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
        source: ImageSource,
        *,
        autoplay: bool = True,
        **options: Any,
    ) -> None:
        playback = {name: options.pop(name) for name in PLAYER_OPTIONS & options.keys()}
        super().__init__(parent, **options)
        self._autoplay, self._playback = autoplay, playback
        dispatcher = TkDispatcher.of(self)
        try:
            player = self._open(source, playback)
        except BaseException:
            dispatcher.release()
            self.destroy()
            raise
        dispatcher.adopt(self, self)
        self._begin(player)

    def set_source(self, source: ImageSource) -> None:
        """Play that instead; what is seen stays until its first frame is there.

        The new player has the settings and callbacks of the former one, which is closed. Raises what the constructor
        raises, and then all is as it was; TclError once the label is destroyed.
        """
        self.winfo_id()  # or TclError
        former, former_picture = self.player, self._picture
        player = self._open(source, settings_of(former, self._playback))
        former.detach(self)
        former.close()
        if former_picture is not None:
            former_picture.close()
        self._begin(player)

    def _open(self, source: ImageSource, options: dict[str, Any]) -> AnimatedImagePlayer:
        return AnimatedImagePlayer(open_shared(source), dispatcher=TkDispatcher.of(self), **options)

    def _begin(self, player: AnimatedImagePlayer) -> None:
        self.player = player
        self._picture = TkPicture(self, player.image.size, self._picture)
        player.attach(self)
        if self._autoplay:
            player.play()
        else:
            player.seek(player.frame_index)
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
        """Close the player, and let go of the picture: a cycle with the label would keep it, and end it anywhere."""
        if self._picture is not None:
            self._picture.close()
            self._picture = None
        with contextlib.suppress(Exception):  # one that has been told already
            self.player.close()
