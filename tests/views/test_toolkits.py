"""Pictures in real windows of every toolkit: what is on the screen, when they pause, what they leave behind."""

from __future__ import annotations

import importlib.util
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from support.requirements import unavailable
from support.virtual_screen import VirtualScreen

VIEWS = Path(__file__).resolve().parent
PROMPT = 0.05  # seconds
BUSY = 0.3  # processors that other programs use, so that even a prompt one must wait
ATTEMPTS = 5


@dataclass(frozen=True)
class Toolkit:
    """A program that plays the scenes, and where toolkits differ."""

    program: str
    module: str
    environment: dict[str, str] = field(default_factory=dict)
    rounding: int = 1
    """How far it and Pillow may be from each other where it blends."""
    hides: tuple[str, ...] = ("window", "view")
    at_first: str = "playing"
    """The state of a player whose picture is not on the screen yet, or does not know whether it is."""
    ends: tuple[str, ...] = ("close", "drop")
    descriptors: int = 0
    """Those of the dispatcher that its pictures share."""
    has_event_loop: bool = True
    """Whether the program's own loop calls the pictures."""


TOOLKITS = {
    "tk": Toolkit(
        "tk/tk_stage.py", "tkinter", rounding=0, at_first="paused", ends=("close", "delete the parent"), descriptors=2
    ),
    **{
        binding: Toolkit(
            "qt/qt_stage.py",
            binding,
            {"QT_API": binding.lower()},
            hides=("window", "view", "minimised"),
            ends=("close", "delete", "drop", "delete the parent"),
            descriptors=3,
        )
        for binding in ("PySide6", "PyQt6")
    },
    "pygame": Toolkit("games/pygame_stage.py", "pygame", hides=("window",), has_event_loop=False),
    "pyglet": Toolkit("games/pyglet_stage.py", "pyglet", has_event_loop=False),
    "appkit": Toolkit("appkit/appkit_stage.py", "sys", descriptors=2),
}
SURFACES = {**TOOLKITS, "pygame without a screen": Toolkit(
    "games/pygame_stage.py", "pygame", {"SDL_VIDEODRIVER": "dummy"}, has_event_loop=False
)}  # fmt: skip
EVENT_LOOPS = [name for name in TOOLKITS if TOOLKITS[name].has_event_loop and name != "appkit"]


class Scenes:
    """``scenes("name", ...)``: what that scene saw in a window of the toolkit."""

    def __init__(self, toolkit: Toolkit, screen: VirtualScreen) -> None:
        if importlib.util.find_spec(toolkit.module) is None:
            unavailable(f"{toolkit.module} is not installed")
        self.toolkit = toolkit
        self._screen = screen

    def __call__(self, scene: str, *arguments: str) -> Any:
        return self._screen.run(VIEWS / self.toolkit.program, scene, *arguments, **self.toolkit.environment)


@pytest.fixture
def scenes(request: pytest.FixtureRequest, virtual_screen: VirtualScreen) -> Scenes:
    """The scenes of the toolkit that the test is parametrized with."""
    return Scenes(SURFACES[request.param], virtual_screen)


def of(toolkits: Any) -> pytest.MarkDecorator:
    """Run the test with each of these toolkits."""
    return pytest.mark.parametrize("scenes", list(toolkits), indirect=True)


def each(variants: str) -> list[Any]:
    """Every toolkit with each method to hide or to end a picture."""
    return [
        pytest.param(name, how, id=f"{name}-{how}") for name in TOOLKITS for how in getattr(TOOLKITS[name], variants)
    ]


@of(SURFACES)
@pytest.mark.parametrize("name", ["ball.gif", "spiral.png"])
def test_the_screen_shows_the_frame_that_the_player_reports(scenes: Scenes, name: str) -> None:
    seen = scenes("shows", name)
    assert seen["worst"] <= (scenes.toolkit.rounding if name == "spiral.png" else 0)
    assert len(set(seen["indices"])) >= 12
    assert seen["indices"] == sorted(seen["indices"])


@of(name for name in TOOLKITS if name != "appkit")  # whose layers are looked at in appkit/test_appkit_view.py
def test_the_first_thing_painted_is_the_first_frame(scenes: Scenes) -> None:
    assert scenes("appears") == {"size": [160, 160], "torn": 0, "late": 0, "seen": True}


@of(TOOLKITS)
def test_is_not_empty_before_the_player_has_shown_a_frame(scenes: Scenes) -> None:
    assert scenes("begins") == {"drawn": True, "shown": 0}


@of(TOOLKITS)
def test_waits_with_its_first_frame(scenes: Scenes) -> None:
    assert scenes("waits") == {"still": [0, 19, "stopped"], "then": [0, 10]}


@of(TOOLKITS)
def test_plays_in_the_event_loop(scenes: Scenes) -> None:
    seen = scenes("plays")
    assert seen["own_thread"]
    assert seen["different"] > 4
    assert (seen["photographs"], seen["worst"]) == (4, 0)


@pytest.mark.parametrize(("scenes", "what"), each("hides"), indirect=["scenes"])
def test_pauses_while_it_is_not_visible(scenes: Scenes, what: str) -> None:
    seen = scenes("hides", what)
    assert seen.pop("at first") == scenes.toolkit.at_first
    assert seen == {
        "begun": True,
        "hidden": "paused",
        "quiet": True,
        "frames while hidden": 0,
        "wake-ups while hidden": 0,
        "shown": "playing",
        "goes on": True,
        "paused meanwhile": "paused",
        "played meanwhile": "paused",
        "seen again": "playing",
    }


@pytest.mark.parametrize(("scenes", "how"), each("ends"), indirect=["scenes"])
def test_ending_leaves_nothing(scenes: Scenes, how: str) -> None:
    seen = scenes("ends", how)
    assert set(seen["states"]) <= {"closed", "gone"}
    assert seen["images"] == 2  # one for each file
    assert (seen["during"]["players"], seen["during"]["running_sources"]) == (3, 1)
    assert seen["during"]["descriptors"] == seen["before"]["descriptors"] + scenes.toolkit.descriptors
    assert seen["after"] == seen["before"]


@of(TOOLKITS)
def test_ten_thousand_frames_need_no_more_memory(scenes: Scenes) -> None:
    seen = scenes("grows", "10000")
    assert seen["shown"] >= 10_500
    assert seen["growth"] < 2 << 20


@of(EVENT_LOOPS)
def test_the_window_responds_while_a_large_animation_decodes(scenes: Scenes, large_gif: Path) -> None:
    for _ in range(ATTEMPTS):  # others may want the processors, too
        seen = scenes("responds", os.fspath(large_gif))
        assert seen["came"]
        assert seen["shown"] > 10
        is_prompt = seen["p99"] < PROMPT or (seen["others"] > BUSY and seen["p99_running"] < PROMPT)
        if is_prompt:
            break
    assert is_prompt, seen


@of(EVENT_LOOPS)
def test_a_manual_clock_may_be_advanced_on_another_thread(scenes: Scenes) -> None:
    assert scenes("clock_elsewhere") == {"shown": [5, 9, 12, 15, 20], "own_thread": True}
