"""The current frame of a movie."""

from __future__ import annotations

from sddisplaylink.errors import SDDisplayLinkError
from sddisplaylink.frames.frame import Frame
from sddisplaylink.views.qt.binding import QtCore, QtGui
from sddisplaylink.views.qt.movie_properties import UNKNOWN, MovieProperties
from sddisplaylink.views.qt.picture import image_of


class MovieFrame(MovieProperties):
    """The current frame as an image, and its delay."""

    @property
    def current_frame(self) -> Frame | None:
        """The current frame, decoded by this call if need be; None before the first, or if the frame is broken."""
        if self._frame is None and self._number != UNKNOWN and self._image is not None:
            try:
                self._frame = self._image.frame(self._number)
            except SDDisplayLinkError as error:
                self._fail(error)
        return self._frame

    def nextFrameDelay(self) -> int:
        """How long the current frame is shown at the present speed, in milliseconds; 0 before the first."""
        if self._number == UNKNOWN or self._image is None:
            return 0
        delay = 1000 * self._image.durations[self._number]
        return round(delay / abs(self._rate())) if self._rate() else round(delay)

    def currentImage(self) -> QtGui.QImage:
        """The current frame, copied only if it is scaled; null before the first."""
        frame = self.current_frame
        if frame is None:
            return QtGui.QImage()
        image = image_of(frame)
        if self._scaled_size.isEmpty():
            return QtGui.QImage(image)
        smooth = QtCore.Qt.TransformationMode.SmoothTransformation
        return image.scaled(self._scaled_size, QtCore.Qt.AspectRatioMode.IgnoreAspectRatio, smooth)

    def currentPixmap(self) -> QtGui.QPixmap:
        """The current frame as a pixmap; null before the first."""
        return QtGui.QPixmap.fromImage(self.currentImage())

    def _rate(self) -> float:
        """The present speed; 1.0 = as the file says."""
        raise NotImplementedError

    def _fail(self, error: BaseException) -> None:
        """Report the error."""
        raise NotImplementedError
