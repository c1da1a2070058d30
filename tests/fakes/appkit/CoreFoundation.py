"""A stand-in for PyObjC's ``CoreFoundation``: the main thread's run loop, with file descriptors alone."""

from __future__ import annotations

import select
import time
from typing import Any

kCFFileDescriptorReadCallBack = 1
kCFRunLoopCommonModes = "kCFRunLoopCommonModes"
kCFRunLoopDefaultMode = "kCFRunLoopDefaultMode"
kCFRunLoopRunFinished, kCFRunLoopRunTimedOut, kCFRunLoopRunHandledSource = 1, 3, 4


class CFFileDescriptorRef:
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


def CFRunLoopAddSource(rl: CFRunLoopRef, source: CFRunLoopSourceRef, mode: str, /) -> None:
    assert mode == kCFRunLoopCommonModes  # else nothing would move while a menu is open
    rl.sources.append(source)


def CFRunLoopGetMain() -> CFRunLoopRef:
    return _main


def CFRunLoopRunInMode(mode: str, seconds: float, returnAfterSourceHandled: bool, /) -> int:
    """Like the real one, but for returning at once when there is no source."""
    deadline = time.monotonic() + seconds
    while True:
        descriptor = _main.ready(max(0.0, deadline - time.monotonic()))
        if descriptor is None:
            return kCFRunLoopRunTimedOut
        descriptor.is_enabled = False  # a callback comes once each time that it is enabled
        descriptor.callout(descriptor, kCFFileDescriptorReadCallBack, descriptor.context)
        if returnAfterSourceHandled:
            return kCFRunLoopRunHandledSource
