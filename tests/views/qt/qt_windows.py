"""Qt windows for test_qt_*.py: each function opens some, does something with them, and says what it saw."""

from __future__ import annotations

import sys
import threading

from PIL import Image, ImageChops
from qt_stage import BACKGROUND, QtStage, photograph, process_events, run_until, window

import sddisplaylink as sd
from sddisplaylink.views.qt import AnimatedImageWidget, AnimatedLabel, AnimatedMovie, QtDispatcher
from sddisplaylink.views.qt.binding import BINDING, QtCore, QtWidgets
from sddisplaylink.views.qt.dispatcher import gui_dispatcher
from support import window_scenes
from support.window_driver import main, resources
from support.window_scenes import difference, distance

BALL, SPIRAL = str(window_scenes.BALL), str(window_scenes.SPIRAL)
Qt = QtCore.Qt


def expected(image: sd.AnimatedImage, index: int) -> Image.Image:
    """That frame on the colour of a window."""
    return window_scenes.expected(image, index, BACKGROUND)


# ---- scenarios ----


def sizes() -> dict[str, object]:
    """What a layout asks of widgets; with that binding."""
    hints = [AnimatedImageWidget(path, autoplay=False).sizeHint() for path in (BALL, SPIRAL)]
    return {"binding": BINDING, "hints": [(hint.width(), hint.height()) for hint in hints]}


def reopens() -> dict[str, object]:
    """A widget that was closed and is shown again; and one whose player is the user's."""
    widget = AnimatedImageWidget(BALL)
    pauses = run_until(lambda: widget.player.state is sd.PlayerState.PAUSED)
    widget.show()
    begun = run_until(lambda: widget.player.frame_index > 2)
    widget.close()
    closed = widget.player is None and widget.movie.state().name
    widget.show()
    again = run_until(lambda: widget.player.frame_index > 2)
    widget.close()
    player = sd.AnimatedImagePlayer(BALL)
    other = AnimatedImageWidget(player)
    threads = set()
    player.on_frame = lambda frame: threads.add(threading.get_ident())
    other.show()
    waits = player.state.value
    player.play()
    played = run_until(lambda: player.frame_index > 2)
    other.close()
    hidden = player.state.value
    other.deleteLater()
    del other
    process_events()
    freed = player.state.value
    player.close()
    here = threads == {threading.get_ident()}
    return {
        "own": [pauses, begun, closed, again],
        "given": [waits, played, hidden, freed],
        "callbacks here": here,
    }


def label_appears() -> dict[str, object]:
    """All that is seen of a label with a movie from their creation on, beside a still picture of frame 0."""
    image = sd.AnimatedImage.open(BALL)
    stage = QtStage()
    with stage:
        label, movie = AnimatedLabel(), AnimatedMovie(BALL, clock=sd.ManualClock())
        label.setMovie(movie)
        movie.start()
        stage.add_widget(label)
        still = stage.add_still(image[0].image)
        watch = window_scenes.AppearanceWatch(expected(image, 0))
        size = stage.natural_size(label)
        stage.watch(lambda: watch.look(stage.photograph_if_shown(label), stage.photograph_if_shown(still)))
        return {"size": size, **watch.report()}


def fits() -> dict[str, object]:
    """Where an image is drawn that does not fill its widget, and one that does not fit."""
    clock = sd.ManualClock()
    modes = (None, Qt.AspectRatioMode.KeepAspectRatio, Qt.AspectRatioMode.KeepAspectRatioByExpanding)
    boxes: dict[str, object] = {}
    for mode in (*modes, Qt.AspectRatioMode.IgnoreAspectRatio):
        widget = AnimatedImageWidget(BALL, clock=clock, aspect_ratio_mode=mode)
        widget.setFixedSize(320, 200)
        with window(widget):
            process_events()
            clock.advance(0.1)
            outside = Image.new("RGB", (320, 200), BACKGROUND)
            boxes["none" if mode is None else mode.name] = ImageChops.difference(photograph(widget), outside).getbbox()
            widget.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom)
            process_events()
            boxes["aligned"] = boxes.get("aligned") or ImageChops.difference(photograph(widget), outside).getbbox()
    return boxes


