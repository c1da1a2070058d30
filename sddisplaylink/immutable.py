"""Objects whose attributes never change."""

from __future__ import annotations

from typing import NoReturn, Self

__all__ = ["Immutable"]


class Immutable:
    """Attributes are set once, by ``object.__setattr__`` in ``__init__``.

    A frozen dataclass does the same, but importing ``dataclasses`` takes a quarter of the time that the package does.
    """

    __slots__ = ()

    def __setattr__(self, name: str, value: object) -> NoReturn:
        from dataclasses import FrozenInstanceError  # a kind of AttributeError

        raise FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> NoReturn:
        self.__setattr__(name, None)

    def __copy__(self) -> Self:
        return self

    def __deepcopy__(self, memo: object) -> Self:
        return self
