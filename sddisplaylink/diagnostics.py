"""What is alive in the library at the moment: for bug reports, and for tests that nothing is left."""

from __future__ import annotations

import platform
import sys
from collections.abc import Callable

import _cffi_backend
import PIL

import sddisplaylink
from sddisplaylink.core import check, ffi, lib

_figures: dict[str, Callable[[], int]] = {}


def register_figure(name: str, read: Callable[[], int]) -> None:
    """Have ``diagnostics()[name]`` be what ``read`` returns."""
    _figures[name] = read


def diagnostics() -> dict[str, object]:
    """Figures of the process, and versions.

    ``links``, ``players``: native ones not yet closed; ``sources``: clocks that somebody holds; ``running_sources``: of those, the
    ones that tick or are about to stop; ``native_threads``: control and timer threads (CoreVideo's own are not counted);
    ``pool_bytes``: decoded frames held; ``stalls``: times that a timer had to stand in for a display's clock; ``versions``.
    Raises ForkedProcessError in a forked child.
    """
    stats = ffi.new("sddl_stats *")
    check(lib.sddl_get_stats(stats))
    figures: dict[str, object] = {
        "links": stats.links,
        "players": stats.players,
        "sources": stats.sources,
        "running_sources": stats.running_sources,
        "native_threads": stats.native_threads,
        "stalls": stats.stalls,
    }
    figures.update((name, read()) for name, read in sorted(_figures.items()))
    figures["versions"] = versions()
    return figures


def versions() -> dict[str, str]:
    """Versions of this library, of what it stands on, and of the system."""
    return {
        "sddisplaylink": sddisplaylink.__version__,
        "python": sys.version.split()[0],
        "cffi": _cffi_backend.__version__,
        "pillow": PIL.__version__,
        "system": platform.platform(),
    }
