"""A Qt window for the scenes of support/window_scenes.py, and for qt_windows.py and qt_movies.py."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self

from PIL import Image

from sddisplaylink.views.qt import AnimatedImageWidget, QtDispatcher
from sddisplaylink.views.qt.binding import QtCore, QtGui, QtWidgets
from sddisplaylink.views.qt.dispatcher import gui_dispatcher
from support import window_scenes
from support.window_driver import grab
from support.window_scenes import PATIENCE

BACKGROUND = "#30a0f0"

application = QtWidgets.QApplication(sys.argv[:1])
application.setQuitOnLastWindowClosed(False)


@contextmanager
def window(*widgets: QtWidgets.QWidget) -> Iterator[QtWidgets.QWidget]:
    """A window of one colour with those widgets in it."""
    top = QtWidgets.QWidget()
    palette = top.palette()
    palette.setColor(QtGui.QPalette.ColorRole.Window, QtGui.QColor(BACKGROUND))
    top.setPalette(palette)
    layout = QtWidgets.QVBoxLayout(top)
    for widget in widgets:
        layout.addWidget(widget)
    top.move(40, 30)
    top.show()
    try:
        yield top
    finally:
        top.close()
        top.deleteLater()
        process_events()


def run_until(condition: Callable[[], bool], patience: float = PATIENCE) -> bool:
    """Run the event loop until then, or until patience ends."""
    loop, timer = QtCore.QEventLoop(), QtCore.QTimer()
    end = time.monotonic() + patience

    def look() -> None:
        if condition() or time.monotonic() > end:
            loop.quit()

    timer.timeout.connect(look)
    timer.start(2)
    loop.exec()
    return condition()


def process_events() -> None:
    """Run what is pending, deletions too, and let the X server answer to all that was drawn."""
    for _ in range(3):
        application.processEvents()
        application.sendPostedEvents(None, QtCore.QEvent.Type.DeferredDelete)
    application.sync()


def photograph(widget: QtWidgets.QWidget) -> Image.Image:
    """What the screen shows of the widget."""
    process_events()
    ratio = widget.devicePixelRatio()
    corner = widget.mapToGlobal(QtCore.QPoint(0, 0))
    left, top = round(corner.x() * ratio), round(corner.y() * ratio)
    return grab(box=(left, top, left + round(widget.width() * ratio), top + round(widget.height() * ratio)))


class _EventWatcher(QtCore.QObject):
    """Calls a function before each event, which is after what the former event has done."""

    def __init__(self, look: Callable[[], None]) -> None:
        super().__init__()
        self._look, self._is_looking = look, False

    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:  # noqa: N802 -- Qt's name
        if not self._is_looking:
            self._is_looking = True
            self._look()
            self._is_looking = False
        return False


class QtStage:
    """A window with widgets below one another, each in a box of its own."""

    background = BACKGROUND

    def __enter__(self) -> Self:
        self._window = window()
        self.top = self._window.__enter__()
        return self

    def __exit__(self, *exception: object) -> None:
        self._window.__exit__(None, None, None)

    def add(self, source: Any, **options: Any) -> AnimatedImageWidget:
        widget = AnimatedImageWidget(source if isinstance(source, bytes) else str(source), **options)
        self.add_widget(widget)
        return widget

    def add_widget(self, widget: QtWidgets.QWidget) -> None:
        box = QtWidgets.QWidget()
        QtWidgets.QVBoxLayout(box).addWidget(widget)
        self.top.layout().addWidget(box)

    def add_still(self, picture: Image.Image) -> QtWidgets.QLabel:
        label = QtWidgets.QLabel()
        label.setPixmap(QtGui.QPixmap.fromImage(picture.toqimage()))
        self.add_widget(label)
        return label

    def natural_size(self, widget: QtWidgets.QWidget) -> tuple[int, int]:
        return widget.sizeHint().width(), widget.sizeHint().height()

    def watch(self, look: Callable[[], None]) -> None:
        watcher = _EventWatcher(look)
        application.installEventFilter(watcher)
        for _ in range(5):
            application.processEvents()
            look()
        application.removeEventFilter(watcher)

    def photograph_if_shown(self, widget: QtWidgets.QWidget) -> Image.Image | None:
        application.sync()
        corner, size = widget.mapToGlobal(QtCore.QPoint(0, 0)), widget.size()
        left, top = corner.x(), corner.y()
        return grab(box=(left, top, left + size.width(), top + size.height())) if widget.isVisible() else None

    def update(self) -> None:
        process_events()

    def until(self, condition: Callable[[], bool], patience: float = PATIENCE) -> bool:
        return run_until(condition, patience)

    def call_later(self, seconds: float, callback: Callable[[], None]) -> None:
        timer = self._timer = QtCore.QTimer()  # PySide6's singleShot() takes no precise timers for functions
        timer.setTimerType(QtCore.Qt.TimerType.PreciseTimer)
        timer.setSingleShot(True)
        timer.timeout.connect(callback)
        timer.start(round(seconds * 1000))

    def photograph(self, widget: AnimatedImageWidget) -> Image.Image:
        return photograph(widget)

    def hide(self, widget: AnimatedImageWidget, what: str) -> None:
        if what == "minimised":
            self.top.showMinimized()
        else:
            (self.top if what == "window" else widget.parent()).hide()

    def show(self, widget: AnimatedImageWidget, what: str) -> None:
        if what == "minimised":
            self.top.showNormal()
        else:
            (self.top if what == "window" else widget.parent()).show()

    def dispatcher(self) -> QtDispatcher:
        return gui_dispatcher()

    def end(self, widgets: list[AnimatedImageWidget], how: str) -> None:
        if how == "drop":
            for widget in widgets:
                widget.setParent(None)  # from now on Python's references alone own it
            widget = None
            widgets.clear()
        for widget in widgets:
            if how == "close":
                widget.close()
            else:
                (widget if how == "delete" else widget.parent()).deleteLater()
        process_events()


if __name__ == "__main__":
    window_scenes.main(QtStage)
