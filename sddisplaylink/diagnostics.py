"""Counts what the library holds at the moment: for bug reports, and for tests that nothing leaks."""

from __future__ import annotations

import sys

import _cffi_backend
import PIL

from sddisplaylink._version import __version__
from sddisplaylink.machine import memory_monitor
from sddisplaylink.machine.workers import worker_threads
from sddisplaylink.native import check, ffi, lib


def diagnostics() -> dict[str, object]:
    """Figures of the process, and versions.

    ``links``, ``players``: native ones not yet closed. ``sources``: clocks in use; ``running_sources``: those of them
    that tick or are about to stop. ``native_threads``: control and timer threads (CoreVideo's own are not counted).
    ``decode_threads``: threads that decode ahead, or wait a second for more to decode. ``pool_bytes``: decoded frames
    held. ``stalls``: how often a timer had to tick in the place of a display's clock; ``abandoned``: display clocks
    whose stop never returned. ``versions``: of this library, Python, cffi, Pillow and the system.

    Raises ForkedProcessError in a forked child.
    """
    stats = ffi.new("sddl_stats *")
    check(lib.sddl_get_stats(stats))
    return {
        "links": stats.links,
        "players": stats.players,
        "sources": stats.sources,
        "running_sources": stats.running_sources,
        "native_threads": stats.native_threads,
        "decode_threads": worker_threads(),
        "pool_bytes": memory_monitor.monitor.nbytes,
        "stalls": stats.stalls,
        "abandoned": stats.abandoned,
        "versions": versions(),
    }


def versions() -> dict[str, str]:
    """Versions of this library, of what it depends on, and of the system."""
    import platform  # here: nobody else needs what takes so long to import

    return {
        "sddisplaylink": __version__,
        "python": sys.version.split()[0],
        "cffi": _cffi_backend.__version__,
        "pillow": PIL.__version__,
        "system": platform.platform(),
    }
