"""A Qt window that plays images, and closes when they have finished."""

from __future__ import annotations

import math
import signal
from collections.abc import Sequence
from functools import partial
from typing import Any

from sddisplaylink.images.image import AnimatedImage
from sddisplaylink.playback.group import PlayerGroup
from sddisplaylink.playback.player import AnimatedImagePlayer
from sddisplaylink.views.qt import AnimatedImageWidget
from sddisplaylink.views.qt.binding import QtCore, QtGui, QtWidgets
from sddisplaylink.views.signals import SignalWatch

TITLE = "sddisplaylink"


def play_in_qt(images: Sequence[AnimatedImage], playback: dict[str, Any]) -> int | None:
    """As play_in_window()."""
    application = QtWidgets.QApplication.instance() or QtWidgets.QApplication([TITLE])
    with SignalWatch() as signals:
        window = _Window(signals)
        try:
            return window.play(images, playback)
        finally:
            window.close()
            del window, application


class _Window(QtWidgets.QWidget):
    """Runs an event loop until the animations have finished, the window is closed, or a signal comes."""

    def __init__(self, signals: SignalWatch) -> None:
        super().__init__()
        self._signals = signals
        self._loop = QtCore.QEventLoop()
        self._grid = QtWidgets.QGridLayout(self)
        self._widgets: list[AnimatedImageWidget] = []
        self._playing: set[int] = set()
        self._error: BaseException | None = None
        self._is_closed = False
        self.setWindowTitle(TITLE)
        self._notifier = QtCore.QSocketNotifier(signals.fileno(), QtCore.QSocketNotifier.Type.Read)
        self._notifier.activated.connect(self._handle_signals)

    def play(self, images: Sequence[AnimatedImage], playback: dict[str, Any]) -> int | None:
        columns = math.isqrt(len(images) - 1) + 1
        group = PlayerGroup(self._add(number, columns, image, playback) for number, image in enumerate(images))
        self.show()
        group.play()
        self._loop.exec()
        self._notifier.setEnabled(False)
        if self._error is not None:
            raise self._error
        return signal.SIGINT if self._is_closed else self._signals.ended_by

    def closeEvent(self, event: QtGui.QCloseEvent) -> None:
        self._is_closed = True
        for widget in self._widgets:
            widget.close()
        self._loop.quit()
        super().closeEvent(event)

    def keyPressEvent(self, event: QtGui.QKeyEvent) -> None:
        if event.key() == QtCore.Qt.Key.Key_Escape:
            self.close()

    def _add(self, number: int, columns: int, image: AnimatedImage, playback: dict[str, Any]) -> AnimatedImagePlayer:
        self._playing.add(number)
        on_finish = partial(self._finish, number) if image.is_animated else None
        options = {"on_finish": on_finish, "on_error": self._fail, **playback}
        widget = AnimatedImageWidget(image, self, autoplay=False, **options)
        self._widgets.append(widget)
        self._grid.addWidget(widget, number // columns, number % columns)
        assert widget.player is not None
        return widget.player

    def _finish(self, number: int) -> None:
        self._playing.discard(number)
        if not self._playing:
            self._loop.quit()

    def _fail(self, error: BaseException) -> None:
        self._error = error
        self._loop.quit()

    def _handle_signals(self) -> None:
        self._signals.clear()
        if self._signals.suspended:
            self._signals.suspended = False
            self._signals.stop_process()
        if self._signals.ended_by is not None:
            self._loop.quit()
