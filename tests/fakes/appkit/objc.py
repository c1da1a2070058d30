"""A stand-in for PyObjC's ``objc``: what breaks its rules for classes of Objective-C breaks here, too."""

from __future__ import annotations

import builtins
import inspect
import weakref
from typing import Any

import bridge

super = builtins.super  # noqa: A001
__version__ = "stand-in"


class error(Exception):
    """As PyObjC raises it where Objective-C refuses."""


class nosuchclass_error(error):
    """There is no class of that name."""


class BadPrototypeError(error):
    """As PyObjC raises it: a method takes another number of arguments than its selector has colons."""


class autorelease_pool:
    """As the one in PyObjC's ``objc/__init__.py``: the pool goes when the block ends."""

    def __enter__(self) -> None:
        self._pool = bridge.NSAutoreleasePool()

    def __exit__(self, exc_type: Any, value: Any, tp: Any) -> None:
        self._pool.drain()


class WeakRef:
    """Of PyObjC's weakref.m: ``objc_loadWeak`` autoreleases what it finds, so each call keeps it until a pool ends."""

    def __init__(self, instance: object) -> None:
        self._reference = weakref.ref(instance)

    def __call__(self) -> Any:
        found = self._reference()
        return None if found is None else bridge.autorelease(found)


class python_method:
    """Marks what is no method of Objective-C."""

    def __init__(self, method: Any) -> None:
        self.callable = method


def lookUpClass(name: str, /) -> type:
    found = bridge.look_up_class(name)
    if found is None:
        raise nosuchclass_error(name)
    return found


def check_class(cls: type) -> None:
    """What PyObjC does when a class is made: methods become selectors, but for those that are marked."""
    if not bridge.add_class(cls):  # class-builder.m
        raise error(f"{cls.__name__} is overriding existing Objective-C class")
    for name, value in list(vars(cls).items()):
        if isinstance(value, python_method):
            setattr(cls, name, value.callable)
        elif inspect.isfunction(value) and not (name.startswith("__") and name.endswith("__")):
            arguments = len(inspect.signature(value).parameters) - 1
            if arguments != name.count("_"):
                raise BadPrototypeError(f"{cls.__name__}.{name} takes {arguments} arguments")
