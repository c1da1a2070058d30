"""Movies for test_qt_movie.py: what ours says and does, and beside it what QMovie does."""

from __future__ import annotations

import gc
import sys
import threading
import weakref
from pathlib import Path
from typing import Any

from qt_stage import application, process_events, run_until

import sddisplaylink as sd
from sddisplaylink.views.qt import AnimatedLabel, AnimatedMovie
from sddisplaylink.views.qt.binding import BINDING, QtCore, QtGui, QtWidgets
from sddisplaylink.views.qt.picture import image_of
from support import window_scenes
from support.images import GifPicture, build_gif
from support.window_driver import main

BALL, SPIRAL = str(window_scenes.BALL), str(window_scenes.SPIRAL)
QMovie = QtGui.QMovie
BROKEN = build_gif([GifPicture(delay=5, fill=1), GifPicture(delay=5, data=b"\x0c\x01\xff\x00")], loop=0)


def listen(movie: Any) -> list[Any]:
    """A list that every signal of the movie adds itself to, but for error, of which the types differ."""
    log: list[Any] = []
    movie.started.connect(lambda: log.append("started"))
    movie.finished.connect(lambda: log.append("finished"))
    movie.stateChanged.connect(lambda state: log.append(state.name))
    movie.resized.connect(lambda size: log.append(("resized", size.width(), size.height())))
    movie.updated.connect(lambda area: log.append(("updated", *area.getRect())))
    movie.frameChanged.connect(lambda number: log.append(("frame", number)))
    return log


def says(movie: Any) -> dict[str, object]:
    """What both can be asked."""
    image = movie.currentImage()
    return {
        "valid": movie.isValid(),
        "frames": movie.frameCount(),
        "loops": movie.loopCount(),
        "format": bytes(movie.format().data()).decode(),
        "file": movie.fileName(),
        "state": movie.state().name,
        "number": movie.currentFrameNumber(),
        "area": movie.frameRect().getRect(),
        "image": (image.width(), image.height(), image.isNull()),
        "pixmap": movie.currentPixmap().width(),
        "speed": movie.speed(),
        "scaled": (movie.scaledSize().width(), movie.scaledSize().height()),
        "cache": movie.cacheMode().name,
    }


# ---- scenarios ----


def verbs(side: str) -> list[object]:
    """One thing after the other, without an event loop."""
    make = {"ours": AnimatedMovie, "theirs": QMovie}[side]
    movie, answers = make(BALL), []
    movie.setCacheMode(movie.CacheMode.CacheAll)  # QMovie jumps only then

    def then(*results: object) -> None:
        answers.append([*results, says(movie)])

    then("new")
    then(movie.jumpToNextFrame(), movie.jumpToNextFrame())
    then(movie.jumpToFrame(4), movie.jumpToFrame(4), movie.jumpToFrame(-1))
    then(movie.jumpToFrame(1))
    movie.stop()
    movie = make(BALL)
    then(movie.start())
    then(movie.start())
    then(movie.setPaused(True))
    then(movie.setPaused(True))
    then(movie.start())
    then(movie.setPaused(False))
    then(movie.stop())
    then(movie.setPaused(True))
    then(movie.setPaused(False))
    then(movie.stop(), movie.stop())
    movie = make(BALL)
    movie.setSpeed(200)
    movie.setScaledSize(QtCore.QSize(80, 40))
    movie.setBackgroundColor(QtGui.QColor("red"))
    then(movie.start())
    movie.stop()
    movie.setFileName(str(Path(BALL).with_name("nothing.gif")))
    answers.append([movie.isValid(), movie.fileName(), movie.frameCount(), movie.state().name, movie.speed()])
    movie.setFileName(BALL)
    then(movie.start())
    movie = make(application)  # a parent
    answers.append([movie.isValid(), movie.currentFrameNumber(), movie.fileName(), movie.parent() is application])
    return answers


def signals(side: str) -> list[object]:
    """Two loops, and one that is stopped."""
    data = build_gif([GifPicture(fill=number, delay=5) for number in (1, 2, 3)], loop=1)
    buffer = QtCore.QBuffer()
    buffer.setData(data)
    buffer.open(QtCore.QIODevice.OpenModeFlag.ReadOnly)
    if side == "theirs":
        movie = QMovie(buffer, QtCore.QByteArray(b"gif"))
    else:
        movie = AnimatedMovie(buffer, b"gif", late_policy="no_skip")
    log = listen(movie)
    movie.start()
    run_until(lambda: "finished" in log)
    end = [movie.currentFrameNumber(), movie.state().name, movie.currentImage().width()]
    movie.start()
    run_until(lambda: log.count(("frame", 0)) > 2)
    movie.setPaused(True)
    movie.setPaused(False)
    movie.stop()
    return [*log, end]


