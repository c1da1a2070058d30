"""A stand-in for PyObjC's ``CoreFoundation``: data, and the main thread's run loop with file descriptors alone."""

from __future__ import annotations

import select
import time
from typing import Any

import bridge

kCFFileDescriptorReadCallBack = 1
kCFRunLoopCommonModes = "kCFRunLoopCommonModes"
kCFRunLoopDefaultMode = "kCFRunLoopDefaultMode"
kCFRunLoopRunFinished, kCFRunLoopRunTimedOut, kCFRunLoopRunHandledSource = 1, 3, 4


class CFDataRef(bridge.Buffer):
    """Bytes that are Core Foundation's own: to release it on any thread asks nothing of Python."""

    def bytes(self) -> bytes:
        found: bytes = self.data
        return found


def CFDataCreate(allocator: None, data: Any, length: int, /) -> CFDataRef:
    """A copy.

    PyObjC's general caller lends the buffer for the call and gives back both the buffer and its own reference
    (libffi_support.m, ``PyObjCFFI_FreeByRef``). The result is not autoreleased (``already_cfretained`` in the
    metadata of pyobjc-framework-Cocoa).
    """
    assert allocator is None
    return CFDataRef(bridge.ByteArray(data, length).data.tobytes())


class CFFileDescriptorRef:
    """PyObjC holds `callout` and `context` until it is invalidated (``mod_filedescr_retain``, ``…_release``)."""

    def __init__(self, fd: int, callout: Any, context: Any) -> None:
        self.fd, self.callout, self.context = fd, callout, context
        self.is_enabled, self.is_valid = False, True


class CFRunLoopSourceRef:
    def __init__(self, descriptor: CFFileDescriptorRef) -> None:
        self.descriptor = descriptor


class CFRunLoopRef:
    def __init__(self) -> None:
        self.sources: list[CFRunLoopSourceRef] = []

    def ready(self, timeout: float) -> CFFileDescriptorRef | None:
        """One whose callback is enabled and which can be read."""
        self.sources = [source for source in self.sources if source.descriptor.is_valid]
        enabled = {source.descriptor.fd: source.descriptor for source in self.sources if source.descriptor.is_enabled}
        readable, _, _ = select.select(list(enabled), [], [], timeout)
        return enabled[readable[0]] if readable else None


_main = CFRunLoopRef()


def CFFileDescriptorCreate(
    allocator: None, fd: int, closeOnInvalidate: bool, callout: Any, context: Any, /
) -> CFFileDescriptorRef:
    assert allocator is None
    assert not closeOnInvalidate
    return CFFileDescriptorRef(fd, callout, context)


def CFFileDescriptorCreateRunLoopSource(allocator: None, f: CFFileDescriptorRef, order: int, /) -> CFRunLoopSourceRef:
    assert allocator is None
    return CFRunLoopSourceRef(f)


def CFFileDescriptorEnableCallBacks(f: CFFileDescriptorRef, callBackTypes: int, /) -> None:
    assert f.is_valid
    assert callBackTypes == kCFFileDescriptorReadCallBack
    f.is_enabled = True


def CFFileDescriptorInvalidate(f: CFFileDescriptorRef, /) -> None:
    f.is_valid = f.is_enabled = False
    f.callout = f.context = None


def CFRunLoopAddSource(rl: CFRunLoopRef, source: CFRunLoopSourceRef, mode: str, /) -> None:
    assert mode == kCFRunLoopCommonModes  # else nothing would move while a menu is open
    rl.sources.append(source)


def CFRunLoopGetMain() -> CFRunLoopRef:
    return _main


def CFRunLoopRunInMode(mode: str, seconds: float, returnAfterSourceHandled: bool, /) -> int:
    """Like the real one, but for returning at once when there is no source.

    No pool is made around callbacks: nothing in Apple's documentation says that there is one.
    """
    deadline = time.monotonic() + seconds
    while True:
        descriptor = _main.ready(max(0.0, deadline - time.monotonic()))
        if descriptor is None:
            return kCFRunLoopRunTimedOut
        descriptor.is_enabled = False  # a callback comes once each time that it is enabled
        bridge.call_python(descriptor.callout, descriptor, kCFFileDescriptorReadCallBack, descriptor.context)
        if returnAfterSourceHandled:
            return kCFRunLoopRunHandledSource
