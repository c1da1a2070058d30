"""The ratios as a picture."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from benchmarks.peers.ours import Ours
from benchmarks.summary import BEST_OTHER, Ratio
from benchmarks.tasks import MEMORY

__all__ = ["draw"]

_PANELS = {
    "decode": "All frames, copied out",
    "in_place": "All frames, in place",
    "first": "First frame",
    "durations": "Count and durations",
    "last": "Last frame, cold",
    "seeks": "Six random frames, cold",
    MEMORY: "Peak memory",
}
_FORMATS = {"GIF": "GIF", "PNG": "APNG"}
_OURS, _OTHERS, _BETTER = "#1f77b4", "#b8bec8", "#d62728"


def draw(ratios: list[Ratio], path: Path, tasks: Sequence[str] = tuple(_PANELS)) -> None:
    """A panel for each task and a row for each format: bars are geometric means, lines reach from least to most."""
    backend = import_module("matplotlib")
    backend.use("agg")
    pyplot = import_module("matplotlib.pyplot")
    chosen = [task for task in tasks if any(ratio.task == task for ratio in ratios)]
    formats = [name for name in _FORMATS if any(ratio.format == name for ratio in ratios)]
    size = 3.1 * len(chosen) + 0.3, 2.9 * len(formats) + 0.5
    figure, axes = pyplot.subplots(len(formats), len(chosen), figsize=size, squeeze=False, layout="constrained")
    for row, image_format in zip(axes, formats, strict=True):
        for panel, task in zip(row, chosen, strict=True):
            found = [ratio for ratio in ratios if (ratio.task, ratio.format) == (task, image_format)]
            _bars(panel, [ratio for ratio in found if ratio.peer != BEST_OTHER])
            panel.set_title(f"{_FORMATS[image_format]}: {_PANELS[task]}", fontsize=9)
    figure.suptitle("Times as much as sddisplaylink needs: geometric mean, line from least to most", fontsize=10)
    figure.savefig(path, dpi=110)
    pyplot.close(figure)


def _bars(panel: Any, ratios: list[Ratio]) -> None:
    """Bars begin at 1, which is this library: to the right is slower, to the left is faster than it."""
    if not ratios:
        panel.axis("off")
        return
    ordered = sorted(ratios, key=lambda ratio: -ratio.mean)
    names = [*(ratio.peer.replace(f"{Ours.name}, ", "ours, ") for ratio in ordered), Ours.name]
    places = range(len(ordered))
    colours = [_BETTER if ratio.mean < 1 else _OTHERS for ratio in ordered]
    panel.barh(places, [ratio.mean - 1 for ratio in ordered], left=1, color=colours, height=0.72)
    panel.hlines(
        places, [ratio.least for ratio in ordered], [ratio.most for ratio in ordered], "#555555", linewidth=0.8
    )
    panel.axvline(1, color=_OURS, linewidth=1.5)
    panel.plot([1], [len(ordered)], "o", color=_OURS, markersize=6)
    for place, ratio in enumerate(ordered):
        text = f"{ratio.mean:.2g}" if ratio.mean < 10 else f"{ratio.mean:.0f}"
        panel.text(max(1, ratio.most) * 1.12, place, f"{text}×", va="center", fontsize=8)
    panel.set_yticks(range(len(names)), names, fontsize=8)
    panel.get_yticklabels()[-1].set(color=_OURS, fontweight="bold")
    panel.set_xscale("log")
    panel.set_xlim(min(0.7, *(0.8 * ratio.least for ratio in ordered)), 3 * max(2, *(ratio.most for ratio in ordered)))
    panel.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    panel.xaxis.set_minor_formatter(lambda value, _: "")
    panel.tick_params(axis="x", labelsize=8)
    panel.spines[["top", "right"]].set_visible(False)


def main(results: str, picture: str, *tasks: str) -> None:
    """Draw the results of a run once more: ``python -m benchmarks.chart results.json chart.png [TASK …]``."""
    facts = json.loads(Path(results).read_text(encoding="utf-8"))
    draw([Ratio(**ratio) for ratio in facts["ratios"]], Path(picture), tasks or tuple(_PANELS))


if __name__ == "__main__":
    main(*sys.argv[1:])
