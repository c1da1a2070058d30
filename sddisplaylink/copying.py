"""Refuses copies of objects that own native handles: a copy would share the handles, and end them twice."""

from __future__ import annotations

from collections.abc import Callable
from typing import NoReturn

__all__ = ["refuse_copies"]


def refuse_copies(instead: str) -> Callable[[object], NoReturn]:
    """A ``__reduce__`` for a class, with which ``copy.copy()``, ``copy.deepcopy()`` and ``pickle`` raise a TypeError.

    The message says what to do `instead`. A subclass that knows how to be copied defines ``__reduce__``, ``__copy__``
    or ``__deepcopy__`` itself.
    """

    def __reduce__(self: object) -> NoReturn:  # noqa: N807 -- the name in tracebacks
        """Raise a TypeError: objects with native handles cannot be copied or pickled."""
        raise TypeError(f"{type(self).__name__} objects cannot be copied or pickled: {instead}")

    return __reduce__
