"""The files of csrc/ use each other downwards only, by folders, and in no cycle; the image kernels are separate."""

from __future__ import annotations

import re
import shutil
from collections import defaultdict
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

CSRC = Path(__file__).resolve().parents[2] / "csrc"

# from the ground up: a folder may use itself and those to the left of it
LAYERS = ("include", "platform", "clocks", "core", "playback")
# used by no layer, and uses the public declarations alone
KERNELS = "imaging"

COMMENTS_AND_STRINGS = re.compile(r'/\*.*?\*/|//[^\n]*|"(?:[^"\\\n]|\\.)*"', re.DOTALL)
INCLUDE = re.compile(r'^\s*#\s*(?:include|import)\s*"([^"]+)"', re.MULTILINE)
# a function with a body, or a table with values, whose name other files may use: its definition begins the line
DEFINITION = re.compile(
    r"^(?!static\b|typedef\b)[a-z][\w *]*?\b(sddl_\w+)(?:\([^;{}]*\)\s*\{|[\w\[\]]*\s*=)", re.MULTILINE
)
NAME = re.compile(r"\bsddl_\w+")


def bare(text: str) -> str:
    """C without comments and strings."""
    return COMMENTS_AND_STRINGS.sub(" ", text)


def read_uses(root: Path) -> dict[str, set[str]]:
    """For each file the files that it uses: headers that it includes, and files that define what it names."""
    texts = {path.relative_to(root).as_posix(): path.read_text("utf-8") for path in root.rglob("*.[chm]")}
    code = {name: bare(text) for name, text in texts.items() if not name.endswith(".h")}
    definers = defaultdict(set)
    for name, text in code.items():
        for defined in DEFINITION.findall(text):
            definers[defined].add(name)
    uses = {name: set(INCLUDE.findall(text)) for name, text in texts.items()}
    for name, text in code.items():
        for used in set(NAME.findall(text)):
            uses[name] |= set() if name in definers[used] else definers[used]
    return uses


def may_use(user: str, used: str) -> bool:
    """Whether a file of the one folder may use a file of the other."""
    if KERNELS in (user, used):
        return user == used or (user == KERNELS and used == "include")
    return LAYERS.index(used) <= LAYERS.index(user)


def find_faults(root: Path) -> Iterator[str]:
    """What breaks the order."""
    uses = read_uses(root)
    for name, others in sorted(uses.items()):
        folder, _, rest = name.partition("/")
        if not rest or folder not in (*LAYERS, KERNELS):
            yield f"{name} is in no folder of a layer"
            return
        for other in sorted(others):
            if other not in uses:
                yield f"{name} includes {other}, which is not a path from csrc/"
            elif not may_use(folder, other.partition("/")[0]):
                yield f"{name} uses {other}, which is above it"
    try:
        TopologicalSorter(uses).prepare()
    except CycleError as error:
        yield " uses ".join(reversed(error.args[1])) + ": a circle"


def test_files_use_each_other_downwards_and_in_no_circle() -> None:
    assert list(find_faults(CSRC)) == []


def test_what_is_used_is_found() -> None:
    uses = read_uses(CSRC)
    assert uses["core/source.c"] >= {"core/source.h", "core/control.c", "core/demand.c", "clocks/table.c"}
    assert uses["core/ticks.c"] >= {"core/mailbox.c", "core/phase.c", "core/source.c", "platform/time_mach.c"}
    assert "clocks/corevideo.m" in uses["clocks/quartzcore.m"]
    assert "imaging/gif/lzw.c" in uses["imaging/gif/draw.c"]


FAULTS = {
    "an include upwards": (
        "clocks/timer.c", '#include "core/core.h"\n', "clocks/timer.c uses core/core.h, which is above it",
    ),
    "a call upwards": (
        "core/handles.c", "static int f(void) {\n    return sddl_player_open(0, 0, 0, 0, 0);\n}\n",
        "core/handles.c uses playback/api.c, which is above it",
    ),
    "a kernel that uses the core": (
        "imaging/canvas.c", "static int64_t f(void) {\n    return sddl_now();\n}\n",
        "imaging/canvas.c uses platform/time_posix.c, which is above it",
    ),
    "a circle within a folder": (
        "core/control.c", "static void f(sddl_source *source) {\n    sddl_source_lock(source);\n}\n", "a circle",
    ),
    "an include that is no path": ("core/link.c", '#include "core.h"\n', "not a path from csrc/"),
    "a file in no folder": ("flat.c", "int sddl_flat;\n", "flat.c is in no folder of a layer"),
}  # fmt: skip


@pytest.mark.parametrize(("file", "text", "finding"), FAULTS.values(), ids=FAULTS)
def test_a_fault_is_noticed(tmp_path: Path, file: str, text: str, finding: str) -> None:
    shutil.copytree(CSRC, tmp_path / "csrc")
    with (tmp_path / "csrc" / file).open("a", encoding="utf-8") as opened:
        opened.write(text)
    assert any(finding in fault for fault in find_faults(tmp_path / "csrc"))
