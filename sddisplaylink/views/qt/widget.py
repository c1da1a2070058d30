"""AnimatedImageWidget: a widget that shows an animated image."""

from __future__ import annotations

import contextlib
import os
from typing import Any

from sddisplaylink.frames.frame import Frame
from sddisplaylink.playback.player import AnimatedImagePlayer
from sddisplaylink.views.first_frame import first_frame
from sddisplaylink.views.qt.binding import QtCore, QtGui, QtWidgets, add_snake_case, use_names_of_qt
from sddisplaylink.views.qt.movie import AnimatedMovie
from sddisplaylink.views.qt.movie_player import MovieInput
from sddisplaylink.views.qt.picture import Picture, picture_of
from sddisplaylink.views.qt.placement import Placement

__all__ = ["AnimatedImageWidget"]

Qt = QtCore.Qt


@add_snake_case
class AnimatedImageWidget(QtWidgets.QWidget):
    """Shows an animated image, transparent where the image is, and pauses while it cannot be seen.

    ``AnimatedImageWidget(source, parent)``, or only one of them. ``source``: what AnimatedImage.open() takes, a
    resource, a QIODevice, an AnimatedImage; all widgets that show the same file share its frames. Or an
    AnimatedImagePlayer, whose callbacks then run on the GUI thread, and which the widget neither starts nor closes.

    ``aspect_ratio_mode``: None shows a pixel of the image as one (device-independent) pixel of the widget, a
    ``Qt.AspectRatioMode`` fits the image into the widget. ``image_scale``: pixels of the image to one of the widget,
    2.0 for an ``@2x`` image. ``autoplay=False``: the widget shows the first frame and waits for ``movie.start()`` or
    ``player.play()``. ``player_options``: those of AnimatedImagePlayer (rate, mode, loop_count, late_policy,
    max_buffer_bytes, display, clock, callbacks). ``movie`` is the widget's AnimatedMovie, with the signals and methods
    of a QMovie; ``player`` is the AnimatedImagePlayer.

    Everything except decoding large frames happens on the GUI thread. While the widget is hidden or minimised, playback
    is paused; it continues when the widget can be seen again, unless the player was paused or stopped meanwhile.
    Closing, deleting or dropping the widget closes the player; a widget that is shown again after closing starts over.
    Raises what AnimatedImagePlayer raises.
    """

    def __init__(
        self,
        source: MovieInput | QtWidgets.QWidget | None = None,
        parent: QtWidgets.QWidget | None = None,
        *,
        autoplay: bool = True,
        aspect_ratio_mode: Qt.AspectRatioMode | None = None,
        image_scale: float = 1.0,
        **player_options: Any,
    ) -> None:
        """The arguments are described with the class."""
        if isinstance(source, QtWidgets.QWidget):
            source, parent = None, source
        super().__init__(parent)
        self._autoplay = autoplay
        self._placement = Placement(aspect_ratio_mode, image_scale)
        self._source: MovieInput | None = None
        self._frame: Frame | None = None
        self._picture: Picture | None = None  # the frame as it was drawn
        self._is_shown = self._is_minimised = self._was_closed = self._is_seen = False
        self._window_handle: QtGui.QWindow | None = None
        self.movie = AnimatedMovie(parent=self, **player_options)
        """The movie of this widget, with its signals and the other properties of a QMovie."""
        self.movie.set_visible(False)
        self.movie.set_viewer(self._show_frame)
        if source is not None:
            self.set_source(source)

    # ---- source ----

    @property
    def player(self) -> AnimatedImagePlayer | None:
        """The widget's player; None without a source, and once the widget has been closed."""
        return self.movie.player

    def set_source(self, source: MovieInput) -> None:
        """Set another source; the present frame stays until the first frame of the new source is decoded.

        Raises what AnimatedImagePlayer raises, and then changes nothing.
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
        self._take_first_frame()

    def aspectRatioMode(self) -> Qt.AspectRatioMode | None:
        """How the image is scaled to the widget; None if it is not scaled."""
        return self._placement.mode

    def setAspectRatioMode(self, mode: Qt.AspectRatioMode | None) -> None:
        """Scale the image to the widget in that manner, or not at all with None."""
        self._placement.mode = mode
        self._place()

    def alignment(self) -> Qt.AlignmentFlag:
        """The alignment of an image that does not fill the widget; at first the centre."""
        return self._placement.alignment

    def setAlignment(self, alignment: Qt.AlignmentFlag) -> None:
        """Place an image that does not fill the widget there."""
        self._placement.alignment = alignment
        self._place()

    def setTransformationMode(self, mode: Qt.TransformationMode) -> None:
        """How a scaled image is drawn: smooth, as at first, or with ``FastTransformation`` pixel by pixel."""
        self._placement.is_smooth = mode == Qt.TransformationMode.SmoothTransformation
        self.update()

    def sizeHint(self) -> QtCore.QSize:
        """The size of the image in device-independent pixels; not valid without an image."""
        image = self.movie.image
        use_names_of_qt(self)
        return super().sizeHint() if image is None else self._placement.natural_size(image.size)

    def minimumSizeHint(self) -> QtCore.QSize:
        """The size hint, unless the image is scaled to the widget."""
        use_names_of_qt(self)
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
        """Called by Qt: draw the frame."""
        if not self._is_seen:
            self._follow_views()
        if self._frame is None:
            return
        if self._picture is None:
            self._picture = picture_of(self._frame)
        painter = QtGui.QPainter(self)
        self._placement.draw(painter, self._picture.image)
        painter.end()

    def _take_first_frame(self) -> None:
        """Have a frame to draw. Not in paintEvent(), which an interrupt's handler may end the program in: be short."""
        if self._frame is not None or not self._is_shown:
            return
        frame = None if self.player is None else first_frame(self.player)
        if frame is not None:
            self._frame = frame
            self._placement.place(frame.size, self.size(), self.layoutDirection())

    def resizeEvent(self, event: QtGui.QResizeEvent) -> None:
        """Called by Qt: find the image's new place."""
        if self._frame is not None:
            self._placement.place(self._frame.size, self.size(), self.layoutDirection())
        use_names_of_qt(self)
        super().resizeEvent(event)

    # ---- visibility ----

    def showEvent(self, event: QtGui.QShowEvent) -> None:
        """Called by Qt: play on."""
        self._is_shown = True
        self._watch_window()
        if self._was_closed and self._source is not None:
            self.set_source(self._source)
        self._take_first_frame()
        self._update_visibility()
        use_names_of_qt(self)
        super().showEvent(event)

    def hideEvent(self, event: QtGui.QHideEvent) -> None:
        """Called by Qt: pause."""
        self._is_shown = False
        self._update_visibility()
        use_names_of_qt(self)
        super().hideEvent(event)

    def closeEvent(self, event: QtGui.QCloseEvent) -> None:
        """Called by Qt: close the player."""
        use_names_of_qt(self)
        super().closeEvent(event)
        if event.isAccepted() and not isinstance(self._source, AnimatedImagePlayer):
            self.movie.close()
            self._was_closed = True

    def _watch_window(self) -> None:
        """Watch for the window being minimised, which may leave its widgets visible for Qt."""
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
        """Inside a QGraphicsScene: pause while none of its views is visible, for which Qt has no event.

        Checked for every frame that is shown or painted, and not before: in PySide6 the proxy must have been created.
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
        """Called by Qt: play on when a window with a view of this widget's scene is not minimised any more."""
        if event.type() == QtCore.QEvent.Type.WindowStateChange and not self._is_seen:
            self._follow_views()
        use_names_of_qt(self)
        return super().eventFilter(watched, event)


def _views_of(window: QtWidgets.QWidget) -> list[QtWidgets.QGraphicsView] | None:
    """The views of the scene that the window is in; None if it is in none.

    A view that appears has the widget painted; there is no event for a view that disappears.
    """
    proxy: QtWidgets.QGraphicsProxyWidget | None = window.graphicsProxyWidget()
    if proxy is None:
        return None
    scene: QtWidgets.QGraphicsScene | None = proxy.scene()
    return [] if scene is None else scene.views()
