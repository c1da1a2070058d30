"""How much memory decoded frames may take when nobody says."""

from __future__ import annotations

import os
import time

__all__ = ["default_budget"]

# plain names: asked for every player, and pathlib would intern their parts anew each time
_MEMORY_INFO = "/proc/meminfo"
_GROUP_LIMIT, _GROUP_USE = "/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"


_MOMENT = 0.5  # seconds; to ask the system costs as much as many a small image
_known = -_MOMENT, 0  # when it was asked, and what came of it


def default_budget() -> int:
    """20 % of the memory of this machine (or container), and at most 60 % of what was free just now, in bytes."""
    global _known
    now = time.monotonic()
    if now - _known[0] >= _MOMENT:
        total, free = _memory()
        _known = now, min(total // 5, free * 3 // 5)
    return _known[1]


def _memory() -> tuple[int, int]:
    """(all, free) memory in bytes. Where the system does not tell what is free, all of it counts."""
    total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    free = min(total, _available(total))
    limit = _number(_GROUP_LIMIT)
    if limit is None or limit >= total:
        return total, free
    return limit, min(free, max(0, limit - (_number(_GROUP_USE) or 0)))


def _available(default: int) -> int:
    try:
        with open(_MEMORY_INFO, encoding="ascii") as lines:
            return next(int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable:"))
    except (OSError, StopIteration, ValueError):
        return default


def _number(path: str) -> int | None:
    try:
        with open(path, encoding="ascii") as file:
            return int(file.read())
    except (OSError, ValueError):
        return None
