"""The memory of this machine, or of the container: how much there is to use, and whether it runs short."""

from __future__ import annotations

import os
import time

__all__ = ["default_budget", "is_memory_short"]

# plain names: asked for every player, and pathlib would intern their parts anew each time
MEMORY_INFO = "/proc/meminfo"
GROUP_LIMIT, GROUP_USE = "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"
STALL_FILES = ("/sys/fs/cgroup/memory.pressure", "/proc/pressure/memory")  # of this container, of this machine
_HIGH_PERCENT = 10.0
_MOMENT = 0.5  # seconds; to ask the system costs as much as many a small image

known = -_MOMENT, 0  # when the budget was found, and what it was


def default_budget() -> int:
    """20 % of the memory of this machine (or container), and at most 60 % of what was free just now, in bytes."""
    global known
    now = time.monotonic()
    if now - known[0] >= _MOMENT:
        total, free = _memory()
        known = now, min(total // 5, free * 3 // 5)
    return known[1]


def is_memory_short() -> bool:
    """Whether some task has waited for memory in more than a tenth of the last ten seconds.

    That is Linux's pressure stall information (PSI), which not every kernel has; False where the system does not say.
    """
    return any(_number(path, b"avg10=") >= _HIGH_PERCENT for path in STALL_FILES)


def _memory() -> tuple[int, int]:
    """(all, free) memory in bytes. Where the system does not say what is free, all of it counts."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    free = min(total, int(_number(MEMORY_INFO, b"MemAvailable:") * 1024) or total)
    limit = int(_number(GROUP_LIMIT))
    if not 0 < limit < total:
        return total, free
    return limit, min(free, max(0, limit - int(_number(GROUP_USE))))


def _number(path: str, after: bytes = b"") -> float:
    """The number `after` a word in a file of the system; 0 if there is none. As bytes: text would import a codec."""
    try:
        with open(path, "rb") as file:
            text = file.read()
        return float(text[text.index(after) + len(after) :].split(None, 1)[0])
    except (OSError, ValueError, IndexError):
        return 0.0
