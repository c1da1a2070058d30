"""The player of a movie, separate from the QObject, so that it can be closed after Qt has deleted the movie."""

from __future__ import annotations

import contextlib
import sys
from typing import Any, Protocol, TypeAlias

from sddisplaylink.decoders.opening import ImageInput
from sddisplaylink.errors import SDDisplayLinkError
from sddisplaylink.frames.frame import Frame
from sddisplaylink.images.image import AnimatedImage
from sddisplaylink.images.shared import open_shared
from sddisplaylink.native import is_exiting
from sddisplaylink.playback.observer import PlayerObserver
from sddisplaylink.playback.player import AnimatedImagePlayer
from sddisplaylink.views.qt.binding import QtCore
from sddisplaylink.views.qt.dispatcher import QtDispatcher, gui_dispatcher

MovieInput: TypeAlias = "AnimatedImagePlayer | AnimatedImage | ImageInput | QtCore.QIODevice"
_RESOURCES = (":", "qrc:")


class MovieEvents(Protocol):
    """The movie's methods for the events of its player, called on the GUI thread."""

    def frame_shown(self, frame: Frame) -> None:
        """Show the frame, and emit the signals of a frame."""

    def loop_completed(self, loops: int) -> None:
        """Emit ``loopFinished``."""

    def playback_finished(self) -> None:
        """Emit ``stateChanged`` and ``finished``."""

    def playback_failed(self, error: BaseException) -> None:
        """Keep the error, and emit ``error``, ``stateChanged`` and ``finished``."""

    def state_changed(self) -> None:
        """Emit ``stateChanged`` if the state has changed."""

    def has_error_slot(self) -> bool:
        """Whether a slot is connected to ``error``."""

    def is_gone(self) -> bool:
        """Whether the movie has been deleted."""


class MoviePlayer(PlayerObserver):
    """The player of a movie, if any, and an observer that passes the player's events to ``events``."""

    def __init__(self, events: MovieEvents) -> None:
        self._events = events
        self._is_owner = False
        self._caches_all = False
        self._at = (0, 0)  # the frame that was shown last, and its loop
        self._dispatcher: QtDispatcher | None = None
        self.player: AnimatedImagePlayer | None = None

    def open(self, source: MovieInput, options: dict[str, Any]) -> AnimatedImagePlayer:
        """Show that instead. Raises what AnimatedImagePlayer raises, ClockError off the GUI thread."""
        dispatcher = gui_dispatcher()
        is_owner = not isinstance(source, AnimatedImagePlayer)
        if isinstance(source, AnimatedImagePlayer):
            player = source
            player.use_dispatcher(dispatcher)
        else:
            player = AnimatedImagePlayer(open_image(source), dispatcher=dispatcher, **options)
        self.release()
        self.player, self._is_owner, self._at, self._dispatcher = player, is_owner, (0, 0), dispatcher
        player.attach(self)
        if self._caches_all:
            player.cache_all_frames = True
        return player

    def cache_all(self, is_wanted: bool) -> None:
        """Have this player and the next ones decode each frame only once, or in every loop."""
        self._caches_all = is_wanted
        if self.player is not None and not self.player.is_closed:
            self.player.cache_all_frames = is_wanted

    def release(self) -> None:
        """Release the player: close it, unless it was made by the user."""
        player, self.player, self._dispatcher = self.player, None, None
        if player is None or is_exiting():
            return
        player.detach(self)
        if self._is_owner:
            player.close()
        else:
            player.update_visibility()

    def end(self) -> None:
        """Release the player on the GUI thread: at once if this is it, or else by its event loop, without waiting."""
        dispatcher = self._dispatcher
        if dispatcher is None or dispatcher.is_own_thread():
            self.release()
        else:
            dispatcher.post(self.release)

    def set_visible(self, is_visible: bool) -> None:
        """Say whether the movie can be seen; while it cannot, the player pauses."""
        self.is_visible = is_visible
        if self.player is not None and not is_exiting():  # Qt hides widgets when the process ends
            self.player.update_visibility()

    # ---- on the GUI thread, from the player ----

    def frame_shown(self, frame: Frame) -> None:
        """Pass the event to the movie."""
        self._at = (frame.index, self._at[1])
        self._events.frame_shown(frame)

    def loop_completed(self, loops: int) -> None:
        """Pass the event to the movie."""
        self._at = (self._at[0], loops)
        self._events.loop_completed(loops)

    def playback_finished(self) -> None:
        """Pass the event to the movie."""
        self._events.playback_finished()

    def playback_failed(self, error: BaseException) -> None:
        """Report the error by the signal; print exceptions of callbacks, and errors that nothing handles."""
        player = self.player
        if player is None or self._events.is_gone():
            return
        if isinstance(error, KeyboardInterrupt):  # the binding acts on it; where the program goes on, so does the movie
            with contextlib.suppress(IndexError, ValueError):  # what it plays has changed meanwhile
                player.seek(*self._at)
            player.play()
            return
        if self._is_owner:
            player.take_error()  # so that close() does not raise it
        is_heard = player.on_error is not None or self._events.has_error_slot()
        if not (is_heard and isinstance(error, SDDisplayLinkError)):
            sys.excepthook(type(error), error, error.__traceback__)
        self._events.playback_failed(error)

    def state_changed(self) -> None:
        """Pass the event to the movie; pause a player that was started while it cannot be seen."""
        self.set_visible(self.is_visible)
        self._events.state_changed()


def open_image(source: AnimatedImage | ImageInput | QtCore.QIODevice) -> AnimatedImage:
    """The image of a source, which may also be a resource or a device; one for all views of the same file."""
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
