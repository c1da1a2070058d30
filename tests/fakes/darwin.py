"""A stand-in for functions of macOS that are called by ctypes: real C functions, so that a wrong type breaks the call.

Each says in which header of Apple's the original is. They are as strict as the originals: a buffer that is too small is
an error, a host port that is none another, and what is released wrongly is counted as a crash.
"""

from __future__ import annotations

import ctypes
import struct
from types import SimpleNamespace
from typing import Any

_SYSCTL = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p, ctypes.POINTER(ctypes.c_size_t), ctypes.c_void_p, ctypes.c_size_t
)
_HOST_STATISTICS = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_uint32, ctypes.c_int, ctypes.c_void_p, ctypes.POINTER(ctypes.c_uint32)
)
_HOST_SELF = ctypes.CFUNCTYPE(ctypes.c_uint32)
_COPY = ctypes.CFUNCTYPE(ctypes.c_void_p)
_RELEASE = ctypes.CFUNCTYPE(None, ctypes.c_void_p)

KERN_SUCCESS, KERN_INVALID_ARGUMENT, KERN_INVALID_HOST = 0, 4, 22
HOST_VM_INFO64 = 4
VM_STATISTICS64 = struct.Struct("=4I 9Q 2I 4Q 4I Q")  # <mach/vm_statistics.h>: 152 bytes, HOST_VM_INFO64_COUNT 38
SESSION = 0x600003A1C0E0  # an address as the allocator of a 64-bit Mac gives them: more than an int holds


class _Function(ctypes._CFuncPtr):
    """As an attribute of a ``ctypes.CDLL``: it returns an int and takes anything until its types are set."""

    _flags_ = 0x1  # FUNCFLAG_CDECL
    _restype_ = ctypes.c_int


def _library(**functions: Any) -> SimpleNamespace:
    made = {name: _Function(ctypes.cast(function, ctypes.c_void_p).value) for name, function in functions.items()}
    for name, function in functions.items():
        made[name].kept = function  # the C code behind it is freed with this
    return SimpleNamespace(**made)


def _framework(name: str) -> str:
    return f"/System/Library/Frameworks/{name}.framework/{name}"


class Mac:
    """A Mac's kernel and window server. ``library`` has what ``ctypes.CDLL(None)`` has there; ``load`` frameworks."""

    def __init__(self) -> None:
        self.pressure: int | None = 1
        """kern.memorystatus_vm_pressure_level: 1 normal, 2 warning, 4 critical; None: there is no such name."""
        self.free_pages, self.inactive_pages = 1000, 500
        self.ports: list[int] = []
        self.has_window_server = True
        self.sessions = 0
        """Dictionaries of the session that have not been released."""
        self.crashes: list[int | None] = []
        self.library = _library(
            sysctlbyname=_SYSCTL(self._sysctlbyname),
            host_statistics64=_HOST_STATISTICS(self._host_statistics64),
            mach_host_self=_HOST_SELF(self._mach_host_self),
        )

    def load(self, path: str) -> SimpleNamespace:
        """As ``ctypes.CDLL`` does; no framework is where another one is."""
        found = {
            _framework("CoreGraphics"): {"CGSessionCopyCurrentDictionary": _COPY(self._copy_session)},
            _framework("CoreFoundation"): {"CFRelease": _RELEASE(self._release)},
        }
        if path not in found:
            raise OSError(f"dlopen({path}): no such file")
        return _library(**found[path])

    # ---- <CoreGraphics/CGSession.h> ----

    def _copy_session(self) -> int | None:
        """NULL in a process that has no session with the window server, such as one that ssh has started."""
        if not self.has_window_server:
            return None
        self.sessions += 1
        return SESSION

    def _release(self, address: int | None) -> None:
        if address != SESSION:
            self.crashes.append(address)  # CFRelease(NULL), or of half an address, ends the process
        self.sessions -= 1

    # ---- <sys/sysctl.h> ----

    def _sysctlbyname(
        self, name: bytes, old: int, size: ctypes._Pointer[ctypes.c_size_t], new: int, length: int
    ) -> int:
        if name != b"kern.memorystatus_vm_pressure_level" or self.pressure is None:
            return -1
        if size[0] < ctypes.sizeof(ctypes.c_int):
            return -1
        ctypes.c_int.from_address(old).value = self.pressure
        size[0] = ctypes.sizeof(ctypes.c_int)
        return 0

    # ---- <mach/mach_host.h> ----

    def _mach_host_self(self) -> int:
        self.ports.append(0x0B03 + 0x100 * len(self.ports))
        return self.ports[-1]

    def _host_statistics64(self, host: int, flavor: int, out: int, count: ctypes._Pointer[ctypes.c_uint32]) -> int:
        if host not in self.ports or flavor != HOST_VM_INFO64:
            return KERN_INVALID_HOST
        words = VM_STATISTICS64.size // 4
        if count[0] < words:
            return KERN_INVALID_ARGUMENT
        values = [0] * 24
        values[0], values[2] = self.free_pages, self.inactive_pages
        ctypes.memmove(out, VM_STATISTICS64.pack(*values), VM_STATISTICS64.size)
        count[0] = words
        return KERN_SUCCESS
