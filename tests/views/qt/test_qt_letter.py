"""AnimatedMovie is QMovie to the letter: sixty steps that both take, keywords, properties, names, labels, threads."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support.qt_support import BINDINGS, QtProgram
from support.requirements import unavailable
from support.virtual_screen import VirtualScreen

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(params=BINDINGS)
def run(request: pytest.FixtureRequest, virtual_screen: VirtualScreen) -> Any:
    """``run("scenario", ...)`` of qt_letter.py, in each binding."""
    return QtProgram("qt_letter.py", request.param, virtual_screen)


@pytest.mark.parametrize("binding", BINDINGS)
def test_sixty_steps(virtual_screen: VirtualScreen, binding: str) -> None:
    if importlib.util.find_spec(binding) is None:
        unavailable(f"{binding} is not installed")
    command = [sys.executable, str(ROOT / "scripts" / "compare_qmovie.py")]
    environment = virtual_screen.environment(QT_API=binding.lower())
    done = subprocess.run(command, capture_output=True, text=True, timeout=240, env=environment)
    assert done.returncode == 0, done.stdout.partition("NOT KNOWN")[0][-600:] + done.stderr
    assert int(done.stdout.splitlines()[-1].split()[3]) >= 60


def test_the_recipe_lists_every_difference(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("PySide6.QtWidgets")
    monkeypatch.syspath_prepend(ROOT / "scripts")
    known = importlib.import_module("compare_qmovie").KNOWN
    recipe = " ".join((ROOT / "docs" / "recipes" / "qt.md").read_text("utf-8").split())
    assert {name: reason for name, reason in known.items() if reason not in recipe} == {}


def test_keywords(run: Any) -> None:
    seen = run("keywords")
    assert seen["seen"] == ["finished", "frameChanged", "loopFinished", "resized", "started", "stateChanged", "updated"]
    assert "a file or a device" in seen["refused"]


def test_snake_case(run: Any) -> None:
    assert run("snake_case") == {
        "speed": 200,
        "number": 3,
        "width": 40,
        "formats": True,
        "label": True,
        "mode": "KeepAspectRatio",
        "lacking": [],
    }


def test_with_the_feature_snake_case_on(virtual_screen: VirtualScreen) -> None:
    run = QtProgram("qt_snake_case.py", "PySide6", virtual_screen)
    seen = run("movies")
    assert seen["feature"]
    assert seen["lacking"] == []
    assert seen["here"] == seen["Qt"]
    assert seen["here"][:4] == [True, True, True, [40, 20]]
    seen = run("widget")
    assert all(seen.values()), seen


@pytest.mark.parametrize("features", ["true_property", "snake_case,true_property"])
def test_with_the_feature_true_property_on(
    virtual_screen: VirtualScreen, features: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FEATURES", features)
    run = QtProgram("qt_true_property.py", "PySide6", virtual_screen)
    seen = run("movies")
    assert seen["feature"]
    assert seen["lacking"] == []
    assert seen["here"] == seen["derived"] == seen["Qt"]
    assert seen["here"][:5] == [150, True, 250, 250, True]
    seen = run("widget")
    assert all(seen.values()), seen


def test_off_the_gui_thread(run: Any) -> None:
    assert run("threads")["raised"] == ["movies and widgets belong to the GUI thread; create them there"] * 2


def test_an_attached_label_drops_the_movie(run: Any) -> None:
    seen = run("attached")
    assert all(seen.values()), seen


def test_a_label_keeps_nothing_of_earlier_movies(run: Any) -> None:
    assert run("many_movies") == {"children": True, "players": True, "binding": run.binding}


def test_a_widget_in_a_scene_pauses_with_its_views(run: Any) -> None:
    seen = run("proxied")
    assert all(seen.values()), seen
