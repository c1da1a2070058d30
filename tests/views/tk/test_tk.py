"""AnimatedLabel in real windows: what is on the screen, when it rests, what it leaves behind."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.requirements import unavailable
from support.virtual_screen import VirtualScreen

try:
    import tkinter  # noqa: F401 - a Python may have been built without it
except ImportError:
    unavailable("this Python has no tkinter", module=True)

WINDOWS = Path(__file__).with_name("tk_windows.py")
UPKEEP = Path(__file__).with_name("tk_upkeep_windows.py")
PROMPT = 0.05  # seconds
BUSY = 0.3  # processors that other programs use, so that even a prompt one must wait
ATTEMPTS = 5


@pytest.mark.parametrize("name", ["ball.gif", "spiral.png"])
def test_the_screen_shows_the_frame_that_the_player_reports(virtual_screen: VirtualScreen, name: str) -> None:
    seen = virtual_screen.run(WINDOWS, "pixels", name)
    assert (seen["worst"], seen["other_background"]) == (0, 0)
    assert len(set(seen["indices"])) >= 12
    assert seen["indices"] == sorted(seen["indices"])


def test_a_large_frame_is_seen_only_when_it_is_whole(virtual_screen: VirtualScreen) -> None:
    seen = virtual_screen.run(WINDOWS, "large")
    assert (seen["worst"], seen["torn"]) == (0, 0)
    assert seen["halfway"] > 50


def test_plays_in_the_main_loop(virtual_screen: VirtualScreen) -> None:
    seen = virtual_screen.run(WINDOWS, "plays")
    assert seen["came"]
    assert seen["own_thread"]
    assert seen["different"] > 4
    assert seen["worst"] == 0


def test_rests_while_it_cannot_be_seen(virtual_screen: VirtualScreen) -> None:
    assert virtual_screen.run(WINDOWS, "hides") == {
        "unmapped": "paused",
        "begun": True,
        "withdrawn": "paused",
        "quiet": True,
        "calls_while_hidden": 0,
        "wakes_while_hidden": 0,
        "goes_on": True,
        "frame_hidden": "paused",
        "paused_by_user": "paused",
        "played_while_hidden": "paused",
        "seen_again": "playing",
    }


def test_closing_leaves_nothing(virtual_screen: VirtualScreen) -> None:
    seen = virtual_screen.run(UPKEEP, "closes")
    assert seen["after"] == seen["before"]
    assert seen["during"]["descriptors"] == seen["before"]["descriptors"] + 2  # one dispatcher for all
    assert (seen["during"]["players"], seen["during"]["running_sources"]) == (3, 1)
    assert seen["shared"] == [1, 2]  # one dispatcher, and one image for each file
    assert {*seen["states"], seen["past_python"]} == {"closed"}
    assert seen["players"] == 0


def test_ten_thousand_frames_need_no_more_memory(virtual_screen: VirtualScreen) -> None:
    seen = virtual_screen.run(UPKEEP, "grows", "10000")
    assert seen["growth"] < 2 << 20
    assert seen["images"] == 0


def test_the_window_responds_while_a_large_animation_decodes(virtual_screen: VirtualScreen, large_gif: Path) -> None:
    for _ in range(ATTEMPTS):
        seen = virtual_screen.run(UPKEEP, "responds", str(large_gif))
        assert seen["came"]
        assert seen["shown"] > 10
        is_prompt = seen["p99"] < PROMPT or (seen["others"] > BUSY and seen["p99_running"] < PROMPT)
        if is_prompt:
            break
    assert is_prompt, seen


def test_errors_are_told_as_tk_tells_them(virtual_screen: VirtualScreen) -> None:
    assert virtual_screen.run(UPKEEP, "fails") == {
        "told": [
            "RuntimeError: frame 0",
            "ZeroDivisionError: integer division or modulo by zero",
            "SystemExit: enough",
        ],
        "state": "stopped",
        "user_told": ["frame 0"],
        "refused": ["ImageFormatError", "TclError"],
        "clean": True,
    }


def test_polls_where_tk_cannot_watch_descriptors(virtual_screen: VirtualScreen) -> None:
    assert virtual_screen.run(UPKEEP, "polls") == {"came": True, "worst": 0, "timers": 0}


def test_waits_with_its_first_frame(virtual_screen: VirtualScreen) -> None:
    assert virtual_screen.run(WINDOWS, "waits_for_play") == {"still": [0, 19, "stopped"], "then": [0, 10]}


def test_a_manual_clock_may_be_advanced_on_another_thread(virtual_screen: VirtualScreen) -> None:
    seen = virtual_screen.run(UPKEEP, "clock_elsewhere")
    assert seen["here"]
    assert seen["shown"] == [5, 9, 12, 15, 20]


def test_example(virtual_screen: VirtualScreen, tmp_path: Path) -> None:
    said, picture = virtual_screen.run_example("tk_label.py", tmp_path / "window.png")
    assert int(said.split()[-3]) > 5  # "... frames shown"
    assert len(picture.getcolors(1 << 20) or ()) > 50
