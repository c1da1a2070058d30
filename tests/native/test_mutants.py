"""Each cure is needed: taken out of the library, at least one test fails. The table is printed at the session's end."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from conftest import MUTANT, Mutation
from mutants import MUTANTS, Mutant
from native_builds import HERE, ROOT
from processes import run_group

AT_A_TIME = 2


def run_its_test(build: Callable[[Mutation], Path], mutant: Mutant) -> subprocess.CompletedProcess[str]:
    """pytest on the test that must notice, with the mutant in the package's place."""
    file, name = mutant.test.split("::")
    tree = build((mutant.file, mutant.old, mutant.new))
    command = [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", "--tb=line", "-k", name]
    environment = os.environ | {MUTANT: str(tree)}
    test = str(HERE / f"test_{file}.py")
    return run_group([*command, test], cwd=ROOT, env=environment, timeout=200)


@pytest.fixture(scope="module")
def trials(
    request: pytest.FixtureRequest, build: Callable[[Mutation], Path]
) -> Iterator[dict[str, Future[subprocess.CompletedProcess[str]]]]:
    """The mutants of this session, tried two at a time."""
    items = [item for item in request.session.items if getattr(item, "originalname", "") == test_a_mutant.__name__]
    names = [item.callspec.params["mutant"] for item in items]  # type: ignore[attr-defined]
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        yield {name: pool.submit(run_its_test, build, MUTANTS[name]) for name in names}


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_mutant(
    trials: dict[str, Future[subprocess.CompletedProcess[str]]],
    mutant: str,
    record_property: Callable[[str, object], None],
) -> None:
    done = trials[mutant].result()
    assert done.returncode == 1, done.stdout + done.stderr
    failed = re.findall(r"^FAILED (.+?)(?: - .*)?$", done.stdout, re.MULTILINE)
    assert len(failed) == 1, done.stdout
    assert "ERROR" not in done.stdout, done.stdout
    record_property("caught_by", failed[0])
