"""AnimatedMovie: a replacement of QMovie by a player, with the same methods, properties and signals."""

from __future__ import annotations

import contextlib
import os
import weakref
from collections.abc import Callable
from typing import Any

from sddisplaylink.errors import ImageFormatError
from sddisplaylink.frames.frame import Frame
from sddisplaylink.images.image import AnimatedImage
from sddisplaylink.playback.options import PlayerState
from sddisplaylink.playback.player import AnimatedImagePlayer
from sddisplaylink.views.first_frame import first_frame
from sddisplaylink.views.qt.attachment import LabelAttachment, TakesPixmaps, attachments_of
from sddisplaylink.views.qt.binding import (
    MethodProperty,
    QtCore,
    QtGui,
    QtWidgets,
    Signal,
    Slot,
    add_snake_case,
    is_connected,
    use_names_of_qt,
)
from sddisplaylink.views.qt.movie_frame import MovieFrame
from sddisplaylink.views.qt.movie_player import MovieInput, MoviePlayer
from sddisplaylink.views.qt.movie_properties import UNKNOWN

__all__ = ["AnimatedMovie"]

State = QtGui.QMovie.MovieState
SIGNALS = frozenset(
    {"started", "finished", "stateChanged", "frameChanged", "loopFinished", "updated", "resized", "pixmapChanged"}
    | {"error", "destroyed", "objectNameChanged"}
)
QOBJECT_KEYWORDS = SIGNALS | {"speed", "cacheMode", "objectName"}
STATES = {PlayerState.PLAYING: State.Running, PlayerState.PAUSED: State.Paused}


