"""The modules of the package import downwards only, layer by layer, and in no cycle."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[2] / "sddisplaylink"

# From the ground up: a room may import from itself and from the lines before; rooms on one line do not know each other
TOWER = (
    ("errors", "_version", "_native", "weak_group", "copying", "field_docs", "immutable"),
    ("native",),
    ("machine",),
    ("decoders", "clocks"),
    ("frames", "dispatch"),
    ("images", "display_link"),
    ("diagnostics", "playback"),
    ("views",),
    ("cli",),
    ("__main__",),
)
FLOORS = {room: floor for floor, rooms in enumerate(TOWER) for room in rooms}
MOST_FLAT = 10
"""Modules that may stand in the package itself; `__init__` is the package."""


def read_imports(package: Path) -> dict[str, set[str]]:
    """For each module those of the package that it imports, also where only a type checker does or when it is late."""
    modules = {
        ".".join(path.relative_to(package.parent).with_suffix("").parts).removesuffix(".__init__"): path
        for path in (*package.rglob("*.py"), *package.rglob("*.pyi"))
    }
    return {name: set(_imports_of(path, modules)) for name, path in modules.items()}


def _imports_of(path: Path, modules: dict[str, Path]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module is not None:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                yield from [name for name in (inner, node.module) if name in modules][:1]
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)


def room_of(module: str) -> str:
    """The part of the package that a module belongs to."""
    return module.split(".")[1]


def may_import(user: str, used: str) -> bool:
    """Whether a module of the one layer may import one of the other."""
    return user == used or FLOORS[used] < FLOORS[user]


def find_faults(package: Path) -> Iterator[str]:
    """What breaks the order."""
    imports = read_imports(package)
    root = package.name
    for name, others in sorted(imports.items()):
        if name == root:
            continue
        if room_of(name) not in FLOORS:
            yield f"{name} is in no room of the tower"
            return
        for other in sorted(others - {root}):
            if not may_import(room_of(name), room_of(other)):
                yield f"{name} imports {other}, which is not below it"
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        yield " imports ".join(reversed(error.args[1])) + ": a circle"


def test_modules_import_downwards_and_in_no_circle() -> None:
    assert list(find_faults(PACKAGE)) == []


def test_few_modules_are_flat_in_the_package() -> None:
    flat = {path.stem for path in PACKAGE.glob("*.py")} - {"__init__"}
    assert len(flat) <= MOST_FLAT, sorted(flat)


FAULTS = {
    "upwards": ("images/image.py", "import sddisplaylink.playback.player", "is not below it"),
    "upwards, late": ("native.py", "def late():\n    from sddisplaylink.clocks import displays", "is not below it"),
    "to the side": ("clocks/displays.py", "from sddisplaylink.decoders import opening", "is not below it"),
    "a circle in a room": ("frames/frame.py", "from sddisplaylink.frames.pool import FramePool", "a circle"),
    "a circle through the package": ("diagnostics.py", "import sddisplaylink", "a circle"),
    "no room": ("extra.py", "", "is in no room of the tower"),
}


@pytest.mark.parametrize(("file", "text", "finding"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_noticed(tmp_path: Path, file: str, text: str, finding: str) -> None:
    package = tmp_path / PACKAGE.name
    shutil.copytree(PACKAGE, package, ignore=shutil.ignore_patterns("*.so", "__pycache__"))
    with (package / file).open("a", encoding="utf-8") as opened:
        opened.write(f"\n{text}\n")
    assert any(finding in fault for fault in find_faults(package))
