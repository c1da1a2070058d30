"""Recordings of pacing in virtual time, their figures, and the charts of them."""

from __future__ import annotations

import csv
import itertools
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import sddisplaylink as sd
from sddisplaylink.cli.probe import draw_ticks
from sddisplaylink.display_link import Tick
from sddisplaylink.playback import pacing_chart
from sddisplaylink.playback.pacing import PacingEvent, PacingRecorder, draw_playback
from sddisplaylink.playback.percentile import percentile

TICK = 1 / 60
MakeImage = Callable[..., bytes]


@pytest.fixture
def player(make_gif: MakeImage, clock: sd.ManualClock) -> Iterator[sd.AnimatedImagePlayer]:
    """Five frames of 50 ms, three ticks each; callbacks run on this thread, when the clock is advanced."""
    dispatcher = sd.Dispatcher(thread=False)
    with sd.AnimatedImagePlayer(make_gif([50] * 5), clock=clock, dispatcher=dispatcher) as player:
        yield player
    dispatcher.close()


def recorder_of(*lateness: float) -> PacingRecorder:
    recorder = PacingRecorder(100, 0, lambda recorder: None)
    for number, late in enumerate(lateness):
        intended = 10**9 * number
        recorder.note(number, 0, intended, intended + round(late * 1e9), 0, 0)
    return recorder


def test_each_frame_is_recorded_with_its_refresh(player: sd.AnimatedImagePlayer, clock: sd.ManualClock) -> None:
    recorder = player.record()
    player.play()
    clock.advance(0.3)
    events = recorder.events
    assert [(event.frame, event.loop) for event in events] == [(0, 0), (1, 0), (2, 0), (3, 0), (4, 0), (0, 1)]
    for before, after in itertools.pairwise(events):
        assert after.intended - before.intended == pytest.approx(0.05)
    for event in events:  # posted at a tick, for display at the next
        assert event.lateness == pytest.approx(-TICK)
        assert event.actual - event.intended == pytest.approx(event.lateness)
        assert (event.skipped, event.missed_ticks) == (0, 0)


def test_late_frames_skipped_ones_and_missed_ticks(player: sd.AnimatedImagePlayer, clock: sd.ManualClock) -> None:
    recorder = player.record()
    player.play()
    clock.advance(TICK)
    clock._dispatchers.clear()  # the callbacks are not run for a while
    clock.advance(0.15)
    player.engine.binding.current.flush(player.engine.native.source)
    first, second = recorder.events
    assert (first.frame, first.skipped) == (0, 0)
    assert (second.frame, second.skipped) == (3, 2)
    summary = recorder.summary()
    assert (summary.frames, summary.skipped, summary.late, summary.dropped) == (2, 2, 0, 0)
    clock.advance(0.1)
    clock.advance(0.02)
    player.engine.binding.current.flush(player.engine.native.source)
    assert recorder.events[-1].lateness > 0
    assert recorder.summary().late == 1


def test_lateness_and_skips_add_up_to_the_players_own_figures(
    player: sd.AnimatedImagePlayer, clock: sd.ManualClock
) -> None:
    recorder = player.record()
    player.play()
    clock._dispatchers.clear()
    for steps in (1, 7, 2, 11, 3):
        for _ in range(steps):
            clock.advance(TICK)
        player.engine.binding.current.flush(player.engine.native.source)
    stats, summary = player.stats, recorder.summary()
    assert (summary.frames, summary.skipped, summary.missed_ticks) == (stats.shown, stats.skipped, stats.missed_ticks)
    assert max(0.0, summary.lateness_max) == pytest.approx(stats.max_lateness)


def test_missed_ticks_are_those_since_the_frame_before() -> None:
    recorder = PacingRecorder(10, 5, lambda recorder: None)
    for missed in (5, 7, 7, 10):
        recorder.note(0, 0, 0, 0, 0, missed)
    assert [event.missed_ticks for event in recorder.events] == [0, 2, 0, 3]
    assert recorder.summary().missed_ticks == 5