def high_density() -> dict[str, object]:
    """With two pixels of the screen to each of Qt's: an image twice as fine, and one that is not."""
    clock = sd.ManualClock()
    fine, coarse = (AnimatedImageWidget(BALL, clock=clock, image_scale=scale) for scale in (2.0, 1.0))
    with window(fine, coarse):
        fine.setFixedSize(fine.sizeHint())
        process_events()
        clock.advance(0.5)
        seen = {"ratio": fine.devicePixelRatio(), "hint": fine.sizeHint().width(), "fine": difference(QtStage(), fine)}
        seen["smooth"] = _distance_of_doubled(coarse, Image.Resampling.BILINEAR)
        coarse.setTransformationMode(Qt.TransformationMode.FastTransformation)
        return seen | {"fast": _distance_of_doubled(coarse, Image.Resampling.NEAREST)}


def _distance_of_doubled(widget: AnimatedImageWidget, filter_: Image.Resampling) -> int:
    """How far the screen is from the frame, doubled in that manner, in the middle of the widget."""
    doubled = expected(widget.player.image, widget.player.frame_index).resize((320, 320), filter_)
    shot = photograph(widget)
    left, top = (shot.width - 320) // 2, (shot.height - 320) // 2
    return distance(shot.crop((left, top, left + 320, top + 320)), doubled)


def fails() -> dict[str, object]:
    """Errors in callbacks, of files, of frames, and of sources."""
    printed: list[str] = []
    sys.excepthook = lambda kind, error, traceback: printed.append(f"{kind.__name__}: {error}")
    signalled: list[str] = []

    def broken(frame: sd.Frame) -> None:
        raise RuntimeError(f"frame {frame.index}")

    widget = AnimatedImageWidget(BALL, on_frame=broken)
    widget.movie.error.connect(signalled.append)
    with window(widget):
        run_until(lambda: bool(signalled))
        state = widget.player.state.value
        before = widget.player
        refused = []
        for source in (b"no image", "/does/not/exist.gif", 5):
            try:
                widget.set_source(source)
            except Exception as error:
                refused.append(type(error).__name__)
        unchanged = widget.player is before
    players = sd.diagnostics()["players"]
    return {
        "signalled": signalled,
        "printed": printed,
        "state": state,
        "refused": refused,
        "unchanged": unchanged,
        "players": players,
    }


def labels() -> dict[str, object]:
    """QLabels with movies, on the screen."""
    clock = sd.ManualClock()
    movie, plain, own = AnimatedMovie(BALL, clock=clock), QtWidgets.QLabel(), AnimatedLabel()
    movie.attach(plain)
    own.setMovie(movie)
    movie.start()
    with window(plain, own):
        clock.advance(0.5)
        picture = expected(movie.player.image, movie.currentFrameNumber())
        size = movie.player.image.size
        seen = {}
        for name, label in (("attached", plain), ("set", own)):
            label.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
            seen[name] = distance(photograph(label).crop((0, 0, *size)), picture)
        return seen


def refuses() -> dict[str, object]:
    """What must be on the GUI thread; and a dispatcher for links, dropped on another thread."""
    refused: list[str] = []

    def make() -> None:
        try:
            gui_dispatcher()
        except sd.ClockError as error:
            refused.append(type(error).__name__)

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    process_events()
    before = resources()
    ticks: list[int] = []
    dispatchers = [QtDispatcher()]
    with sd.DisplayLink(lambda tick: ticks.append(threading.get_ident()), dispatcher=dispatchers[0]) as link:
        run_until(lambda: len(ticks) > 3)
    del link
    thread = threading.Thread(target=dispatchers.clear)
    thread.start()
    thread.join()
    gone = run_until(lambda: resources() == before)
    return {"off the GUI thread": refused[0], "link": set(ticks) == {threading.get_ident()}, "gone": gone}


def exits() -> None:
    """The process ends while everything plays, and the window is open."""
    widget = AnimatedImageWidget(BALL)
    widget.show()
    assert run_until(lambda: widget.player.frame_index > 2)
    globals()["widget"] = widget


if __name__ == "__main__":
    main({name: value for name, value in vars(sys.modules[__name__]).items() if callable(value)})
