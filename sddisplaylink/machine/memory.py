"""The memory of this machine, or of the container: how much there is to use, and whether it runs short."""

from __future__ import annotations

import os
import sys
import time

__all__ = ["default_budget", "is_memory_short", "usable_memory"]

# strings: read for every player, and pathlib would intern their parts each time
MEMORY_INFO = "/proc/meminfo"
GROUP_LIMIT, GROUP_USE = "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"
STALL_FILES = ("/sys/fs/cgroup/memory.pressure", "/proc/pressure/memory")  # of this container, of this machine
_HIGH_PERCENT = 10.0
_BUDGET = 256 << 20
_MIN_FRAMES = 4
_CACHE_SECONDS = 0.5  # seconds; asking the system costs as much as opening a small image

measured = -_CACHE_SECONDS, 0  # time of the last measurement, and its result


def default_budget(frame_bytes: int = 0) -> int:
    """Bytes for the frames of one image: 256 MB, or what four frames of that size take; `usable_memory` at most."""
    return min(usable_memory(), max(_BUDGET, _MIN_FRAMES * frame_bytes))


def usable_memory() -> int:
    """20 % of the memory of this machine (or container), and at most 60 % of its free memory, in bytes."""
    global measured
    now = time.monotonic()
    if now - measured[0] >= _CACHE_SECONDS:
        total, free = _memory()
        measured = now, min(total // 5, free * 3 // 5)
    return measured[1]


def is_memory_short() -> bool:
    """Whether some task has waited for memory during more than 10 % of the last ten seconds; False if nobody says.

    That is Linux's pressure stall information (PSI), which not every kernel has. macOS has levels: normal is not short.
    """
    if sys.platform == "darwin":
        from sddisplaylink.machine.memory_macos import pressure_percent  # imports ctypes

        return pressure_percent() >= _HIGH_PERCENT
    return any(_number(path, b"avg10=") >= _HIGH_PERCENT for path in STALL_FILES)


def _memory() -> tuple[int, int]:
    """(total, free) memory in bytes. Where the system does not report free memory, all of it counts as free."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    free = min(total, _available() or total)
    limit = int(_number(GROUP_LIMIT))
    if not 0 < limit < total:
        return total, free
    return limit, min(free, max(0, limit - int(_number(GROUP_USE))))


def _available() -> int:
    """Bytes that are free or can be freed at once; 0 where the system does not say."""
    if sys.platform == "darwin":
        from sddisplaylink.machine.memory_macos import available_bytes  # imports ctypes

        return available_bytes() or 0
    return int(_number(MEMORY_INFO, b"MemAvailable:") * 1024)


def _number(path: str, after: bytes = b"") -> float:
    """The number `after` a word in a system file; 0 if there is none. Reads bytes: text would import a codec."""
    try:
        with open(path, "rb") as file:
            text = file.read()
        return float(text[text.index(after) + len(after) :].split(None, 1)[0])
    except (OSError, ValueError, IndexError):
        return 0.0
