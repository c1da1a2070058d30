"""AnimatedMovie: the same as QMovie wherever both can be asked, and what QMovie has not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from support.qt_support import BINDINGS, QtProgram
from support.virtual_screen import VirtualScreen

Run = Callable[..., Any]


@pytest.fixture(params=BINDINGS)
def run(request: pytest.FixtureRequest, virtual_screen: VirtualScreen) -> Run:
    """``run("scenario", ...)`` of qt_movies.py, in each binding."""
    return QtProgram("qt_movies.py", request.param, virtual_screen)


@pytest.mark.parametrize("scenario", ["verbs", "signals"])
def test_does_what_qmovie_does(run: Run, scenario: str) -> None:
    assert run(scenario, "ours") == run(scenario, "theirs")


def test_speeds(run: Run) -> None:
    assert run("speeds") == {
        "fast": [5, 2],
        "held": [5, "Running", False],
        "goes back": True,
        "speed": -200,
        "delay": 30,
    }


def test_failures_are_reported_as_qt_reports_them(run: Run) -> None:
    assert run("failures") == {
        "missing": [False, False, "FileNotFoundError", 1, ["NotRunning", "finished"]],
        "text": [False, False, "InvalidDataError", 1, ["NotRunning", "finished"]],
        "bytes": [False, False, "InvalidDataError", 1, ["NotRunning", "finished"]],
        "broken frame reported": [True, "NotRunning", True, []],
        "unheard": [True, ["ImageFormatError"]],
        "set_source": "FileNotFoundError",
    }


def test_exceptions_in_slots_do_not_stop_playback(run: Run) -> None:
    assert run("slots") == {"went on": True, "first": "RuntimeError: 0", "state": "Running"}


def test_sources(run: Run) -> None:
    seen = run("sources")
    icon = ":/qt-project.org/styles/commonstyle/images/file-16.png"
    assert seen["resource"] == [True, 1, icon]
    assert seen["qrc"] == [True, 1, f"qrc{icon}"]
    for name in ("closed device", "bytes", "file", "image", "player"):
        assert seen[name] == [True, 12, ""]
    assert seen["device"]
    assert (seen["given stays open"], seen["image stays open"]) == ("stopped", 0)
    assert seen["shared"]


def test_images_are_the_memory_of_the_frame(run: Run) -> None:
    assert run("memory") == {
        "frame gone": True,
        "unchanged": True,
        "held": 1,
        "held by the copy": 1,
        "same pixels": True,
    }


def test_labels(run: Run) -> None:
    assert run("labels") == {
        "played": True,
        "same": True,
        "at once": [96, True],
        "after a label": True,
        "switched": True,
        "left alone": True,
        "players": 0,
    }


@pytest.mark.parametrize("begin", ["start", "jump"])
def test_a_label_has_the_size_of_its_movie_at_once(run: Run, begin: str) -> None:
    seen = run("label_size", begin)
    assert seen["ours"] == seen["theirs"] == [160, 160, 160]


def test_movies_end_with_their_last_reference(run: Run) -> None:
    assert run("object_lifetime") == {
        "parent": "closed",
        "pool": 0,
        "dropped": [0, 0, True],
        "closed in a slot": [True, 160],
    }


def test_movies_may_be_collected_on_another_thread(run: Run) -> None:
    """PySide6 deletes them there; a queued call to what is deleted crashed."""
    assert run("collected_elsewhere") == {"all ended": True}


def test_cache_mode(run: Run) -> None:
    assert run("caching") == {
        "at first": False,
        "keyword": True,
        "next file": True,
        "ended": False,
        "set while closed": True,
    }


def test_scaled_size(run: Run) -> None:
    assert run("scaled") == {"sizes": [[160, 160], [32, 16], [160, 160]], "last": 160}
