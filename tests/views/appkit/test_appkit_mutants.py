"""The tests of the AppKit view's memory fail when the view does what leaks: the stand-in is as strict as PyObjC."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from support.appkit_mutants import MUTANTS, mutated
from support.side_by_side import run_ahead

ROOT = Path(__file__).resolve().parents[3]
TEST = "tests/views/appkit/test_appkit_memory.py"

pytestmark = pytest.mark.extended


def failures(tree: Path) -> set[str]:
    """The names of the tests that fail there."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", TEST]
    run = subprocess.run(command, cwd=tree, capture_output=True, text=True, timeout=250)
    assert run.returncode in (0, 1), run.stdout + run.stderr
    return set(re.findall(r"^(?:FAILED|ERROR) \S+::(\w+)", run.stdout, re.MULTILINE))


def make_tree(folder: Path, name: str) -> Path:
    """The package with a mutant in it, and its tests."""
    shutil.copytree(ROOT / "sddisplaylink", folder / "sddisplaylink", ignore=shutil.ignore_patterns("__pycache__"))
    for linked in ("tests", "examples", "pyproject.toml"):
        (folder / linked).symlink_to(ROOT / linked)
    file = folder / "sddisplaylink" / "views" / "appkit" / MUTANTS[name].file
    file.write_text(mutated(MUTANTS[name], file.read_text(encoding="utf-8")), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def trials(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Future[set[str]]]]:
    yield from run_ahead(
        request, lambda test: failures(make_tree(tmp_path_factory.mktemp("mutant"), test.callspec.params["name"]))
    )


@pytest.mark.parametrize("name", MUTANTS)
def test_what_leaks_is_noticed(trials: dict[str, Future[set[str]]], name: str, request: pytest.FixtureRequest) -> None:
    assert trials[request.node.name].result() == MUTANTS[name].tests
