"""The tests of the AppKit view's memory fail when the view does what leaks: the stand-in is as strict as PyObjC."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from support.appkit_mutants import MUTANTS, mutated

ROOT = Path(__file__).resolve().parents[3]
TEST = "tests/views/appkit/test_appkit_memory.py"

pytestmark = pytest.mark.extended


def failures(tree: Path) -> set[str]:
    """The names of the tests that fail there."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", TEST]
    run = subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=250)
    assert run.returncode in (0, 1), run.stdout + run.stderr
    return set(re.findall(r"^(?:FAILED|ERROR) \S+::(\w+)", run.stdout, re.MULTILINE))


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """The package, to be changed, and its tests."""
    shutil.copytree(ROOT / "sddisplaylink", tmp_path / "sddisplaylink", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("tests", "examples", "pyproject.toml"):
        (tmp_path / name).symlink_to(ROOT / name)
    return tmp_path


@pytest.mark.parametrize("name", MUTANTS)
def test_what_leaks_is_noticed(tree: Path, name: str) -> None:
    mutant = MUTANTS[name]
    file = tree / "sddisplaylink" / "views" / "appkit" / mutant.file
    file.write_text(mutated(mutant, file.read_text(encoding="utf-8")), encoding="utf-8")
    assert failures(tree) == mutant.tests
