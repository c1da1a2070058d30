"""Views that are given another source while they play."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from support.requirements import unavailable
from support.virtual_screen import VirtualScreen

WINDOWS = Path(__file__).with_name("sources_windows.py")


def run(screen: VirtualScreen, scenario: str, module: str) -> object:
    if importlib.util.find_spec(module) is None:
        unavailable(f"{module} is not installed")
    return screen.run(WINDOWS, scenario)


def test_tk(virtual_screen: VirtualScreen) -> None:
    assert run(virtual_screen, "tk", "_tkinter") == {
        "plays": True,
        "refused": True,
        "stays": True,
        "goes on": True,
        "size": [30, 15],
        "states": ["closed", "playing", 2.0],
        "players": [1, 1],
        "pictures": True,
        "left": [0, 0],
    }


def test_tk_after_a_failure(virtual_screen: VirtualScreen) -> None:
    seen = run(virtual_screen, "tk_after_a_failure", "_tkinter")
    assert seen == {"reported": ["ZeroDivisionError"], "plays": True, "players": 1}


def test_pygame_after_a_failure(virtual_screen: VirtualScreen) -> None:
    seen = run(virtual_screen, "pygame_after_a_failure", "pygame")
    assert seen == {"raised": True, "shown": True, "players": 1, "handled": 1}


def test_pygame(virtual_screen: VirtualScreen) -> None:
    assert run(virtual_screen, "pygame", "pygame") == {
        "refused": True,
        "kept": [True, True],
        "changed": True,
        "states": ["closed", "playing", 2.0],
        "size": [[30, 15], [30, 15]],
        "left": 0,
    }


def test_pyglet(virtual_screen: VirtualScreen) -> None:
    assert run(virtual_screen, "pyglet", "pyglet") == {
        "plays": True,
        "kept": 20,
        "goes on": True,
        "size": [30, 15],
        "states": ["closed", "playing"],
        "animation plays": True,
        "held": True,
        "sought": 7,
        "image": True,
        "player": "closed",
        "still": [8, "closed"],
        "texture": [30, 15],
        "left": 0,
    }
