"""The examples run, stay short, and their images are what their script draws."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image, ImageChops

import sddisplaylink
from pty_process import PtyProcess, plain_environment
from terminal_support import UPDATE_END

EXAMPLES = Path(__file__).parent.parent / "examples"


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
