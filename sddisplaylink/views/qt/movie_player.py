"""The player of a movie, kept apart from the QObject: it is to be ended also when Qt has deleted that one."""

from __future__ import annotations

import contextlib
import sys
from typing import Any, Protocol, TypeAlias

from sddisplaylink.decoders.opening import Source
from sddisplaylink.errors import SDDisplayLinkError
from sddisplaylink.frames.frame import Frame
from sddisplaylink.images.image import AnimatedImage
from sddisplaylink.images.shared import open_shared
from sddisplaylink.native import is_exiting
from sddisplaylink.playback.observer import PlayerObserver
from sddisplaylink.playback.player import AnimatedImagePlayer
from sddisplaylink.views.qt.binding import QtCore
from sddisplaylink.views.qt.dispatcher import gui_dispatcher

MovieSource: TypeAlias = "AnimatedImagePlayer | AnimatedImage | Source | QtCore.QIODevice"
_RESOURCES = (":", "qrc:")


class MovieEvents(Protocol):
    """What a movie does with the events of its player, on the GUI thread."""

    def frame_shown(self, frame: Frame) -> None:
        """Show the frame, and emit the signals of a frame."""

    def loop_completed(self, loops: int) -> None:
        """Emit ``loopFinished``."""

    def playback_finished(self) -> None:
        """Emit ``stateChanged`` and ``finished``."""

    def playback_failed(self, error: BaseException) -> None:
        """Keep the error, and emit ``error``, ``stateChanged`` and ``finished``."""

    def state_changed(self) -> None:
        """Emit ``stateChanged`` if the state is another one."""

    def hears_errors(self) -> bool:
        """Whether a slot is connected to ``error``."""

    def is_gone(self) -> bool:
        """Whether the movie has been deleted, so that nobody is there for its events."""


class MoviePlayer(PlayerObserver):
    """The player that a movie shows, if any, and its observer, which hands the player's events to ``events``."""

    def __init__(self, events: MovieEvents) -> None:
        self._events = events
        self._is_owner = False
        self._at = (0, 0)  # the frame that was shown last, and its loop
        self.player: AnimatedImagePlayer | None = None

    def open(self, source: MovieSource, options: dict[str, Any]) -> AnimatedImagePlayer:
        """Show that instead. Raises what AnimatedImagePlayer raises, ClockError off the GUI thread."""
        dispatcher = gui_dispatcher()
        is_owner = not isinstance(source, AnimatedImagePlayer)
        if isinstance(source, AnimatedImagePlayer):
            player = source
            player.use_dispatcher(dispatcher)
        else:
            player = AnimatedImagePlayer(open_image(source), dispatcher=dispatcher, **options)
        self.release()
        self.player, self._is_owner, self._at = player, is_owner, (0, 0)
        player.attach(self)
        return player

    def release(self) -> None:
        """Show nothing any more: close the player, unless it was given, and then belongs to who gave it."""
        player, self.player = self.player, None
        if player is None or is_exiting():
            return
        player.detach(self)
        if self._is_owner:
            player.close()
        else:
            player.update_visibility()

    def set_visible(self, is_visible: bool) -> None:
        """Say whether anybody can see what the movie shows; if nobody can, the player pauses."""
        self.is_visible = is_visible
        if self.player is not None and not is_exiting():  # Qt hides what is left when the process ends
            self.player.update_visibility()

    # ---- on the GUI thread, from the player ----

    def frame_shown(self, frame: Frame) -> None:
        """Pass on."""
        self._at = (frame.index, self._at[1])
        self._events.frame_shown(frame)

    def loop_completed(self, loops: int) -> None:
        """Pass on."""
        self._at = (self._at[0], loops)
        self._events.loop_completed(loops)

    def playback_finished(self) -> None:
        """Pass on."""
        self._events.playback_finished()

    def playback_failed(self, error: BaseException) -> None:
        """Tell it by the signal; a mistake also where those in slots go, and a broken frame if nobody listens."""
        player = self.player
        if player is None or self._events.is_gone():
            return
        if isinstance(error, KeyboardInterrupt):  # the binding acts on it; where the program goes on, so does the movie
            with contextlib.suppress(IndexError, ValueError):  # what it plays has changed meanwhile
                player.seek(*self._at)
            player.play()
            return
        if self._is_owner:
            player.take_error()  # close() is not to raise it
        is_heard = player.on_error is not None or self._events.hears_errors()
        if not (is_heard and isinstance(error, SDDisplayLinkError)):
            sys.excepthook(type(error), error, error.__traceback__)
        self._events.playback_failed(error)

    def state_changed(self) -> None:
        """Pass on; pause a player that has been started where nobody can see it."""
        self.set_visible(self.is_visible)
        self._events.state_changed()


def open_image(source: AnimatedImage | Source | QtCore.QIODevice) -> AnimatedImage:
    """The image of whatever Qt's classes take: resources and devices, too; one for all who show the same file."""
    if isinstance(source, str) and source.startswith(_RESOURCES):
        source = QtCore.QFile(source.removeprefix("qrc"))
    if not isinstance(source, QtCore.QIODevice):
        return open_shared(source)
    opened_here = not source.isOpen()
    if opened_here and not source.open(QtCore.QIODevice.OpenModeFlag.ReadOnly):
        raise OSError(source.errorString())
    try:
        return AnimatedImage.open(bytes(source.readAll().data()))
    finally:
        if opened_here:
            source.close()
