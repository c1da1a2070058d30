"""Qt windows for test_qt_*.py: each function opens some, does something with them, and says what it saw."""

from __future__ import annotations

import gc
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, ImageChops

import sddisplaylink as sd
from sddisplaylink.views.qt import AnimatedImageWidget, AnimatedLabel, AnimatedMovie, QtDispatcher
from sddisplaylink.views.qt.binding import BINDING, QtCore, QtGui, QtWidgets
from sddisplaylink.views.qt.dispatcher import gui_dispatcher
from support.window_driver import grab, main, resident_bytes, resources

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
BALL, SPIRAL = str(EXAMPLES / "ball.gif"), str(EXAMPLES / "spiral.png")
PATIENCE = 20.0
BACKGROUND = "#30a0f0"
Qt = QtCore.Qt

application = QtWidgets.QApplication(sys.argv[:1])
application.setQuitOnLastWindowClosed(False)


@contextmanager
def window(*widgets: QtWidgets.QWidget, at: tuple[int, int] = (40, 30)) -> Iterator[QtWidgets.QWidget]:
    """A window of one colour with those widgets in it."""
    top = QtWidgets.QWidget()
    palette = top.palette()
    palette.setColor(QtGui.QPalette.ColorRole.Window, QtGui.QColor(BACKGROUND))
    top.setPalette(palette)
    layout = QtWidgets.QVBoxLayout(top)
    for widget in widgets:
        layout.addWidget(widget)
    top.move(*at)
    top.show()
    try:
        yield top
    finally:
        top.close()
        top.deleteLater()
        settle()


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


def settle() -> None:
    """Run what is pending, deletions too, and let the X server answer to all that was drawn."""
    for _ in range(3):
        application.processEvents()
        application.sendPostedEvents(None, QtCore.QEvent.Type.DeferredDelete)
    application.sync()


def photograph(widget: QtWidgets.QWidget) -> Image.Image:
    settle()
    ratio = widget.devicePixelRatio()
    corner = widget.mapToGlobal(QtCore.QPoint(0, 0))
    left, top = round(corner.x() * ratio), round(corner.y() * ratio)
    return grab(box=(left, top, left + round(widget.width() * ratio), top + round(widget.height() * ratio)))


def expected(image: sd.AnimatedImage, index: int) -> Image.Image:
    frame = image[index].image
    return Image.alpha_composite(Image.new("RGBA", frame.size, BACKGROUND), frame).convert("RGB")


def distance(one: Image.Image, other: Image.Image) -> int:
    """How far the two are from each other, at the worst pixel of the worst channel."""
    assert one.size == other.size, (one.size, other.size)
    return max(int(high) for _, high in ImageChops.difference(one, other).getextrema())


def difference(widget: AnimatedImageWidget) -> int:
    """How far the widget on the screen is from the frame that its player reports."""
    player = widget.player
    return distance(photograph(widget), expected(player.image, player.frame_index))


# ---- scenarios ----


def pixels(path: str) -> dict[str, object]:
    """Every frame of a loop, in virtual time."""
    clock = sd.ManualClock()
    widget = AnimatedImageWidget(path, clock=clock)
    with window(widget):
        settle()
        indices, worst = [], 0
        for _ in range(60):
            clock.advance(1 / 60)
            indices.append(widget.player.frame_index)
            worst = max(worst, difference(widget))
        hint = widget.sizeHint()
        return {"indices": indices, "worst": worst, "hint": (hint.width(), hint.height()), "binding": BINDING}


def plays() -> dict[str, object]:
    """In real time, under the event loop."""
    threads, seen, worst = set(), [], []

    def show(number: int) -> None:
        threads.add(threading.get_ident())
        seen.append(number)
        if len(seen) % 8 == 0:
            worst.append(difference(widget))

    widget = AnimatedImageWidget(BALL)
    widget.movie.frameChanged.connect(show)
    with window(widget):
        came = run_until(lambda: len(worst) >= 4)
    here = threads == {threading.get_ident()}
    return {"came": came, "own_thread": here, "different": len(set(seen)), "worst": max(worst)}


