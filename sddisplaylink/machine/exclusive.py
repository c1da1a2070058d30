"""Work that one thread at a time does, for all that have some, without a lock."""

from __future__ import annotations

from collections.abc import Callable

__all__ = ["ExclusiveWork"]


class ExclusiveWork:
    """Calls a function on one thread at a time. No thread waits for another: the first does the others' work as well.

    A signal handler or finaliser of the thread that is at it may have work, too, which is done afterwards.
    """

    __slots__ = ("_comers",)

    def __init__(self) -> None:
        # the first of them works; the others have yet to see that they are not the first
        self._comers: list[object] = []

    def run(self, has_work: Callable[[], object], work: Callable[[], object]) -> None:
        """Call ``work()`` as long as ``has_work()``, or leave that to the thread that is at it.

        That thread asks ``has_work()`` again after each call, and so does every thread that was not the first.
        """
        while has_work() and not self._comers:
            comer = object()
            try:
                # the first statement here, and the test below: Python handles signals after calls, not in between
                self._comers.append(comer)
                if self._comers[0] is comer:
                    work()
            finally:
                if comer in self._comers:
                    self._comers.remove(comer)
