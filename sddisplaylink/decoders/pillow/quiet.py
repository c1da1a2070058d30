"""Suppresses the output of Pillow and its libraries on stderr: errors in files are raised as exceptions.

Several threads may do so at once, and no lock is taken: each puts an entry of its own into lists of the process, and
takes one out again.
"""

from __future__ import annotations

import contextlib
import re
import warnings
from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from PIL import ImageFile

__all__ = ["load_quietly", "quietly"]

_FILTER: Any = ("ignore", None, Warning, re.compile(r"(PIL|sddisplaylink)\b"), 0)


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Suppress warnings of Pillow's modules, and what Pillow logs, during the block.

    Not by ``warnings.catch_warnings``, which puts back all filters of the process as they were, whatever other threads
    have done to them since, and has warnings shown again that were to be shown once.
    """
    import logging  # takes milliseconds, and few formats need it

    handlers: list[Any] = logging.getLogger("PIL").handlers
    nowhere = logging.NullHandler()  # logging prints what is logged if the program has not set up anything
    filters: Any = warnings.filters
    filters.insert(0, _FILTER)
    handlers.append(nowhere)
    try:
        yield
    finally:
        for entries, entry in ((handlers, nowhere), (filters, _FILTER)):
            with contextlib.suppress(ValueError):  # the program has taken all out meanwhile
                entries.remove(entry)


@cache
def _tiff_messages() -> tuple[Callable[[Any], Any], Any] | None:
    """libtiff's function to set who is told of errors, and who is so far; None if it cannot be reached."""
    import ctypes  # takes some milliseconds, and few files need it

    try:
        # a name that is not in the module is looked for in what that is linked with
        setter = ctypes.CDLL(import_module("PIL._imaging").__file__).TIFFSetErrorHandler
    except (OSError, AttributeError):
        return None
    setter.restype, setter.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
    usual = setter(None)
    setter(usual)
    return setter, usual


def load_quietly(source: ImageFile.ImageFile) -> None:
    """Load a picture; errors are raised, but not printed."""
    messages = _tiff_messages() if any(tile[0] == "libtiff" for tile in source.tile) else None
    if messages is None:
        source.load()
        return
    set_handler, usual = messages
    set_handler(None)
    try:
        source.load()
    finally:
        set_handler(usual)
