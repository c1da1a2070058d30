"""What AnimatedImageWidget does beside what pictures of every toolkit do (see test_toolkits.py), in real windows."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from support.qt_support import BINDINGS, QtProgram
from support.virtual_screen import VirtualScreen

ROUNDING_OF_SCALING = 4
"""How far Qt and Pillow may be from each other in a picture that is scaled smoothly."""
WITHOUT_QT = """
import sys
import sddisplaylink
sys.modules["PySide6"] = sys.modules["PyQt6"] = None
try:
    import sddisplaylink.views.qt
except ImportError as error:
    assert isinstance(error, sddisplaylink.SDDisplayLinkError)
    print(type(error).__name__, str(error).rpartition(": ")[2])
"""

Run = Callable[..., Any]


@pytest.fixture(params=BINDINGS)
def run(request: pytest.FixtureRequest, virtual_screen: VirtualScreen) -> Run:
    """``run("scenario", ...)`` of qt_windows.py, in each binding."""
    return QtProgram("qt_windows.py", request.param, virtual_screen)


def test_size_hints(run: QtProgram) -> None:
    assert run("sizes") == {"binding": run.binding, "hints": [[160, 160], [96, 96]]}


def test_closed_and_shown_again(run: Run) -> None:
    assert run("reopens") == {
        "own": [True, True, "NotRunning", True],
        "given": ["stopped", True, "paused", "playing"],
        "callbacks here": True,
    }


def test_images_are_placed_as_asked(run: Run) -> None:
    assert run("fits") == {
        "none": [80, 20, 240, 180],
        "aligned": [160, 40, 320, 200],
        "KeepAspectRatio": [60, 0, 260, 200],
        "KeepAspectRatioByExpanding": [0, 0, 320, 200],
        "IgnoreAspectRatio": [0, 0, 320, 200],
    }


def test_high_density_screens(run: Run) -> None:
    seen = run("high_density", QT_SCALE_FACTOR="2")
    assert seen.pop("smooth") <= ROUNDING_OF_SCALING
    assert seen == {"ratio": 2.0, "fine": 0, "fast": 0, "hint": 80}


def test_errors_reach_the_signal_and_the_hook(run: Run) -> None:
    seen = run("fails")
    assert len(seen["signalled"]) == 1
    assert seen["signalled"][0].startswith("frame ")
    assert seen["printed"] == [f"RuntimeError: {seen['signalled'][0]}"]
    assert seen["state"] == "stopped"
    assert seen["refused"] == ["ImageFormatError", "FileNotFoundError", "TypeError"]
    assert seen["unchanged"]
    assert seen["players"] == 0


def test_the_process_may_end_while_everything_plays(run: Run) -> None:
    assert run("exits") is None


def test_the_first_thing_painted_on_a_label_is_the_first_frame(run: Run) -> None:
    assert run("label_appears") == {"size": [160, 160], "torn": 0, "late": 0, "seen": True}


def test_labels_show_movies(run: Run) -> None:
    assert run("labels") == {"attached": 0, "set": 0}


def test_threads_and_applications_are_asked_for(run: Run) -> None:
    assert run("refuses") == {"off the GUI thread": "ClockError", "link": True, "gone": True}


# ---- which binding ----


def test_no_binding(virtual_screen: VirtualScreen) -> None:
    said = run_python(WITHOUT_QT, virtual_screen)
    assert "QtMissingError in a clone of the project, python -m pip install '.[qt]'" in said


@pytest.mark.parametrize("binding", BINDINGS)
def test_the_binding_that_is_imported_already_is_used(binding: str, virtual_screen: VirtualScreen) -> None:
    QtProgram("qt_windows.py", binding, virtual_screen)  # or the test is skipped
    other = next(name for name in BINDINGS if name != binding)
    program = f"import {binding}.QtCore\nfrom sddisplaylink.views.qt import BINDING\nprint(BINDING)"
    assert run_python(program, virtual_screen, QT_API=other.lower()).strip() == binding


def run_python(program: str, screen: VirtualScreen, **more: str) -> str:
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=screen.environment(**more))
    assert done.returncode == 0, done.stderr
    return done.stdout
