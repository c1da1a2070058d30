"""The comparison with other libraries: it runs, its results add up, and wrong pictures do not pass."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from benchmarks import generate, playing
from benchmarks.checking import complaint
from benchmarks.measuring import Measurement, measure
from benchmarks.peers import PEERS, Peer, load
from benchmarks.peers.imaging import Pillow
from benchmarks.peers.ours import Ours
from benchmarks.report import Results
from benchmarks.samples import from_corpus, from_recipes
from benchmarks.summary import BEST_OTHER, against_ours
from benchmarks.tables import files_table, ratios_table
from benchmarks.tasks import MEMORY, TASKS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory):
    """Samples: a GIF and an APNG."""
    return from_recipes(generate.TINY, tmp_path_factory.mktemp("tiny"))


class Absent(Pillow):
    name = "absent"

    def __init__(self):
        raise ImportError("no such library")


class Negative(Pillow):
    """Wrong colours."""

    name = "negative"

    def frames(self, path):
        for pixels in super().frames(path):
            yield bytes(255 - value for value in pixels)


class Hasty(Pillow):
    """Too few frames."""

    name = "hasty"

    def frames(self, path):
        yield next(super().frames(path))


class ForwardOnly(Peer):
    """Offers no more than it must."""

    name = "forward only"

    def frames(self, path):
        return Pillow().frames(path)


def run(peer, task, sample, rounds=1, patience=9.0):
    (measured,) = measure([peer], sample, [TASKS[task]], rounds=rounds, patience=patience, clock="wall")
    assert (measured.peer, measured.task) == (peer.name, task)
    return measured


@pytest.mark.extended
def test_the_command_writes_results_and_a_chart(tmp_path):
    pytest.importorskip("matplotlib")
    command = [sys.executable, "-m", "benchmarks", "--tiny", "--rounds", "2", "--output", str(tmp_path), "--peers"]
    done = subprocess.run([*command, "Pillow", "skia-python"], cwd=ROOT, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr
    results = json.loads((tmp_path / "results.json").read_text())
    assert {"processor", "cpus", "load_average", "python", "rounds", "clock"} <= set(results["machine"])
    assert {"sddisplaylink", "Pillow"} <= set(results["versions"])
    assert {file["name"]: file["frame_count"] for file in results["files"]} == {"tiny.gif": 4, "tiny.png": 4}
    decode = [m for m in results["measurements"] if (m["peer"], m["task"]) == ("Pillow", "decode")]
    assert [len(m["values"]) for m in decode] == [2, 2]
    assert {m["task"] for m in results["measurements"]} == {*TASKS, MEMORY}
    assert results["ratios"]
    assert results["wrong_pictures"] == {}
    assert "geometric mean" in done.stdout
    assert len(ratios_table(results, "GIF").splitlines()) > 3
    assert files_table(results, ["Pillow"]).splitlines()[2].startswith("| tiny.gif | 64×48 | 4 | ")
    with Image.open(tmp_path / "chart.png") as chart:
        assert chart.format == "PNG"
        assert min(chart.size) > 200


def test_absent_libraries_are_skipped_with_the_reason(monkeypatch):
    monkeypatch.setattr("benchmarks.peers.PEERS", (Ours, Absent, Pillow))
    loaded, skipped = load()
    assert [peer.name for peer in loaded] == ["sddisplaylink", "Pillow"]
    assert skipped == {"absent": "ImportError: no such library"}


def test_every_library_has_a_name_of_its_own():
    assert len({peer.name for peer in PEERS}) == len(PEERS)


@pytest.mark.parametrize("peer", [Ours, Pillow])
def test_right_pictures_pass(tiny, peer):
    assert [complaint(peer(), sample) for sample in tiny] == ["", ""]


def test_wrong_pictures_are_reported(tiny):
    assert complaint(Negative(), tiny[0]) == "frame 0 differs"
    assert complaint(Hasty(), tiny[0]) == "EOFError: it ends before frame 1"


def test_a_task_that_gives_too_few_frames_has_no_time(tiny):
    found = run(Hasty(), "decode", tiny[0])
    assert (found.values, found.problem) == ([], "WrongCountError: 1 instead of 4 frames")


def test_what_a_library_does_not_offer_is_said(tiny):
    assert run(ForwardOnly(), "in_place", tiny[0]).problem == "not offered"


def test_rounds_and_patience(tiny):
    assert len(run(Pillow(), "first", tiny[0], rounds=3).values) == 3
    assert len(run(Pillow(), "first", tiny[0], rounds=3, patience=0.0).values) == 1


def test_libraries_that_hold_everything_are_spared_what_is_too_large(tiny, monkeypatch):
    monkeypatch.setattr("benchmarks.measuring._ROOMY", 1000)
    monkeypatch.setattr(Pillow, "holds_everything", True)
    assert "GB of frames" in run(Pillow(), "decode", tiny[0]).problem


def test_ratios():
    def times(file, **values):
        return [Measurement(file, "decode", peer, [value, value * 2]) for peer, value in values.items()]

    measured = [*times("a", sddisplaylink=1.0, x=2.0, y=8.0), *times("b", sddisplaylink=2.0, x=16.0, y=2.0)]
    ratios = {ratio.peer: ratio for ratio in against_ours(measured, {"a": "GIF", "b": "GIF"})}
    assert (ratios["x"].mean, ratios["x"].least, ratios["x"].most, ratios["x"].files) == (pytest.approx(4), 2, 8, 2)
    assert ratios["y"].mean == pytest.approx(8**0.5)
    assert ratios[BEST_OTHER].mean == pytest.approx(2**0.5)
    assert "sddisplaylink" not in ratios


def test_the_report_marks_wrong_pictures_and_failures(tiny):
    results = Results(
        {}, {}, {"absent": "no such library"}, tiny, complaints={"tiny.gif": {"Pillow": "frame 0 differs"}}
    )
    results.measurements = [
        Measurement("tiny.gif", "decode", "Pillow", [0.0123]),
        Measurement("tiny.png", "decode", "Pillow", problem="OSError: broken"),
        Measurement("tiny.gif", MEMORY, "Pillow", [3e6]),
    ]
    text = results.text()
    assert "absent: skipped, no such library" in text
    assert "12.3!" in text
    assert "3.00!" in text
    assert "! tiny.gif: Pillow: frame 0 differs" in text
    assert "failed: tiny.png, decode: Pillow: OSError: broken" in text


def test_generated_files_are_the_same_each_time(tmp_path):
    for recipe in generate.TINY:
        assert generate.make(recipe, tmp_path / "a").read_bytes() == generate.make(recipe, tmp_path / "b").read_bytes()


def test_every_recipe_gives_as_many_frames_as_it_says(tmp_path):
    for recipe in generate.RECIPES:
        small = generate.Recipe(recipe.name, recipe.scene, (96, 64), 4, recipe.disposal, recipe.blend)
        (sample,) = from_recipes([small], tmp_path)
        assert (sample.frame_count, sample.size) == (4, (96, 64)), recipe.name


def test_of_a_corpus_the_real_animated_files_are_used(tmp_path, tiny):
    assert [sample.name for sample in from_corpus(tiny[0].path.parent)] == ["tiny.gif", "tiny.png"]
    (tmp_path / "real__a.gif").write_bytes(tiny[0].path.read_bytes())
    (tmp_path / "conf__b.gif").write_bytes(tiny[0].path.read_bytes())
    Image.new("RGB", (2, 2)).save(tmp_path / "real__still.png")
    assert [sample.name for sample in from_corpus(tmp_path)] == ["real__a.gif"]


@pytest.mark.extended
def test_what_playing_costs_is_reported_for_each_file(tiny, capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    playing.main([*(str(sample.path) for sample in tiny), "--seconds", "0.2", "--rounds", "1"])
    head, *lines = capsys.readouterr().out.splitlines()
    assert head.split() == ["player", "Pillow", "forwards", "back", "and", "back"]
    assert [line.split()[0] for line in lines] == [sample.name for sample in tiny]
    for line in lines:
        _, player, pillow, forwards, _, *ratios = line.split()
        assert all(float(value.rstrip("%")) > 0 for value in (player, pillow, forwards, *ratios))
