"""The player of a movie, kept apart from the QObject: it is to be ended also when Qt has deleted that one."""

from __future__ import annotations

import sys
import weakref
from typing import TYPE_CHECKING, Any, TypeAlias

from sddisplaylink.decoders.opening import Source
from sddisplaylink.errors import SDDisplayLinkError
from sddisplaylink.frames.frame import Frame
from sddisplaylink.images.image import AnimatedImage
from sddisplaylink.images.shared import open_shared
from sddisplaylink.native import is_exiting
from sddisplaylink.playback import commands as player_control
from sddisplaylink.playback.observer import PlayerObserver
from sddisplaylink.playback.player import AnimatedImagePlayer
from sddisplaylink.views.qt.binding import QtCore, is_connected
from sddisplaylink.views.qt.dispatcher import gui_dispatcher

if TYPE_CHECKING:
    from sddisplaylink.views.qt.movie import AnimatedMovie

MovieSource: TypeAlias = "AnimatedImagePlayer | AnimatedImage | Source | QtCore.QIODevice"
_RESOURCES = (":", "qrc:")


class Playback(PlayerObserver):
    """The player that a movie shows, if any, and the news of it. Holds the movie weakly."""

    def __init__(self, movie: AnimatedMovie) -> None:
        self._movie = weakref.ref(movie)
        self._is_owner = False
        self.player: AnimatedImagePlayer | None = None

    def open(self, source: MovieSource, options: dict[str, Any]) -> AnimatedImagePlayer:
        """Show that instead. Raises what AnimatedImagePlayer raises, and then shows what it did."""
        is_owner = not isinstance(source, AnimatedImagePlayer)
        if isinstance(source, AnimatedImagePlayer):
            player = source
            player._settle_on(gui_dispatcher())
        else:
            player = AnimatedImagePlayer(open_image(source), dispatcher=gui_dispatcher(), **options)
        self.release()
        self.player, self._is_owner = player, is_owner
        player._observers.add(self)
        return player

    def release(self) -> None:
        """Show nothing any more: close the player, unless it was given, and then belongs to who gave it."""
        player, self.player = self.player, None
        if player is None or is_exiting():
            return
        player._observers.remove(self)
        if self._is_owner:
            player.close()
        else:
            player_control.follow_sight(player)

    def set_in_sight(self, in_sight: bool) -> None:
        """Tell whether what it shows can be seen: what cannot, pauses."""
        self.in_sight = in_sight
        if self.player is not None and not is_exiting():  # Qt hides what is left when the process ends
            player_control.follow_sight(self.player)

    # ---- on the GUI thread, from the player ----

    def frame_shown(self, frame: Frame) -> None:
        """Pass on."""
        movie = self._movie()
        if movie is not None:
            movie._show(frame)

    def loop_completed(self, loops: int) -> None:
        """Pass on."""
        movie = self._movie()
        if movie is not None:
            movie.loopFinished.emit(loops)

    def playback_finished(self) -> None:
        """Pass on."""
        movie = self._movie()
        if movie is not None:
            movie._end()

    def playback_failed(self, error: BaseException) -> None:
        """Tell it by the signal; a mistake also where those in slots go, and a broken frame if nobody listens."""
        movie, player = self._movie(), self.player
        if movie is None or player is None:
            return
        if self._is_owner:
            player._pending_error.forget(error)  # close() is not to raise it
        is_heard = player.on_error is not None or is_connected(movie, "error")
        if not (is_heard and isinstance(error, SDDisplayLinkError)):
            sys.excepthook(type(error), error, error.__traceback__)
        movie._fail(error)
        movie.finished.emit()

    def state_changed(self) -> None:
        """Pass on; what has been started where nobody can see it rests at once."""
        self.set_in_sight(self.in_sight)
        movie = self._movie()
        if movie is not None:
            movie._tell_state()


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
