"""This library next to QMovie, in one process and one run.

    python -m benchmarks.playback_qmovie [FILE ...] [--seconds S] [--copies N ...] [--json OUT]

Speed: both play in one window at the same time; how far media time deviates from real time. CPU and memory: one after
the other, with the given numbers of copies. QMovie is shown as Qt's documentation shows it, by a QLabel; ours by
AnimatedImageWidget. Without a display it runs on Qt's offscreen one. Ratios are ours to QMovie's: below 1 is better.
"""

from __future__ import annotations

import argparse
import ctypes
import gc
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sddisplaylink as sd
from benchmarks import generate, machine

if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from sddisplaylink.views.qt import BINDING, AnimatedImageWidget
from sddisplaylink.views.qt.binding import QtCore, QtGui, QtWidgets

BALL = Path(__file__).parent.parent / "examples" / "ball.gif"
FILM = next(recipe for recipe in generate.RECIPES if recipe.name == "video.gif")
FILES = Path("build/benchmarks")
WARM_UP = 1.5  # seconds that a movie plays before it is measured, or is gone before the next is
MIB = 1 << 20


@dataclass(frozen=True)
class Contestant:
    """A library that shows a GIF: makes a widget that plays, and a signal that reports the number of each frame."""

    name: str
    make: Callable[[str], tuple[QtWidgets.QWidget, Any]]


def qmovie(path: str) -> tuple[QtWidgets.QWidget, Any]:
    """As Qt's documentation shows it."""
    label = QtWidgets.QLabel()
    movie = QtGui.QMovie(path, QtCore.QByteArray(), label)
    label.setMovie(movie)
    movie.start()
    return label, movie.frameChanged


def ours(path: str, **options: Any) -> tuple[QtWidgets.QWidget, Any]:
    """By a widget of this library."""
    widget = AnimatedImageWidget(path, **options)
    return widget, widget.movie.frameChanged


QMOVIE = Contestant("QMovie", qmovie)
OURS = Contestant("sddisplaylink", ours)
FRUGAL = Contestant("sddisplaylink, max_buffer_bytes=0", lambda path: ours(path, max_buffer_bytes=0))


def spin(seconds: float) -> None:
    """Run the event loop for so long."""
    loop = QtCore.QEventLoop()
    QtCore.QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


class Window:
    """Copies of an image in a grid, playing, until the end of the block."""

    def __init__(self, path: str, *contestants: Contestant) -> None:
        self._top = QtWidgets.QWidget()
        grid = QtWidgets.QGridLayout(self._top)
        self.signals = []
        for number, contestant in enumerate(contestants):
            widget, signal = contestant.make(path)
            grid.addWidget(widget, number // 10, number % 10)
            self.signals.append(signal)

    def __enter__(self) -> Window:
        self._top.show()
        return self

    def __exit__(self, *exception: object) -> None:
        self.signals.clear()
        self._top.close()
        self._top.deleteLater()
        del self._top
        spin(WARM_UP)
        gc.collect()
        if sys.platform == "linux":
            ctypes.CDLL(None).malloc_trim(0)


class Pace:
    """How far media time has come, by the frames that were shown, against real time."""

    def __init__(self, image: sd.AnimatedImage, signal: Any) -> None:
        self._starts = [sum(image.durations[:number]) for number in range(image.frame_count)]
        self._duration, self._loops, self._last = image.duration, 0, -1
        self.points: list[tuple[float, float]] = []
        signal.connect(self._frame)

    def _frame(self, number: int) -> None:
        self._loops += number < self._last
        self._last = number
        self.points.append((time.monotonic(), self._loops * self._duration + self._starts[number]))

    def result(self) -> dict[str, float]:
        """By what part the movie is too fast (or slow, below 0), how unsteady it is, and how many frames were seen."""
        times, media = zip(*self.points, strict=True)
        speed, start = statistics.linear_regression(times, media)
        jitter = statistics.pstdev(at * speed + start - reached for at, reached in self.points)
        return {"error": speed - 1, "jitter_ms": 1000 * jitter, "frames": len(self.points)}


def measure_speed(path: str, seconds: float) -> dict[str, dict[str, float]]:
    """Both at once."""
    with sd.AnimatedImage.open(path) as image, Window(path, QMOVIE, OURS) as window:
        spin(WARM_UP)
        paces = [Pace(image, signal) for signal in window.signals]
        spin(seconds)
        return {contestant.name: pace.result() for contestant, pace in zip((QMOVIE, OURS), paces, strict=True)}


def measure_cost(path: str, contestant: Contestant, copies: int, seconds: float) -> dict[str, float]:
    """CPU seconds per minute, and memory that was not there before, in MiB."""
    before = resident()
    with Window(path, *[contestant] * copies):
        spin(WARM_UP)
        begun, used = time.monotonic(), time.process_time()
        spin(seconds)
        cpu = 60 * (time.process_time() - used) / (time.monotonic() - begun)
        return {"cpu_seconds_per_minute": cpu, "memory_mib": (resident() - before) / MIB}


def resident() -> int:
    """Memory of this process in RAM, in bytes."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def measure(path: str, seconds: float, copies: list[int]) -> dict[str, Any]:
    """All figures of one file. Warms up first, so that no contestant is charged for what all of them share."""
    for contestant in (QMOVIE, OURS):
        measure_cost(str(BALL), contestant, 1, 0.2)
    speed = measure_speed(path, seconds)
    costs = {
        str(count): {
            contestant.name: measure_cost(path, contestant, count, seconds / 4) for contestant in (QMOVIE, OURS, FRUGAL)
        }
        for count in copies
    }
    return {"speed": speed, "copies": costs}


def report(name: str, results: dict[str, Any]) -> None:
    """Print it for people."""
    print(f"\n{name}")
    speed = results["speed"]
    for name, row in speed.items():
        print(f"{name:34} speed error {row['error']:+.3%}, jitter {row['jitter_ms']:.2f} ms")
    print(f"{'ratio':34} {abs(speed[OURS.name]['error'] / speed[QMOVIE.name]['error']):.4f}\n")
    for count, rows in results["copies"].items():
        for name, row in rows.items():
            line = f"{count:>4} × {name:34} {row['cpu_seconds_per_minute']:7.2f} CPU s/min {row['memory_mib']:8.2f} MiB"
            if name != QMOVIE.name:
                cpu, memory = (row[what] / rows[QMOVIE.name][what] for what in row)
                line += f"   ratios {cpu:.2f} {memory:.2f}"
            print(line)


def main() -> None:
    """Measure, print, and write JSON with --json."""
    parser = argparse.ArgumentParser(description="Compare this library with QMovie.")
    parser.add_argument("files", nargs="*", type=Path, help="instead of a small and a larger GIF")
    parser.add_argument("--seconds", type=float, default=60.0, help="of the speed test; of each other a quarter")
    parser.add_argument("--copies", type=int, nargs="+", default=[1, 10, 100])
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    options = parser.parse_args()
    application = QtWidgets.QApplication(sys.argv[:1])
    application.setQuitOnLastWindowClosed(False)
    facts = {**machine.describe(), "binding": BINDING, "platform": application.platformName()}
    results: dict[str, Any] = {"machine": facts, "seconds": options.seconds, "files": {}}
    for path in options.files or [BALL, generate.make(FILM, FILES)]:
        results["files"][path.name] = measure(str(path), options.seconds, options.copies)
        report(path.name, results["files"][path.name])
    if options.json:
        options.json.write_text(json.dumps(results, indent=2))


if __name__ == "__main__":
    main()
