"""The examples for Qt: they run, end by themselves, and their windows show something."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from support.requirements import unavailable
from support.virtual_screen import VirtualScreen

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


@pytest.fixture
def qt_screen(virtual_screen: VirtualScreen) -> VirtualScreen:
    if importlib.util.find_spec("PySide6") is None:
        unavailable("PySide6 is not installed")
    return virtual_screen


def run_example(screen: VirtualScreen, name: str, *arguments: str) -> str:
    """What it prints, having ended by itself and without complaint."""
    command = [sys.executable, "-W", "error", str(EXAMPLES / name), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=screen.environment())
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def colours(path: Path) -> int:
    with Image.open(path) as picture:
        return len(picture.convert("RGB").getcolors(1 << 20))


def test_qmovie_replacement(qt_screen: VirtualScreen, tmp_path: Path) -> None:
    shot = tmp_path / "shot.png"
    out = run_example(qt_screen, "qmovie_replacement.py", "--seconds", "1", "--screenshot", str(shot))
    assert int(out.removeprefix("ended at frame ")) in range(20)
    assert colours(shot) > 100


def test_qt_widget(qt_screen: VirtualScreen, tmp_path: Path) -> None:
    shot = tmp_path / "shot.png"
    arguments = ["--seconds", "1", "--screenshot", str(shot)]
    out = run_example(qt_screen, "qt_widget.py", str(EXAMPLES / "ball.gif"), *arguments)
    assert int(out.split()[0]) > 5
    assert colours(shot) > 1000
