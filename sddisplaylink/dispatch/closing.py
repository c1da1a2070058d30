"""Closing of links, players and groups, without losing an exception that closing raises."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterable
from types import TracebackType

__all__ = ["ClosedByWith", "close_after", "close_all"]


def close_after(error: BaseException | None, close: Callable[[], object]) -> None:
    """End a ``with`` block: ``close()``. If ``error`` has ended the block, what closing raises becomes its context."""
    if error is None:
        close()
    elif (earlier := _error_of(close)) is not None:
        _add_context(error, earlier)


def close_all(closes: Iterable[Callable[[], object]]) -> None:
    """Make all these calls, then raise the first of their exceptions; the others are its context."""
    errors: list[Exception] = []
    with contextlib.ExitStack() as stack:  # makes all calls, even if an interrupt ends one of them
        for close in reversed(list(closes)):
            stack.callback(_collect, close, errors)
    if errors:
        for other in errors[1:]:
            _add_context(errors[0], other)
        raise errors[0]


class ClosedByWith:
    """Closed at the end of a ``with`` block; an error in the block is raised rather than one of closing."""

    def close(self) -> None:
        """Stop, and release everything."""
        raise NotImplementedError

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        close_after(error, self.close)


def _collect(close: Callable[[], object], errors: list[Exception]) -> None:
    if (error := _error_of(close)) is not None:
        errors.append(error)


def _error_of(close: Callable[[], object]) -> Exception | None:
    """The exception that ``close()`` raises, without the exception being handled, which Python makes its context."""
    handled = sys.exception()
    try:
        close()
    except Exception as error:
        for member in _chain(error):
            if member.__context__ is handled:
                member.__context__ = None
        return error
    return None


def _add_context(error: BaseException, earlier: BaseException) -> None:
    """Make `earlier` the first in the chain of exceptions that led to `error`, where a traceback shows it."""
    first = _chain(error)[-1]
    if not any(member is first for member in _chain(earlier)):  # they may share exceptions
        first.__context__ = earlier


def _chain(error: BaseException | None) -> list[BaseException]:
    """The exception, and those that led to it, as a traceback shows them; the first to happen comes last."""
    chain: list[BaseException] = []
    while error is not None and not any(member is error for member in chain):
        chain.append(error)
        error = error.__context__ if error.__cause__ is None else error.__cause__
    return chain
