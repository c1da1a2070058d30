"""What AnimatedLabel does beside what pictures of every toolkit do (see test_toolkits.py), in real windows."""

from __future__ import annotations

from pathlib import Path

from support.requirements import unavailable
from support.virtual_screen import VirtualScreen

try:
    import tkinter  # noqa: F401 - a Python may have been built without it
except ImportError:
    unavailable("this Python has no tkinter", module=True)

WINDOWS = Path(__file__).with_name("tk_windows.py")


def test_another_background_is_seen_at_once(virtual_screen: VirtualScreen) -> None:
    assert virtual_screen.run(WINDOWS, "background") == 0


def test_a_large_frame_is_seen_only_when_it_is_whole(virtual_screen: VirtualScreen) -> None:
    seen = virtual_screen.run(WINDOWS, "large")
    assert (seen["worst"], seen["torn"]) == (0, 0)
    assert seen["halfway"] > 50


def test_a_pixel_of_the_image_may_be_several_of_the_screen(virtual_screen: VirtualScreen) -> None:
    assert virtual_screen.run(WINDOWS, "zoomed") == {"worst": 0, "pictures": 6, "size": [288, 288]}


def test_an_interrupt_loses_no_frame(virtual_screen: VirtualScreen) -> None:
    assert virtual_screen.run(WINDOWS, "interrupted") == {"points": True, "unfinished": [], "frozen": []}


def test_an_image_of_which_nothing_has_come(virtual_screen: VirtualScreen) -> None:
    assert virtual_screen.run(WINDOWS, "coming_in") == {"worst": 0, "shown": True, "waiting": "stopped"}


def test_a_player_ends_with_its_window(virtual_screen: VirtualScreen) -> None:
    seen = virtual_screen.run(WINDOWS, "destroyed_past_python")
    assert seen == {"with the window": "closed", "past Python": "closed", "players": 0}


def test_frames_need_no_more_images(virtual_screen: VirtualScreen) -> None:
    assert virtual_screen.run(WINDOWS, "image_names") == 0


def test_errors_are_reported_as_tk_reports_them(virtual_screen: VirtualScreen) -> None:
    assert virtual_screen.run(WINDOWS, "fails") == {
        "reported": [
            "RuntimeError: frame 0",
            "ZeroDivisionError: integer division or modulo by zero",
            "SystemExit: enough",
        ],
        "state": "stopped",
        "handled": ["frame 0"],
        "refused": ["ImageFormatError", "TclError", "ValueError"],
        "clean": True,
    }


def test_polls_where_tk_cannot_watch_descriptors(virtual_screen: VirtualScreen) -> None:
    assert virtual_screen.run(WINDOWS, "polls") == {"came": True, "worst": 0, "timers": 0}


def test_example(virtual_screen: VirtualScreen, tmp_path: Path) -> None:
    said, picture = virtual_screen.run_example("tk_label.py", tmp_path / "window.png")
    assert int(said.split()[-3]) > 5  # "... frames shown"
    assert len(picture.getcolors(1 << 20) or ()) > 50
