"""Hazards 40 to 47 (docs/hazards.md) that no other file of tests holds: the interpreter around the native threads."""

from __future__ import annotations

import ctypes
import fcntl
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import sddisplaylink as sd
from native_builds import run_program
from sddisplaylink.native import lib

PATIENCE = 30.0


def test_40_a_forked_child_gets_an_error_and_the_parent_ticks_on(package: Path) -> None:
    program = """
import os, warnings
import sddisplaylink as sd
warnings.simplefilter("ignore")
link = sd.DisplayLink(clock="corevideo")
link.start()
link.wait(30)
for _ in range(20):
    child = os.fork()
    if not child:
        try:
            link.wait(0)
        except sd.ForkedProcessError:
            os._exit(0)
        os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert link.wait(30)
"""
    done = run_program(package, program)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="masks are read in /proc")
def test_42_native_threads_block_every_signal(package: Path) -> None:
    program = """
import os, signal
from pathlib import Path
import sddisplaylink as sd
import standin
stand = standin.loaded()
beats = []
signal.signal(signal.SIGALRM, lambda *_: beats.append(1))
signal.setitimer(signal.ITIMER_REAL, 0.001, 0.001)
links = [sd.DisplayLink(clock=clock) for clock in ("corevideo", "timer:500")]
for link in links:
    link.start()
    assert link.wait(30)
masks = {}
for task in Path("/proc/self/task").iterdir():
    status = dict(line.split(":\\t", 1) for line in (task / "status").read_text().splitlines())
    masks[status["Name"]] = int(status["SigBlk"], 16)
cannot = 1 << signal.SIGKILL - 1 | 1 << signal.SIGSTOP - 1 | 3 << 31  # two are the C library's own
for name in ("sddl-control", "sddl-timer", "CVDisplayLink"):
    assert masks[name] | cannot == (1 << 64) - 1, (name, hex(masks[name]))
while len(beats) < 50:
    assert links[0].wait(30)
signal.setitimer(signal.ITIMER_REAL, 0)
"""
    done = run_program(package, program)
    assert (done.returncode, done.stderr) == (0, "")


def test_43_ticks_are_counted_while_something_holds_the_gil() -> None:
    hold_the_gil = ctypes.PyDLL(None).usleep
    with sd.DisplayLink(clock="timer:500") as link:
        before = link.wait(PATIENCE)
        assert before is not None
        hold_the_gil(300_000)
        after = link.wait(PATIENCE)
        assert after is not None
    assert after.sequence + after.missed - before.sequence >= 100
    assert after.missed >= 100


def test_44_a_close_from_del_on_the_dispatchers_thread_does_not_wait_for_itself() -> None:
    took: list[float] = []

    class Owner:
        def __init__(self) -> None:
            self.link = sd.DisplayLink(lambda tick: owners.clear(), clock="timer:500")

        def __del__(self) -> None:
            began = time.monotonic()
            self.link.close()
            took.append(time.monotonic() - began)
            closed.set()

    closed = threading.Event()
    owners: list[Owner] = []
    owner = Owner()
    owners.append(owner)
    owner.link.start()
    del owner
    assert closed.wait(PATIENCE)
    assert took[0] < 0.9, "it waited for the callback that it was called in"


def descriptors_of_pipe(descriptor: int) -> list[int]:
    wanted = os.fstat(descriptor).st_ino
    found = []
    for name in (path.name for path in Path("/proc/self/fd").iterdir()):
        try:
            if os.fstat(int(name)).st_ino == wanted:
                found.append(int(name))
        except OSError:  # that of the listing itself
            continue
    return found


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="descriptors are found in /proc")
def test_45_an_unread_descriptor_never_blocks_the_clock() -> None:
    clock = sd.ManualClock()
    dispatcher = sd.Dispatcher(thread=False)
    ends = descriptors_of_pipe(dispatcher.fileno())
    assert len(ends) == 2
    for end in ends:
        assert not os.get_inheritable(end)
        assert fcntl.fcntl(end, fcntl.F_GETFL) & os.O_NONBLOCK
    ticks: list[sd.Tick] = []
    link = sd.DisplayLink(ticks.append, clock=clock, dispatcher=dispatcher)
    link.start()
    for tick in range(1, 100_001):  # more than a pipe takes
        assert lib.sddl_manual_tick(clock.handle, tick, tick + 1, 0) == 0
    assert dispatcher.run_pending() == 1
    assert ticks[0].missed == 99_999
    link.close()
    dispatcher.close()
    clock.close()


SUB_INTERPRETER = """
import sys
try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters
{first}
for isolated in {isolations}:
    made = interpreters.create(**isolated)
    try:
        failed = interpreters.run_string(made, "import sddisplaylink")
    except interpreters.RunFailedError as error:
        failed = error
    assert "ImportError" in str(failed) or "ImportError" in repr(failed), failed
    interpreters.destroy(made)
import sddisplaylink as sd
with sd.DisplayLink(clock="timer:500") as link:
    assert link.wait(30)
"""


@pytest.mark.parametrize("first", ["", "import sddisplaylink"], ids=["there first", "here first"])
def test_46_an_import_in_a_sub_interpreter_is_an_import_error(first: str) -> None:
    isolations = "[{}]" if sys.version_info >= (3, 13) else "[{'isolated': True}, {'isolated': False}]"
    program = SUB_INTERPRETER.format(first=first, isolations=isolations)
    path = os.environ | {"PYTHONPATH": str(Path(sd.__file__).parent.parent)}  # which sub-interpreters heed
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, env=path)
    assert done.returncode == 0, done.stderr  # the interpreter itself may have warnings


def test_47_sixteen_threads_that_alternate_all_the_time() -> None:
    failures: list[BaseException] = []

    def use_links() -> None:
        try:
            for _ in range(10):
                ticks: list[sd.Tick] = []
                with (
                    sd.DisplayLink(ticks.append, clock="timer:1000") as link,
                    sd.DisplayLink(clock="timer:1000") as pulled,
                ):
                    assert pulled.wait(PATIENCE)
                    link.stop()
                    received = len(ticks)
                    assert pulled.wait(PATIENCE)
                    assert len(ticks) == received
        except BaseException as error:
            failures.append(error)

    before = sd.diagnostics()["links"]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        threads = [threading.Thread(target=use_links) for _ in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
    finally:
        sys.setswitchinterval(interval)
    assert not failures
    assert not any(thread.is_alive() for thread in threads)
    assert sd.diagnostics()["links"] == before