def speeds() -> dict[str, object]:
    """Percent, of a clock of ours."""
    clock = sd.ManualClock()
    movie = AnimatedMovie(BALL, clock=clock)
    log = listen(movie)
    movie.setSpeed(300)
    movie.start()
    clock.advance(1 / 60)
    clock.advance(0.75)
    fast = movie.currentFrameNumber(), movie.player.loop_index
    movie.setSpeed(0)
    clock.advance(10)
    held = movie.currentFrameNumber(), movie.state().name, "finished" in log
    movie.setSpeed(-100)
    clock.advance(0.1)
    back = movie.currentFrameNumber() < held[0]
    movie.setSpeed(-200)
    movie.jumpToFrame(8)  # lasts 60 ms
    return {"fast": fast, "held": held, "goes back": back, "speed": movie.speed(), "delay": movie.nextFrameDelay()}


def failures() -> dict[str, object]:
    """Files that are not there or no images, and a frame that is broken."""
    sys.excepthook = lambda kind, error, traceback: printed.append(kind.__name__)
    printed: list[str] = []
    seen: dict[str, object] = {}
    for name, source in (("missing", "/not/here.gif"), ("text", __file__), ("bytes", b"GIF89a")):
        movie = AnimatedMovie(source)
        errors: list[str] = []
        movie.error.connect(errors.append)
        log = listen(movie)
        movie.start()
        seen[name] = [movie.isValid(), movie.jumpToFrame(0), movie.lastError().name, len(errors), log]
        assert errors == [movie.lastErrorString()], errors
    movie = AnimatedMovie(BROKEN)
    movie.error.connect(errors.append)
    log = listen(movie)
    movie.start()
    seen["broken frame reported"] = [
        run_until(lambda: "finished" in log),
        movie.state().name,
        bool(errors[-1]),
        printed[:],
    ]
    movie.close()
    unheard = AnimatedMovie(BROKEN)
    unheard.start()
    seen["unheard"] = [run_until(lambda: bool(printed)), printed[:]]
    try:
        movie.set_source("/not/here.gif")
    except OSError as error:
        seen["set_source"] = type(error).__name__
    return seen


def slots() -> dict[str, object]:
    """An exception in a slot goes where the binding sends it, and playback goes on."""
    raised: list[str] = []
    sys.excepthook = lambda kind, error, traceback: raised.append(f"{kind.__name__}: {error}")
    movie = AnimatedMovie(BALL)

    def slot(number: int) -> None:
        raise RuntimeError(str(number))

    movie.frameChanged.connect(slot)
    movie.start()
    went_on = run_until(lambda: len(raised) >= 3 and movie.currentFrameNumber() > 2)
    return {"went on": went_on, "first": raised[0], "state": movie.state().name}


def sources() -> dict[str, object]:
    """Everything that a movie can be made of; two of one file share their image."""
    one, other = AnimatedMovie(BALL), AnimatedMovie(Path(BALL))
    shared = one.player.image is other.player.image
    icon = ":/qt-project.org/styles/commonstyle/images/file-16.png"
    buffer = QtCore.QBuffer()
    buffer.setData(Path(SPIRAL).read_bytes())
    given = sd.AnimatedImagePlayer(SPIRAL)
    with sd.AnimatedImage.open(SPIRAL) as image, open(SPIRAL, "rb") as file:
        made = {
            "resource": AnimatedMovie(icon),
            "qrc": AnimatedMovie(f"qrc{icon}"),
            "closed device": AnimatedMovie(buffer),
            "bytes": AnimatedMovie(Path(SPIRAL).read_bytes()),
            "file": AnimatedMovie(file),
            "image": AnimatedMovie(image),
            "player": AnimatedMovie(given),
        }
        seen = {name: [movie.isValid(), movie.frameCount(), movie.fileName()] for name, movie in made.items()}
        seen["device"] = made["closed device"].device() is buffer
        for movie in made.values():
            movie.close()
        seen["given stays open"] = given.state.value
        seen["image stays open"] = image.frame(0).index
    given.close()
    return seen | {"shared": shared}


def memory() -> dict[str, object]:
    """An image is the frame's memory, holds it for as long as a copy lives, and cannot be used to change the frame."""
    with sd.AnimatedImage.open(SPIRAL) as opened:
        frame = opened.frame(5)
        before = bytes(frame.rgba)
        image = QtGui.QImage(image_of(frame))
        painted = QtGui.QImage(image)
        painted.fill(QtGui.QColor("red"))
        unchanged = bytes(frame.rgba) == before
    gone = weakref.ref(frame)
    owner = frame.rgba.obj
    del frame, painted, opened
    gc.collect()
    held = sys.getrefcount(owner)
    copy = QtGui.QImage(image)
    del image
    gc.collect()
    still_held = sys.getrefcount(owner)
    filling = [bytes([number]) * len(before) for number in range(50)]
    straight = copy.convertToFormat(QtGui.QImage.Format.Format_RGBA8888)
    same = bytes(straight.constBits() if BINDING == "PySide6" else straight.constBits().asarray(len(before))) == before
    del copy, straight, filling
    gc.collect()
    return {
        "frame gone": gone() is None,
        "unchanged": unchanged,
        "held": held - sys.getrefcount(owner),
        "held by the copy": still_held - sys.getrefcount(owner),
        "same pixels": same,
    }


