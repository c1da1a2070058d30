"""Pillow's warnings kept to ourselves: what is wrong with a file is an error of ours, or nothing that matters."""

from __future__ import annotations

import contextlib
import re
import threading
import warnings
from collections.abc import Iterator
from typing import Any

__all__ = ["quietly"]

_FILTER: Any = ("ignore", None, Warning, re.compile(r"PIL\b"), 0)
_lock = threading.Lock()
_users = 0


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Let no warning of Pillow's modules be shown, or raised, meanwhile.

    Not by ``warnings.catch_warnings``, which puts back all filters of the process as they were, whatever other threads
    have done to them since, and has warnings shown again that were to be shown once.
    """
    global _users
    with _lock:
        _users += 1
        if _users == 1:
            warnings.filters.insert(0, _FILTER)  # type: ignore[attr-defined]
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if not _users:
                with contextlib.suppress(ValueError):  # somebody has set up other filters
                    warnings.filters.remove(_FILTER)  # type: ignore[attr-defined]
