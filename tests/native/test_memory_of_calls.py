"""Random calls under valgrind: nothing that a call reads has been freed.

The sanitizers do not see what cffi reads for Python, and Python's allocator leaves what it has freed readable.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import native_builds
from support.requirements import unavailable

OPTIONS = ("--leak-check=no", "--undef-value-errors=no", "--num-callers=20")  # Python itself does both
OURS = re.compile(r"_cffi_backend|_native\.abi3|sddl_")
STRESS = ("-m", "stress.run", "--threads", "1", "--calls", "100", "--may-grow", "--without", "interrupts,fork")
ELEMENT_WITHOUT_ITS_ARRAY = """
from sddisplaylink.native import ffi
print(ffi.new("sddl_player_info[]", 1)[0].frame)
"""


def faults(tmp_path: Path, *arguments: str) -> list[str]:
    """Run Python under valgrind; its reports of memory that does not belong to us any more."""
    valgrind = shutil.which("valgrind")
    if valgrind is None:
        unavailable("valgrind is not installed")
    log, tests = tmp_path / "log", native_builds.ROOT / "tests"
    path = os.pathsep.join([str(native_builds.ROOT), str(tests)])
    environment = {**os.environ, "PYTHONMALLOC": "malloc", "PYTHONPATH": path}
    # once without valgrind, under which Python's compiler would take a minute
    for before in ([], [valgrind, *OPTIONS, f"--log-file={log}"]):
        command = [*before, sys.executable, *arguments]
        done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=600)
        assert done.returncode == 0, done.stdout + done.stderr
    blocks = re.split(r"(?m)^==\d+== *\n", log.read_text())
    return [block for block in blocks if "Invalid" in block and OURS.search(block)]


def test_no_call_uses_memory_that_was_freed(tmp_path: Path) -> None:
    found = faults(tmp_path, *STRESS)
    assert not found, "\n".join(found)


def test_an_element_without_its_array_is_noticed(tmp_path: Path) -> None:
    assert faults(tmp_path, "-c", ELEMENT_WITHOUT_ITS_ARRAY)
