"""The pictures of windows in the documentation: each is what its example shows now."""

from __future__ import annotations

import re
import runpy
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image, ImageChops, ImageStat

from support.doc_pages import pages
from support.virtual_screen import VirtualScreen

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = SimpleNamespace(**runpy.run_path(str(ROOT / "scripts" / "photograph_windows.py")))
FIGURES = {
    "benchmarks.png",
    "notebook.png",
    "pacing.png",
    "slow_decoding.png",
    "textual_app.svg",
}  # charts, and a notebook: the pages say how they are made


@pytest.mark.parametrize("example", SCRIPT.examples(), ids=lambda path: path.stem)
def test_picture_is_what_the_example_shows(example: Path, virtual_screen: VirtualScreen, tmp_path: Path) -> None:
    """The same window, at whatever frame of its animation."""
    with Image.open(SCRIPT.photograph(example, virtual_screen, tmp_path)) as opened:
        taken = opened.convert("RGB")
    with Image.open(SCRIPT.IMAGES / f"{example.stem}.png") as opened:
        shipped = opened.convert("RGB")
    assert taken.size == shipped.size
    assert len(taken.getcolors(1 << 24) or ()) > 100  # not blank
    difference = ImageStat.Stat(ImageChops.difference(taken, shipped)).mean
    assert max(difference) < 20, f"run scripts/photograph_windows.py: {difference}"


def test_chart_of_slow_decoding_is_what_its_script_draws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib")
    script = ROOT / "scripts" / "draw_slow_decoding.py"
    monkeypatch.setattr(sys, "argv", [str(script), str(tmp_path)])
    runpy.run_path(str(script), run_name="__main__")
    with (
        Image.open(tmp_path / "slow_decoding.png") as drawn,
        Image.open(SCRIPT.IMAGES / "slow_decoding.png") as shipped,
    ):
        difference = ImageStat.Stat(ImageChops.difference(drawn.convert("RGB"), shipped.convert("RGB"))).mean
    assert max(difference) < 2, f"run {script.name}: {difference}"


def test_every_picture_has_its_maker_and_its_page() -> None:
    made = {f"{path.stem}.png" for path in SCRIPT.examples()} | {"terminal.png"} | FIGURES
    shipped = {path.name for path in SCRIPT.IMAGES.iterdir()}
    shown = {
        name for page in pages() for name in re.findall(r"images/(\w+\.(?:png|svg))", page.path.read_text("utf-8"))
    }
    assert shipped <= made
    assert shown == shipped
