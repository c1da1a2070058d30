"""docs/hazards.md: every hazard is in it once, and every test that it names exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from native_builds import HERE, ROOT

TESTS = HERE.parent
ROW = re.compile(r"^\| (\d+) \| (.+?) \| (.+) \|$", re.MULTILINE)
HAZARDS = range(1, 52)
NOT_APPLICABLE = {48, 49, 50, 51}

rows = {int(number): held_by for number, _, held_by in ROW.findall((ROOT / "docs/hazards.md").read_text("utf-8"))}


@cache
def functions_of(file: Path) -> set[str]:
    return {node.name for node in ast.parse(file.read_text("utf-8")).body if isinstance(node, ast.FunctionDef)}


def test_every_hazard_has_its_row() -> None:
    assert list(rows) == list(HAZARDS)


@pytest.mark.parametrize("number", HAZARDS)
def test_a_hazard_is_held_by_tests_that_exist_or_does_not_apply(number: int) -> None:
    if number in NOT_APPLICABLE:
        assert rows[number].startswith("does not apply: ")
        return
    named = re.findall(r"`([\w/]+\.py)::(test_\w+)`", rows[number])
    assert ", ".join(f"`{file}::{name}`" for file, name in named) == rows[number]
    assert named
    for file, name in named:
        assert name in functions_of(TESTS / file), f"{file} has no {name}"


def test_every_numbered_test_is_in_its_row() -> None:
    for file in sorted(HERE.glob("test_hazards_*.py")):
        for name in functions_of(file):
            number = re.match(r"test_(\d\d)_", name)
            if number:
                assert f"`native/{file.name}::{name}`" in rows[int(number[1])], name
