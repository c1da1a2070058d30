"""`sddisplaylink doctor --probe-corevideo`, on the stand-in."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from native_builds import run_program
from sddisplaylink.cli import main, probe_corevideo
from standin import Standin

COMMAND = """
import standin, sys
stand = standin.loaded()
stand.set_displays(((1, 500.0, 500.0), (2, 250.0, 0.0)))
from sddisplaylink.cli import main
sys.exit(main(["doctor", "--probe-corevideo"]))
"""


def test_the_table_has_all_that_an_issue_needs(package: Path) -> None:
    done = run_program(package, COMMAND)
    assert (done.returncode, done.stderr) == (0, "")
    head, line, *rows = done.stdout.splitlines()
    assert (head, line) == ("| Probe | Result |", "|---|---|")
    table = dict(row.strip("| ").split(" | ") for row in rows)
    assert len(table) == len(rows)
    assert table["display 1: listed"] == "500.000 Hz, main"
    assert table["display 2: listed"] == table["display 2: reported by ticks"] == "250.000 Hz"
    assert 100 < float(table["display 2: measured"].removesuffix(" Hz")) < 260
    assert table["display 1: ticks, missed, synthetic"].startswith("60, ")
    assert int(table["threads before"]) < int(table["display 1: threads while it ticks"])
    assert table["replaced by a timer"] == "0 times"
    assert table["stops abandoned"] == "0"
    assert table["5 cycles: released after"].endswith(" ms")


@pytest.fixture
def standin(clock_library: Path) -> Iterator[Standin]:
    """That of this process, leaving no objects on its main thread, which has no pool."""
    made = Standin(clock_library)
    made.set("objects_per_call", 0)
    yield made
    made.reset()


def test_corevideos_own_functions_are_tried(
    standin: Standin, clock_library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe_corevideo, "RUN_BEFORE_RELEASE", 0.01)
    results = dict(probe_corevideo.probe_functions(ctypes.CDLL(str(clock_library)), 1))
    codes = {name: int(str(result).split()[0]) for name, result in results.items()}
    assert codes == {
        "Create": 0,
        "current display": 1,
        "Start without a callback": -6673,
        "SetOutputCallback": 0,
        "Stop, not running": -6672,
        "Start": 0,
        "Start, running": -6671,
        "Stop": 0,
        "Stop, again": -6672,
        "Start, at once": 0,
        "Stop, at once": 0,
    }
    standin.wait("threads", exactly=0)
    assert standin.count("links") == 0


def test_a_display_that_cannot_be_had_ends_the_tries(standin: Standin, clock_library: Path) -> None:
    rows = list(probe_corevideo.probe_functions(ctypes.CDLL(str(clock_library)), 77))
    assert standin.count("links") == 0
    assert [name for name, _ in rows] == ["Create"]
    assert str(rows[0][1]).startswith("-6670 ")


def test_a_link_that_never_ticks_is_an_error(package: Path) -> None:
    program = COMMAND.replace("from sddisplaylink.cli", "stand.set('ticking', 0)\nfrom sddisplaylink.cli", 1)
    program = program.replace(
        "sys.exit", "from sddisplaylink.cli import probe_corevideo\nprobe_corevideo.TICK_TIMEOUT = 0.2\nsys.exit"
    )
    done = run_program(package, program)
    assert (done.returncode, done.stderr) == (1, "sddisplaylink: CoreVideo does not tick\n")


@pytest.mark.skipif(sys.platform == "darwin", reason="there is one")
def test_without_corevideo_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--probe-corevideo"]) == 1
    assert capsys.readouterr() == ("", "sddisplaylink: there is no CoreVideo on this system to probe\n")
