"""The fuzzers' seeds, cut off at every byte, run through the kernels under the system compiler's sanitizers."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

FUZZ = Path(__file__).parents[1] / "fuzz"
CSRC = FUZZ.parent.parent / "csrc"
KERNELS = sorted((CSRC / "imaging").rglob("*.c"))
FLAGS = ["-std=c11", "-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all"]
NAMES = ["lzw", "gif", "png_scan", "png_unpack", "compose"]


@pytest.fixture(scope="module")
def compiler(tmp_path_factory):
    """A C compiler whose sanitizers work here."""
    found = shutil.which(os.environ.get("CC", "cc"))
    program = tmp_path_factory.mktemp("sanitizer") / "empty"
    source = program.with_suffix(".c")
    source.write_text("int main(void) { return 0; }\n")
    if not found or subprocess.run([found, *FLAGS, source, "-o", program], capture_output=True).returncode:
        pytest.skip("no C compiler with AddressSanitizer and UndefinedBehaviorSanitizer")
    if subprocess.run([program], capture_output=True).returncode:
        pytest.skip("programs built with AddressSanitizer do not run here")
    return found


@pytest.fixture(scope="module")
def seeds(tmp_path_factory):
    folder = tmp_path_factory.mktemp("seeds")
    subprocess.run([sys.executable, FUZZ / "seeds.py", folder], check=True)
    return folder


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.extended
def test_seeds_cut_off_at_every_byte(name, compiler, seeds, tmp_path):
    program = tmp_path / name
    sources = [FUZZ / f"fuzz_{name}.c", FUZZ / "replay.c", *KERNELS]
    build = [compiler, *FLAGS, f"-I{CSRC}", f"-I{FUZZ}", *sources, "-o", program]
    subprocess.run(build, check=True, capture_output=True, text=True)
    files = sorted((seeds / name).iterdir())
    assert files
    result = subprocess.run([program, *files], capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stderr[-4000:]
