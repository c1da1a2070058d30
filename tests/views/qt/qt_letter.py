"""Programs for test_qt_letter.py: what a movie shares with QMovie that scripts/compare_qmovie.py cannot compare."""

from __future__ import annotations

import gc
import sys
import threading

from qt_stage import process_events, run_until

import sddisplaylink as sd
from sddisplaylink.views.qt import AnimatedImageWidget, AnimatedLabel, AnimatedMovie
from sddisplaylink.views.qt.binding import BINDING, QtCore, QtGui, QtWidgets
from support.window_driver import main
from support.window_scenes import BALL


def keywords() -> dict[str, object]:
    """A slot for every signal that a movie has, and two sources at once."""
    seen: list[str] = []
    names = ("started", "finished", "stateChanged", "frameChanged", "loopFinished", "updated", "resized", "error")
    slots = {name: lambda *_, name=name: seen.append(name) for name in names}
    movie = AnimatedMovie(fileName=str(BALL), loop_count=1, speed=1000, **slots)
    movie.start()
    run_until(lambda: "finished" in seen)
    try:
        AnimatedMovie(BALL, device=QtCore.QBuffer())
    except TypeError as error:
        refused = str(error)
    return {"seen": sorted(set(seen)), "refused": refused}


def snake_case() -> dict[str, object]:
    """The names that PySide6's feature of that name gives to QMovie's methods, without the feature."""
    movie = AnimatedMovie(BALL)
    movie.set_speed(200)
    movie.set_scaled_size(QtCore.QSize(40, 40))
    movie.jump_to_frame(3)
    label = AnimatedLabel()
    label.set_movie(movie)
    widget = AnimatedImageWidget(BALL, aspect_ratio_mode=QtCore.Qt.AspectRatioMode.KeepAspectRatio)
    lacking = [name for name in dir(QtGui.QMovie) if name[0].islower() and not hasattr(AnimatedMovie, name)]
    return {
        "speed": movie.speed(),
        "number": movie.current_frame_number(),
        "width": movie.current_pixmap().width(),
        "formats": AnimatedMovie.supported_formats() == AnimatedMovie.supportedFormats(),
        "label": label.movie() is movie,
        "mode": widget.aspect_ratio_mode().name,
        "lacking": lacking,
    }


def threads() -> dict[str, object]:
    """Made off the GUI thread."""
    raised: list[str] = []

    def make() -> None:
        for source in (BALL, "/not/here.gif"):
            try:
                AnimatedMovie(source)
            except sd.ClockError as error:
                raised.append(str(error))

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    return {"raised": raised}


def attached() -> dict[str, object]:
    """QLabels that a movie was attached to, and that are given something else, while it plays."""
    seen: dict[str, object] = {}
    for name, change in {
        "setText": lambda label: label.setText("Done"),
        "clear": lambda label: label.clear(),
        "setPixmap": lambda label: label.setPixmap(QtGui.QPixmap(8, 8)),
        "property": lambda label: label.setProperty("text", "Done"),
        "setMovie": lambda label: label.setMovie(QtGui.QMovie(str(BALL), QtCore.QByteArray(), label)),
    }.items():
        movie, label = AnimatedMovie(BALL), QtWidgets.QLabel("Loading")
        movie.attach(label)
        movie.start()
        seen["plays"] = run_until(lambda movie=movie, label=label: not label.pixmap().isNull())
        change(label)
        said = label.text(), label.pixmap().width()
        number = movie.currentFrameNumber()
        run_until(lambda movie=movie, number=number: movie.currentFrameNumber() > number + 1)
        seen[name] = (label.text(), label.pixmap().width()) == said and not movie.is_attached(label)
    movie.attach(label)
    again = movie.is_attached(label)
    movie.detach(label)
    movie.detach(label)
    return seen | {"again": again, "detached": not movie.is_attached(label)}


def many_movies() -> dict[str, object]:
    """One label that shows a movie after the other keeps nothing of the earlier ones."""
    label = QtWidgets.QLabel()
    for _ in range(50):
        movie = AnimatedMovie(BALL)
        movie.attach(label)
        movie.start()
        process_events()
    del movie
    gc.collect()
    process_events()
    AnimatedMovie(BALL).attach(label)
    process_events()
    return {"children": len(label.children()) <= 1, "players": sd.diagnostics()["players"] <= 1, "binding": BINDING}


def proxied() -> dict[str, object]:
    """A widget in a scene pauses while no view of the scene is visible."""
    widget = AnimatedImageWidget(BALL)
    scene = QtWidgets.QGraphicsScene()
    box = QtWidgets.QWidget()
    QtWidgets.QVBoxLayout(box).addWidget(widget)
    proxy = scene.addWidget(box)
    player, seen = widget.player, {}

    def moves() -> bool:
        before = player.stats.shown
        return run_until(lambda: player.stats.shown > before + 2)

    def rests() -> bool:
        at_rest = run_until(lambda: player.state is sd.PlayerState.PAUSED)
        return at_rest and run_until(lambda: sd.diagnostics()["running_sources"] == 0)

    seen["without a view"] = rests()
    view = QtWidgets.QGraphicsView(scene)
    view.show()
    seen["in a view"] = moves()
    view.hide()
    seen["view hidden"] = rests()
    view.show()
    seen["view shown"] = moves()
    view.showMinimized()
    seen["minimised"] = rests()
    view.showNormal()
    seen["restored"] = moves()
    other = QtWidgets.QGraphicsView(scene)
    other.show()
    view.hide()
    seen["another view"] = moves()
    proxy.hide()
    seen["proxy hidden"] = rests()
    proxy.show()
    seen["proxy shown"] = moves()
    player.pause()
    other.hide()
    other.show()
    process_events()
    seen["paused by the user"] = player.state is sd.PlayerState.PAUSED
    other.close()
    scene.clear()
    process_events()
    seen["closed with the scene"] = player.state is sd.PlayerState.CLOSED
    return seen


if __name__ == "__main__":
    main({name: value for name, value in vars(sys.modules[__name__]).items() if callable(value)})
