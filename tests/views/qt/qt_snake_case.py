"""A program for test_qt_letter.py that has PySide6's feature snake_case on, which hides Qt's own names from it."""

from __future__ import annotations

import sys
from collections.abc import Callable

from PySide6 import QtCore, QtGui, QtWidgets

import sddisplaylink as sd
from sddisplaylink.views.qt import AnimatedImageWidget, AnimatedLabel, AnimatedMovie
from support.window_driver import main
from support.window_scenes import BALL, SPIRAL

from __feature__ import snake_case  # noqa: F401  # isort: skip

application = QtWidgets.QApplication([])


def run_until(condition: Callable[[], bool], patience: float = 20.0) -> bool:
    """Process events until then."""
    timer = QtCore.QElapsedTimer()
    timer.start()
    while not condition() and timer.elapsed() < patience * 1000:
        application.process_events(QtCore.QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 20)
    return condition()


def movies() -> dict[str, object]:
    """What QMovie and QLabel do, and what replaces them."""
    return {
        "Qt": _steps(QtGui.QMovie, QtWidgets.QLabel),
        "here": _steps(AnimatedMovie, AnimatedLabel),
        "lacking": sorted(name for name in dir(QtGui.QMovie) if not hasattr(AnimatedMovie, name)),
        "feature": hasattr(QtWidgets.QLabel, "set_text") and not hasattr(QtWidgets.QLabel, "setText"),
    }


def _steps(make_movie: Callable[..., QtGui.QMovie], make_label: Callable[[], QtWidgets.QLabel]) -> list[object]:
    movie, label = make_movie(str(BALL)), make_label()
    movie.set_cache_mode(QtGui.QMovie.CacheMode.CacheAll)
    movie.set_scaled_size(QtCore.QSize(40, 20))
    states: list[str] = []
    movie.stateChanged.connect(lambda state: states.append(state.name))
    label.set_movie(movie)
    label.show()
    movie.start()
    seen: list[object] = [run_until(lambda: movie.current_frame_number() >= 2), label.movie() is movie]
    movie.set_paused(True)
    label.set_text("else")
    movie.set_speed(200)
    seen += [movie.jump_to_frame(0), movie.current_pixmap().size().to_tuple(), movie.current_image().width()]
    seen += [label.movie() is None, label.text(), movie.speed(), movie.file_name(), movie.frame_rect().width()]
    movie.set_file_name(str(SPIRAL))
    movie.stop()
    return [*seen, movie.is_valid(), movie.last_error_string() in {"", "Unknown error"}, states]


def widget() -> dict[str, object]:
    """A window with a widget, and a label with an attached movie."""
    window = QtWidgets.QWidget()
    row = QtWidgets.QHBoxLayout(window)
    view = AnimatedImageWidget(str(BALL), window, aspect_ratio_mode=QtCore.Qt.AspectRatioMode.KeepAspectRatio)
    label, movie = QtWidgets.QLabel(), AnimatedMovie(str(BALL))
    movie.attach(label)
    movie.start()
    row.add_widget(view)
    row.add_widget(label)
    view.set_alignment(QtCore.Qt.AlignmentFlag.AlignCenter)
    window.show()
    seen = {"plays": run_until(lambda: view.player.stats.shown > 3)}
    colours = {view.grab().to_image().pixel_color(x, 80).name() for x in range(20, 140)}
    seen["draws"] = len(colours) > 3
    seen["hint"] = view.size_hint() == QtCore.QSize(160, 160)
    seen["label"] = label.pixmap().width() == 160
    label.set_text("else")
    shown = movie.player.stats.shown
    seen["lets go"] = run_until(lambda: movie.player.stats.shown > shown + 1) and label.text() == "else"
    window.hide()
    seen["pauses"] = view.player.state is sd.PlayerState.PAUSED
    window.show()
    seen["goes on"] = run_until(lambda: view.player.state is sd.PlayerState.PLAYING)
    window.resize(500, 400)
    view.close()
    seen["closes"] = view.player is None
    return seen


if __name__ == "__main__":
    main({name: value for name, value in vars(sys.modules[__name__]).items() if callable(value)})
