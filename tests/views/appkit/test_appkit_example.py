"""The example program for AppKit, over the stand-in for PyObjC."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from support.appkit_support import FAKES

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"


def test_the_example_plays_in_a_window_until_its_time_is_over(tmp_path: Path) -> None:
    path = os.pathsep.join([str(FAKES), str(EXAMPLES.parent)])
    command = [sys.executable, EXAMPLES / "appkit_view.py", "--seconds", "0.5", "--screenshot", tmp_path / "shot.png"]
    run = subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, timeout=60)
    assert (run.returncode, run.stderr) == (0, "")
    assert int(run.stdout.split()[0]) >= 2
    with Image.open(tmp_path / "shot.png") as shot:
        assert shot.size == (160, 160)


@pytest.fixture
def example(appkit: Any) -> dict[str, Any]:
    """What the example defines, and has not run."""
    return runpy.run_path(str(EXAMPLES / "appkit_view.py"))


def test_its_event_loop_has_a_pool_for_each_turn(appkit: Any, example: dict[str, Any], view: Any) -> None:
    bridge, application = appkit.bridge, appkit.kit.NSApplication.sharedApplication()
    before = bridge.undrained(), bridge.autoreleased
    for _ in range(100):
        example["run"](application, 0.0)
    assert bridge.undrained() == before[0]
    assert bridge.autoreleased - before[1] >= 200  # a date and an event each turn


def test_it_goes_on_in_the_dock_and_while_hidden(
    appkit: Any, example: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither is its window visible then; closing it is what ends the program."""
    application, turns = appkit.kit.NSApplication.sharedApplication(), []

    def turn(application: Any, seconds: float) -> None:
        (window,) = application.windows
        turns.append(window.isVisible())
        steps = [
            lambda: window.setMiniaturized_(True),
            lambda: window.setMiniaturized_(False),
            lambda: application.hide_(None),
            lambda: application.unhide_(None),
            lambda: window.cover() or setattr(window, "_state", 0),  # the red button
        ]
        steps[len(turns) - 1]()

    main = example["main"]
    monkeypatch.setitem(main.__globals__, "run", turn)
    monkeypatch.setattr(sys, "argv", ["appkit_view.py"])
    main()
    assert turns == [True, False, True, False, True]
    assert application.windows == []


INTERRUPTED = """
import runpy, signal, sys
from sddisplaylink.views.appkit import RunLoopDispatcher
real, calls = RunLoopDispatcher.run_pending, []
def run_pending(self):
    calls.append(1)
    if len(calls) == 5:
        signal.raise_signal(signal.SIGINT)
    return real(self)
RunLoopDispatcher.run_pending = run_pending
path, *sys.argv[1:] = sys.argv[1:]
runpy.run_path(path, run_name="__main__")
"""


def test_ctrl_c_in_a_callback_ends_it() -> None:
    path = os.pathsep.join([str(FAKES), str(EXAMPLES.parent)])
    command = [sys.executable, "-c", INTERRUPTED, EXAMPLES / "appkit_view.py", "--seconds", "100"]
    run = subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True, timeout=60)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.endswith("frames shown\n")
