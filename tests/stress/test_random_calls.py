"""Random calls of the whole public API from several threads: for a moment here, for as long as one likes by hand.

`PYTHONPATH=tests python -m stress.run --seconds 600` takes ten minutes; SDDISPLAYLINK_STRESS_SECONDS is the time of the
extended test.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
SECONDS = float(os.environ.get("SDDISPLAYLINK_STRESS_SECONDS", "60"))
QUICK_LIMIT = 120  # seconds for what takes three


def run(*arguments: str, limit: float) -> str:
    """The output of a run, which must succeed and be silent."""
    command = [sys.executable, "-m", "stress.run", *arguments]
    environment = os.environ | {"PYTHONPATH": str(TESTS)}
    done = subprocess.run(command, capture_output=True, text=True, timeout=limit, env=environment)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout + done.stderr
    return done.stdout


def test_a_moment() -> None:
    assert run("--calls", "150", limit=QUICK_LIMIT).endswith(" in 1 rounds\n")


@pytest.mark.extended
@pytest.mark.stress
@pytest.mark.timeout(SECONDS + 400)
def test_as_long_as_wanted() -> None:
    run("--seconds", str(SECONDS), "--seed", "1000", limit=SECONDS + 300)
