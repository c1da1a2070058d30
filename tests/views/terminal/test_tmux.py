"""Pictures through a real tmux: what its terminal receives is read as kitty would, pixels and placeholders."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from sddisplaylink.views.terminal.tmux import Tmux, ask_tmux
from support.terminal_support import PLAY, decode_graphics, frames_of, graphics_commands, mosaic, write_gif
from support.tmux_session import TmuxSession

COLUMNS, ROWS = 7, 3  # what 70 x 50 pixels cover at 10 x 20 pixels a cell


@pytest.fixture
def gif(tmp_path: Path) -> Path:
    return write_gif(tmp_path / "a.gif", [mosaic(seed, (70, 50)) for seed in range(3)])


def block(row: int, column: int, image_id: int) -> dict[tuple[int, int], tuple[int, int, int]]:
    """The placeholders of the whole picture, its corner at that cell."""
    cells = ((y, x) for y in range(ROWS) for x in range(COLUMNS))
    return {(row + y, column + x): (y, x, image_id) for y, x in cells}


@pytest.mark.extended
def test_pixels_reach_the_terminal_and_the_pane_moves_them(gif: Path, tmp_path: Path) -> None:
    with TmuxSession(tmp_path, passthrough="on") as session:
        session.run(*PLAY, str(gif), "--rate", "0")
        session.read_until(lambda: len(session.placeholders()) == COLUMNS * ROWS)
        [(keys, payload)] = graphics_commands(session.log)  # which come before the placeholders
        assert decode_graphics(keys, payload).tobytes() == frames_of(gif)[0].tobytes()
        assert (keys["U"], keys["c"], keys["r"], keys["q"]) == ("1", str(COLUMNS), str(ROWS), "2")
        image_id = int(keys["i"])
        assert session.placeholders() == block(8, 26, image_id)
        session.tmux("split-window", "-h", "-b", "-d", "-l", "30", "cat")
        # The pane's 29 columns now begin at the 31st; the program draws anew for them, with the same image.
        session.read_until(lambda: session.placeholders() == block(8, 42, image_id))
        session.tmux("swap-pane", "-d", "-s", ":.0", "-t", ":.1")
        session.read_until(lambda: session.placeholders() == block(8, 11, image_id))


@pytest.mark.extended
def test_frames_follow_each_other_under_one_id_and_the_last_one_stays(gif: Path, tmp_path: Path) -> None:
    with TmuxSession(tmp_path, passthrough="on") as session:
        session.run(*PLAY, str(gif), "--loops", "1", "--late-policy", "no_skip")
        assert session.ends_pane() == 0
        session.read_until(lambda: session.log.count(b"\x1b_Ga=") == 5 and bool(session.placeholders()))
        *frames, last, deletion = graphics_commands(session.log)
        expected = [frame.tobytes() for frame in frames_of(gif)]
        assert [decode_graphics(*frame).tobytes() for frame in frames] == expected
        assert {keys["i"] for keys, _ in frames} == {deletion[0]["i"]}
        assert deletion[0]["d"] == "I"
        assert decode_graphics(*last).tobytes() == expected[-1]
        last_id = int(last[0]["i"])
        session.read_until(lambda: session.placeholders() == block(0, 0, last_id))


@pytest.mark.extended
def test_without_passthrough_there_are_sextants_and_kitty_is_refused(gif: Path, tmp_path: Path) -> None:
    with TmuxSession(tmp_path, passthrough="off") as session:
        session.run(*PLAY, str(gif), "--rate", "0")
        session.read_until(lambda: any("🬎" in line for line in session.terminal.text()))
        assert session.placeholders() == {}
        assert b"\x1b_G" not in session.log
        assert session.tmux("display-message", "-p", "#{pane_title}").find("Gi=") < 0
        session.run(*PLAY, str(gif), "--renderer", "kitty")
        assert session.ends_pane() == 1
        expected = "sddisplaylink: tmux passes no pictures on; to allow it: tmux set-option -g allow-passthrough on\n"
        assert session.error_file.read_text() == expected


@pytest.mark.extended
def test_ctrl_c_ends_it_and_takes_the_picture_away(gif: Path, tmp_path: Path) -> None:
    with TmuxSession(tmp_path, passthrough="on") as session:
        session.run(*PLAY, str(gif))
        session.read_until(lambda: bool(session.placeholders()))
        session.send(b"\x03")
        assert session.ends_pane() == 130
        session.read_until(lambda: not session.placeholders())
        assert b"\x1b_Ga=d,d=I,i=" in session.log


@pytest.mark.parametrize(
    ("said", "expected", "shows"),
    [
        ("on\tkitty(0.40.1)\txterm-kitty\n", Tmux(True, "kitty(0.40.1)", "xterm-kitty"), True),
        ("1\tghostty 1.2\txterm-ghostty\n", Tmux(True, "ghostty 1.2", "xterm-ghostty"), True),
        ("all\tKitty\t\n", Tmux(True, "kitty", ""), True),
        ("off\tkitty\txterm-kitty\n", Tmux(False, "kitty", "xterm-kitty"), False),
        ("on\tWezTerm 2024\txterm-256color\n", Tmux(True, "wezterm 2024", "xterm-256color"), False),
        ("0\t\t\n", Tmux(), False),  # detached
        ("", Tmux(False, ""), False),
    ],
)
def test_what_tmux_says(said: str, expected: Tmux, shows: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = subprocess.CompletedProcess([], 0, stdout=said.encode())
    monkeypatch.setattr(subprocess, "run", lambda *arguments, **options: answer)
    found = ask_tmux({"TMUX": "/tmp/tmux-0/default,1,0", "TMUX_PANE": "%0"})
    assert found == expected
    assert found.shows_placeholders is shows


def test_outside_of_tmux_it_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subprocess, "run", lambda *arguments, **options: pytest.fail("was run"))
    assert ask_tmux({"TMUX": ""}) is None


def test_a_tmux_that_is_not_there(tmp_path: Path) -> None:
    assert ask_tmux({"TMUX": "x,1,0", "PATH": str(tmp_path)}) == Tmux()
