"""Draws slow_decoding.png: how playback goes with decoders that take 0.5 to 5 times as long as a frame lasts.

    python scripts/draw_slow_decoding.py [DIRECTORY]      by default docs/images

Needs what the tests need, and matplotlib. The times are virtual, so the same chart comes out every time.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from sddisplaylink.playback.pacing import chart_series  # noqa: E402
from sddisplaylink.playback.pacing_chart import draw_intervals, draw_lateness, load_figure  # noqa: E402
from support.images import GifPicture, build_gif  # noqa: E402 -- the tests' own
from support.slow_decoding import Playback, play  # noqa: E402 -- likewise

PICTURE = ROOT / "docs" / "images" / "slow_decoding.png"
FRAMES = 25
DELAY = 10  # refreshes that a frame lasts, of 10 ms each
DECODE_TICKS = (5, 10, 13, 20, 50)
SECONDS = 10.0
WIDTH, ROW_HEIGHT = 11.0, 1.7  # inches


def draw_row(intervals: Any, lateness: Any, playback: Playback, name: str) -> None:
    """One decoder: the time from frame to frame, and how late the frames are."""
    series = chart_series(playback.events)
    draw_intervals(intervals, series)
    draw_lateness(lateness, series)
    stats = playback.stats
    intervals.set(ylim=(0, 640))
    intervals.set_title(f"decode time {name} × a frame's duration: ms from frame to frame", fontsize="medium")
    lateness.set(ylim=(-60, 640))
    shown = f"{playback.decoded} decoded, {stats.shown} shown, {stats.skipped} skipped"
    lateness.set_title(f"{shown}: ms late", fontsize="medium")
    intervals.get_legend().remove()
    for axes in (intervals, lateness):
        axes.set(xlabel="", ylabel="")
        axes.spines[["top", "right"]].set_visible(False)
        axes.grid(alpha=0.25)


def main() -> None:
    """Play once for each decode time, and draw one row for each."""
    frames = [GifPicture(8, 8, fill=1, delay=DELAY)] * FRAMES
    data = build_gif(frames, size=(8, 8), loop=0)
    figure = load_figure()(figsize=(WIDTH, ROW_HEIGHT * len(DECODE_TICKS)), layout="constrained")
    rows = figure.subplots(len(DECODE_TICKS), 2, sharex=True, width_ratios=(3, 2))
    for ticks, (intervals, lateness) in zip(DECODE_TICKS, rows, strict=True):
        draw_row(intervals, lateness, play(data, ticks, SECONDS), f"{ticks / DELAY:g}")
    for axes in rows[-1]:
        axes.set(xlabel="time (s)")
    path = Path(sys.argv[1]) / PICTURE.name if len(sys.argv) > 1 else PICTURE
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=100, metadata={"Software": None})


if __name__ == "__main__":
    main()