def label_size(begin: str) -> dict[str, object]:
    """A label that is shown before the event loop runs has the size of the movie, as with QMovie."""
    sizes = []
    for label, movie in ((QtWidgets.QLabel(), QMovie(BALL)), (AnimatedLabel(), AnimatedMovie(BALL))):
        label.setMovie(movie)
        movie.start() if begin == "start" else movie.jumpToFrame(0)
        label.show()
        sizes.append((label.sizeHint().width(), label.width(), label.height()))
        label.close()
    return {"theirs": sizes[0], "ours": sizes[1]}


def labels() -> dict[str, object]:
    """QLabels that show a movie; and what is left when the labels, or the movie, are deleted."""
    movie, label = AnimatedMovie(SPIRAL), QtWidgets.QLabel()
    movie.attach(label)
    movie.start()
    played = run_until(lambda: movie.currentFrameNumber() > 2 and not label.pixmap().isNull())
    movie.setPaused(True)
    process_events()
    same = label.pixmap().toImage() == movie.currentPixmap().toImage()
    other = AnimatedLabel()
    other.setMovie(movie)
    at_once = other.pixmap().width(), other.movie() is movie
    label.deleteLater()
    process_events()
    movie.setPaused(False)
    number = movie.currentFrameNumber()
    after = run_until(lambda: movie.currentFrameNumber() != number)
    theirs = QMovie(BALL)
    other.setMovie(theirs)
    switched = other.movie() is theirs or other.movie().fileName() == BALL
    key = other.pixmap().cacheKey()
    run_until(lambda: movie.currentFrameNumber() == number)
    left_alone = other.pixmap().cacheKey() == key
    movie.deleteLater()
    process_events()
    return {
        "played": played,
        "same": same,
        "at once": at_once,
        "after a label": after,
        "switched": switched,
        "left alone": left_alone,
        "players": sd.diagnostics()["players"],
    }


def object_lifetime() -> dict[str, object]:
    """A movie ends with its parent, and with its last reference, also while it plays."""
    seen: dict[str, object] = {}
    parent = QtCore.QObject()
    movie = AnimatedMovie(BALL, b"", parent)
    movie.frameChanged.connect(lambda number: None)
    movie.start()
    player = movie.player
    run_until(lambda: player.frame_index > 1)
    parent.deleteLater()
    process_events()
    seen["parent"] = player.state.value
    movie = player = parent = None
    process_events()
    gc.collect()
    seen["pool"] = sd.diagnostics()["pool_bytes"]
    alone = AnimatedMovie(BALL)
    numbers: list[int] = []
    alone.frameChanged.connect(numbers.append)
    alone.start()
    run_until(lambda: len(numbers) > 2)
    playback = weakref.ref(alone._movie_player)
    del alone
    process_events()
    seen["dropped"] = [sd.diagnostics()["players"], sd.diagnostics()["pool_bytes"], playback() is None]
    closing = AnimatedMovie(BALL)
    closing.frameChanged.connect(lambda number: closing.close() if number == 2 else None)
    closing.start()
    seen["closed in a slot"] = [run_until(lambda: closing.player is None), closing.currentImage().width()]
    return seen


def collected_elsewhere() -> dict[str, object]:
    """Movies in reference cycles that the garbage collector finds on another thread, while the event loop runs."""
    gc.disable()
    for _ in range(100):
        for source in (BALL, b"GIF89a"):
            movie = AnimatedMovie(source)
            movie.itself = movie
            movie.start()
        del movie
        process_events()
        collector = threading.Thread(target=gc.collect)
        collector.start()
        while collector.is_alive():
            process_events()
    return {"all ended": run_until(lambda: sd.diagnostics()["players"] == 0)}


def scaled() -> dict[str, object]:
    """A size of its own for the pictures."""
    clock = sd.ManualClock()
    movie = AnimatedMovie(BALL, clock=clock)
    sizes: list[tuple[int, int]] = []
    movie.resized.connect(lambda size: sizes.append((size.width(), size.height())))
    movie.start()
    clock.advance(0.1)
    movie.setScaledSize(QtCore.QSize(32, 16))
    clock.advance(0.1)
    movie.setScaledSize(QtCore.QSize())
    clock.advance(0.1)
    return {"sizes": sizes, "last": movie.currentPixmap().width()}


def caching() -> dict[str, object]:
    """CacheAll is the player's own way of doing it, also for the next file; CacheNone ends it."""
    movie = AnimatedMovie(BALL, cacheMode=AnimatedMovie.CacheAll)
    seen = {"at first": AnimatedMovie(BALL).player.cache_all_frames, "keyword": movie.player.cache_all_frames}
    movie.setFileName(str(SPIRAL))
    seen["next file"] = movie.player.cache_all_frames
    movie.setCacheMode(AnimatedMovie.CacheNone)
    seen["ended"] = movie.player.cache_all_frames
    movie.close()
    movie.setProperty("cacheMode", AnimatedMovie.CacheAll)
    movie.setFileName(str(BALL))
    return {**seen, "set while closed": movie.player.cache_all_frames}


if __name__ == "__main__":
    main({name: value for name, value in vars(sys.modules[__name__]).items() if callable(value)})
