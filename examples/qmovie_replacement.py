"""A program written for QMovie, with the import changed and nothing else: python qmovie_replacement.py [FILE]

The program now also plays APNG and WebP, at the right speed, decodes outside the event loop, and steps backwards at
once.
"""

import argparse
import os
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QHBoxLayout, QPushButton, QSlider, QVBoxLayout, QWidget

# from PySide6.QtGui import QMovie
# from PySide6.QtWidgets import QLabel
from sddisplaylink.views.qt import AnimatedLabel as QLabel
from sddisplaylink.views.qt import AnimatedMovie as QMovie


class Window(QWidget):
    """A movie on a label, and what QMovie's own example does with it."""

    def __init__(self, path: Path) -> None:
        super().__init__(windowTitle="sddisplaylink")
        self.movie = QMovie(str(path), parent=self)
        screen = QLabel(alignment=Qt.AlignmentFlag.AlignCenter)
        screen.setMovie(self.movie)
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(0, self.movie.frameCount() - 1)
        self.slider.sliderMoved.connect(self.movie.jumpToFrame)
        self.movie.frameChanged.connect(self.slider.setValue)
        back, pause, forth = (QPushButton(text) for text in ("◀", "Pause", "▶"))
        pause.setCheckable(True)
        pause.toggled.connect(self.movie.setPaused)
        back.clicked.connect(lambda: self.movie.jumpToFrame(self.movie.currentFrameNumber() - 1))
        forth.clicked.connect(lambda: self.movie.jumpToNextFrame())
        layout, row = QVBoxLayout(self), QHBoxLayout()
        layout.addWidget(screen)
        layout.addWidget(self.slider)
        layout.addLayout(row)
        for button in (back, pause, forth):
            row.addWidget(button)
        self.movie.start()


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("file", nargs="?", type=Path, default=Path(__file__).with_name("ball.gif"))
parser.add_argument("--seconds", type=float, default=os.environ.get("SDDISPLAYLINK_EXAMPLE_SECONDS", 0), help="0: stay")
parser.add_argument("--screenshot", type=Path, help="a photograph of the window at the end")
options = parser.parse_args()
application = QApplication([])
window = Window(options.file)
window.show()
if options.seconds:
    QTimer.singleShot(round(options.seconds * 1000), lambda: application.exit())
application.exec()
if options.screenshot:
    window.screen().grabWindow(window.winId()).save(str(options.screenshot))
print(f"ended at frame {window.movie.currentFrameNumber()}")
