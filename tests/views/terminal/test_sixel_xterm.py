"""Sixels in xterm: the picture that is on the screen."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from sddisplaylink.images.image import AnimatedImage
from support.requirements import unavailable
from support.terminal_support import PLAY
from support.virtual_screen import VirtualScreen

BALL = Path(__file__).resolve().parents[3] / "examples" / "ball.gif"
GREEN, RED = (30, 160, 60), (200, 40, 40)
PATIENCE = 60.0
QUANTISED = 24  # a sixel picture has 256 colours, chosen by Pillow, in per cent
BLACK = ["-bg", "black", "-fg", "black", "-cr", "black", "-xrm", "*internalBorder: 0", "-bw", "0", "+sb"]

pytestmark = pytest.mark.extended


@pytest.fixture(autouse=True)
def needs_xterm_and_the_library() -> None:
    pytest.importorskip("textual_image")
    if shutil.which("xterm") is None:
        unavailable("xterm is not installed")


@contextlib.contextmanager
def xterm(screen: VirtualScreen, *arguments: str) -> Iterator[None]:
    """An xterm that emulates a VT340, black, in the screen's corner, that runs the command line with that."""
    where = ["-ti", "vt340", "-fn", "fixed", "-geometry", "80x30+0+0"]
    command = ["xterm", *BLACK, *where, "-e", sys.executable, *arguments]
    environment = screen.environment(TERM="xterm")
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        yield
    finally:
        process.kill()
        process.wait(PATIENCE)


def photograph(screen: VirtualScreen, size: tuple[int, int]) -> Image.Image:
    """The picture of that size that stands on the black terminal."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        shot = screen.screenshot((0, 0, 480, 390))
        box = shot.getbbox()
        if box is not None and (box[2] - box[0], box[3] - box[1]) == size:
            return shot.crop(box)
    raise AssertionError(f"no picture of {size}, but {box}")


def distance(one: Image.Image, other: Image.Image) -> int:
    return max(int(high) for _, high in ImageChops.difference(one, other).getextrema())


def test_green_over_red(virtual_screen: VirtualScreen, tmp_path: Path) -> None:
    image = Image.new("RGB", (160, 96), GREEN)
    image.paste(RED, (0, 48, 160, 96))
    image.save(tmp_path / "plain.gif")
    with xterm(virtual_screen, *PLAY, str(tmp_path / "plain.gif"), "--renderer", "sixel", "--rate", "0"):
        assert distance(photograph(virtual_screen, (160, 96)), image) <= 3  # colours are in per cent


def test_an_animations_frame(virtual_screen: VirtualScreen) -> None:
    with AnimatedImage.open(BALL) as image:
        expected = image.frame(0).image.convert("RGB")
    with xterm(virtual_screen, *PLAY, str(BALL), "--renderer", "auto", "--rate", "0"):
        assert distance(photograph(virtual_screen, expected.size), expected) <= QUANTISED
