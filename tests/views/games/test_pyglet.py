"""What AnimatedSprite and AnimatedTexture do beside what pictures of every toolkit do (see test_toolkits.py)."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from support.requirements import unavailable
from support.virtual_screen import VirtualScreen

if importlib.util.find_spec("pyglet") is None:
    unavailable("pyglet is not installed", module=True)

WINDOWS = Path(__file__).with_name("pyglet_windows.py")


def test_a_texture_plays_in_plain_sprites(virtual_screen: VirtualScreen) -> None:
    assert virtual_screen.run(WINDOWS, "texture") == {"seen": 8, "worst": 0, "counted": True}


@pytest.mark.parametrize(("scaling", "factor"), [("real", 1), ("platform", 1), ("scaled", 2), ("stretch", 2)])
def test_on_dense_screens(virtual_screen: VirtualScreen, scaling: str, factor: int) -> None:
    assert virtual_screen.run(WINDOWS, "dense", scaling) == {"factor": factor, "worst": 0}


def test_plays_in_the_event_loop_and_fails_out_of_it(virtual_screen: VirtualScreen) -> None:
    assert virtual_screen.run(WINDOWS, "runs") == {"shown": True, "raised": "broken"}


def test_pauses_and_seeks_in_the_words_of_pyglet(virtual_screen: VirtualScreen) -> None:
    seen = virtual_screen.run(WINDOWS, "words")
    assert set(seen) == {"begun", "quiet", "paused", "sought", "unpaused", "in place"}
    assert all(seen.values()), seen


def test_the_clock_of_pyglet_calls_no_sprite_that_has_ended(virtual_screen: VirtualScreen) -> None:
    assert virtual_screen.run(WINDOWS, "scheduled") == [3, 0]


def test_example(virtual_screen: VirtualScreen, tmp_path: Path) -> None:
    said, picture = virtual_screen.run_example("pyglet_sprite.py", tmp_path / "window.png")
    assert int(said.split()[-3]) > 5  # "... frames shown"
    assert picture.size == (560, 240)
    assert len(picture.getcolors(1 << 20) or ()) > 50
