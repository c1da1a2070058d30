"""A group of weakly held objects, which may change on any thread while another thread iterates over it."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from functools import partial
from typing import Generic, TypeVar

__all__ = ["WeakGroup"]

T = TypeVar("T")


class WeakGroup(Generic[T]):
    """A set of weakly held objects.

    Unlike in `weakref.WeakSet`, iterating is safe while other threads add objects, and an object that dies is
    removed without running Python code, in which an interrupt would be lost.
    """

    def __init__(self) -> None:
        self._references: dict[int, weakref.ref[T]] = {}

    def add(self, item: T) -> None:
        """Add the object unless it is in the group."""
        if id(item) not in self._references:
            self._references[id(item)] = weakref.ref(item, partial(self._references.pop, id(item)))

    def discard(self, item: T) -> None:
        """Remove the object if it is in the group."""
        self._references.pop(id(item), None)

    def clear(self) -> None:
        """Remove all objects."""
        self._references.clear()

    def __iter__(self) -> Iterator[T]:
        """The objects that are in the group now."""
        for reference in self._references.copy().values():
            item = reference()
            if item is not None:
                yield item
