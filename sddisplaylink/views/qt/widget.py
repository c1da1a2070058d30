"""A widget that shows an animated image."""

from __future__ import annotations

import contextlib
import os
from typing import Any

from sddisplaylink.frames.frame import Frame
from sddisplaylink.playback.player import AnimatedImagePlayer
from sddisplaylink.views.qt.binding import QtCore, QtGui, QtWidgets, add_snake_case
from sddisplaylink.views.qt.movie import AnimatedMovie
from sddisplaylink.views.qt.movie_player import MovieSource
from sddisplaylink.views.qt.picture import Picture, picture_of
from sddisplaylink.views.qt.placement import Placement

__all__ = ["AnimatedImageWidget"]

Qt = QtCore.Qt


@add_snake_case
class AnimatedImageWidget(QtWidgets.QWidget):
    """Shows an animated image over whatever is below it, and pauses while nobody can see it.

    ``AnimatedImageWidget(source, parent)``, or only one of them. ``source``: what AnimatedImage.open() takes, a
    resource, a QIODevice, an AnimatedImage; all widgets that show the same file share its frames. Or an
    AnimatedImagePlayer, whose callbacks then move to the GUI thread, and which stays its maker's to play and to close.

    ``aspect_ratio_mode``: None shows a pixel of the image as one (device-independent) pixel of the widget, a
    ``Qt.AspectRatioMode`` fits the image into the widget. ``image_scale``: pixels of the image to one of the widget,
    2.0 for an ``@2x`` image. ``autoplay=False``: shows the first frame and waits for ``movie.start()`` or
    ``player.play()``. ``player_options``: those of AnimatedImagePlayer (rate, mode, loop_count, late_policy,
    max_buffer_bytes, display, clock, callbacks).

    Everything happens on the GUI thread, but for decoding. Hidden or minimised, the widget wakes nobody; it goes on
    where it was when it is seen again, unless it has been paused or stopped meanwhile. Closing, deleting or dropping it
    closes the player; one that was closed and is shown again starts over. Raises what AnimatedImagePlayer raises.
    """

    def __init__(
        self,
        source: MovieSource | QtWidgets.QWidget | None = None,
        parent: QtWidgets.QWidget | None = None,
        *,
        autoplay: bool = True,
        aspect_ratio_mode: Qt.AspectRatioMode | None = None,
        image_scale: float = 1.0,
        **player_options: Any,
    ) -> None:
        if isinstance(source, QtWidgets.QWidget):
            source, parent = None, source
        super().__init__(parent)
        self._autoplay = autoplay
        self._placement = Placement(aspect_ratio_mode, image_scale)
        self._source: MovieSource | None = None
        self._frame: Frame | None = None
        self._picture: Picture | None = None  # the same, once it has been drawn
        self._is_shown = self._is_minimised = self._was_closed = self._is_seen = False
        self._window_handle: QtGui.QWindow | None = None
        self.movie = AnimatedMovie(parent=self, **player_options)
        """The movie that it shows: its signals, and what else a QMovie has."""
        self.movie.set_visible(False)
        self.movie.set_viewer(self._show_frame)
        if source is not None:
            self.set_source(source)

    # ---- what it shows ----

    @property
    def player(self) -> AnimatedImagePlayer | None:
        """The player behind it; None before there is a source, and once the widget has been closed."""
        return self.movie.player

    def set_source(self, source: MovieSource) -> None:
        """Show that instead; what is seen now stays until the first frame of the new is there.

        Raises what AnimatedImagePlayer raises, and then shows what it did.
        """
        self.movie.set_source(source)
        player = self.movie.player
        assert player is not None
        lasts = isinstance(source, str | os.PathLike | AnimatedImagePlayer)
        self._source = source if lasts else self.movie.image
        self._was_closed = False
        self.updateGeometry()
        if isinstance(source, AnimatedImagePlayer):
            if source.current_frame is not None:
                self.movie.show_frame(source.current_frame)
        elif self._autoplay:
            self.movie.start()
        else:
            self.movie.jumpToFrame(player.frame_index)

    def aspectRatioMode(self) -> Qt.AspectRatioMode | None:
        """How the image is fitted into the widget; None if it is not."""
        return self._placement.mode

    def setAspectRatioMode(self, mode: Qt.AspectRatioMode | None) -> None:
        """Set it."""
        self._placement.mode = mode
        self._place()

    def alignment(self) -> Qt.AlignmentFlag:
        """Where an image is that does not fill the widget; at first in its centre."""
        return self._placement.alignment

    def setAlignment(self, alignment: Qt.AlignmentFlag) -> None:
        """Set it."""
        self._placement.alignment = alignment
        self._place()

    def setTransformationMode(self, mode: Qt.TransformationMode) -> None:
        """How an image of another size is drawn: smooth, as at first, or with ``FastTransformation`` pixel by pixel."""
        self._placement.is_smooth = mode == Qt.TransformationMode.SmoothTransformation
        self.update()

    def sizeHint(self) -> QtCore.QSize:
        """The size of the image; not valid before there is one."""
        image = self.movie.image
        return super().sizeHint() if image is None else self._placement.natural_size(image.size)

    def minimumSizeHint(self) -> QtCore.QSize:
        """The same, unless the image is fitted into whatever space there is."""
        return self.sizeHint() if self._placement.mode is None else super().minimumSizeHint()

    # ---- drawing ----

    def _show_frame(self, frame: Frame) -> None:
        self._follow_views()
        former, self._frame, self._picture = self._frame, frame, None
        if former is None or former.size != frame.size:
            self._place()
        else:
            self.update(self._placement.covered)

    def _place(self) -> None:
        if self._frame is not None:
            self._placement.place(self._frame.size, self.size(), self.layoutDirection())
        self.updateGeometry()
        self.update()

    def paintEvent(self, event: QtGui.QPaintEvent) -> None:
        """Draw the frame."""
        if not self._is_seen:
            self._follow_views()
        if self._frame is None:
            return
        if self._picture is None:
            self._picture = picture_of(self._frame)
        painter = QtGui.QPainter(self)
        self._placement.draw(painter, self._picture.image)
        painter.end()

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        """Find the image's new place."""
        if self._frame is not None:
            self._placement.place(self._frame.size, self.size(), self.layoutDirection())
        super().resizeEvent(event)

    # ---- who can see it ----

    def showEvent(self, event: QtGui.QShowEvent) -> None:
        """Play on."""
        self._is_shown = True
        self._watch_window()
        if self._was_closed and self._source is not None:
            self.set_source(self._source)
        self._update_visibility()
        super().showEvent(event)

    def hideEvent(self, event: QtGui.QHideEvent) -> None:
        """Pause."""
        self._is_shown = False
        self._update_visibility()
        super().hideEvent(event)

    def closeEvent(self, event: QtGui.QCloseEvent) -> None:
        """Close the player."""
        super().closeEvent(event)
        if event.isAccepted() and not isinstance(self._source, AnimatedImagePlayer):
            self.movie.close()
            self._was_closed = True

    def _watch_window(self) -> None:
        """Be told when the window is minimised: as far as its widgets are concerned it may stay visible."""
        handle = self.window().windowHandle()
        if handle is self._window_handle:
            return
        if self._window_handle is not None:
            with contextlib.suppress(RuntimeError, TypeError):  # that window has been deleted
                self._window_handle.visibilityChanged.disconnect(self._window_changed)
        self._window_handle = handle
        if handle is not None:
            handle.visibilityChanged.connect(self._window_changed)
            self._window_changed(handle.visibility())

    def _window_changed(self, visibility: QtGui.QWindow.Visibility) -> None:
        self._is_minimised = visibility == QtGui.QWindow.Visibility.Minimized
        self._update_visibility()

    def _update_visibility(self) -> None:
        self._is_seen = self._is_shown and not self._is_minimised
        self.movie.set_visible(self._is_seen)

    def _follow_views(self) -> None:
        """Inside a QGraphicsScene: pause while none of its views can be seen, of which Qt tells the widget nothing.

        Asked for every frame that is shown or painted, and not before: in PySide6 the proxy must have been made.
        """
        if not self._is_shown:
            return
        views = _views_of(self.window())
        if views is None:
            return
        self._is_seen = any(view.isVisible() and not view.window().isMinimized() for view in views)
        for view in views:
            if self._is_seen:
                view.window().removeEventFilter(self)
            else:
                view.window().installEventFilter(self)
        self.movie.set_visible(self._is_seen)

    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:
        """Play on when a window with a view of this widget's scene is not minimised any more."""
        if event.type() == QtCore.QEvent.Type.WindowStateChange and not self._is_seen:
            self._follow_views()
        return super().eventFilter(watched, event)


def _views_of(window: QtWidgets.QWidget) -> list[QtWidgets.QGraphicsView] | None:
    """The views of the scene that the window is in; None if it is in none.

    A view that appears has the widget painted; one that disappears says nothing to it.
    """
    proxy: QtWidgets.QGraphicsProxyWidget | None = window.graphicsProxyWidget()
    if proxy is None:
        return None
    scene: QtWidgets.QGraphicsScene | None = proxy.scene()
    return [] if scene is None else scene.views()
