"""Takes the same steps with QMovie and with AnimatedMovie, and prints those whose answers differ.

    python scripts/compare_qmovie.py [--verbose]

Needs PySide6 or PyQt6 (QT_API chooses) and a screen. Exit code 1 if a step differs that the recipe does not list.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sddisplaylink.views.qt import AnimatedLabel, AnimatedMovie
from sddisplaylink.views.qt.binding import BINDING, QtCore, QtGui, QtWidgets

BALL = str(Path(__file__).resolve().parents[1] / "examples" / "ball.gif")
MISSING = str(Path(BALL).with_name("missing.gif"))
TEXT = str(Path(__file__).resolve())
PATIENCE = 10.0
Cache = QtGui.QMovie.CacheMode
State = QtGui.QMovie.MovieState

KNOWN = {
    "unknown keyword": "TypeError, as any Python function raises; PySide6 raises AttributeError, PyQt6 TypeError",
    "keyword fileName": "keywords may name the source under PyQt6 as well",
    "keyword device": "keywords may name the source under PyQt6 as well",
    "start: signals": "its signals come at the next refresh instead of inside start()",
    "start twice: signals": "its signals come at the next refresh instead of inside start()",
    "jumpToFrame: signals": "they come when the frame is decoded; currentImage() has it at once",
    "jumpToFrame out of range": "False where there is no such frame; QMovie says True without CacheAll",
    "jumpToFrame without CacheAll": "any frame can be jumped to; QMovie stops with an error",
    "jumpToNextFrame after the last": "False, as there is none; QMovie begins again",
    "start after jumpToFrame": "continues with the frame that was jumped to; QMovie with the next one",
    "setSpeed: 0": "0 holds the frame; QMovie shows one more",
    "setSpeed: negative": "negative runs backwards; QMovie stands still",
    "setBackgroundColor": "backgroundColor() is what was set; QMovie forgets it for formats without one",
    "new file while running: frames": "the new file plays on; QMovie stands still until stop() and start()",
    "setFileName missing while running": "stops with an error; QMovie says that it runs, and stands still",
    "no image": "jumpToFrame(0) is False where there is no image",
    "error: what it carries": "the message, which names the file; lastError() has the kind",
    "another format": "the format is found in the data, whatever format is given; QMovie takes only that one",
    "device of a file name": "None, as no file stays open; QMovie has a QFile",
    "isValid: signals": "isValid() emits nothing; QMovie's emits error when it is asked of an invalid movie",
    "lastError of what is no image": "InvalidDataError; QMovie says UnsupportedFormatError once it has been started",
    "label pixmap": "the frame that it shows; QLabel's is null while it has a movie",
    "label setText as it was": "the frame that it shows; QLabel's is null while it has a movie",
    "label that is disabled": "a disabled label is drawn as disabled, as with a pixmap; QLabel draws a movie as ever",
    "supportedFormats": "what Pillow animates, APNG too; QMovie says what Qt's plugins animate",
}
"""Steps that differ, and why. docs/recipes/qt.md says the same."""


class Side:
    """QMovie with QLabel, or what replaces them; each step is a method, and its answer is what it returns."""

    def __init__(self, movie: Callable[..., Any], label: Callable[[], Any]) -> None:
        self.make, self.make_label = movie, label

    def playing(self, **keywords: Any) -> Any:
        """A movie that has shown its first frames."""
        movie = self.make(BALL, **keywords)
        movie.start()
        run_until(lambda: movie.currentFrameNumber() >= 2)
        return movie

    def shown(self) -> tuple[Any, Any]:
        """A movie that plays in a label on the screen."""
        movie, label = self.make(BALL), self.make_label()
        label.setMovie(movie)
        label.show()
        movie.start()
        run_until(lambda: movie.currentFrameNumber() >= 2)
        return movie, label


def run_until(condition: Callable[[], bool], patience: float = PATIENCE) -> bool:
    """Run the event loop until then."""
    loop, timer, end = QtCore.QEventLoop(), QtCore.QTimer(), time.monotonic() + patience
    timer.timeout.connect(lambda: loop.quit() if condition() or time.monotonic() > end else None)
    timer.start(2)
    loop.exec()
    return condition()


def signals(movie: Any) -> list[Any]:
    """A list that grows with what the movie emits."""
    log: list[Any] = []
    movie.started.connect(lambda: log.append("started"))
    movie.finished.connect(lambda: log.append("finished"))
    movie.stateChanged.connect(lambda state: log.append(state.name))
    movie.resized.connect(lambda size: log.append(("resized", size.width(), size.height())))
    movie.updated.connect(lambda area: log.append(("updated", *area.getRect())))
    movie.frameChanged.connect(lambda number: log.append(("frame", number)))
    movie.error.connect(lambda error: log.append("error"))
    return log


def buffer_of(path: str) -> Any:
    """An open device with the content of that file."""
    buffer = QtCore.QBuffer()
    buffer.setData(QtCore.QByteArray(Path(path).read_bytes()))
    buffer.open(QtCore.QIODevice.OpenModeFlag.ReadOnly)
    return buffer


def size(thing: Any) -> tuple[int, int]:
    """Of an image, a pixmap, or a QSize."""
    return thing.width(), thing.height()


def longest(delay: Callable[[], int]) -> int:
    """The longest of some delays, in tens: from each QMovie has deducted the time it took to decode."""
    return round(max(delay() for _ in range(10)), -1)


# ---- being made ----


def step_new_facts(side: Side) -> object:
    m = side.make(BALL)
    return m.isValid(), m.frameCount(), m.loopCount(), m.state().name, m.currentFrameNumber(), m.speed()


def step_new_sizes(side: Side) -> object:
    m = side.make(BALL)
    return size(m.scaledSize()), m.frameRect().getRect(), m.currentImage().isNull(), m.currentPixmap().isNull()


def step_new_settings(side: Side) -> object:
    m = side.make(BALL)
    return m.cacheMode().name, m.backgroundColor().isValid(), bytes(m.format()), m.nextFrameDelay()


def step_without_a_source(side: Side) -> object:
    m = side.make()
    return m.isValid(), m.fileName(), m.frameCount(), m.loopCount(), m.state().name, m.device() is None


def step_parent_only(side: Side) -> object:
    parent = QtCore.QObject()
    m = side.make(parent)
    return m.parent() is parent, m.isValid()


def step_format_and_parent(side: Side) -> object:
    parent = QtCore.QObject()
    m = side.make(BALL, QtCore.QByteArray(b"gif"), parent)
    return m.parent() is parent, bytes(m.format()), m.isValid()


def step_keyword_fileName(side: Side) -> object:
    m = side.make(fileName=BALL)
    return m.isValid(), m.fileName() == BALL


def step_keyword_device(side: Side) -> object:
    b = buffer_of(BALL)
    m = side.make(device=b)
    return m.isValid(), m.fileName(), m.device() is b


def step_keywords_format_parent(side: Side) -> object:
    parent = QtCore.QObject()
    m = side.make(BALL, format=QtCore.QByteArray(b"gif"), parent=parent)
    return m.parent() is parent, bytes(m.format())


def step_keyword_properties(side: Side) -> object:
    m = side.make(BALL, speed=150, cacheMode=Cache.CacheAll, objectName="spin")
    return m.speed(), m.cacheMode().name, m.objectName()


def step_keyword_signal(side: Side) -> object:
    numbers: list[int] = []
    m = side.make(BALL, frameChanged=numbers.append)
    m.start()
    return run_until(lambda: len(numbers) > 2)


def step_unknown_keyword(side: Side) -> object:
    return side.make(BALL, spin=3)


# ---- Qt's properties ----


def step_setProperty_speed(side: Side) -> object:
    m = side.make(BALL)
    return m.setProperty("speed", 250), m.speed(), m.property("speed")


def step_setProperty_cacheMode(side: Side) -> object:
    m = side.make(BALL)
    return m.setProperty("cacheMode", Cache.CacheAll), m.cacheMode().name


def step_property_follows(side: Side) -> object:
    m = side.make(BALL)
    m.setSpeed(42)
    return m.property("speed")


def step_metaobject(side: Side) -> object:
    about = side.make(BALL).metaObject()
    return about.indexOfProperty("speed") > 0, about.indexOfProperty("cacheMode") > 0


def step_property_animation(side: Side) -> object:
    m = side.playing()
    animation = QtCore.QPropertyAnimation(m, QtCore.QByteArray(b"speed"))
    animation.setDuration(50)
    animation.setStartValue(100)
    animation.setEndValue(300)
    animation.start()
    return run_until(lambda: m.speed() == 300)


def step_slots_by_name(side: Side) -> object:
    m = side.make(BALL)
    QtCore.QMetaObject.invokeMethod(m, "start")
    state = m.state().name
    QtCore.QMetaObject.invokeMethod(m, "stop")
    return state, m.state().name


# ---- playing ----


def step_start(side: Side) -> object:
    m = side.make(BALL)
    m.start()
    return m.state().name, m.currentFrameNumber(), size(m.currentImage()), m.frameRect().getRect()


def step_start__signals(side: Side) -> object:
    m = side.make(BALL)
    log = signals(m)
    m.start()
    return log


def step_start_twice__signals(side: Side) -> object:
    m = side.make(BALL)
    log = signals(m)
    m.start()
    m.start()
    return log


def step_all_signals_of_two_frames(side: Side) -> object:
    m = side.make(BALL)
    log = signals(m)
    m.start()
    run_until(lambda: len(log) >= 7)
    m.stop()
    return [entry[0] if isinstance(entry, tuple) else entry for entry in log[:7]]


def step_pause(side: Side) -> object:
    m = side.playing()
    m.setPaused(True)
    number = m.currentFrameNumber()
    run_until(lambda: m.currentFrameNumber() != number, 0.3)
    return m.state().name, m.currentFrameNumber() == number


def step_pause_and_go_on(side: Side) -> object:
    m = side.playing()
    m.setPaused(True)
    number = m.currentFrameNumber()
    m.setPaused(False)
    return m.state().name, run_until(lambda: m.currentFrameNumber() > number)


def step_start_goes_on_after_a_pause(side: Side) -> object:
    m = side.playing()
    m.setPaused(True)
    log = signals(m)
    m.start()
    return m.state().name, [entry for entry in log if isinstance(entry, str)]


def step_pause_twice__signals(side: Side) -> object:
    m = side.playing()
    m.setPaused(True)
    log = signals(m)
    m.setPaused(True)
    return log


def step_pause_at_rest(side: Side) -> object:
    m = side.make(BALL)
    m.setPaused(True)
    return m.state().name


def step_unpause_at_rest(side: Side) -> object:
    m = side.make(BALL)
    m.setPaused(False)
    return m.state().name, m.currentFrameNumber()


def step_stop(side: Side) -> object:
    m = side.playing()
    log = signals(m)
    m.stop()
    return m.state().name, log, m.currentImage().isNull()


def step_start_after_stop(side: Side) -> object:
    m = side.playing()
    m.stop()
    m.start()
    return m.state().name, m.currentFrameNumber()


def step_start_when_invalid(side: Side) -> object:
    m = side.make(MISSING)
    log = signals(m)
    m.start()
    return log, m.state().name


def step_start_without_a_source(side: Side) -> object:
    m = side.make()
    log = signals(m)
    m.start()
    return log, m.state().name


# ---- frames ----


def step_jumpToFrame(side: Side) -> object:
    m = side.make(BALL)
    m.setCacheMode(Cache.CacheAll)
    return m.jumpToFrame(4), m.currentFrameNumber(), size(m.currentImage()), m.state().name


def step_jumpToFrame__signals(side: Side) -> object:
    m = side.make(BALL, cacheMode=Cache.CacheAll)
    log = signals(m)
    m.jumpToFrame(3)
    return log


def step_jumpToFrame_out_of_range(side: Side) -> object:
    m = side.make(BALL)
    return m.jumpToFrame(-1), m.jumpToFrame(1000)


def step_jumpToFrame_back(side: Side) -> object:
    m = side.make(BALL)
    m.setCacheMode(Cache.CacheAll)
    m.jumpToFrame(4)
    return m.jumpToFrame(1), m.currentFrameNumber()


def step_jumpToFrame_without_CacheAll(side: Side) -> object:
    m = side.playing()
    return m.jumpToFrame(8), m.state().name


def step_jumpToNextFrame(side: Side) -> object:
    m = side.make(BALL)
    return m.jumpToNextFrame(), m.currentFrameNumber(), m.jumpToNextFrame(), m.currentFrameNumber()


def step_jumpToNextFrame_after_the_last(side: Side) -> object:
    m = side.make(BALL, cacheMode=Cache.CacheAll)
    m.jumpToFrame(m.frameCount() - 1)
    return m.jumpToNextFrame()


def step_start_after_jumpToFrame(side: Side) -> object:
    m = side.make(BALL, cacheMode=Cache.CacheAll)
    m.jumpToFrame(3)
    m.start()
    return m.currentFrameNumber()


def step_jump_while_running(side: Side) -> object:
    m = side.playing(cacheMode=Cache.CacheAll)
    m.jumpToFrame(10)
    return m.state().name, m.currentFrameNumber(), run_until(lambda: m.currentFrameNumber() > 10)


def step_nextFrameDelay(side: Side) -> object:
    m = side.make(BALL, cacheMode=Cache.CacheAll)
    return longest(lambda: (m.jumpToFrame(1), m.jumpToFrame(2), m.nextFrameDelay())[-1])


def step_nextFrameDelay_at_half_speed(side: Side) -> object:
    def started() -> int:
        m = side.make(BALL)
        m.setSpeed(50)
        m.start()
        return int(m.nextFrameDelay())

    return longest(started)


# ---- settings ----


def step_setSpeed(side: Side) -> object:
    m = side.playing()
    m.setSpeed(300)
    return m.speed(), m.state().name


def step_setSpeed__0(side: Side) -> object:
    m = side.playing()
    number = m.currentFrameNumber()
    m.setSpeed(0)
    run_until(lambda: m.currentFrameNumber() != number, 0.3)
    return m.speed(), m.state().name, m.currentFrameNumber() == number


def step_setSpeed__negative(side: Side) -> object:
    m = side.playing()
    number = m.currentFrameNumber()
    m.setSpeed(-100)
    return m.speed(), run_until(lambda: m.currentFrameNumber() < number, 1.0)


def step_setScaledSize(side: Side) -> object:
    m = side.make(BALL)
    m.setScaledSize(QtCore.QSize(80, 40))
    m.start()
    return size(m.scaledSize()), size(m.currentImage()), size(m.currentPixmap()), m.frameRect().getRect()


def step_setCacheMode(side: Side) -> object:
    m = side.make(BALL)
    m.setCacheMode(Cache.CacheAll)
    return m.cacheMode().name, m.CacheMode.CacheNone.name


def step_setBackgroundColor(side: Side) -> object:
    m = side.make(BALL)
    m.setBackgroundColor(QtGui.QColor("red"))
    return m.backgroundColor().name()


# ---- files, devices, errors ----


def step_setFileName_while_running(side: Side) -> object:
    m = side.playing()
    log = signals(m)
    m.setFileName(str(Path(BALL).with_name("ball.gif")))
    return m.state().name, m.currentFrameNumber(), m.isValid(), [entry for entry in log if isinstance(entry, str)]


def step_new_file_while_running__frames(side: Side) -> object:
    m = side.playing()
    m.setFileName(BALL)
    return run_until(lambda: m.currentFrameNumber() > 0, 1.0)


def step_setFileName_while_paused(side: Side) -> object:
    m = side.playing()
    m.setPaused(True)
    m.setFileName(BALL)
    answer = m.state().name, m.currentFrameNumber()
    m.setPaused(False)
    return answer, run_until(lambda: m.currentFrameNumber() > 0), m.state().name


def step_setFileName_missing_while_running(side: Side) -> object:
    m = side.playing()
    m.setFileName(MISSING)
    return m.isValid(), m.state().name, m.frameCount(), m.fileName() == MISSING


def step_setFileName_and_start(side: Side) -> object:
    m = side.make(MISSING)
    m.setFileName(BALL)
    m.start()
    return m.isValid(), m.state().name, m.currentFrameNumber()


def step_setDevice(side: Side) -> object:
    b = buffer_of(BALL)
    m = side.make()
    m.setDevice(b)
    m.start()
    return m.isValid(), m.device() is b, m.fileName(), m.state().name


def step_a_file_as_device(side: Side) -> object:
    file = QtCore.QFile(BALL)
    file.open(QtCore.QIODevice.OpenModeFlag.ReadOnly)
    m = side.make()
    m.setDevice(file)
    return m.isValid(), m.fileName() == BALL, m.device() is file


def step_setDevice_None(side: Side) -> object:
    m = side.make(BALL)
    m.setDevice(None)
    return m.isValid(), m.fileName(), m.frameCount() < 1, m.state().name


def step_setFileName_None(side: Side) -> object:
    m = side.make(BALL)
    m.setFileName(None)
    return m.isValid(), m.fileName(), m.state().name


def step_device_of_a_file_name(side: Side) -> object:
    return type(side.make(BALL).device()).__name__


def step_another_format(side: Side) -> object:
    return side.make(BALL, QtCore.QByteArray(b"png")).isValid()


def step_missing_file(side: Side) -> object:
    m = side.make(MISSING)
    return m.isValid(), m.frameCount(), m.fileName() == MISSING, m.currentImage().isNull()


def step_no_image(side: Side) -> object:
    m = side.make(TEXT)
    return m.isValid(), m.frameCount(), m.jumpToFrame(0), m.state().name


def step_lastError(side: Side) -> object:
    m = side.make(MISSING)
    m.start()
    return m.lastError().name, bool(m.lastErrorString())


def step_lastError_without_a_source(side: Side) -> object:
    return side.make().lastError().name


def step_lastError_of_what_is_no_image(side: Side) -> object:
    return side.make(TEXT).lastError().name


def step_isValid__signals(side: Side) -> object:
    m = side.make(MISSING)
    log = signals(m)
    m.isValid()
    return log


def step_error__what_it_carries(side: Side) -> object:
    m = side.make(MISSING)
    seen: list[str] = []
    m.error.connect(lambda error: seen.append(type(error).__name__))
    m.start()
    return seen


def step_supportedFormats(side: Side) -> object:
    make: Any = side.make
    return sorted(bytes(name).decode() for name in make.supportedFormats())


# ---- labels ----


def label_says(label: Any) -> object:
    return label.text(), label.pixmap().isNull(), label.movie() is None


def after(side: Side, change: Callable[[Any], object]) -> object:
    """What a label says some frames after that has been done to it while its movie played."""
    movie, label = side.shown()
    change(label)
    number = movie.currentFrameNumber()
    run_until(lambda: movie.currentFrameNumber() > number + 1)
    return label_says(label), movie.state().name


def step_label_shows_the_movie(side: Side) -> object:
    movie, label = side.shown()
    return label.movie() is movie, label.text(), size(label.sizeHint())


def step_label_pixmap(side: Side) -> object:
    _, label = side.shown()
    return label.pixmap().isNull()


def step_label_setText_as_it_was(side: Side) -> object:
    return after(side, lambda label: label.setText(""))


def step_label_that_is_disabled(side: Side) -> object:
    movie, label = side.make(BALL), side.make_label()
    label.setMovie(movie)
    movie.jumpToFrame(0)
    label.setEnabled(False)
    label.show()
    return label.grab().toImage().pixelColor(8, 8).name()


def step_label_setText(side: Side) -> object:
    return after(side, lambda label: label.setText("Done"))


def step_label_setPixmap(side: Side) -> object:
    return after(side, lambda label: label.setPixmap(QtGui.QPixmap(8, 8)))


def step_label_setNum(side: Side) -> object:
    return after(side, lambda label: label.setNum(7))


def step_label_clear(side: Side) -> object:
    return after(side, lambda label: label.clear())


def step_label_setProperty_text(side: Side) -> object:
    return after(side, lambda label: label.setProperty("text", "Done"))


def step_label_setMovie_None(side: Side) -> object:
    return after(side, lambda label: label.setMovie(None))


def step_label_setText_before_the_first_frame(side: Side) -> object:
    movie, label = side.make(BALL), side.make_label()
    label.setMovie(movie)
    label.setText("Loading")
    movie.start()
    run_until(lambda: movie.currentFrameNumber() > 1)
    return label_says(label)


# ---- the comparison ----


def attempt(step: Callable[[Side], object], side: Side) -> str:
    """The step's answer, or its exception."""
    try:
        return repr(step(side))
    except Exception as error:
        return type(error).__name__


def compare(verbose: bool) -> set[str]:
    """Take all steps with both; print and return the names of those that differ."""
    theirs, ours = Side(QtGui.QMovie, QtWidgets.QLabel), Side(AnimatedMovie, AnimatedLabel)
    prefix = "step_"
    steps = {name.removeprefix(prefix): value for name, value in globals().items() if name.startswith(prefix)}
    differing = set()
    for code, step in steps.items():
        name = code.replace("__", ": ").replace("_", " ")
        expected, answer = attempt(step, theirs), attempt(step, ours)
        if answer != expected:
            differing.add(name)
        if answer != expected or verbose:
            print(f"{name}\n    QMovie         {expected}\n    AnimatedMovie  {answer}")
        if answer != expected:
            print(f"    because        {KNOWN.get(name, 'NOT KNOWN')}")
    print(f"{BINDING}: {len(differing)} of {len(steps)} steps differ, {len(differing - KNOWN.keys())} of them unknown")
    return differing


def main() -> int:
    """1 if a step differs that is not known to."""
    application = QtWidgets.QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    differing = compare("--verbose" in sys.argv)
    sys.stdout.flush()
    os._exit(bool(differing - KNOWN.keys()))


if __name__ == "__main__":
    main()
