"""The stand-in frameworks themselves: what they refuse, and virtual time."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from native_builds import HERE, check_in_virtual_time

DIRECT = """
import ctypes, sys, threading
sys.path.insert(0, {here!r})
from clock_driver import ClockDriver
driver = ClockDriver({library!r})
cv = driver.library
callback = ctypes.CFUNCTYPE(ctypes.c_int32, *[ctypes.c_void_p] * 3, ctypes.c_uint64, *[ctypes.c_void_p] * 2)
link = ctypes.c_void_p()
assert cv.CVDisplayLinkCreateWithCGDisplay(1, ctypes.byref(link)) == 0
restart = callback(lambda made, *_: cv.CVDisplayLinkStart(ctypes.c_void_p(made)))
"""
POOL = "cv.objc_autoreleasePoolPush.restype = ctypes.c_void_p\npool = ctypes.c_void_p(cv.objc_autoreleasePoolPush())\n"
SET = "assert cv.CVDisplayLinkSetOutputCallback(link, restart, None) == 0\n"
MISUSES = {
    "use after release": ("cv.CVDisplayLinkRelease(link)\ncv.CVDisplayLinkStop(link)", "used after its release"),
    "over-release": ("cv.CVDisplayLinkRelease(link)\ncv.CVDisplayLinkRelease(link)", "used after its release"),
    "a start on the link's thread": (
        SET + "cv.CVDisplayLinkStart(link)\nthreading.Event().wait(20)",
        "Start called on a link's own thread",
    ),
    "a release under the link's thread": (
        SET + "driver.standin.set('thread_retains', 0)\ndriver.standin.set('ticking', 0)\ncv.CVDisplayLinkStart(link)\n"
        "driver.standin.set('thread_delay', 0)\ncv.CVDisplayLinkRelease(link)\nthreading.Event().wait(20)",
        "a link was released",
    ),
    "a start without a display": (
        "driver.standin.set('display_zero', 1)\ncv.CVDisplayLinkCreateWithCGDisplay(1, ctypes.byref(link))\n"
        + SET + "cv.CVDisplayLinkStart(link)",
        "starting a link that has no display",
    ),
    "virtual time with threads": (
        SET + "driver.standin.set('ticking', 0)\ncv.CVDisplayLinkStart(link)\ndriver.standin.set_virtual(True)",
        "virtual time begun while native threads run",
    ),
    "a pool popped twice": (
        POOL + "cv.objc_autoreleasePoolPop(pool)\ncv.objc_autoreleasePoolPop(pool)",
        "popping a pool that is not open",
    ),
}  # fmt: skip


def run(library: Path, program: str) -> subprocess.CompletedProcess[str]:
    whole = DIRECT.format(here=str(HERE), library=str(library)) + program
    return subprocess.run([sys.executable, "-c", whole], capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize(("program", "message"), MISUSES.values(), ids=MISUSES)
def test_a_misuse_aborts(clock_library: Path, program: str, message: str) -> None:
    done = run(clock_library, program)
    assert done.returncode == -6, done
    assert message in done.stderr


def test_a_call_with_a_lock_held_aborts(clock_library: Path) -> None:
    done = run(clock_library, "cv.driver_call_with_lock_held()")
    assert done.returncode == -6, done
    assert "called with a lock of the library held" in done.stderr


def test_virtual_time_passes_as_it_is_set(package: Path) -> None:
    program = """
from sddisplaylink.native import lib
before = lib.sddl_now()
time.sleep(0.01)
assert lib.sddl_now() == before
advance(123.456)
assert lib.sddl_now() - before == 123_456_000_000
link = sd.DisplayLink(clock="timer:1000")
link.start()
advance(2)
assert 1 + link.wait(0).missed == 2000 + 1
stand.set_virtual(False)
assert link.wait(30)  # real again, and never back
assert lib.sddl_now() - before >= 125_456_000_000
"""
    check_in_virtual_time(package, program)