def test_a_sought_frame_has_no_time_that_it_was_meant_for(
    player: sd.AnimatedImagePlayer, clock: sd.ManualClock
) -> None:
    recorder = player.record()
    player.seek(3)
    player.engine.binding.current.flush(player.engine.native.source)
    [event] = recorder.events
    assert (event.frame, event.lateness) == (3, 0.0)


def test_it_records_between_its_making_and_its_end(player: sd.AnimatedImagePlayer, clock: sd.ManualClock) -> None:
    player.play()
    clock.advance(0.08)
    with player.record() as recorder, player.record() as other:
        clock.advance(0.1)
        other.stop()
        clock.advance(0.05)
    clock.advance(0.1)
    assert ([event.frame for event in recorder.events], [event.frame for event in other.events]) == ([2, 3, 4], [2, 3])
    assert not player.engine._recorders
    recorder.stop()
    assert len(recorder) == 3
    assert repr(recorder) == "<PacingRecorder of 3 events>"


def test_memory_is_bounded(player: sd.AnimatedImagePlayer, clock: sd.ManualClock) -> None:
    recorder = player.record(capacity=3)
    player.play()
    clock.advance(1.0)
    assert [event.frame for event in recorder.events] == [2, 3, 4]
    assert (recorder.summary().frames, recorder.summary().dropped) == (3, 17)


