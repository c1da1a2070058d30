"""`sddisplaylink doctor --probe-corevideo`: measures CVDisplayLink on this Mac, as a table for an issue.

Measures through the library, and by calls of CoreVideo with a function of the C library as callback: Python is never
called on a display's thread.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from sddisplaylink.cli.output import one_line
from sddisplaylink.cli.probe import TICK_TIMEOUT, Measurement
from sddisplaylink.clocks.displays import Display, available_clocks, displays
from sddisplaylink.diagnostics import diagnostics, versions
from sddisplaylink.display_link import DisplayLink
from sddisplaylink.errors import ClockError

FRAMEWORK = "/System/Library/Frameworks/CoreVideo.framework/CoreVideo"
TICKS = 60
CYCLES = 5
RUN_BEFORE_RELEASE = (
    0.3  # seconds from the start of a link to its release: released sooner, links have crashed programs
)
POLL_INTERVAL = 0.01

Row = tuple[str, object]


def run() -> int:
    """Print the table, each row as soon as it is known."""
    if "corevideo" not in available_clocks():
        raise ClockError("there is no CoreVideo on this system to probe")
    print("| Probe | Result |\n|---|---|", flush=True)
    for name, result in probe():
        print(f"| {name} | {one_line(str(result))} |", flush=True)
    return 0


def probe() -> Iterator[Row]:
    """Every row, in order."""
    yield from versions().items()
    yield "threads before", count_threads()
    for display in displays():
        yield from probe_ticks(display)
    yield from probe_cycles()
    if Path(FRAMEWORK).parent.is_dir():  # the library itself is in the system's shared cache
        for display in displays()[:1]:  # there is none while all are asleep
            yield from probe_functions(ctypes.CDLL(FRAMEWORK), display.id)
    found = diagnostics()
    yield "threads at the end", count_threads()
    yield "replaced by a timer", f"{found['stalls']} times"
    yield "stops abandoned", found["abandoned"]


def milliseconds(seconds: float) -> str:
    """A duration in milliseconds, for the table."""
    return f"{seconds * 1000:.3f} ms"


def count_threads() -> int:
    """The threads of this process, CoreVideo's included."""
    tasks = Path("/proc/self/task")
    if tasks.is_dir():
        return len(list(tasks.iterdir()))
    listed = subprocess.run(["ps", "-M", str(os.getpid())], capture_output=True, text=True, check=True)
    return len(listed.stdout.splitlines()) - 1


# ---- through the library ----


def first_tick(link: DisplayLink) -> float:
    """Seconds from the start to the first tick."""
    began = time.monotonic()
    link.start()
    if link.wait(TICK_TIMEOUT) is None:
        raise ClockError("CoreVideo does not tick")
    return time.monotonic() - began


def probe_ticks(display: Display) -> Iterator[Row]:
    """Rate and pacing of one display."""
    name = f"display {display.id}"
    measurement = Measurement("corevideo")
    with DisplayLink(clock="corevideo", display=display) as link:
        latency = first_tick(link)
        threads = count_threads()
        while len(measurement.ticks) < TICKS and (tick := link.wait(TICK_TIMEOUT)) is not None:
            measurement.arrivals.append(time.monotonic())
            measurement.ticks.append(tick)
    summary = measurement.summary()
    yield f"{name}: listed", f"{display.refresh_rate:.3f} Hz{', main' if display.is_main else ''}"
    yield f"{name}: reported by ticks", f"{summary.refresh_rate:.3f} Hz"
    yield f"{name}: measured", f"{1 / summary.mean_period:.3f} Hz"
    yield f"{name}: first tick after", milliseconds(latency)
    worst = f"p95 {milliseconds(summary.deviation_p95)}, max {milliseconds(summary.deviation_max)}"
    yield f"{name}: ticks arrive within", f"p50 {milliseconds(summary.deviation_p50)}, {worst}"
    yield f"{name}: ticks, missed, synthetic", f"{summary.ticks}, {summary.missed}, {summary.synthetic}"
    yield f"{name}: threads while it ticks", threads


def probe_cycles() -> Iterator[Row]:
    """Start, stop and release, over and over."""
    latencies, endings = [], []
    for _ in range(CYCLES):
        with DisplayLink(clock="corevideo") as link:
            latencies.append(first_tick(link))
        del link
        began = time.monotonic()
        while diagnostics()["running_sources"] and time.monotonic() < began + TICK_TIMEOUT:
            time.sleep(POLL_INTERVAL)
        endings.append(time.monotonic() - began)
    yield f"{CYCLES} cycles: first tick after", f"{milliseconds(median(latencies))}, max {milliseconds(max(latencies))}"
    yield f"{CYCLES} cycles: released after", f"{milliseconds(median(endings))}, max {milliseconds(max(endings))}"
    yield f"{CYCLES} cycles: threads left", count_threads()


# ---- CoreVideo's own functions ----


def timed(call: Callable[[], int]) -> str:
    """The result of the call, and its duration."""
    began = time.perf_counter()
    result = call()
    return f"{result} in {milliseconds(time.perf_counter() - began)}"


def probe_functions(corevideo: ctypes.CDLL, display: int) -> Iterator[Row]:
    """Return codes and durations of Start and Stop, in every order but those that are forbidden."""
    link = ctypes.c_void_p()
    yield "Create", timed(lambda: corevideo.CVDisplayLinkCreateWithCGDisplay(display, ctypes.byref(link)))
    if link.value is None:
        return
    try:
        yield "current display", corevideo.CVDisplayLinkGetCurrentCGDisplay(link)
        yield "Start without a callback", timed(lambda: corevideo.CVDisplayLinkStart(link))
        callback = ctypes.cast(ctypes.CDLL(None).getpid, ctypes.c_void_p)  # takes nothing, does nothing
        yield "SetOutputCallback", timed(lambda: corevideo.CVDisplayLinkSetOutputCallback(link, callback, None))
        yield "Stop, not running", timed(lambda: corevideo.CVDisplayLinkStop(link))
        for name in ("Start", "Start, running", "Stop", "Stop, again", "Start, at once", "Stop, at once"):
            function = getattr(corevideo, f"CVDisplayLink{name.split(',')[0]}")
            yield name, timed(lambda function=function: function(link))  # type: ignore[misc]
    finally:
        time.sleep(RUN_BEFORE_RELEASE)
        corevideo.CVDisplayLinkStop(link)
        time.sleep(RUN_BEFORE_RELEASE)
        corevideo.CVDisplayLinkRelease(link)
