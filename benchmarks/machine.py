"""The machine on which the figures were measured."""

from __future__ import annotations

import os
import platform
from pathlib import Path

__all__ = ["describe", "use_cpus"]


def describe() -> dict[str, object]:
    """Processor, memory, system, Python, and how busy the machine is now."""
    return {
        "processor": _processor(),
        "cpus": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9, 1),
        "system": platform.platform(),
        "python": platform.python_version(),
        "load_average": [round(load, 2) for load in os.getloadavg()],
    }


def use_cpus(count: int | None) -> None:
    """Let this process and those it starts run on so many processors; ValueError where the system cannot."""
    if count is None:
        return
    if not hasattr(os, "sched_setaffinity"):
        raise ValueError("this system cannot bind a process to processors")
    os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:count])


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
