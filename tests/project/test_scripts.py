"""The two commands of the README: what they say where something is missing, and that they need nothing beforehand."""

from __future__ import annotations

import importlib.util
import sys
import sysconfig
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ROOT / "scripts"


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(SCRIPTS)
    monkeypatch.delitem(sys.modules, "environment", raising=False)
    return importlib.import_module("environment")


def last_words(environment: ModuleType) -> str:
    with pytest.raises(SystemExit) as ended:
        environment.check_machine()
    assert isinstance(ended.value.code, str)
    assert "\n" not in ended.value.code
    return ended.value.code


def test_a_machine_with_everything_is_enough(environment: ModuleType) -> None:
    environment.check_machine()


def test_an_older_python(environment: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9))
    assert last_words(environment).startswith("This is Python 3.9, but 3.11 or later is needed")


def test_a_python_without_venv(environment: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "ensurepip" else name)
    assert "apt-get install python3-venv" in last_words(environment)


def test_a_python_without_headers(environment: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(sysconfig, "get_path", lambda name: str(tmp_path))
    assert "has no headers here" in last_words(environment)


@pytest.mark.parametrize(
    ("compiler", "said"), [("no-such-cc -O2", "no C compiler (no-such-cc)"), ("false", "cannot compile")]
)
def test_a_compiler_that_is_missing_or_broken(
    environment: ModuleType, monkeypatch: pytest.MonkeyPatch, compiler: str, said: str
) -> None:
    monkeypatch.setenv("CC", compiler)
    assert said in last_words(environment)


def test_a_command_that_fails_ends_it(environment: ModuleType, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="failed with exit code 1"):
        environment.run("false")
    assert capfd.readouterr().out == "+ false\n"


@pytest.mark.parametrize(
    ("arguments", "free_threaded", "expected"),
    [
        (["-x", "tests/images"], False, ["test"]),
        (["-m", "all"], False, ["test-all"]),
        (["-mextended"], True, ["test", "test-tools"]),
    ],
)
def test_groups_that_are_installed(
    environment: ModuleType, arguments: list[str], free_threaded: bool, expected: list[str]
) -> None:
    specification = importlib.util.spec_from_file_location("script", SCRIPTS / "test.py")
    assert specification and specification.loader
    script = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(script)
    script.FREE_THREADED = free_threaded
    assert script.groups(arguments) == expected
