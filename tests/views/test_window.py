"""`play` in a window of its own, on a virtual screen: what the window shows, and how the program ends."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

import sddisplaylink as sd
from sddisplaylink.views import window
from support.requirements import unavailable
from support.terminal_support import frames_of, mosaic, write_gif
from support.virtual_screen import VirtualScreen

PATIENCE = 60.0
PLAY = [sys.executable, "-m", "sddisplaylink", "play"]
HIDE_TK = """
import importlib.util
find_spec = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: None if name == "_tkinter" else find_spec(name, *rest)
"""
MAIN = "import sys; from sddisplaylink.cli import main; sys.exit(main(sys.argv[1:]))"
FAILING = """
import sys, sddisplaylink as sd
try:
    sd.play(sys.argv[1], renderer="window", on_frame=lambda frame: 1 / 0)
except ZeroDivisionError as error:
    print(error, sd.diagnostics()["players"])
"""
PROGRAMS = {"tk": PLAY, "qt": [sys.executable, "-c", HIDE_TK + MAIN, "play"]}


@pytest.fixture
def gifs(tmp_path: Path) -> list[Path]:
    return [write_gif(tmp_path / f"{name}.gif", [mosaic(10 * name + n) for n in range(2)]) for name in range(2)]


@pytest.fixture(params=PROGRAMS)
def program(request: pytest.FixtureRequest) -> list[str]:
    if request.param == "qt":
        pytest.importorskip("PySide6")
    else:
        pytest.importorskip("_tkinter")
    return PROGRAMS[request.param]


@contextmanager
def running(screen: VirtualScreen, *command: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=screen.environment()
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline, "never came true"
        time.sleep(0.02)


def shows(screen: VirtualScreen, picture: Image.Image) -> bool:
    """Whether the picture is anywhere on the screen."""
    photograph = screen.screenshot().tobytes()
    data, width = picture.convert("RGB").tobytes(), screen.size[0]
    row = 3 * picture.width
    start = photograph.find(data[:row])
    while start >= 0:
        lines = (photograph[start + y * 3 * width :][:row] for y in range(picture.height))
        if b"".join(lines) == data:
            return True
        start = photograph.find(data[:row], start + 1)
    return False


def test_pictures_are_in_the_window_and_ctrl_c_ends_it(
    program: list[str], gifs: list[Path], virtual_screen: VirtualScreen
) -> None:
    first = [frames_of(gif)[0] for gif in gifs]
    with running(virtual_screen, *program, *map(str, gifs), "--renderer", "window", "--rate", "0") as process:
        until(lambda: all(shows(virtual_screen, picture) for picture in first))
        process.send_signal(signal.SIGINT)
        assert process.communicate(timeout=PATIENCE) == ("", "")
        assert process.returncode == 130
    assert not shows(virtual_screen, first[0])


def test_it_ends_when_all_have_finished(program: list[str], gifs: list[Path], virtual_screen: VirtualScreen) -> None:
    with running(virtual_screen, *program, *map(str, gifs), "--renderer", "window", "--loops", "1") as process:
        assert process.communicate(timeout=PATIENCE) == ("", "")
        assert process.returncode == 0


def test_closing_the_window_ends_it(program: list[str], gifs: list[Path], virtual_screen: VirtualScreen) -> None:
    if shutil.which("xdotool") is None:
        unavailable("xdotool is not installed")
    first = frames_of(gifs[0])[0]
    with running(virtual_screen, *program, str(gifs[0]), "--renderer", "window", "--rate", "0") as process:
        until(lambda: shows(virtual_screen, first))
        find = ["xdotool", "search", "--sync", "--name", "^sddisplaylink$"]
        for action in ([*find, "windowfocus", "--sync", "keydown", "Escape"], ["xdotool", "keyup", "Escape"]):
            subprocess.run(action, env=virtual_screen.environment(), check=True, timeout=PATIENCE)
        assert process.communicate(timeout=PATIENCE) == ("", "")
        assert process.returncode == 130


def test_without_a_terminal_a_window_opens_and_a_still_picture_stays(
    tmp_path: Path, virtual_screen: VirtualScreen
) -> None:
    pytest.importorskip("_tkinter")
    picture = mosaic(5)
    picture.save(tmp_path / "still.png")
    with running(virtual_screen, *PLAY, str(tmp_path / "still.png")) as process:
        until(lambda: shows(virtual_screen, picture))
        assert process.poll() is None
        process.terminate()
        assert process.communicate(timeout=PATIENCE) == ("", "")
        assert process.returncode == 143


def test_an_error_ends_it(program: list[str], tmp_path: Path, virtual_screen: VirtualScreen) -> None:
    path = write_gif(tmp_path / "a.gif", [mosaic(1), mosaic(2)])
    failing = FAILING if program is PROGRAMS["tk"] else HIDE_TK + FAILING
    with running(virtual_screen, sys.executable, "-c", failing, str(path)) as process:
        out, _ = process.communicate(
            timeout=PATIENCE
        )  # Qt's views print exceptions of callbacks on standard error, too
    assert out == "division by zero 0\n"


def test_where_there_is_no_window_to_be_had(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_gif(tmp_path / "a.gif", [mosaic(1), mosaic(2)])
    monkeypatch.setattr(window.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(sd.SDDisplayLinkError, match=r"pip install '\.\[qt\]'"):
        sd.play(path, renderer="window")


def test_a_display_that_is_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("_tkinter")
    path = write_gif(tmp_path / "a.gif", [mosaic(1), mosaic(2)])
    monkeypatch.setenv("DISPLAY", ":987")
    with pytest.raises(sd.SDDisplayLinkError, match="no window can be opened: .*987"):
        sd.play(path, renderer="window")