@add_snake_case
class AnimatedMovie(MovieFrame):
    """Plays GIF, APNG, WebP and whatever else Pillow opens, in place of a QMovie.

    ``AnimatedMovie(file_name)``, ``AnimatedMovie(device)`` and ``AnimatedMovie(parent)`` are made like a QMovie, and
    have its methods, states and signals; ``loopFinished`` is new, and ``error`` passes a message. ``source`` may also
    be bytes, a binary file, an AnimatedImage, or an AnimatedImagePlayer, whose callbacks then move to the GUI thread
    and which stays its maker's to close. ``options`` are those of AnimatedImagePlayer, and QMovie's keywords:
    ``fileName``, ``device``, ``speed``, ``cacheMode``, ``objectName``, and a slot for each signal.

    A movie belongs to the GUI thread: all signals are emitted there, while frames are decoded on another. As in Qt, a
    file that cannot be read raises no exception: see `isValid` and ``error``; `set_source` raises one. A
    movie ends with its parent, with `close`, or with the last reference to it.
    """

    MovieState = State
    NotRunning, Paused, Running = State.NotRunning, State.Paused, State.Running

    started = Signal()
    finished = Signal()  # the last loop has ended, or playback has failed
    stateChanged = Signal(State)
    frameChanged = Signal(int)
    loopFinished = Signal(int)  # so many loops have been completed
    updated = Signal(QtCore.QRect)
    resized = Signal(QtCore.QSize)
    pixmapChanged = Signal(QtGui.QPixmap)  # for anything with a setPixmap()
    error = Signal(str)

    def __init__(
        self,
        source: MovieInput | QtCore.QObject | None = None,
        format: bytes | QtCore.QByteArray = b"",  # noqa: A002 -- QMovie's name of it
        parent: QtCore.QObject | None = None,
        **options: Any,
    ) -> None:
        """The arguments are described with the class."""
        if isinstance(source, QtCore.QObject) and not isinstance(source, QtCore.QIODevice):
            source, parent = None, source
        opened: MovieInput | None = _only_one(source, options.pop("fileName", None), options.pop("device", None))
        super().__init__(parent)
        settings = {name: options.pop(name) for name in QOBJECT_KEYWORDS & options.keys()}
        self._options = options
        self._emitted_state, self._emitted_size = State.NotRunning, QtCore.QSize()
        self._viewer: weakref.WeakMethod[Callable[[Frame], None]] | None = (
            None  # a widget's method, called directly as signals are slow
        )
        self._emitters: list[Callable[[AnimatedMovie], None]] | None = None
        self._movie_player = movie_player = MoviePlayer(_Events(self))
        # a lambda: PySide6 would not keep the object of a method alive; direct: it deletes a movie on the thread where
        # the garbage collector finds it, and a queued call would come to a movie that is no more
        self.destroyed.connect(lambda: movie_player.end(), QtCore.Qt.ConnectionType.DirectConnection)
        self.setFormat(format)
        self._set_up(settings)
        if opened is not None:
            self._replace(opened)

    def _set_up(self, settings: dict[str, Any]) -> None:
        """Set the properties and connect the signals that were given as keywords."""
        for name, value in settings.items():
            if name in SIGNALS:
                getattr(self, name).connect(value)
            else:
                getattr(self, f"set{name[0].upper()}{name[1:]}")(value)

    # ---- source ----

    @property
    def player(self) -> AnimatedImagePlayer | None:
        """The movie's player, with all that QMovie lacks; None without a valid source."""
        return self._movie_player.player

    @property
    def image(self) -> AnimatedImage | None:
        """The image that is played; None without a valid source."""
        return self._image

    def set_visible(self, is_visible: bool) -> None:
        """Say whether the movie can be seen; while it cannot, its player pauses."""
        self._movie_player.set_visible(is_visible)

    def set_viewer(self, show: Callable[[Frame], None]) -> None:
        """Call that method, held weakly, with every frame: faster than a slot of ``frameChanged``."""
        self._viewer = weakref.WeakMethod(show)

    def set_source(self, source: MovieInput) -> None:
        """Set another source, to be played once started. Raises ImageFormatError, OSError, and then changes nothing."""
        self._open(source)
        self._emit_state()

    def setFileName(self, name: str | os.PathLike[str] | None) -> None:
        """Play that file, or resource (``":/..."``), instead; a running movie continues with the new file.

        None, as an empty name, leaves a movie without a source.
        """
        self._replace(name or "")

    def setDevice(self, device: QtCore.QIODevice | None) -> None:
        """Set the content of a device as the source. The device is read at once, from its present position.

        None leaves a movie without a source.
        """
        self._replace("" if device is None else device)

    def close(self) -> None:
        """Stop, and release the source. The last frame stays available. Idempotent."""
        self._movie_player.release()
        self._emit_state()

    def _open(self, source: MovieInput) -> None:
        player = self._movie_player.open(source, self._options)
        self._name_source(source)
        self._image = player.image

    def _replace(self, source: MovieInput) -> None:
        """Play that and do what the movie did, playing or pausing; one that cannot be read leaves an invalid movie."""
        state = self.state()
        try:
            self._open(source)
        except (OSError, ImageFormatError) as error:
            self._movie_player.release()
            self._name_source(source)
            self._failure = error
            if state != State.NotRunning:
                self._fail(error)
            return
        if self.player is not None and state != State.NotRunning:
            self.player.play()
            if state == State.Paused:
                self.player.pause()
        self._emit_state()

    def _name_source(self, source: MovieInput) -> None:
        """Reset what belongs to the former source."""
        self._image = self._failure = self._frame = None
        self._number = UNKNOWN
        self._name = _file_name(source)
        self._device = source if isinstance(source, QtCore.QIODevice) else None

    # ---- playing ----

    def state(self) -> State:
        """NotRunning, Paused or Running."""
        return State.NotRunning if self.player is None else STATES.get(self.player.state, State.NotRunning)

    @Slot()
    def start(self) -> None:
        """Play from the beginning, or resume after a pause.

        Labels show the first frame at once, so that they have its size; its signals come at the next refresh.
        """
        player = self.player
        was_inactive = self.state() == State.NotRunning
        self.setPaused(False)
        if player is not None and was_inactive:
            self._await(player.frame_index)
            self.started.emit()

    @Slot()
    def stop(self) -> None:
        """Stop. The frame stays on screen; `start` begins at the first."""
        if self.player is not None:
            self.player.stop()
        self._emit_state()

    @Slot(bool)
    def setPaused(self, paused: bool) -> None:
        """Pause, or resume. A movie that does not run cannot be paused, and is started by ``False``."""
        if self.player is not None:
            if paused and self.state() == State.Paused:
                self._emitted_state = State.Running  # to emit the same again, as QMovie does
            if paused:
                self.player.pause()
            else:
                self.player.play()
            self._emit_state()
        elif not paused:
            self.error.emit(self.lastErrorString())
            self.stateChanged.emit(State.NotRunning)
            self.finished.emit()

    @Slot(result=bool)
    def jumpToNextFrame(self) -> bool:
        """Show the next frame; False after the last."""
        return self.jumpToFrame(self._number + 1)

    def jumpToFrame(self, number: int) -> bool:
        """Show any frame; False if there is no such frame. A running movie continues from there.

        `currentFrameNumber` and `currentImage` change at once; signals are emitted when the frame is
        decoded.
        """
        player = self.player
        if player is None or not 0 <= number < player.image.frame_count:
            return False
        if player.state is PlayerState.FINISHED:
            player.stop()  # a seek from FINISHED would pause it
        player.seek(number)
        self._await(number)
        return True

    def _speed(self) -> int:
        """Speed in percent of what the file says."""
        return round(100 * self._rate())

    @Slot(int)
    def setSpeed(self, percent: int) -> None:
        """Set the speed in percent; 0 holds the frame, negative runs backwards."""
        self._options["rate"] = percent / 100
        if self.player is not None:
            self.player.rate = percent / 100

    speed = MethodProperty(int, _speed, setSpeed)

    def _get_cache_mode(self) -> QtGui.QMovie.CacheMode:
        """The mode that was set."""
        return self._cache_mode

    def setCacheMode(self, mode: QtGui.QMovie.CacheMode) -> None:
        """With CacheAll, decode each frame only once, as `AnimatedImagePlayer.cache_all_frames` does."""
        self._cache_mode = self.CacheMode(mode)
        self._movie_player.cache_all(self._cache_mode == self.CacheAll)

    cacheMode = MethodProperty(QtGui.QMovie.CacheMode, _get_cache_mode, setCacheMode)

    def _rate(self) -> float:
        return float(self._options.get("rate", 1.0)) if self.player is None else self.player.rate

    def _await(self, number: int) -> None:
        """Make that frame the current one, before it is shown; the first one is put on labels at once."""
        is_first = self._number == UNKNOWN
        self._number, self._frame = number, None
        if is_first and self.player is not None and is_connected(self, "pixmapChanged"):
            self._frame = first_frame(self.player)
            if self._frame is not None:
                self.pixmapChanged.emit(self.currentPixmap())

    # ---- on labels ----

    def attach(self, label: QtWidgets.QLabel | TakesPixmaps) -> None:
        """Show the frames in that label, in place of ``label.setMovie()``, which only accepts a QMovie.

        Ends with either of them, with `detach`, and when the label is given something else to show, as a QMovie's
        showing does. Anything else with a ``setPixmap()`` will do as well.
        """
        self.detach(label)
        show = LabelAttachment(self, label).show if isinstance(label, QtWidgets.QLabel) else label.setPixmap
        self.pixmapChanged.connect(show)
        if self._number != UNKNOWN:
            show(self.currentPixmap())

    def detach(self, label: QtWidgets.QLabel | TakesPixmaps) -> None:
        """Show no more frames in that label, which keeps the last one. Does nothing if it is not attached."""
        if isinstance(label, QtWidgets.QLabel):
            for attachment in self._attachments(label):
                attachment.end()
        else:
            with contextlib.suppress(RuntimeError, TypeError):  # as the bindings say that it is not connected
                self.pixmapChanged.disconnect(label.setPixmap)

    def is_attached(self, label: QtWidgets.QLabel) -> bool:
        """Whether that QLabel shows the movie, and nothing else by now."""
        return bool(self._attachments(label))

    def _attachments(self, label: QtWidgets.QLabel) -> list[LabelAttachment]:
        return [attachment for attachment in attachments_of(label) if attachment.movie() is self]

    # ---- from the player ----

    def show_frame(self, frame: Frame) -> None:
        """Make that frame the current one, and emit the signals of a frame."""
        self._number, self._frame = frame.index, frame
        viewer = self._viewer() if self._viewer is not None else None
        if viewer is not None:
            viewer(frame)
        if self._emitters is None:  # most signals have no slots, and emitting is slow
            self._emitters = [emit for name, emit in FRAME_SIGNALS.items() if is_connected(self, name)]
        for emit in self._emitters:
            emit(self)

    def _emit_size(self) -> None:
        rectangle = self._rectangle()
        if rectangle.size() != self._emitted_size:
            self._emitted_size = rectangle.size()
            self.resized.emit(self._emitted_size)

    def connectNotify(self, signal: QtCore.QMetaMethod) -> None:
        """Called by Qt: a slot was connected to a signal."""
        self._emitters = None
        use_names_of_qt(self)
        super().connectNotify(signal)

    def disconnectNotify(self, signal: QtCore.QMetaMethod) -> None:
        """Called by Qt: a slot was disconnected from a signal."""
        self._emitters = None
        use_names_of_qt(self)
        super().disconnectNotify(signal)

    def _end(self) -> None:
        self._emit_state()
        self.finished.emit()

    def _fail(self, error: BaseException) -> None:
        self._failure = error
        self.error.emit(self.lastErrorString())
        self._emit_state()

    def _emit_state(self) -> None:
        state = self.state()
        if state != self._emitted_state:
            self._emitted_state = state
            self.stateChanged.emit(state)


