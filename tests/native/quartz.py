"""The stand-in application's counters and knobs, for programs that run on a module that was built with it."""

from __future__ import annotations

from pathlib import Path

from fault_control import FaultControl
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


class Quartz(FaultControl):
    """The stand-in for AppKit and QuartzCore inside a built module."""

    def __init__(self, library: str | Path) -> None:
        super().__init__(library, "quartz", patience=60)

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
