"""What links, players and groups do at the end of a ``with`` block."""

from __future__ import annotations

import contextlib
from types import TracebackType


class ClosedByWith:
    """Closed at the end of a ``with`` block; an error in the block is told rather than one that closing raises."""

    def close(self) -> None:
        """Stop for good."""
        raise NotImplementedError

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if error is None:
            self.close()
            return
        with contextlib.suppress(Exception):
            self.close()
