"""Closing of links and groups at the end of a ``with`` block."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from types import TracebackType

__all__ = ["ClosedByWith", "close_after"]


def close_after(error: BaseException | None, close: Callable[[], object]) -> None:
    """End a ``with`` block: ``close()``, whose own exception is raised only if none has ended the block."""
    if error is None:
        close()
        return
    with contextlib.suppress(Exception):
        close()


class ClosedByWith:
    """Closed at the end of a ``with`` block; an error in the block is raised rather than one of closing."""

    def close(self) -> None:
        """Stop, and release everything."""
        raise NotImplementedError

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        close_after(error, self.close)
