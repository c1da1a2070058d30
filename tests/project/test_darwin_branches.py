"""What Python does on a Mac alone is run here, too: each place that asks for the platform names the test that does."""

from __future__ import annotations

import ast
import resource
import runpy
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from sddisplaylink.views import signals
from support.appkit_support import stand_in

ROOT = Path(__file__).resolve().parents[2]
SOURCES = ("sddisplaylink", "examples", "scripts", "benchmarks", "docs", "native_build.py", "setup.py")
HERE = "tests/project/test_darwin_branches.py"

BRANCHES = {
    "native_build.py, is_apple": "tests/project/test_packaging.py::test_frameworks_are_linked_on_macos_alone",
    "sddisplaylink/machine/memory.py, is_memory_short": (
        "tests/machine/test_memory_macos.py::test_memory_is_short_above_the_normal_level"
    ),
    "sddisplaylink/machine/memory.py, _available": (
        "tests/machine/test_memory_macos.py::test_the_budget_is_three_fifths_of_what_is_available"
    ),
    "sddisplaylink/views/play.py, has_display": (
        "tests/views/test_window_server.py::test_play_on_a_mac_asks_the_window_server"
    ),
    "sddisplaylink/views/signals.py, ending_signals": f"{HERE}::test_sigio_ends_no_process_on_a_mac",
    "benchmarks/memory.py, _peak": f"{HERE}::test_a_mac_counts_its_peak_in_bytes",
    "scripts/photograph_windows.py": f"{HERE}::test_a_mac_photographs_the_view_of_appkit",
    "scripts/appkit_frames.py, peak_bytes": f"{HERE}::test_a_mac_counts_its_peak_in_bytes",
    "scripts/report_mac.py, main": "tests/project/test_report_mac.py::test_it_installs_and_reports_on_a_mac",
    "docs/conf.py": f"{HERE}::test_a_mac_reads_its_own_pyobjc",
}
"""By file and function, and the test that answers "darwin" there."""

LINUX_ALONE = {"benchmarks/playback_qmovie.py", "benchmarks/playback_qmovie.py, __exit__"}
"""Places that do something on Linux, and nothing elsewhere."""


def places() -> Iterator[tuple[str, ast.expr]]:
    """Where ``sys.platform`` and its like are read, and what they are compared in."""
    for source in SOURCES:
        path = ROOT / source
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            tree = ast.parse(file.read_text("utf-8"))
            functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
            for node in ast.walk(tree):
                if isinstance(node, ast.expr) and asks_for_the_platform(node):
                    around = [f.name for f in functions if f.lineno <= node.lineno <= (f.end_lineno or 0)]
                    name = file.relative_to(ROOT).as_posix()
                    yield ", ".join([name, *around[-1:]]), node


def asks_for_the_platform(node: ast.expr) -> bool:
    text = ast.unparse(node)
    return text in ("sys.platform", "os.uname()", "platform.system()", "platform.mac_ver()", "os.name")


def test_every_branch_is_listed() -> None:
    assert {place for place, _ in places()} == BRANCHES.keys() | LINUX_ALONE


def test_what_is_for_linux_alone_has_no_other_branch() -> None:
    for place in LINUX_ALONE:
        tree = ast.parse((ROOT / place.partition(",")[0]).read_text("utf-8"))
        branches = [
            node for node in ast.walk(tree) if isinstance(node, ast.If) and "sys.platform" in ast.unparse(node.test)
        ]
        assert branches
        for branch in branches:
            assert ast.unparse(branch.test).startswith("sys.platform == 'linux'")
            assert not branch.orelse


@pytest.mark.parametrize("test", sorted(set(BRANCHES.values())))
def test_the_test_of_a_branch_says_that_it_is_on_a_mac(test: str) -> None:
    path, name = test.split("::")
    text = (ROOT / path).read_text("utf-8")
    (found,) = (node for node in ast.parse(text).body if isinstance(node, ast.FunctionDef) and node.name == name)
    first = min([found.lineno, *(decorator.lineno for decorator in found.decorator_list)])
    assert '"darwin"' in "\n".join(text.splitlines()[first - 1 : found.end_lineno])


# ---- those that no other test runs ----


def test_sigio_ends_no_process_on_a_mac(monkeypatch: pytest.MonkeyPatch) -> None:
    """signal(3): discarded on BSD, where Linux ends the process."""
    monkeypatch.setattr(sys, "platform", "linux")
    assert signal.SIGIO in signals.ending_signals()
    monkeypatch.setattr(sys, "platform", "darwin")
    assert signal.SIGIO not in signals.ending_signals()


def test_a_mac_counts_its_peak_in_bytes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Linux in kilobytes."""
    monkeypatch.syspath_prepend(str(ROOT))
    measured = runpy.run_path(str(ROOT / "benchmarks" / "memory.py"))["_peak"]
    monkeypatch.setitem(measured.__globals__, "_STATUS", tmp_path / "none")
    with stand_in():
        shown = runpy.run_path(str(ROOT / "scripts" / "appkit_frames.py"))["peak_bytes"]
    monkeypatch.setattr(resource, "getrusage", lambda who: SimpleNamespace(ru_maxrss=5))
    for platform, expected in (("linux", 5 * 1024), ("darwin", 5)):
        monkeypatch.setattr(sys, "platform", platform)
        assert measured() == shown() == expected


def test_a_mac_photographs_the_view_of_appkit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", sys.path.copy())
    names = {}
    for platform in ("darwin", "linux"):
        monkeypatch.setattr(sys, "platform", platform)
        script = runpy.run_path(str(ROOT / "scripts" / "photograph_windows.py"))
        names[platform] = {path.name for path in script["examples"]()}
    assert names["darwin"] - names["linux"] == {"appkit_view.py"}


def test_a_mac_reads_its_own_pyobjc() -> None:
    """Elsewhere the pages of the AppKit view are made of the stand-in."""
    file = ROOT / "docs" / "conf.py"
    (branch,) = (node for node in ast.parse(file.read_text("utf-8")).body if isinstance(node, ast.If))
    paths: dict[str, list[str]] = {"darwin": [], "linux": []}
    for platform, path in paths.items():
        system = SimpleNamespace(platform=platform, path=path)
        program = compile(ast.Module([branch], []), str(file), "exec")
        exec(program, {"sys": system, "Path": Path, "__file__": str(file)})
    assert paths == {"darwin": [], "linux": [str(ROOT / "tests" / "fakes" / "appkit")]}
