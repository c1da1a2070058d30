"""What a release would do: which wheels are built where, and who may publish them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
PYTHONS = ("cp311", "cp312", "cp313", "cp314", "cp314t", "cp315")
SYSTEMS = {
    ("linux", "x86_64"): ("manylinux_x86_64", "musllinux_x86_64"),
    ("linux", "aarch64"): ("manylinux_aarch64", "musllinux_aarch64"),
    ("macos", "universal2"): ("macosx_universal2",),
}


def pyproject() -> dict[str, dict[str, object]]:
    tables: dict[str, dict[str, object]] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    return tables


@pytest.mark.parametrize(("platform", "machine"), SYSTEMS, ids="-".join)
@pytest.mark.extended
def test_wheels_are_built_for(platform: str, machine: str) -> None:
    command = [sys.executable, "-m", "cibuildwheel", "--print-build-identifiers"]
    done = subprocess.run(
        [*command, "--platform", platform, "--archs", machine, str(ROOT)],
        capture_output=True,
        text=True,
        env={name: value for name, value in os.environ.items() if not name.startswith("CIBW_")},
    )
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) == {f"{python}-{tag}" for python in PYTHONS for tag in SYSTEMS[platform, machine]}


def test_those_are_the_pythons_that_the_package_claims() -> None:
    claimed = re.findall(r"Python :: (3)\.(\d+)", str(pyproject()["project"]["classifiers"]))
    assert {python.removesuffix("t") for python in PYTHONS} == {f"cp{major}{minor}" for major, minor in claimed}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_actions_are_pinned_by_what_they_contain(path: Path) -> None:
    actions = re.findall(r"uses: (.*)", path.read_text(encoding="utf-8"))
    assert actions
    assert [action for action in actions if not re.fullmatch(r"[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", action)] == []


def test_only_the_job_that_publishes_may_identify_itself() -> None:
    (workflow,) = (path.read_text(encoding="utf-8") for path in WORKFLOWS if path.name == "release.yml")
    others, publish = workflow.split("\n  publish:\n")
    assert "id-token" not in others
    assert "environment:" not in others
    assert re.search(r"^permissions:\n  contents: read$", others, re.MULTILINE)
    assert "environment: pypi" in publish
    assert "needs: [sdist, wheels]" in publish
    assert "run:" not in publish  # nothing of this checkout runs where the identity can be had
