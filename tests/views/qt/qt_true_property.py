"""A program for test_qt_letter.py that has features of PySide6 on, true_property among them, which make getters values.

The environment variable FEATURES names them: ``true_property``, or ``snake_case,true_property``.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from PySide6 import QtCore, QtGui, QtWidgets

import sddisplaylink as sd
from sddisplaylink.views.qt import AnimatedImageWidget, AnimatedLabel, AnimatedMovie
from support.window_driver import main
from support.window_scenes import BALL

IS_SNAKE = "snake_case" in os.environ["FEATURES"]
if IS_SNAKE:
    from __feature__ import snake_case, true_property  # noqa: F401
else:
    from __feature__ import true_property  # noqa: F401

application = QtWidgets.QApplication([])


def named(thing: Any, name: str) -> Any:
    """An attribute by its Qt name, or by its snake_case one."""
    return getattr(thing, "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name))


def of(thing: Any, name: str) -> Any:
    """An attribute by the name that the features leave it."""
    return named(thing, name) if IS_SNAKE else getattr(thing, name)


def run_until(condition: Callable[[], bool], patience: float = 20.0) -> bool:
    """Process events until then."""
    timer = QtCore.QElapsedTimer()
    timer.start()
    while not condition() and timer.elapsed() < patience * 1000:
        of(application, "processEvents")(QtCore.QEventLoop.ProcessEventsFlag.WaitForMoreEvents, 20)
    return condition()


class OwnLabel(AnimatedLabel):
    """A program's own label."""


class OwnWidget(AnimatedImageWidget):
    """A program's own widget."""


class OwnMovie(AnimatedMovie):
    """A program's own movie."""


def movies() -> dict[str, object]:
    """What QMovie and QLabel do, and what replaces them."""
    return {
        "Qt": _steps(QtGui.QMovie, QtWidgets.QLabel),
        "here": _steps(AnimatedMovie, AnimatedLabel),
        "derived": _steps(OwnMovie, OwnLabel),
        "lacking": sorted(name for name in dir(QtGui.QMovie) if not hasattr(AnimatedMovie, name)),
        "feature": isinstance(QtWidgets.QLabel.text, property),
    }


def _steps(make_movie: Callable[..., Any], make_label: Callable[[], Any]) -> list[object]:
    movie, label = make_movie(str(BALL), speed=150), make_label()
    seen: list[object] = [movie.speed]
    movie.speed = 200
    movie.speed += 50
    cache_all = QtGui.QMovie.CacheMode.CacheAll
    if IS_SNAKE:
        movie.cache_mode = cache_all
        seen.append(movie.cache_mode == cache_all)
    else:
        movie.cacheMode = cache_all
        seen.append(movie.cacheMode == cache_all)
    seen += [movie.speed, movie.property("speed"), movie.property("cacheMode") == cache_all]
    of(movie, "setScaledSize")(QtCore.QSize(40, 20))
    of(label, "setMovie")(movie)
    label.show()
    movie.start()
    seen += [run_until(lambda: of(movie, "currentFrameNumber")() >= 2), label.movie() is movie]
    of(movie, "setPaused")(True)
    seen += [label.pixmap is not None, of(label, "sizeHint").width(), label.size.width() > 0]
    label.text = "else"
    seen += [label.movie() is None, label.text, of(movie, "jumpToFrame")(0), of(movie, "currentPixmap")().width()]
    of(label, "setMovie")(movie)
    label.clear()
    seen += [label.movie() is None, label.text]
    movie.stop()
    return seen


def widget() -> dict[str, object]:
    """Windows with a widget, and a label with an attached movie."""
    return {f"{make[0].__name__}, {name}": value for make in KINDS for name, value in _shown(*make).items()}


def _shown(make_widget: Callable[..., Any], make_movie: Callable[..., Any]) -> dict[str, object]:
    window = QtWidgets.QWidget()
    row = QtWidgets.QHBoxLayout(window)
    view = make_widget(str(BALL), window, aspect_ratio_mode=QtCore.Qt.AspectRatioMode.KeepAspectRatio)
    label, movie = QtWidgets.QLabel(), make_movie(str(BALL))
    movie.attach(label)
    movie.start()
    of(row, "addWidget")(view)
    of(row, "addWidget")(label)
    of(view, "setAlignment")(QtCore.Qt.AlignmentFlag.AlignCenter)
    window.show()
    seen: dict[str, object] = {"plays": run_until(lambda: view.player.stats.shown > 3)}
    image = of(view.grab(), "toImage")()
    seen["draws"] = len({of(image, "pixelColor")(x, y).name() for x in range(20, 140) for y in (40, 80, 120)}) > 3
    seen["hint"] = of(view, "sizeHint")() == QtCore.QSize(160, 160)
    seen["label"] = label.pixmap.width() == 160
    label.text = "else"
    shown = movie.player.stats.shown
    seen["lets go"] = run_until(lambda: movie.player.stats.shown > shown + 1) and label.text == "else"
    window.hide()
    seen["pauses"] = view.player.state is sd.PlayerState.PAUSED
    window.visible = True
    seen["goes on"] = run_until(lambda: view.player.state is sd.PlayerState.PLAYING)
    window.resize(500, 400)
    run_until(lambda: view.size.width() > 200)
    seen["grows"] = view.size.width() > 200
    view.close()
    seen["closes"] = view.player is None
    return seen


KINDS = ((AnimatedImageWidget, AnimatedMovie), (OwnWidget, OwnMovie))

if __name__ == "__main__":
    main({name: value for name, value in vars(sys.modules[__name__]).items() if callable(value)})
