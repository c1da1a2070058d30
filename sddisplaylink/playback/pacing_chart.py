"""Charts of pacing, drawn by matplotlib: intended and actual times, lateness and its histogram, and misses."""

from __future__ import annotations

import importlib
import itertools
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sddisplaylink.errors import SDDisplayLinkError, how_to_install
from sddisplaylink.playback.percentile import percentile

__all__ = ["Series", "check_name", "draw", "draw_intervals", "draw_lateness", "load_figure"]

INTENDED, ACTUAL, LATE, MISSED = "#9a9a9a", "#0072b2", "#d55e00", "#cc79a7"  # colour-blind people can distinguish them
BINS = 50


@dataclass(frozen=True)
class Series:
    """The data of a chart: times in seconds, and in `missed` what was left out before each of them."""

    intended: list[float]
    actual: list[float]
    missed: list[int]
    noun: str
    missed_verb: str
    lateness: str
    has_deadline: bool
    """Whether an actual time after the intended one counts as late."""
    ticks_missed: int | None = None

    def times(self) -> list[float]:
        """The intended times, in seconds since the first."""
        return [time - self.intended[0] for time in self.intended]

    def milliseconds(self) -> list[float]:
        """The time from intended to actual, for each, in milliseconds."""
        return [1000 * (actual - intended) for intended, actual in zip(self.intended, self.actual, strict=True)]


def load_figure() -> Any:
    """matplotlib's Figure, which draws to files without a window. SDDisplayLinkError if it is missing."""
    try:
        return importlib.import_module("matplotlib.figure").Figure
    except ImportError:
        raise SDDisplayLinkError(f"a chart needs matplotlib: {how_to_install('plot')}") from None


def check_name(path: str | os.PathLike[str]) -> None:
    """SDDisplayLinkError if matplotlib is missing, or does not draw files of that name."""
    known = load_figure()().canvas.get_supported_filetypes()
    extension = Path(path).suffix.removeprefix(".").lower()
    if extension and extension not in known:
        raise SDDisplayLinkError(f"{os.fspath(path)}: a chart is drawn as {', '.join(sorted(known))}")


def draw(series: Series, path: str | os.PathLike[str], title: str) -> None:
    """Draw the series into a file (PNG, SVG or PDF, by its name).

    Raises SDDisplayLinkError if matplotlib is missing, does not draw such files or the series is empty, OSError if the
    file cannot be written.
    """
    check_name(path)
    figure_type = load_figure()
    if not series.intended:
        raise SDDisplayLinkError("there is nothing to draw: nothing has been recorded")
    figure = figure_type(figsize=(12, 6.5), layout="constrained")
    grid = figure.add_gridspec(2, 2, width_ratios=(4, 1))
    intervals = figure.add_subplot(grid[0, 0])
    lateness = figure.add_subplot(grid[1, 0], sharex=intervals)
    histogram = figure.add_subplot(grid[1, 1], sharey=lateness)
    draw_intervals(intervals, series)
    draw_lateness(lateness, series)
    _draw_histogram(histogram, series)
    _draw_figures(figure.add_subplot(grid[0, 1]), series)
    for axes in (intervals, lateness, histogram):
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.25)
    figure.suptitle(title, fontweight="bold")
    figure.savefig(path, dpi=120)


def draw_intervals(axes: Any, series: Series) -> None:
    """The time from each to the next, intended and actual."""
    times, intended, actual = series.times()[1:], _steps(series.intended), _steps(series.actual)
    axes.plot(times, intended, "_", color=INTENDED, markersize=7, markeredgewidth=2, label="intended")
    axes.plot(times, actual, ".", color=ACTUAL, markersize=4, label="actual")
    _mark_missed(axes, series)
    axes.set(ylabel="ms", title=f"Time from {series.noun} to {series.noun}")
    axes.set_ylim(0, 1.25 * max([*intended, *actual], default=1.0))  # leaves room for the legend
    axes.legend(loc="upper right", ncols=3, framealpha=0.9)


def draw_lateness(axes: Any, series: Series) -> None:
    """The time from intended to actual."""
    milliseconds = series.milliseconds()
    late = [series.has_deadline and value > 0 for value in milliseconds]
    colours, sizes = [LATE if each else ACTUAL for each in late], [25 if each else 9 for each in late]
    axes.scatter(series.times(), milliseconds, s=sizes, c=colours, linewidths=0)
    axes.axhline(0, color="black", linewidth=0.8)
    _mark_missed(axes, series)
    axes.set(xlabel="time (s)", ylabel="ms", title=series.lateness)


def _draw_histogram(axes: Any, series: Series) -> None:
    axes.hist(series.milliseconds(), bins=BINS, orientation="horizontal", color=ACTUAL, log=True)
    axes.axhline(0, color="black", linewidth=0.8)
    axes.set(xlabel=f"{series.noun}s", title="How often")
    axes.tick_params(labelleft=False)


def _draw_figures(axes: Any, series: Series) -> None:
    ordered = sorted(series.milliseconds())
    rows = [(f"{series.noun}s", f"{len(ordered)}"), (series.missed_verb, f"{sum(series.missed)}")]
    if series.has_deadline:
        rows.append(("late", f"{sum(value > 0 for value in ordered)}"))
    if series.ticks_missed is not None:
        rows.append(("ticks missed", f"{series.ticks_missed}"))
    rows += [(f"p{percent}", f"{percentile(ordered, percent):.2f} ms") for percent in (50, 95, 99)]
    rows.append(("max", f"{ordered[-1]:.2f} ms"))
    axes.axis("off")
    for number, (name, value) in enumerate(rows):
        height = 0.9 - number / 9
        axes.text(0.0, height, name, transform=axes.transAxes)
        axes.text(1.0, height, value, transform=axes.transAxes, ha="right")


def _mark_missed(axes: Any, series: Series) -> None:
    times = [time for time, missed in zip(series.times(), series.missed, strict=True) if missed]
    for number, time in enumerate(times):
        label = None if number else f"{series.noun}s {series.missed_verb}"
        axes.axvline(time, color=MISSED, linewidth=1.2, alpha=0.7, label=label, zorder=0)


def _steps(times: list[float]) -> list[float]:
    return [1000 * (after - before) for before, after in itertools.pairwise(times)]