def test_a_recorder_outlives_its_player(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    player = sd.AnimatedImagePlayer(make_gif([50] * 5), clock=clock)
    recorder = player.record()
    player.play()
    clock.advance(0.08)
    player.close()
    with pytest.raises(sd.LinkClosedError):
        player.record()
    del player
    recorder.stop()
    assert len(recorder) == 2


@pytest.mark.parametrize("capacity", [0, -1, 1.5, True, "all"])
def test_capacity_is_a_number_of_events(player: sd.AnimatedImagePlayer, capacity: Any) -> None:
    with pytest.raises(ValueError, match="capacity must be"):
        player.record(capacity)
    assert not player.engine._recorders


# ---- figures and files ----


def test_summary() -> None:
    summary = recorder_of(-0.010, -0.016, 0.030, -0.016).summary()
    assert summary.frames == 4
    assert summary.seconds == pytest.approx(2.994)
    assert summary.late == 1
    assert summary.lateness_mean == pytest.approx(-0.003)
    assert summary.lateness_p50 == pytest.approx(-0.016)
    assert summary.lateness_p95 == summary.lateness_p99 == summary.lateness_max == pytest.approx(0.030)


def test_nothing_recorded() -> None:
    summary = recorder_of().summary()
    assert (summary.frames, summary.seconds, summary.lateness_max) == (0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("values", "percent", "expected"),
    [([5.0], 50, 5.0), ([1.0, 2.0], 50, 1.0), ([1.0, 2.0], 51, 2.0), (list(range(1, 101)), 99, 99), ([1, 2, 3], 0, 1)],
)
def test_percentile(values: list[float], percent: float, expected: float) -> None:
    assert percentile(values, percent) == expected


def test_json(tmp_path: Path) -> None:
    recorder, path = recorder_of(0.001, -0.002), tmp_path / "pacing.json"
    text = recorder.to_json(path)
    assert path.read_text() == text == recorder.to_json()
    found = json.loads(text)
    assert [PacingEvent(**event) for event in found["events"]] == list(recorder.events)
    assert sd.PacingSummary(**found["summary"]) == recorder.summary()


def test_csv(tmp_path: Path) -> None:
    recorder, path = recorder_of(0.001, -0.002), tmp_path / "pacing.csv"
    text = recorder.to_csv(path)
    assert path.read_text() == text == recorder.to_csv()
    rows = list(csv.DictReader(text.splitlines()))
    assert [float(row["lateness"]) for row in rows] == [event.lateness for event in recorder.events]
    assert list(rows[0]) == list(PacingEvent._fields)


# ---- charts ----


@pytest.mark.parametrize("suffix", ["png", "svg"])
@pytest.mark.extended
def test_plot(suffix: str, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    path = tmp_path / f"pacing.{suffix}"
    recorder_of(-0.016, -0.012, 0.030).plot(path, "three frames")
    if suffix == "svg":
        assert path.read_text().count("<svg") == 1
    else:
        with Image.open(path) as picture:
            assert picture.format == "PNG"
            colours = {colour for _, colour in picture.convert("RGB").getcolors(1 << 20) or []}
        for drawn in (pacing_chart.ACTUAL, pacing_chart.LATE, pacing_chart.INTENDED):
            assert tuple(bytes.fromhex(drawn[1:])) in colours


def figure_of(monkeypatch: pytest.MonkeyPatch, draw: Callable[[], None]) -> Any:
    """The figure that would have been written."""
    figure_type = pacing_chart.load_figure()
    written = []
    monkeypatch.setattr(figure_type, "savefig", lambda figure, path, **options: written.append(figure))
    draw()
    [figure] = written
    return figure


@pytest.mark.extended
def test_what_a_playback_chart_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib")
    events = [
        PacingEvent(0, 0, 5.0, 4.99, -0.01, 0, 0),
        PacingEvent(2, 0, 5.1, 5.12, 0.02, 1, 3),
        PacingEvent(3, 0, 5.2, 5.19, -0.01, 0, 0),
    ]
    figure = figure_of(monkeypatch, lambda: draw_playback(events, "a.png", "title"))
    intervals, lateness, histogram, figures = figure.axes
    assert figure.get_suptitle() == "title"
    intended, actual = intervals.lines[:2]
    assert list(intended.get_ydata()) == pytest.approx([100, 100])
    assert list(actual.get_ydata()) == pytest.approx([130, 70])
    assert [line.get_xdata()[0] for line in intervals.lines[2:]] == pytest.approx([0.1])  # where a frame was skipped
    points = lateness.collections[0].get_offsets()
    assert points.tolist() == [pytest.approx([0.0, -10]), pytest.approx([0.1, 20]), pytest.approx([0.2, -10])]
    assert sum(bar.get_width() for bar in histogram.patches) == 3
    texts = [text.get_text() for text in figures.texts]
    assert dict(zip(texts[::2], texts[1::2], strict=True)) == {
        "frames": "3",
        "skipped": "1",
        "late": "1",
        "ticks missed": "3",
        "p50": "-10.00 ms",
        "p95": "20.00 ms",
        "p99": "20.00 ms",
        "max": "20.00 ms",
    }


@pytest.mark.extended
def test_what_a_chart_of_ticks_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("matplotlib")
    ticks = [Tick(1, 1.00, 1.01, 0.01, 9, False), Tick(4, 1.03, 1.04, 0.01, 2, False)]
    figure = figure_of(monkeypatch, lambda: draw_ticks(ticks, [1.001, 1.034], "a.png", "timer"))
    _, lateness, _, figures = figure.axes
    assert lateness.collections[0].get_offsets().tolist() == [pytest.approx([0, 1]), pytest.approx([0.03, 4])]
    texts = [text.get_text() for text in figures.texts]
    assert texts[:4] == ["ticks", "2", "missed", "2"]
    assert "late" not in texts


@pytest.mark.extended
def test_an_empty_recording_is_not_drawn(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    with pytest.raises(sd.SDDisplayLinkError, match="nothing has been recorded"):
        recorder_of().plot(tmp_path / "a.png")
    assert list(tmp_path.iterdir()) == []


def test_without_matplotlib(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(sd.SDDisplayLinkError, match=r"pip install '\.\[plot\]'"):
        recorder_of(0.0).plot("a.png")
