"""Which frames several readers of one image want next, and which can go first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

__all__ = ["Plan"]


class Plan:
    """The frames to hold, most urgent first: every reader's first wish, then every reader's second, and so on.

    Beyond its wishes a reader is taken to go on in the direction of the last two of them, round and round.
    """

    def __init__(self, wishes: Iterable[Sequence[int]], frame_count: int, capacity: int) -> None:
        """`wishes`: what each reader wants, in playing order; `capacity`: how many frames can be held."""
        listed = [wanted for wanted in wishes if wanted]
        self.order = _round_robin(listed, capacity)
        self._rank = {index: rank for rank, index in enumerate(self.order)}
        self._horizons = {(wanted[-1], _direction(wanted, frame_count)) for wanted in listed}
        self._frame_count = frame_count

    def __contains__(self, index: int) -> bool:
        return index in self._rank

    def distance(self, index: int) -> int:
        """How far off the showing of frame `index` is; the larger, the sooner it can go."""
        rank = self._rank.get(index)
        if rank is not None:
            return rank
        beyond = ((index - last) * step % self._frame_count for last, step in self._horizons)
        return len(self.order) + min(beyond, default=0)


def _round_robin(wishes: list[Sequence[int]], capacity: int) -> list[int]:
    order: dict[int, None] = {}
    for rank in range(max(map(len, wishes), default=0)):
        for wanted in wishes:
            if len(order) == capacity:
                return list(order)
            if rank < len(wanted):
                order[wanted[rank]] = None
    return list(order)


def _direction(wanted: Sequence[int], frame_count: int) -> int:
    if len(wanted) < 2:
        return 1
    step = (wanted[-1] - wanted[-2]) % frame_count
    return -1 if step * 2 > frame_count else 1
