"""Two thousand frames through AppKit: the real one on a Mac that has PyObjC, the stand-in elsewhere."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from support.appkit_support import FAKES

ROOT = Path(__file__).resolve().parents[3]
FRAMES = 2000
MEGABYTE = 1 << 20


def test_memory_does_not_grow() -> None:
    path = [str(ROOT)]
    if sys.platform != "darwin":
        path.append(str(FAKES))
    elif importlib.util.find_spec("objc") is None:
        pytest.skip('needs PyObjC: pip install "sddisplaylink[appkit]"')
    command = [sys.executable, ROOT / "scripts" / "appkit_frames.py", str(FRAMES)]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=250)
    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert found["shown"] >= FRAMES - 10  # none, where the window cannot be seen
    assert found["grown_bytes"] < 64 * MEGABYTE  # of 500, if all frames were kept
