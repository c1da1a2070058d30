"""The report that a Mac user is asked for: what it runs, and that it contains no names."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


@pytest.fixture
def script(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    monkeypatch.syspath_prepend(SCRIPTS)
    monkeypatch.delitem(sys.modules, "environment", raising=False)
    specification = importlib.util.spec_from_file_location("report_mac", SCRIPTS / "report_mac.py")
    assert specification and specification.loader
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    return module


def test_elsewhere_it_says_that_this_is_no_mac(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(SystemExit, match="this is none"):
        script.main()


def test_it_installs_and_reports_on_a_mac(script: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    installed: list[str] = []
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(script, "make_environment", lambda: installed.append("environment"))
    monkeypatch.setattr(script, "install", lambda *words: installed.extend(words))
    monkeypatch.setattr(script, "REPORT", tmp_path / "mac-report.md")
    monkeypatch.setattr(script, "PARTS", {"A part": (sys.executable, "-c", "print(5)")})
    monkeypatch.chdir(tmp_path)
    assert script.main() == 0
    assert installed[0] == "environment"
    assert ".[appkit]" in installed


def test_the_report_has_each_part_and_no_folders_of_the_user(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = f"print('{script.ROOT}/tests', '{Path.home()}/x'); print('last')"
    failing = (sys.executable, "-c", "import sys; print('why', file=sys.stderr); sys.exit(3)")
    monkeypatch.setattr(script, "PARTS", {"One": (sys.executable, "-c", place), "Two": failing})
    assert script.write(tmp_path / "report.md") == 1
    text = (tmp_path / "report.md").read_text(encoding="utf-8")
    assert "## One" in text
    assert "./tests ~/x\nlast" in text
    assert "ended with 3:\n\n```\nwhy\n" in text
    assert "attach it to an issue" in capsys.readouterr().out


def test_what_it_runs_is_there(script: ModuleType) -> None:
    for command in script.PARTS.values():
        files = [word for word in command if word.startswith("scripts/")]
        assert all((script.ROOT / name).is_file() for name in files)
