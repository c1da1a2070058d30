"""What PyObjC and Apple's runtime do with references, pools and exceptions, with all their faults.

A stand-in that is more lenient than the original hides the bug that it is there to find, so each part names its source:
files of PyObjC are of version 13.0 (August 2026), in ``pyobjc-core/Modules/objc`` unless a framework is named.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from typing import Any, TypeVar

_T = TypeVar("_T")


# ---- autorelease pools ----


class _Pools(threading.local):
    """A thread's pools, the innermost last.

    The first one is never drained. On the main thread that is PyObjC's own pool (module.m, ``newAutoreleasePool``),
    which is never drained in a program with an event loop of its own; on any other thread Objective-C's runtime keeps
    such objects until the thread ends (objc4, NSObject.mm, ``autoreleaseNoPage``).
    """

    def __init__(self) -> None:
        self.stack: list[list[Any]] = [[]]


_pools = _Pools()
pools_drained = 0
autoreleased = 0


class NSAutoreleasePool:
    """As ``objc.autorelease_pool`` uses it: from ``init`` until it is released.

    PyObjC releases it with its last reference. Here it is drained by name: an interrupt that came in a finaliser of
    Python's would be lost, and in Objective-C none runs.
    """

    def __init__(self) -> None:
        self._depth = len(_pools.stack)
        _pools.stack.append([])

    def drain(self) -> None:
        global pools_drained
        pools_drained += 1
        del _pools.stack[self._depth :]  # and those that were opened inside it (Foundation, NSAutoreleasePool.h)


def autorelease(thing: _T) -> _T:
    """Keep `thing` until the innermost pool of this thread is drained."""
    global autoreleased
    if thing is None:
        return thing
    autoreleased += 1
    _pools.stack[-1].append(thing)
    return thing


def undrained() -> int:
    """How many objects of this thread wait for a pool that will never be drained."""
    return len(_pools.stack[0])


def depth() -> int:
    """How many pools are open on this thread, the one that is never drained not counted."""
    return len(_pools.stack) - 1


# ---- memory of pixels ----

_buffers: weakref.WeakSet[Any] = weakref.WeakSet()
_kept_for_ever: list[Any] = []


class Buffer:
    """Memory that is held for a picture, Core Foundation's own or Python's."""

    def __init__(self, data: Any) -> None:
        self.data = data
        _buffers.add(self)


def live_buffers() -> int:
    """How many of them there are."""
    return len(_buffers)


def keep_for_ever(thing: object) -> None:
    """A reference that is never released."""
    _kept_for_ever.append(thing)


class ByteArray(Buffer):
    """A buffer of Python's as PyObjC borrows it for one call (objc_util.m, ``PyObjC_PythonToCArray``).

    Read-only buffers will do where nothing is written. Too few bytes, and too many, are a ValueError; text is a
    TypeError although it is in memory, too.
    """

    def __init__(self, data: Any, size: int) -> None:
        if isinstance(data, str):
            raise TypeError("Expecting byte-buffer, got str")
        view = memoryview(data)
        if not view.contiguous:
            raise BufferError("memoryview: underlying buffer is not contiguous")
        if view.nbytes != size:
            raise ValueError(f"Requesting buffer of {size}, have buffer of {view.nbytes}")
        super().__init__(view)


class OC_PythonData(Buffer):
    """An NSData that asks Python for its bytes: what a buffer becomes where an object is wanted (OC_PythonData.m).

    It is autoreleased (``dataWithPythonObject:``), and so is an export of the buffer at each ``-bytes``. ``-length``,
    ``-bytes`` and ``-dealloc`` wait for the interpreter, on whichever thread Core Animation calls them.
    """

    def bytes(self) -> bytes:
        autorelease(Buffer(memoryview(self.data)))  # OCReleasedBuffer
        return bytes(self.data)


# ---- exceptions ----

thrown: list[BaseException] = []
"""Exceptions of Python that went through frames of Apple's, which are not written to be left so."""


def call_python(method: Callable[..., _T], *arguments: Any) -> _T:
    """Call Python as Objective-C does.

    An exception becomes an NSException and is thrown on (libffi_support.m, ``method_stub``, and for a file descriptor
    ``mod_CFFileDescriptorCallBack`` in pyobjc-framework-Cocoa: both by objc_util.m, ``PyObjCErr_ToObjCWithGILState``);
    where it meets Python again it is Python's.
    """
    try:
        return method(*arguments)
    except BaseException as error:
        thrown.append(error)
        raise


# ---- classes ----

_classes: dict[str, type] = {}


def look_up_class(name: str) -> type | None:
    """The class of Objective-C with that name. There is one namespace for a whole process."""
    return _classes.get(name)


def add_class(made: type) -> bool:
    """False if the name is taken."""
    return _classes.setdefault(made.__name__, made) is made
