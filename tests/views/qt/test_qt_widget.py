"""AnimatedImageWidget in real windows: what is on the screen, when it rests, what it leaves behind."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from support.qt_support import BINDINGS, QtProgram
from support.virtual_screen import VirtualScreen

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
PROMPT = 0.05  # seconds
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
ATTEMPTS = 5

Run = Callable[..., Any]


@pytest.fixture(params=BINDINGS)
def run(request: pytest.FixtureRequest, virtual_screen: VirtualScreen) -> Run:
    """``run("scenario", ...)`` of qt_windows.py, in each binding."""
    return QtProgram("qt_windows.py", request.param, virtual_screen)


@pytest.mark.parametrize("name", ["ball.gif", "spiral.png"])
def test_the_screen_shows_the_frame_that_the_player_reports(run: QtProgram, name: str) -> None:
    seen = run("pixels", str(EXAMPLES / name))
    assert seen["worst"] <= (1 if name == "spiral.png" else 0)  # Qt and Pillow round differently where they blend
    assert seen["binding"] == run.binding
    assert seen["hint"] == {"ball.gif": [160, 160], "spiral.png": [96, 96]}[name]
    assert len(set(seen["indices"])) >= 12
    assert seen["indices"] == sorted(seen["indices"])


def test_plays_in_the_event_loop(run: Run) -> None:
    seen = run("plays")
    assert seen["came"]
    assert seen["own_thread"]
    assert seen["different"] > 4
    assert seen["worst"] == 0


def test_rests_while_it_cannot_be_seen(run: Run) -> None:
    assert run("hides") == {
        "not yet shown": "paused",
        "begins": True,
        "hidden": "paused",
        "quiet": True,
        "wakes while hidden": 0,
        "frames while hidden": 0,
        "shown": "playing",
        "goes on": True,
        "box hidden": "paused",
        "paused meanwhile": "paused",
        "played meanwhile": "paused",
        "seen again": "playing",
        "minimised": "paused",
        "restored": "playing",
    }


@pytest.mark.parametrize("how", ["close", "delete", "drop", "delete the parent"])
def test_ending_leaves_nothing(run: Run, how: str) -> None:
    seen = run("ends", how)
    assert seen["states"] == ["closed"] * 3
    assert (seen["during"]["players"], seen["during"]["running_sources"]) == (3, 1)
    assert seen["during"]["descriptors"] == seen["before"]["descriptors"] + 3  # one dispatcher for all
    assert seen["after"] == seen["before"]


def test_closed_and_shown_again(run: Run) -> None:
    assert run("reopens") == {
        "own": [True, "NotRunning", True],
        "given": ["stopped", True, "paused", "playing"],
        "callbacks here": True,
    }


def test_ten_thousand_frames_need_no_more_memory(run: Run) -> None:
    seen = run("grows", "10000")
    assert seen["shown"] >= 10_500
    assert seen["growth"] < 2 << 20


def test_the_window_responds_while_a_large_animation_decodes(run: Run, large_gif: Path) -> None:
    for _ in range(ATTEMPTS):  # others may want the processors, too, and then events are late without us as well
        seen = run("responds", str(large_gif))
        assert seen["came"]
        assert seen["shown"] > 10
        if seen["p99"] < max(PROMPT, 2 * seen["p99 without"]):
            return
    pytest.fail(str(seen))


def test_images_are_placed_as_told(run: Run) -> None:
    assert run("fits") == {
        "none": [80, 20, 240, 180],
        "aligned": [160, 40, 320, 200],
        "KeepAspectRatio": [60, 0, 260, 200],
        "KeepAspectRatioByExpanding": [0, 0, 320, 200],
        "IgnoreAspectRatio": [0, 0, 320, 200],
    }


def test_high_density_screens(run: Run) -> None:
    assert run("high_density", QT_SCALE_FACTOR="2") == {"ratio": 2.0, "fine": 0, "coarse": 0, "hint": 80}


def test_errors_reach_the_signal_and_the_hook(run: Run) -> None:
    seen = run("fails")
    assert len(seen["told"]) == 1
    assert seen["told"][0].startswith("frame ")
    assert seen["printed"] == [f"RuntimeError: {seen['told'][0]}"]
    assert seen["state"] == "stopped"
    assert seen["refused"] == ["ImageFormatError", "FileNotFoundError", "TypeError"]
    assert seen["unchanged"]
    assert seen["players"] == 0


def test_a_manual_clock_may_be_advanced_on_another_thread(run: Run) -> None:
    assert run("clock_elsewhere") == {"shown": [5, 9, 12, 15, 20], "here": True}


def test_waits_with_its_first_frame(run: Run) -> None:
    assert run("waits_for_play") == {"still": [0, 19, "NotRunning"], "then": [0, 10]}


def test_the_process_may_end_while_everything_plays(run: Run) -> None:
    assert run("exits") is None


def test_labels_show_movies(run: Run) -> None:
    assert run("labels") == {"attached": 0, "set": 0}


def test_threads_and_applications_are_asked_for(run: Run) -> None:
    assert run("refuses") == {"off the GUI thread": "ClockError", "link": True, "gone": True}


# ---- which binding ----


def test_no_binding(virtual_screen: VirtualScreen) -> None:
    assert 'QtMissingError pip install "sddisplaylink[qt]"' in run_python(WITHOUT_QT, virtual_screen)


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
