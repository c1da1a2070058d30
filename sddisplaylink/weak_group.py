"""A group of objects that are held weakly, and that may change on any thread while another goes through them."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from functools import partial
from typing import Generic, TypeVar

__all__ = ["WeakGroup"]

T = TypeVar("T")


class WeakGroup(Generic[T]):
    """Objects that live as long as others hold them.

    Unlike :class:`weakref.WeakSet`, going through a group is safe while other threads add to it, and an object that
    dies is removed without running Python code, in which an interrupt would be lost.
    """

    def __init__(self) -> None:
        self._references: dict[int, weakref.ref[T]] = {}

    def add(self, item: T) -> None:
        """Put the object into the group, once."""
        if id(item) not in self._references:
            self._references[id(item)] = weakref.ref(item, partial(self._references.pop, id(item)))

    def discard(self, item: T) -> None:
        """Take the object out, if it is there."""
        self._references.pop(id(item), None)

    def clear(self) -> None:
        """Take all objects out."""
        self._references.clear()

    def __iter__(self) -> Iterator[T]:
        """The objects that are there now."""
        for reference in self._references.copy().values():
            item = reference()
            if item is not None:
                yield item
