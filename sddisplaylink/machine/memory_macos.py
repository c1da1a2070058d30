"""The machine's memory on macOS: how much is available, and whether it runs short, by ctypes.

Written from Apple's headers <mach/vm_statistics.h>, <mach/host_info.h> and <sys/sysctl.h>; tested on a stand-in only.
"""

from __future__ import annotations

import ctypes
import os
from typing import Any

__all__ = ["available_bytes", "pressure_percent"]

_PRESSURE = b"kern.memorystatus_vm_pressure_level"
_PERCENT_OF_LEVEL = {
    1: 0.0,
    2: 50.0,
    4: 100.0,
}  # normal, warning, critical: DISPATCH_MEMORYPRESSURE_… of dispatch/source.h
_HOST_VM_INFO64 = 4
_SUCCESS = 0

_hosts: dict[int, int] = {}  # of this process, by its id: each call of mach_host_self() takes another right


class VMStatistics64(ctypes.Structure):
    """``vm_statistics64_data_t``, as it has been since OS X 10.9; later fields are not read."""

    _fields_ = (
        *[(name, ctypes.c_uint32) for name in ("free", "active", "inactive", "wired")],
        *[(name, ctypes.c_uint64) for name in ("zero_fill", "reactivations", "pageins", "pageouts", "faults")],
        *[(name, ctypes.c_uint64) for name in ("cow_faults", "lookups", "hits", "purges")],
        *[(name, ctypes.c_uint32) for name in ("purgeable", "speculative")],
        *[(name, ctypes.c_uint64) for name in ("decompressions", "compressions", "swapins", "swapouts")],
        *[(name, ctypes.c_uint32) for name in ("compressor", "throttled", "external", "internal")],
        ("uncompressed_in_compressor", ctypes.c_uint64),
    )


_COUNT = ctypes.sizeof(VMStatistics64) // ctypes.sizeof(ctypes.c_uint32)


def available_bytes(library: Any = None) -> int | None:
    """Memory that is free, or can be freed (inactive pages), in bytes; None if macOS does not report it.

    `library` has the C library's functions as attributes; by default that of this process, for tests another one.
    """
    try:
        found = ctypes.CDLL(None) if library is None else library
        statistics, count = VMStatistics64(), ctypes.c_uint32(_COUNT)
        found.host_statistics64.argtypes = ctypes.c_uint32, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p
        result = found.host_statistics64(
            _host(found), _HOST_VM_INFO64, ctypes.addressof(statistics), ctypes.addressof(count)
        )
    except AttributeError:
        return None
    if result != _SUCCESS:
        return None
    pages: int = statistics.free + statistics.inactive
    return pages * os.sysconf("SC_PAGE_SIZE")


def pressure_percent(library: Any = None) -> float:
    """How short memory is, on the scale of Linux's pressure figures: 0 (normal), 50 (warning) or 100 (critical).

    0 also if macOS does not report it. `library`: as of `available_bytes`.
    """
    try:
        found = ctypes.CDLL(None) if library is None else library
        level, size = ctypes.c_int(0), ctypes.c_size_t(ctypes.sizeof(ctypes.c_int))
        found.sysctlbyname.argtypes = (
            ctypes.c_char_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t,
        )  # fmt: skip
        result = found.sysctlbyname(_PRESSURE, ctypes.addressof(level), ctypes.addressof(size), None, 0)
    except AttributeError:
        return 0.0
    return _PERCENT_OF_LEVEL.get(level.value, 0.0) if result == _SUCCESS else 0.0


def _host(library: Any) -> int:
    """The port of this machine. A forked child has none of its parent's ports."""
    process = os.getpid()
    if process not in _hosts:
        _hosts.clear()
        library.mach_host_self.argtypes, library.mach_host_self.restype = (), ctypes.c_uint32
        _hosts[process] = library.mach_host_self()
    return _hosts[process]