def hides() -> dict[str, object]:
    """The window, then only what the widget is in; and what the user does meanwhile."""
    frames: list[int] = []
    widget = AnimatedImageWidget(BALL, on_frame=lambda frame: frames.append(frame.index))
    player, states = widget.player, {}
    run_until(lambda: player.state is sd.PlayerState.PAUSED)
    states["not yet shown"] = player.state.value
    box = QtWidgets.QWidget()
    QtWidgets.QVBoxLayout(box).addWidget(widget)
    with window(box) as top:
        states["begins"] = run_until(lambda: len(frames) > 3)
        top.hide()
        states["hidden"] = player.state.value
        states["quiet"] = run_until(lambda: sd.diagnostics()["running_sources"] == 0)
        states |= wake_ups(frames)
        top.show()
        settle()
        states["shown"], before = player.state.value, len(frames)
        states["goes on"] = run_until(lambda: len(frames) > before + 3)

        box.hide()
        states["box hidden"] = player.state.value
        player.pause()
        box.show()
        settle()
        states["paused meanwhile"] = player.state.value
        box.hide()
        player.play()
        settle()
        states["played meanwhile"] = player.state.value
        box.show()
        settle()
        states["seen again"] = player.state.value

        top.showMinimized()
        settle()
        states["minimised"] = player.state.value
        top.showNormal()
        settle()
        states["restored"] = player.state.value
        return states


def wake_ups(frames: list[int]) -> dict[str, object]:
    """How often anything of ours runs in 300 ms."""
    dispatcher, attended, before = gui_dispatcher(), 0, len(frames)
    run_pending = dispatcher.run_pending

    def attend() -> int:
        nonlocal attended
        attended += 1
        return run_pending()

    dispatcher.run_pending = attend  # type: ignore[method-assign]
    run_until(lambda: False, 0.3)
    del dispatcher.run_pending
    return {"wakes while hidden": attended, "frames while hidden": len(frames) - before}


def ends(how: str) -> dict[str, object]:
    """What is left of widgets that were playing."""
    with window(QtWidgets.QLabel("what Qt itself keeps once it has shown a window")):
        settle()
    before = resources()
    for _ in range(3):
        parent = None if how == "drop" else QtWidgets.QWidget()
        widgets = [AnimatedImageWidget(path, parent) for path in (BALL, SPIRAL, BALL)]
        players = [widget.player for widget in widgets]
        for widget in widgets if parent is None else [parent]:
            widget.show()
        run_until(lambda players=players: all(player.stats.shown > 2 for player in players))
        during = resources()
        end(how, widgets, parent)
        del widget, parent
        states = [player.state.value for player in players]
        del widgets, players
    gc.collect()
    run_until(lambda: resources() == before)
    return {"before": before, "during": during, "after": resources(), "states": states}


def end(how: str, widgets: list[AnimatedImageWidget], parent: QtWidgets.QWidget | None) -> None:
    if how == "close":
        for widget in widgets:
            widget.close()
    elif how == "delete":
        for widget in widgets:
            widget.deleteLater()
    elif how == "delete the parent":
        parent.deleteLater()
    widget = None
    if how == "drop":
        widgets.clear()
    settle()


def reopens() -> dict[str, object]:
    """A widget that was closed and is shown again; and one whose player is the user's."""
    widget = AnimatedImageWidget(BALL)
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
    settle()
    freed = player.state.value
    player.close()
    here = threads == {threading.get_ident()}
    return {
        "own": [begun, closed, again],
        "given": [waits, played, hidden, freed],
        "callbacks here": here,
    }


def grows(count: str) -> dict[str, object]:
    """Memory over that many frames, transparent ones."""
    clock = sd.ManualClock(refresh_rate=1000.0)
    widget = AnimatedImageWidget(SPIRAL, clock=clock, mode=sd.PlaybackMode.BOUNCE, rate=100.0, late_policy="no_skip")
    with window(widget):
        settle()

        def show(frames: int) -> int:
            goal = widget.player.stats.shown + frames
            while widget.player.stats.shown < goal:
                clock.advance(0.001)
                application.processEvents()
            return resident_bytes()

        before = show(500)
        after = show(int(count))
        return {"growth": after - before, "shown": widget.player.stats.shown}


def responds(path: str) -> dict[str, object]:
    """How late an event is that is due every 5 ms: without us, and while a large animation decodes and plays."""
    without = Heartbeat()
    run_until(lambda: False, 1.0)
    without.stop()
    widget = AnimatedImageWidget(path)
    with window(widget):
        during = Heartbeat()
        came = run_until(lambda: widget.player.loop_index > 0)
        during.stop()
        shown = widget.player.stats.shown
    return {"came": came, "shown": shown, "p99": during.p99(), "p99 without": without.p99()}