def _only_one(*sources: Any) -> Any:
    """The one that is not None, if any. TypeError if there are several."""
    given = [source for source in sources if source is not None]
    if len(given) > 1:
        raise TypeError("a movie plays one source: a file or a device")
    return given[0] if given else None


def _file_name(source: MovieInput) -> str:
    """The name of the file that the source is, if any."""
    if isinstance(source, QtCore.QFileDevice):
        return source.fileName()
    return os.fspath(source) if isinstance(source, str | os.PathLike) else ""


FRAME_SIGNALS: dict[str, Callable[[AnimatedMovie], None]] = {
    "resized": AnimatedMovie._emit_size,
    "updated": lambda movie: movie.updated.emit(movie._rectangle()),
    "frameChanged": lambda movie: movie.frameChanged.emit(movie._number),
    "pixmapChanged": lambda movie: movie.pixmapChanged.emit(movie.currentPixmap()),
}
"""The signals of every frame, in this order."""


class _Events:
    """Passes the events of a player to a movie, which is held weakly; drops them once the movie has been deleted."""

    def __init__(self, movie: AnimatedMovie) -> None:
        self._movie = weakref.ref(movie)

    def frame_shown(self, frame: Frame) -> None:
        movie = self._movie()
        if movie is not None:
            movie.show_frame(frame)

    def loop_completed(self, loops: int) -> None:
        movie = self._movie()
        if movie is not None:
            movie.loopFinished.emit(loops)

    def playback_finished(self) -> None:
        movie = self._movie()
        if movie is not None:
            movie._end()

    def playback_failed(self, error: BaseException) -> None:
        movie = self._movie()
        if movie is not None:
            movie._fail(error)
            movie.finished.emit()

    def state_changed(self) -> None:
        movie = self._movie()
        if movie is not None:
            movie._emit_state()

    def is_gone(self) -> bool:
        return self._movie() is None

    def has_error_slot(self) -> bool:
        movie = self._movie()
        return movie is not None and is_connected(movie, "error")
