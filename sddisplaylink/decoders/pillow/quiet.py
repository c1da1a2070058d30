"""What Pillow and its libraries say on stderr kept to ourselves: what is wrong with a file is an error of ours."""

from __future__ import annotations

import contextlib
import logging
import re
import threading
import warnings
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any

from PIL import ImageFile

__all__ = ["load_quietly", "quietly"]

_FILTER: Any = ("ignore", None, Warning, re.compile(r"(PIL|sddisplaylink)\b"), 0)


_log, _nowhere = logging.getLogger("PIL"), logging.NullHandler()


class _Switch:
    """Something of the whole process that is off as long as any thread needs that."""

    def __init__(self, turn_off: Callable[[], object], turn_on: Callable[[Any], None]) -> None:
        """`turn_on` is given what `turn_off` returns."""
        self._turn_off, self._turn_on = turn_off, turn_on
        self._lock = threading.Lock()
        self._users = 0
        self._before: object = None

    def __enter__(self) -> None:
        with self._lock:
            if not self._users:
                self._before = self._turn_off()
            self._users += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._users -= 1
            if not self._users:
                self._turn_on(self._before)


# ---- warnings, and what Pillow logs: logging prints that if the program has not set up anything ----


def _silence() -> None:
    """Not by ``warnings.catch_warnings``.

    That puts back all filters of the process as they were, whatever other threads have done to them since, and has
    warnings shown again that were to be shown once.
    """
    warnings.filters.insert(0, _FILTER)  # type: ignore[attr-defined]
    _log.addHandler(_nowhere)


def _unsilence(_: object) -> None:
    _log.removeHandler(_nowhere)
    with contextlib.suppress(ValueError):  # the program has set up other filters meanwhile
        warnings.filters.remove(_FILTER)  # type: ignore[attr-defined]


_warnings = _Switch(_silence, _unsilence)


def quietly() -> contextlib.AbstractContextManager[None]:
    """Let no warning of Pillow's modules be shown, or raised, meanwhile, and nothing be printed that it logs."""
    return _warnings


# ---- libtiff ----


@cache
def _error_handler() -> Any:
    """libtiff's function to set who is told of errors, which returns who was before; None if it cannot be reached."""
    import ctypes  # takes some milliseconds, and few files need it

    try:
        library = ctypes.CDLL(
            import_module("PIL._imaging").__file__
        )  # a name that is not in it is looked for in what it is linked with
        setter = library.TIFFSetErrorHandler
    except (OSError, AttributeError):
        return None
    setter.restype, setter.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
    return setter


_libtiff = _Switch(lambda: _error_handler()(None), lambda before: _error_handler()(before))


def load_quietly(source: ImageFile.ImageFile) -> None:
    """Load a picture; what is wrong with it is raised, and not printed as well."""
    is_of_libtiff = any(tile[0] == "libtiff" for tile in source.tile)
    with _libtiff if is_of_libtiff and _error_handler() else contextlib.nullcontext():
        source.load()