class Heartbeat:
    """An event every 5 ms, and how late each is handled."""

    def __init__(self) -> None:
        self._late: list[float] = []
        self._due = time.monotonic()
        self._timer = QtCore.QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._beat)
        self._timer.start(0)

    def _beat(self) -> None:
        now = time.monotonic()
        self._late.append(now - self._due)
        self._due = max(self._due, now - 0.005) + 0.005
        self._timer.start(max(0, round((self._due - now) * 1000)))

    def stop(self) -> None:
        self._timer.stop()

    def p99(self) -> float:
        return sorted(self._late)[len(self._late) * 99 // 100]


def fits() -> dict[str, object]:
    """Where an image is drawn that does not fill its widget, and one that does not fit."""
    clock = sd.ManualClock()
    modes = (None, Qt.AspectRatioMode.KeepAspectRatio, Qt.AspectRatioMode.KeepAspectRatioByExpanding)
    boxes: dict[str, object] = {}
    for mode in (*modes, Qt.AspectRatioMode.IgnoreAspectRatio):
        widget = AnimatedImageWidget(BALL, clock=clock, aspect_ratio_mode=mode)
        widget.setFixedSize(320, 200)
        with window(widget):
            settle()
            clock.advance(0.1)
            outside = Image.new("RGB", (320, 200), BACKGROUND)
            boxes["none" if mode is None else mode.name] = ImageChops.difference(photograph(widget), outside).getbbox()
            widget.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom)
            settle()
            boxes["aligned"] = boxes.get("aligned") or ImageChops.difference(photograph(widget), outside).getbbox()
    return boxes


def high_density() -> dict[str, object]:
    """With two pixels of the screen to each of Qt's: an image twice as fine, and one that is not."""
    clock = sd.ManualClock()
    fine, coarse = (AnimatedImageWidget(BALL, clock=clock, image_scale=scale) for scale in (2.0, 1.0))
    coarse.setTransformationMode(Qt.TransformationMode.FastTransformation)
    with window(fine, coarse):
        fine.setFixedSize(fine.sizeHint())
        settle()
        clock.advance(0.5)
        doubled = expected(coarse.player.image, coarse.player.frame_index).resize((320, 320), Image.Resampling.NEAREST)
        shot = photograph(coarse)
        left, top = (shot.width - 320) // 2, (shot.height - 320) // 2
        return {
            "ratio": fine.devicePixelRatio(),
            "fine": difference(fine),
            "coarse": distance(shot.crop((left, top, left + 320, top + 320)), doubled),
            "hint": fine.sizeHint().width(),
        }


def fails() -> dict[str, object]:
    """Errors in callbacks, of files, of frames, and of sources."""
    printed: list[str] = []
    sys.excepthook = lambda kind, error, traceback: printed.append(f"{kind.__name__}: {error}")
    told: list[str] = []

    def broken(frame: sd.Frame) -> None:
        raise RuntimeError(f"frame {frame.index}")

    widget = AnimatedImageWidget(BALL, on_frame=broken)
    widget.movie.error.connect(told.append)
    with window(widget):
        run_until(lambda: bool(told))
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
        "told": told,
        "printed": printed,
        "state": state,
        "refused": refused,
        "unchanged": unchanged,
        "players": players,
    }


def clock_elsewhere() -> dict[str, object]:
    """Virtual time that another thread lets pass, while the event loop runs."""
    clock = sd.ManualClock()
    threads: set[int] = set()
    widget = AnimatedImageWidget(BALL, clock=clock, on_frame=lambda frame: threads.add(threading.get_ident()))
    with window(widget):
        settle()
        shown: list[int] = []

        def advance() -> None:
            for _ in range(5):
                clock.advance(0.2)
                shown.append(widget.player.stats.shown)

        thread = threading.Thread(target=advance)
        thread.start()
        run_until(lambda: not thread.is_alive())
        return {"shown": shown, "here": threads == {threading.get_ident()}}


def waits_for_play() -> dict[str, object]:
    """autoplay=False: the first frame of the mode, and then play()."""
    clock = sd.ManualClock()
    widget = AnimatedImageWidget(BALL, clock=clock, autoplay=False, mode=sd.PlaybackMode.REVERSE)
    with window(widget):
        settle()
        clock.advance(0)
        still = difference(widget), widget.player.frame_index, widget.movie.state().name
        widget.player.play()
        clock.advance(0.5)
        return {"still": still, "then": (difference(widget), widget.player.frame_index)}


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
    settle()
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
