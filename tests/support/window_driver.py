"""For programs that open windows in a process of their own, on behalf of a test, and say in JSON what they saw."""

from __future__ import annotations

import json
import os
import resource
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from PIL import Image, ImageGrab

import sddisplaylink as sd

Box = tuple[int, int, int, int]


def grab(display: str | None = None, box: Box | None = None) -> Image.Image:
    """A photograph of that display (default: $DISPLAY), or of that (left, top, right, bottom) of it: RGB.

    A toolkit must have had the answer to a request after its last drawing, or the server may not have seen that yet.
    """
    return ImageGrab.grab(box, xdisplay=display or os.environ["DISPLAY"]).convert("RGB")


def main(scenarios: dict[str, Callable[..., object]]) -> None:
    """Run the function that the command line names, with the other arguments, and print what it returns."""
    _, name, *arguments = sys.argv
    print(json.dumps(scenarios[name](*arguments)))


class Lateness:
    """How late something is that is due every 5 ms, on the thread that makes it; in seconds.

    A thread that waits in the run queue for a processor is late through no fault of its window's, if it is other
    programs that have the processors. So that is measured, too, where there is Linux.
    """

    period = 0.005

    def __init__(self) -> None:
        self._late: list[float] = []
        self._late_running: list[float] = []  # without the time in the run queue
        self._last = self._due = time.monotonic()
        self._queued = _time_in_run_queue()
        self._begin, self._busy = self._last, _others_busy()

    def arrived(self) -> float:
        """It happens now; how many seconds from now it is due again."""
        now, queued = time.monotonic(), _time_in_run_queue()
        late = max(0.0, now - self._due)
        self._late.append(late)
        self._late_running.append(late - min(late, queued - self._queued))
        self._due = max(self._due + self.period, now)
        self._queued = queued
        return self._due - now

    def report(self) -> dict[str, float]:
        """``p99``, the same without time in the run queue, and how many processors other programs have used."""
        wall = time.monotonic() - self._begin
        return {
            "events": len(self._late),
            "p99": _percentile_99(self._late),
            "p99_running": _percentile_99(self._late_running),
            "others": (_others_busy() - self._busy) / wall,
        }


def _percentile_99(values: list[float]) -> float:
    return sorted(values)[len(values) * 99 // 100]


def _time_in_run_queue() -> float:
    """Seconds that this thread, the main one, waited for a processor; 0 where the system does not count them."""
    counted = Path("/proc/self/schedstat")
    return int(counted.read_text().split()[1]) / 1e9 if counted.exists() else 0.0


def _others_busy() -> float:
    """Seconds of processor time that has gone to other programs than this one and its X server, on all processors.

    0 where the system does not count them.
    """
    if not Path("/proc/stat").exists():
        return 0.0
    user, nice, system, _, _, *rest = map(int, Path("/proc/stat").read_text().splitlines()[0].split()[1:8])
    return (user + nice + system + sum(rest)) / os.sysconf("SC_CLK_TCK") - time.process_time() - _server_busy()


def _server_busy() -> float:
    server = os.environ.get("SDDISPLAYLINK_TEST_XVFB")
    if server is None:
        return 0.0
    fields = Path(f"/proc/{server}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def resident_bytes() -> int:
    """Memory of this process that is in RAM; where the system does not report that, its maximum so far."""
    if not Path("/proc/self/statm").exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def resources() -> dict[str, Any]:
    """What must not be left behind: Python's threads by name, native ones, descriptors, and the library's counts."""
    counts = sd.diagnostics()
    return {
        "threads": sorted(thread.name for thread in threading.enumerate()),
        "native_threads": _count(Path("/proc/self/task")),
        "descriptors": _count(Path("/proc/self/fd")),
        **{name: counts[name] for name in ("links", "players", "sources", "running_sources")},
    }


def _count(folder: Path) -> int:
    """Entries of a folder of /proc; 0 where there is none."""
    return len(list(folder.iterdir())) if folder.exists() else 0
