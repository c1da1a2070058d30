"""For programs that open windows in a process of their own, on behalf of a test, and say in JSON what they saw."""

from __future__ import annotations

import json
import os
import sys
import threading
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
    """Run the function that the command line names, with the rest of it, and print what it returns."""
    _, name, *arguments = sys.argv
    print(json.dumps(scenarios[name](*arguments)))


def resident_bytes() -> int:
    """Memory of this process that is in RAM."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def resources() -> dict[str, Any]:
    """What must not be left behind: Python's threads by name, native ones, descriptors, and the library's own counts."""
    counts = sd.diagnostics()
    return {
        "threads": sorted(thread.name for thread in threading.enumerate()),
        "native_threads": len(list(Path("/proc/self/task").iterdir())),
        "descriptors": len(list(Path("/proc/self/fd").iterdir())),
        **{name: counts[name] for name in ("links", "players", "sources", "running_sources")},
    }
