"""The system refuses a thread, a descriptor or memory: one error of ours, and the call works later."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent

pytestmark = [
    pytest.mark.extended,
    pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="stands between the native module and glibc"),
]


@pytest.mark.timeout(300)
def test_refused_at_each_point_where_something_is_asked_for(tmp_path: Path) -> None:
    compiler = shutil.which("cc") or pytest.skip("needs a C compiler")
    library = tmp_path / "refuse.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, HERE / "refuse.c", "-ldl", "-lpthread"], check=True)
    done = subprocess.run(
        [sys.executable, HERE / "refused_requests.py"],
        env={**os.environ, "LD_PRELOAD": str(library), "PYTHONPATH": str(HERE.parent)},
        capture_output=True,
        text=True,
        timeout=240,
    )
    assert (done.stdout, done.stderr, done.returncode) == ("", "", 0)
