"""A stand-in for PyObjC's ``objc``: what breaks its rules for classes of Objective-C breaks here, too."""

from __future__ import annotations

import builtins
import inspect
import weakref
from typing import Any

super = builtins.super  # noqa: A001
WeakRef = weakref.ref


class BadPrototypeError(Exception):
    """As PyObjC raises it: a method takes another number of arguments than its selector has colons."""


class python_method:
    """Marks what is no method of Objective-C."""

    def __init__(self, method: Any) -> None:
        self.callable = method


def check_class(cls: type) -> None:
    """What PyObjC does when a class is made: methods become selectors, but for those that are marked."""
    for name, value in list(vars(cls).items()):
        if isinstance(value, python_method):
            setattr(cls, name, value.callable)
        elif inspect.isfunction(value) and not (name.startswith("__") and name.endswith("__")):
            arguments = len(inspect.signature(value).parameters) - 1
            if arguments != name.count("_"):
                raise BadPrototypeError(f"{cls.__name__}.{name} takes {arguments} arguments")
