"""The examples run, stay short, and their images are what their script draws."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image, ImageChops

import sddisplaylink
from support.pty_process import PtyProcess, plain_environment
from support.terminal_support import UPDATE_END

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"


@pytest.fixture(scope="module")
def make_images() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_images", EXAMPLES / "make_images.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_ball() -> None:
    with sddisplaylink.AnimatedImage.open(EXAMPLES / "ball.gif") as image:
        assert (image.format, image.size, image.frame_count, image.loop_count) == ("GIF", (160, 160), 20, 0)
        assert image.duration == pytest.approx(1.0)
        assert set(image.durations) == {0.03, 0.04, 0.05, 0.06}
        assert not image.truncated


def test_spiral() -> None:
    with sddisplaylink.AnimatedImage.open(EXAMPLES / "spiral.png") as image:
        assert (image.format, image.size, image.frame_count, image.loop_count) == ("PNG", (96, 96), 12, 0)
        assert set(image.durations) == {0.12, 0.07}
        assert image.frame(0).image.getchannel("A").getextrema() == (0, 255)


def test_images_are_what_the_script_draws(make_images: ModuleType) -> None:
    drawn = make_images.spiral_frame(3 / 12)
    with sddisplaylink.AnimatedImage.open(EXAMPLES / "spiral.png") as image:
        shipped = image.frame(3).image
    for one, other in zip(drawn.convert("RGBa").split(), shipped.convert("RGBa").split(), strict=True):
        assert ImageChops.difference(one, other).getextrema()[1] <= 2
    drawn = make_images.ball_frame(0.5)
    with sddisplaylink.AnimatedImage.open(EXAMPLES / "ball.gif") as image:
        shipped = image.frame(10).image.convert("RGB")
    mean = Image.Image.resize(ImageChops.difference(drawn, shipped), (1, 1), Image.Resampling.BOX).getpixel((0, 0))
    assert isinstance(mean, tuple)
    assert max(mean) <= 2


@pytest.mark.parametrize("name", ["ball.gif", "spiral.png"])
def test_images_are_small(name: str) -> None:
    assert (EXAMPLES / name).stat().st_size < 100_000


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.name)
def test_examples_are_short(path: Path) -> None:
    lines = path.read_text().splitlines()
    assert len(lines) <= (120 if path.name == "make_images.py" else 60)


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.*")), ids=lambda path: path.name)
def test_every_example_is_run_by_a_test(path: Path) -> None:
    tests = [file.read_text(encoding="utf-8") for file in Path(__file__).parents[1].rglob("test_*.py")]
    assert any(re.search(rf"\b{path.stem}\b", test) for test in tests)


def test_play_in_terminal() -> None:
    with PtyProcess(str(EXAMPLES / "play_in_terminal.py"), columns=80, rows=30) as process:
        process.ends_with(0)
    assert b"frame 19, shown for 30 ms" in process.log
    assert UPDATE_END in process.log


def test_display_link() -> None:
    command = [sys.executable, str(EXAMPLES / "display_link.py")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=plain_environment())
    assert (done.returncode, done.stderr) == (0, "")
    assert "60 callbacks" in done.stdout


def run_example(name: str, *arguments: str) -> str:
    """What it prints, having ended by itself and without complaint."""
    command = [sys.executable, "-W", "error", str(EXAMPLES / name), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=plain_environment())
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def test_terminal_gallery() -> None:
    with PtyProcess(str(EXAMPLES / "terminal_gallery.py"), "--seconds", "1", columns=80, rows=24) as process:
        process.ends_with(0)
    assert UPDATE_END in process.log
    assert process.log.endswith(b"finished\r\n")


def test_asyncio_frames() -> None:
    out = run_example("asyncio_frames.py", "--seconds", "1.5")
    assert "of loop 0\n" in out
    assert "1 loops completed\n" in out
    assert " refreshes, " in out
    assert "PlayerStats(" in out


def test_trio_frames() -> None:
    pytest.importorskip("trio")
    out = run_example("trio_frames.py", "--seconds", "0.5")
    assert "pulled frame " in out
    assert "called with frame " in out
    assert out.endswith("ended 0 players left\n")


@pytest.mark.extended
def test_record_pacing(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    chart, table = tmp_path / "pacing.png", tmp_path / "frames.csv"
    out = run_example("record_pacing.py", "--seconds", "1", "--plot", str(chart), "--csv", str(table))
    frames = int(out.split()[0])
    assert len(table.read_text().splitlines()) == frames + 1
    with Image.open(chart) as picture:
        assert picture.format == "PNG"


@pytest.mark.extended
def test_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("anywidget")
    shells = pytest.importorskip("IPython.core.interactiveshell")
    monkeypatch.chdir(EXAMPLES)
    shell = shells.InteractiveShell()
    results = []
    for cell in json.loads(Path("notebook.ipynb").read_text())["cells"]:
        if cell["cell_type"] == "code":
            done = shell.run_cell("".join(cell["source"]))
            done.raise_error()
            results.append(done.result)
    shell.user_ns["player"].close()
    image, widget, _, paused, summary = results
    assert image.frame_count == 20
    assert type(widget).__name__ == "PlayerWidget"
    assert paused == (sddisplaylink.PlayerState.PAUSED, 10)
    assert summary.frames > 0
