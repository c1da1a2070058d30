"""`probe`, `bench` and `doctor`: figures that add up."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest
from PIL import Image

import sddisplaylink
from sddisplaylink.cli import bench, doctor, main, probe
from sddisplaylink.display_link import Tick
from sddisplaylink.views.terminal.tmux import Tmux
from support.pty_process import PtyProcess

BALL = Path(__file__).resolve().parents[2] / "examples" / "ball.gif"


def output_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(list(arguments)) == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    return captured.out


# ---- probe ----


def tick(sequence: int, timestamp: float, missed: int = 0) -> Tick:
    return Tick(sequence, timestamp, timestamp + 0.01, 0.01, missed, False)


def test_probe_summary() -> None:
    measurement = probe.Measurement("timer")
    measurement.ticks = [tick(7, 1.00, missed=5), tick(8, 1.01), tick(11, 1.04, missed=2), tick(12, 1.05)]
    measurement.arrivals = [1.001, 1.012, 1.043, 1.054]
    summary = measurement.summary()
    assert (summary.ticks, summary.missed, summary.synthetic, summary.clock) == (4, 2, 0, "timer")
    assert summary.mean_period == pytest.approx(0.01)
    assert summary.refresh_rate == pytest.approx(100)
    assert summary.seconds == pytest.approx(0.053)
    assert summary.deviation_p50 == pytest.approx(0.002)
    assert summary.deviation_p95 == summary.deviation_p99 == summary.deviation_max == pytest.approx(0.004)


def test_probe_of_a_single_tick() -> None:
    measurement = probe.Measurement("timer", [tick(1, 1.0)], [0.999])
    summary = measurement.summary()
    assert summary.mean_period == 0.01
    assert summary.deviation_max == pytest.approx(0.001)


def test_probe_measures_the_timer(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(output_of(capsys, "probe", "--seconds", "0.3", "--clock", "timer:200", "--json"))
    assert found["clock"] == "timer"
    assert found["refresh_rate"] == pytest.approx(200)
    assert found["mean_period"] == pytest.approx(0.005, rel=1e-6)
    assert found["ticks"] >= 1
    assert 0 <= found["deviation_p50"] <= found["deviation_p95"] <= found["deviation_p99"] <= found["deviation_max"]


def test_probe_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    out = output_of(capsys, "probe", "--seconds", "0.05", "--clock", "timer")
    assert "refresh rate  60.000 Hz" in out
    assert [line.split("  ")[0] for line in out.splitlines()] == [
        "clock",
        "refresh rate",
        "ticks",
        "mean period",
        "deviation",
        "missed",
    ]


@pytest.mark.parametrize("clock", ["sundial", "timer:0", "timer:x"])
def test_probe_of_an_unknown_clock(clock: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", "--clock", clock]) == 1
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert clock in error


def test_probe_without_matplotlib(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    assert main(["probe", "--plot", "a.png"]) == 1
    install = "in a clone of the project, python -m pip install '.[plot]'"
    expected = f"sddisplaylink: a chart needs matplotlib: {install}\n"
    assert capsys.readouterr() == ("", expected)


@pytest.mark.extended
def test_probe_draws(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("matplotlib")
    path = tmp_path / "pacing.png"
    output_of(capsys, "probe", "--seconds", "0.1", "--clock", "timer:200", "--plot", str(path))
    with Image.open(path) as picture:
        assert picture.format == "PNG"
        assert len(picture.convert("RGB").getcolors(1 << 20) or []) > 2


@pytest.mark.extended
def test_probe_cannot_draw_into_any_file(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    pytest.importorskip("matplotlib")
    monkeypatch.setattr("sddisplaylink.cli.probe.measure", lambda clock, seconds: pytest.fail("measured first"))
    assert main(["probe", "--plot", "pacing.txt"]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("sddisplaylink: pacing.txt: a chart is drawn as ")
    assert "png" in err


# ---- bench ----


def test_bench(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(output_of(capsys, "bench", str(BALL), "--repeat", "3", "--json"))
    assert (found["runs"], found["frames"], found["file"]) == (3, 20, str(BALL))
    assert 0 < found["first_frame_min"] <= found["first_frame_median"]
    assert found["first_frame_min"] < found["all_frames_min"] <= found["all_frames_median"]
    assert found["frames_per_second"] == pytest.approx(20 / found["all_frames_median"])
    assert found["megapixels_per_second"] == pytest.approx(20 * 160 * 160 / 1e6 / found["all_frames_median"])


def test_bench_summary_and_text() -> None:
    found = bench.summarise([bench.Run(0.002, 0.5), bench.Run(0.001, 0.4), bench.Run(0.004, 2.0)], 10, 1_000_000)
    assert bench.readable(found) == [
        ("runs", "3 of 10 frames"),
        ("first frame", "min 1 ms, median 2 ms"),
        ("all frames", "min 400 ms, median 500 ms"),
        ("throughput", "20 frames/s, 2.0 megapixels/s (median)"),
    ]


def test_bench_of_no_image(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "text").write_text("hello")
    assert main(["bench", str(tmp_path / "text")]) == 1
    assert capsys.readouterr().err.count("\n") == 1


# ---- doctor ----


def test_doctor_as_json(capsys: pytest.CaptureFixture[str]) -> None:
    found = json.loads(output_of(capsys, "doctor", "--json"))
    assert found["versions"]["sddisplaylink"] == sddisplaylink.__version__
    assert {"python", "cffi", "pillow", "system"} <= set(found["versions"])
    assert found["clocks"] == list(sddisplaylink.available_clocks())
    assert found["displays"][0]["refresh_rate"] > 0
    assert found["terminal"] == "standard output is not a terminal"
    assert found["diagnostics"]["players"] == 0


def test_doctor_as_text(capsys: pytest.CaptureFixture[str]) -> None:
    out = output_of(capsys, "doctor")
    rows = dict(line.split(None, 1) for line in out.splitlines() if len(line.split(None, 1)) == 2)
    assert rows["versions.sddisplaylink"] == sddisplaylink.__version__
    assert rows["clocks"] == ", ".join(sddisplaylink.available_clocks())
    assert "displays.0.refresh_rate" in rows


def test_doctor_asks_the_terminal() -> None:
    answers = b"\x1b_Gi=31;OK\x1b\\\x1b]11;rgb:ffff/ffff/0000\x1b\\\x1b[6;20;10t\x1b[?62;4c"
    with PtyProcess("-m", "sddisplaylink", "doctor", columns=100, rows=50, answers=answers) as process:
        process.ends_with(0)
        rows = dict(line.split(None, 1) for line in process.terminal.text() if len(line.split(None, 1)) == 2)
    assert rows["terminal.kitty_graphics"] == "True"
    assert rows["terminal.sixel"] == "True"
    assert rows["terminal.tmux"] == "None"
    assert rows["terminal.background"] == "255, 255, 0"
    assert rows["terminal.columns"] == "100"
    assert rows["terminal.cell_width"] == "10"
    assert rows["terminal.colours"] == "truecolour"
    assert rows["environment.TERM"] == "xterm-256color"
    assert not any(line.startswith("G") for line in process.terminal.text())


@pytest.mark.parametrize(
    ("tmux", "shown"),
    [
        (Tmux(), {"passes": False, "terminal": None, "term": None}),  # detached
        (Tmux(True, "", "xterm-256color"), {"passes": True, "terminal": None, "term": "xterm-256color"}),
        (Tmux(True, "foot(1.13.1)", "foot"), {"passes": True, "terminal": "foot(1.13.1)", "term": "foot"}),
    ],
)
def test_doctor_on_the_terminal_around_tmux(tmux: Tmux, shown: dict[str, object]) -> None:
    assert doctor.examine_tmux(tmux) == shown


def test_doctor_where_displays_cannot_be_had(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise sddisplaylink.ClockError("no answer")

    monkeypatch.setattr(doctor, "displays", fail)
    assert doctor.examine()["displays"] == "unknown: no answer"
