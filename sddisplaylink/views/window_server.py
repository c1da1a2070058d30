"""Checks whether this process may open windows on a Mac. Over ssh, or as a daemon, it may not, and toolkits abort."""

from __future__ import annotations

import ctypes
from collections.abc import Callable
from typing import Any

_FRAMEWORKS = "/System/Library/Frameworks"
_CORE_GRAPHICS = f"{_FRAMEWORKS}/CoreGraphics.framework/CoreGraphics"
_CORE_FOUNDATION = f"{_FRAMEWORKS}/CoreFoundation.framework/CoreFoundation"


def is_reachable(load: Callable[[str], Any] = ctypes.CDLL) -> bool:
    """Whether the window server has a session for this process. True if Core Graphics cannot be loaded.

    Args:
        load: loads a library by its path; OSError if there is none.
    """
    try:
        copy_session = load(_CORE_GRAPHICS).CGSessionCopyCurrentDictionary
        release = load(_CORE_FOUNDATION).CFRelease
    except (AttributeError, OSError):
        return True
    copy_session.restype, copy_session.argtypes = ctypes.c_void_p, ()
    release.restype, release.argtypes = None, (ctypes.c_void_p,)
    session = copy_session()
    if session is None:
        return False
    release(session)
    return True
