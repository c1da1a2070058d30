"""AnimatedPaintable and AnimatedPicture in real windows: what is on the screen, when they rest, what they leave."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support.requirements import unavailable
from support.virtual_screen import VirtualScreen

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
WINDOWS = Path(__file__).with_name("gtk_windows.py")
WITHOUT_GTK = """
import sys
import sddisplaylink
sys.modules["gi"] = None
try:
    import sddisplaylink.views.gtk
except ImportError as error:
    assert isinstance(error, sddisplaylink.SDDisplayLinkError)
    print(type(error).__name__, error)
"""


@pytest.fixture
def run(virtual_screen: VirtualScreen) -> Any:
    """``run("scenario", ...)`` of gtk_windows.py."""
    try:
        import gi

        gi.require_version("Gtk", "4.0")
    except (ImportError, ValueError) as error:
        unavailable(f"GTK 4 is not installed: {error}")
    quiet = {"GSK_RENDERER": "cairo", "GTK_A11Y": "none", "GDK_BACKEND": "x11", "GIO_USE_VFS": "local"}
    return lambda scenario, *arguments, **more: virtual_screen.run(WINDOWS, scenario, *arguments, **quiet, **more)


@pytest.mark.parametrize(("name", "size"), [("ball.gif", [160, 160]), ("spiral.png", [96, 96])])
def test_the_screen_shows_the_frame_that_the_player_reports(run: Any, name: str, size: list[int]) -> None:
    seen = run("pixels", str(EXAMPLES / name))
    assert seen["worst"] <= (1 if name == "spiral.png" else 0)
    assert seen["different"] > 5
    assert seen["size"] == size


def test_at_twice_the_scale_each_pixel_of_the_image_is_one_of_the_screen(run: Any) -> None:
    seen = run("pixels", str(EXAMPLES / "ball.gif"), "2", GDK_SCALE="2")
    assert (seen["worst"], seen["size"], seen["width"]) == (0, [160, 160], 80)


def test_the_first_thing_painted_is_the_first_frame(run: Any) -> None:
    nothing_else = {"torn": 0, "late": 0, "seen": True}
    assert run("appears") == {"sizes": [160] * 3, "widget": nothing_else, "paintable": nothing_else}


def test_is_not_empty_before_the_player_has_shown_a_frame(run: Any) -> None:
    assert run("begins") == {"drawn": True, "shown": 0}


def test_an_image_of_which_nothing_has_come(run: Any) -> None:
    assert run("coming_in") == {"shown": True, "size": True, "waiting": "stopped"}


def test_pauses_while_it_cannot_be_seen(run: Any) -> None:
    seen = run("hides")
    assert all(seen.values()), seen


def test_properties_and_signals(run: Any) -> None:
    assert run("signals") == {
        "log": [[1], [2], "finished"],
        "frames": [0, 19, True],
        "here": True,
        "rate": [2.0, 3.0],
        "errors": ["ZeroDivisionError"],
        "texture": [160, 160],
        "intrinsic": [160, 80],
    }


def test_properties_notify_of_changes_alone(run: Any) -> None:
    assert run("notifications") == {
        "seen": [True],
        "pause": [False],
        "pause again": [],
        "rate": [2.0],
        "rate again": [],
        "play": [True],
        "player": [False],
        "frame": "read-only",
    }


def test_ending_leaves_nothing(run: Any) -> None:
    assert run("ends") == {"states": ["closed"], "left": [0, 0, 0]}


def test_ten_thousand_frames_need_no_more_memory(run: Any) -> None:
    assert run("grows", "10000")["growth"] < 2 << 20


def test_links_may_use_the_dispatcher(run: Any) -> None:
    assert run("dispatcher") == {"came": True, "here": True}


def test_without_gtk(virtual_screen: VirtualScreen) -> None:
    command = [sys.executable, "-c", WITHOUT_GTK]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=virtual_screen.environment())
    assert done.stdout.startswith("GtkMissingError")
    assert "python -m pip install '.[gtk]'" in done.stdout


def test_the_example(run: Any, virtual_screen: VirtualScreen, tmp_path: Path) -> None:
    output, picture = virtual_screen.run_example("gtk_picture.py", tmp_path / "gtk.png")
    assert int(output.split()[0]) > 3
    assert len(picture.getcolors(1 << 24) or ()) > 100
