"""AnimatedSprite and AnimatedTexture in real windows."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from support.requirements import unavailable
from support.virtual_screen import VirtualScreen

if importlib.util.find_spec("pyglet") is None:
    unavailable("pyglet is not installed", module=True)

WINDOWS = Path(__file__).with_name("pyglet_windows.py")


@pytest.mark.parametrize(("name", "rounding"), [("ball.gif", 0), ("spiral.png", 1)])
def test_the_screen_shows_the_frame_that_the_player_reports(
    virtual_screen: VirtualScreen, name: str, rounding: int
) -> None:
    seen = virtual_screen.run(WINDOWS, "pixels", name)
    assert seen["worst"] <= rounding  # OpenGL blends with its own
    assert len(set(seen["indices"])) >= 12
    assert seen["in_place"]
    assert seen["state"] == "closed"


def test_a_texture_plays_in_plain_sprites(virtual_screen: VirtualScreen) -> None:
    assert virtual_screen.run(WINDOWS, "plays") == {"worst": 0, "counted": True}


def test_plays_in_the_event_loop_and_fails_out_of_it(virtual_screen: VirtualScreen) -> None:
    assert virtual_screen.run(WINDOWS, "runs") == {"shown": True, "told": "broken"}


def test_rests_while_it_cannot_be_seen(virtual_screen: VirtualScreen) -> None:
    seen = virtual_screen.run(WINDOWS, "hides")
    assert set(seen) == {
        *("begun", "sprite_hidden", "goes_on", "window_hidden", "again", "paused", "sought", "unpaused")
    }
    assert all(seen.values()), seen


def test_closing_leaves_nothing(virtual_screen: VirtualScreen) -> None:
    seen = virtual_screen.run(WINDOWS, "closes")
    assert seen["after"] == seen["before"]
    assert seen["during"]["descriptors"] == seen["before"]["descriptors"]
    assert (seen["during"]["players"], seen["scheduled"]) == (3, 0)


def test_ten_thousand_frames_need_no_more_memory(virtual_screen: VirtualScreen) -> None:
    assert virtual_screen.run(WINDOWS, "grows", "10000")["growth"] < 2 << 20


def test_example(virtual_screen: VirtualScreen, tmp_path: Path) -> None:
    said, picture = virtual_screen.run_example("pyglet_sprite.py", tmp_path / "window.png")
    assert int(said.split()[-3]) > 5  # "... frames shown"
    assert picture.size == (560, 240)
    assert len(picture.getcolors(1 << 20) or ()) > 50
