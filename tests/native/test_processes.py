"""What tests start ends with them."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import pytest

from processes import run_group

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are looked up in /proc")

FORKS = """
import os, sys, time
child = os.fork()
if not child:
    os.close(1)
    os.close(2)
    time.sleep(600)
print(child, flush=True)
"""


def wait_until_gone(process: int) -> None:
    ended = threading.Event()
    while (stat := Path(f"/proc/{process}/stat")).exists() and stat.read_text().rpartition(")")[2].split()[0] != "Z":
        ended.wait(0.01)


def test_a_forked_child_is_not_left_behind() -> None:
    done = run_group([sys.executable, "-c", FORKS], timeout=60)
    wait_until_gone(int(done.stdout))
    assert done.returncode == 0


def test_nor_that_of_a_program_that_takes_too_long(tmp_path: Path) -> None:
    file = tmp_path / "child"
    program = FORKS + f"open({str(file)!r}, 'w').write(str(child))\nos.waitpid(child, 0)\n"
    with pytest.raises(subprocess.TimeoutExpired):
        run_group([sys.executable, "-c", program], timeout=3)
    wait_until_gone(int(file.read_text()))
