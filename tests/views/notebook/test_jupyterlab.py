"""The notebook's widget in a real JupyterLab in headless Chromium, light, dark and dense."""

from __future__ import annotations

import functools
import importlib.util
import itertools
import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

import sddisplaylink as sd
from support.requirements import unavailable
from support.window_scenes import distance

ROOT = Path(__file__).resolve().parents[3]
ROUNDING_OF_SCALING = 4
"""How far Chromium and Pillow may be from each other in a picture that is scaled smoothly."""

pytestmark = [pytest.mark.extended, pytest.mark.timeout(600)]


def test_the_widget_is_drawn_aligned_and_plays_by_the_keyboard(tmp_path: Path) -> None:
    for module in ("jupyterlab", "ipykernel", "playwright", "anywidget"):
        if importlib.util.find_spec(module) is None:
            unavailable(f"{module} is not installed")
    if not (shutil.which("chromium") or shutil.which("google-chrome")):
        unavailable("Chromium is not installed")
    command = [sys.executable, str(ROOT / "scripts" / "photograph_notebook.py"), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=540)
    assert done.returncode == 0, done.stderr[-2000:]
    with sd.AnimatedImage.open(ROOT / "examples" / "ball.gif") as image:
        picture = image[7].image.convert("RGB")
        expected = functools.reduce(lambda total, value: (total * 31 + value) % 4294967291, bytes(image[7].rgba), 0)
    for seen in json.loads(done.stdout):
        assert (seen["text"], seen["state"], seen["played"]) == ("8 / 20", "play", True)
        assert seen["painted"] == [[160, 160, expected]]  # nothing before the frame
        boxes = [seen[name] for name in ("toggle", "slider", "counter", "rate")]
        centres = [top + height / 2 for _, top, _, height in boxes]
        assert max(centres) - min(centres) <= 1.5
        lefts = [left for left, *_ in boxes]
        assert lefts == sorted(lefts)
        assert all(left + width <= after for (left, _, width, _), (after, *_) in itertools.pairwise(boxes))
        with Image.open(tmp_path / f"{seen['name']}_canvas.png") as photograph:
            wanted = picture if seen["ratio"] == 1 else picture.resize((320, 320), Image.Resampling.BILINEAR)
            shown = photograph.convert("RGB").crop((0, 0, *wanted.size))  # without the fraction of a pixel beside it
            assert distance(shown, wanted) <= (0 if seen["ratio"] == 1 else ROUNDING_OF_SCALING)
