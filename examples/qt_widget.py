"""Widgets with animated images over a gradient, which decode one file once: python qt_widget.py [FILE]

A click pauses or resumes all of them. While the window is minimised, nothing runs.
"""

import argparse
import os
from pathlib import Path

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QColor, QLinearGradient, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QWidget

import sddisplaylink as sd
from sddisplaylink.views.qt import AnimatedImageWidget

FIT = Qt.AspectRatioMode.KeepAspectRatio


class Window(QWidget):
    """The image in its own size, scaled to the window, and backwards at half the speed."""

    def __init__(self, path: Path) -> None:
        super().__init__(windowTitle="sddisplaylink")
        self.images = [
            AnimatedImageWidget(path),
            AnimatedImageWidget(path, aspect_ratio_mode=FIT),
            AnimatedImageWidget(path, mode=sd.PlaybackMode.REVERSE, rate=0.5),
        ]
        layout = QHBoxLayout(self)
        for widget in self.images:
            layout.addWidget(widget, stretch=2 if widget.aspectRatioMode() == FIT else 0)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802 -- Qt's name
        """Pause or resume."""
        for widget in self.images:
            widget.movie.setPaused(widget.movie.state() == widget.movie.MovieState.Running)

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 -- Qt's name
        """Draw the gradient, which shows through transparent pixels of the images."""
        gradient = QLinearGradient(0, 0, self.width(), self.height())
        gradient.setStops([(0.0, QColor("#2b3a4a")), (1.0, QColor("#d08050"))])
        QPainter(self).fillRect(QRectF(self.rect()), gradient)


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("file", nargs="?", type=Path, default=Path(__file__).with_name("spiral.png"))
parser.add_argument("--seconds", type=float, default=os.environ.get("SDDISPLAYLINK_EXAMPLE_SECONDS", 0), help="0: stay")
parser.add_argument("--screenshot", type=Path, help="a photograph of the window at the end")
options = parser.parse_args()
application = QApplication([])
window = Window(options.file)
window.resize(560, 240)
window.show()
if options.seconds:
    QTimer.singleShot(round(options.seconds * 1000), lambda: application.exit())
application.exec()
if options.screenshot:
    window.screen().grabWindow(window.winId()).save(str(options.screenshot))
print(f"{sum(image.player.stats.shown for image in window.images if image.player)} frames shown")
