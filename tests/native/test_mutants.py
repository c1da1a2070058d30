"""Each cure is needed: taken out of the library, at least one test fails. The table is printed at the session's end."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest

from conftest import MUTANT, Mutation
from mutants import MUTANTS, Mutant
from native_builds import HERE, ROOT
from processes import run_group
from support.side_by_side import run_ahead

Trial = subprocess.CompletedProcess[str]


def run_its_test(build: Callable[[Mutation], Path], mutant: Mutant) -> Trial:
    """pytest on the test that must notice, with the mutant in the package's place."""
    file, name = mutant.test.split("::")
    tree = build((mutant.file, mutant.old, mutant.new))
    command = [sys.executable, "-m", "pytest", "-x", "-p", "no:cacheprovider", "--tb=line", "-k", name]
    command += ["-p", "pytest_timeout"]  # the plugins of other packages take half a second to import
    environment = os.environ | {MUTANT: str(tree), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    test = str(HERE / f"test_{file}.py")
    return run_group([*command, test], cwd=ROOT, env=environment, timeout=200)


@pytest.fixture(scope="module")
def trials(request: pytest.FixtureRequest, build: Callable[[Mutation], Path]) -> Iterator[dict[str, Future[Trial]]]:
    yield from run_ahead(request, lambda test: run_its_test(build, MUTANTS[test.callspec.params["mutant"]]))


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_mutant(
    trials: dict[str, Future[Trial]],
    mutant: str,
    record_property: Callable[[str, object], None],
    request: pytest.FixtureRequest,
) -> None:
    done = trials[request.node.name].result()
    assert done.returncode == 1, done.stdout + done.stderr
    failed = re.findall(r"^FAILED (.+?)(?: - .*)?$", done.stdout, re.MULTILINE)
    assert len(failed) == 1, done.stdout
    assert "ERROR" not in done.stdout, done.stdout
    record_property("caught_by", failed[0])
