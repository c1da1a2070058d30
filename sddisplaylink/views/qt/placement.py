"""Places an image in a widget, and draws it."""

from __future__ import annotations

import math

from sddisplaylink.views.qt.binding import QtCore, QtGui, QtWidgets

Qt = QtCore.Qt


class Placement:
    """The place of an image in a widget. Lengths are in device-independent pixels."""

    def __init__(self, mode: Qt.AspectRatioMode | None, image_scale: float) -> None:
        if not (math.isfinite(image_scale) and image_scale > 0):
            raise ValueError(f"image_scale must be a positive number, not {image_scale!r}")
        self.mode = mode
        self.alignment = Qt.AlignmentFlag.AlignCenter
        self.is_smooth = True
        self.covered = QtCore.QRect()
        """The rectangle of the widget that the image covers."""
        self._image_scale = image_scale
        self._target = QtCore.QRect()

    def natural_size(self, pixels: tuple[int, int]) -> QtCore.QSize:
        """The size of an image of so many pixels if it is not scaled to the widget."""
        return QtCore.QSize(*(math.ceil(length / self._image_scale) for length in pixels))

    def place(self, pixels: tuple[int, int], widget: QtCore.QSize, direction: Qt.LayoutDirection) -> None:
        """Place an image of so many pixels in a widget of that size."""
        size = self.natural_size(pixels)
        if self.mode is not None:
            size = size.scaled(widget, self.mode)
        whole = QtCore.QRect(QtCore.QPoint(0, 0), widget)
        self._target = QtWidgets.QStyle.alignedRect(direction, self.alignment, size, whole)
        self.covered = self._target & whole

    def draw(self, painter: QtGui.QPainter, image: QtGui.QImage) -> None:
        """Draw the image at its place."""
        is_scaled = image.size() != self._target.size() or painter.combinedTransform().isScaling()
        if not is_scaled:  # without a rectangle, which would be slow and use several threads
            painter.drawImage(self._target.topLeft(), image)
            return
        painter.setRenderHint(QtGui.QPainter.RenderHint.SmoothPixmapTransform, self.is_smooth)
        painter.drawImage(self._target, image)
