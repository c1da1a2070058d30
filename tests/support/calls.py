"""Counts calls: what is done for each frame adds up, and time on a busy machine says little about it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any, Self

import pytest


class Calls:
    """Counts the calls that this thread makes in a ``with`` block."""

    def __init__(self) -> None:
        self.python: list[str] = []
        self.native: list[str] = []

    def __enter__(self) -> Self:
        sys.setprofile(self._note)
        return self

    def __exit__(self, *exception: object) -> None:
        sys.setprofile(None)
        self.python.pop()  # this one

    def _note(self, frame: FrameType, what: str, called: Any) -> None:
        if what == "call":
            self.python.append(f"{frame.f_code.co_filename}: {frame.f_code.co_name}")
        elif what == "c_call" and called.__name__.startswith("sddl_"):
            self.native.append(called.__name__)


@contextmanager
def noted_locks() -> Iterator[list[str]]:
    """Every lock that is made in the block notes in the list when this thread may wait for it."""
    taken: list[str] = []
    with pytest.MonkeyPatch.context() as patch:
        for name in ("Lock", "RLock"):
            make = getattr(threading, name)
            patch.setattr(threading, name, lambda make=make, name=name: _NotedLock(make(), name, taken))
        yield taken


class _NotedLock:
    def __init__(self, lock: Any, name: str, taken: list[str]) -> None:
        self._lock = lock
        self._name = name
        self._taken = taken
        self._thread = threading.get_ident()
        self.release = lock.release

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        if blocking and threading.get_ident() == self._thread:
            self._taken.append(self._name)
        return bool(self._lock.acquire(blocking, timeout))

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *exception: object) -> None:
        self.release()
