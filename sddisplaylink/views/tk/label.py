"""AnimatedLabel: a tkinter label that plays an animated image."""

from __future__ import annotations

import contextlib
import operator
import os
import tkinter
from typing import Any, BinaryIO, TypeAlias

from sddisplaylink.frames.frame import Frame
from sddisplaylink.images.image import AnimatedImage
from sddisplaylink.images.shared import open_shared
from sddisplaylink.playback.observer import PlayerObserver
from sddisplaylink.playback.player import AnimatedImagePlayer
from sddisplaylink.views.first_frame import begin, first_frame
from sddisplaylink.views.player_settings import PLAYER_OPTIONS, settings_of
from sddisplaylink.views.tk.dispatcher import TkDispatcher
from sddisplaylink.views.tk.picture import TkPicture

__all__ = ["AnimatedLabel"]

Playable: TypeAlias = AnimatedImage | str | os.PathLike[str] | bytes | BinaryIO


class AnimatedLabel(tkinter.Label, PlayerObserver):
    """A label that plays an animated image; its player is `player`.

    ``source``: an `AnimatedImage`, or anything that `AnimatedImage.open` takes. ``options``: those of
    `AnimatedImagePlayer` but for ``dispatcher``, and those of `tkinter.Label`. ``autoplay=False``: the
    label shows the first frame and waits for ``player.play()``.

    Everything happens on Tk's thread: the main loop calls the player's callbacks, and the label's methods must be
    called on that thread like those of other widgets. While the label or its window is not mapped, a playing player is
    PAUSED; ``player.play()`` takes effect when the label appears, and ``player.pause()`` prevents that. Destroying the
    label closes the player.

    Transparent pixels show the label's background colour, also after a change of it. A pixel of the image is one of the
    screen, whatever ``tk scaling`` says, or with ``zoom=2`` two by two, as with PhotoImage.zoom(): ``zoom`` is a
    positive integer. ``width``, ``height`` and ``anchor`` place the image like any other.

    An exception in a callback, or a frame that cannot be decoded, stops playback and is given to ``player.on_error``;
    without that, to ``report_callback_exception`` of the Tk root. Raises what AnimatedImage.open() and the player do,
    TypeError or ValueError for another ``zoom``, and tkinter.TclError for an option that neither of them knows.
    """

    player: AnimatedImagePlayer
    """The label's player, to pause, seek, set the rate, and so on; closed when the label is destroyed."""
    _picture: TkPicture | None = None

    def __init__(
        self,
        parent: tkinter.Misc,
        source: Playable,
        *,
        autoplay: bool = True,
        zoom: int = 1,
        **options: Any,
    ) -> None:
        """The arguments are described with the class."""
        if operator.index(zoom) < 1:
            raise ValueError(f"zoom must be at least 1, not {zoom!r}")
        playback = {name: options.pop(name) for name in PLAYER_OPTIONS & options.keys()}
        super().__init__(parent, **options)
        self._autoplay, self._zoom, self._playback = autoplay, zoom, playback
        dispatcher = TkDispatcher.of(self)
        try:
            player = self._open(source, playback)
        except BaseException:
            dispatcher.close_if_unused()
            self.destroy()
            raise
        dispatcher.add_widget(self, self)
        self._begin(player)

    def set_source(self, source: Playable) -> None:
        """Play another image; the old frame stays visible until the first new one has come.

        The new player has the settings and callbacks of the former one, which is closed. Raises the exceptions of the
        constructor, without changing anything; TclError once the label is destroyed.
        """
        self.winfo_id()  # raises TclError
        former, former_picture = self.player, self._picture
        player = self._open(source, settings_of(former, self._playback))
        former.detach(self)
        with contextlib.suppress(Exception):  # reported already
            former.close()
        if former_picture is not None:
            former_picture.close()
        self._begin(player)

    def _open(self, source: Playable, options: dict[str, Any]) -> AnimatedImagePlayer:
        return AnimatedImagePlayer(open_shared(source), dispatcher=TkDispatcher.of(self), **options)

    def _begin(self, player: AnimatedImagePlayer) -> None:
        self.player = player
        self._picture = TkPicture(self, player.image.size, self._zoom, self._picture)
        player.attach(self)
        begin(player, self._autoplay)
        self.visibility_changed()

    def configure(self, cnf: Any = None, **options: Any) -> Any:
        """Get or set options, as tkinter.Label does; a new background shows at once through transparent pixels."""
        result = super().configure(cnf, **options)
        if self._picture is not None:
            self._picture.refresh()
        return result

    config = configure

    # ---- for the dispatcher and the player ----

    def visibility_changed(self) -> None:
        """Called by the dispatcher: update whether the label can be seen, and pause or resume the player."""
        self.is_visible = bool(self.winfo_viewable())
        if self.is_visible and self._picture is not None and self._picture.is_blank:
            frame = first_frame(self.player)
            if frame is not None:
                self._picture.show_whole(frame)
        self.player.update_visibility()

    def frame_shown(self, frame: Frame) -> None:
        """Called by the player: draw the frame."""
        if self._picture is not None:
            self._picture.show(frame)

    def state_changed(self) -> None:
        """Called by the player: pause a player that was started while the label is not visible."""
        self.player.update_visibility()

    def playback_failed(self, error: BaseException) -> None:
        """Called by the player: report the error as Tk does, unless there is ``on_error`` or it ends the main loop."""
        if self.player.on_error is None and isinstance(error, Exception):
            self.nametowidget(".").report_callback_exception(type(error), error, error.__traceback__)

    def destroyed(self) -> None:
        """Called by the dispatcher: close the player, and drop the picture.

        A cycle with the label would keep the picture, and have it deleted on any thread.
        """
        if self._picture is not None:
            self._picture.close()
            self._picture = None
        with contextlib.suppress(Exception):  # reported already
            self.player.close()
