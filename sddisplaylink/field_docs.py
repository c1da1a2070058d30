"""Docstrings for the fields of public named tuples, which `help()` and IDEs show."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

__all__ = ["document_fields"]

_Tuple = TypeVar("_Tuple", bound=type)


def document_fields(**docstrings: str) -> Callable[[_Tuple], _Tuple]:
    """A decorator of a named tuple: the docstring of each field, in place of "Alias for field number 0"."""

    def document(cls: _Tuple) -> _Tuple:
        for name, docstring in docstrings.items():
            getattr(cls, name).__doc__ = docstring
        return cls

    return document
