"""The core for each kind of Linux that a release builds wheels for, by a compiler that has all of their C libraries."""

from __future__ import annotations

import struct
import subprocess
from pathlib import Path

import pytest

import native_builds

TARGETS = ["x86_64-linux-gnu.2.28", "aarch64-linux-gnu.2.28", "x86_64-linux-musl", "aarch64-linux-musl"]
FLAGS = ["-std=c11", "-O1", "-fPIC", "-shared", "-pthread", "-Wall", "-Wextra", "-Werror", "-Wl,-z,defs", "-lm"]
MACHINES = {"x86_64": 62, "aarch64": 183}


@pytest.mark.parametrize("target", TARGETS)
def test_core_compiles_and_misses_nothing(zig: tuple[str, ...], tmp_path: Path, target: str) -> None:
    csrc = native_builds.ROOT / "csrc"
    sources = [path for path in sorted(csrc.rglob("*.c")) if path.name != "time_mach.c"]
    library = tmp_path / "core.so"
    command = [*zig, "-target", target, *FLAGS, f"-I{csrc}", *map(str, sources), "-o", str(library)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    header = library.read_bytes()[:20]
    assert header[:4] == b"\x7fELF"
    assert struct.unpack_from("<H", header, 18) == (MACHINES[target.partition("-")[0]],)
