"""The stand-in application's counters and knobs, for programs that run on a module that was built with it."""

from __future__ import annotations

import ctypes
from pathlib import Path

from native_builds import run_program

PREAMBLE = """
import os, sys, threading, time
import sddisplaylink as sd
import quartz, standin
stand = standin.loaded()
app = quartz.loaded()
FAST = ((1, 500.0, 500.0), (2, 250.0, 250.0))

def gone(timeout=60):
    for counter in ("display_links", "targets", "run_loops", "sources"):
        app.wait(counter, exactly=0, timeout=timeout)
    assert "sddl-quartz" not in threads()

def name_of(task):
    try:
        return open(f"/proc/self/task/{task}/comm").read().strip()
    except OSError:  # it has ended
        return ""

def threads():
    return [name_of(task) for task in os.listdir("/proc/self/task")]
"""


class Quartz:
    """The stand-in for AppKit and QuartzCore inside a built module."""

    def __init__(self, library: str | Path) -> None:
        self.library = ctypes.CDLL(str(library))
        self.library.quartz_count.restype = ctypes.c_int64

    def count(self, counter: str) -> int:
        value = int(self.library.quartz_count(counter.encode()))
        if value < 0:
            raise KeyError(counter)
        return value

    def wait(
        self, counter: str, *, at_least: int | None = None, exactly: int | None = None, timeout: float = 60
    ) -> None:
        """Return once the counter has that value; AssertionError after ``timeout`` seconds."""
        wanted = at_least if exactly is None else exactly
        arguments = ctypes.c_int64(wanted or 0), ctypes.c_bool(exactly is not None), ctypes.c_double(timeout)
        if self.library.quartz_wait(counter.encode(), *arguments) != 0:
            raise AssertionError(f"{counter} is {self.count(counter)} after {timeout} s, not {wanted}")

    def set(self, knob: str, value: float) -> None:
        if self.library.quartz_set(knob.encode(), ctypes.c_double(value)) != 0:
            raise KeyError(knob)

    def start_application(self) -> None:
        """An NSApplication runs from now on, on a thread that is the main one."""
        if self.library.quartz_start_application() != 0:
            raise OSError("no thread for the application")


def loaded() -> Quartz:
    """The stand-in that this process's ``sddisplaylink`` runs on."""
    from sddisplaylink import _native

    return Quartz(_native.__file__)


def succeed(tree: Path, program: str) -> str:
    """What the program prints, after the preamble, on the package built in ``tree``; it must end well and quietly."""
    done = run_program(tree, PREAMBLE + program)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def fail(tree: Path, program: str) -> str:
    """The last line of the traceback that the program must end with."""
    done = run_program(tree, PREAMBLE + program)
    assert done.returncode == 1, "the mutant was not noticed"
    return done.stderr.splitlines()[-1]
