"""Ways to frames: what has to be composed for one, and whose turn it is."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping

from sddisplaylink.decoders.protocol import Decoder
from sddisplaylink.frames.frame import Frame

__all__ = ["Route", "Turns"]

_SHORT = 4  # frames; who needs no more may go before somebody with a long way


class Route:
    """The frames to compose for frame `goal`, that one last, from where the decoder stands or from a held frame."""

    def __init__(self, goal: int, decoder: Decoder, held: Mapping[int, Frame]) -> None:
        way = decoder.way(goal, held)
        self.goal = goal
        self.frames = deque(way.frames)
        self.leads_back = way.leads_back
        self._base = None if way.resume is None else held[way.resume]

    def __len__(self) -> int:
        return len(self.frames)

    def step(self, decoder: Decoder) -> int:
        """Compose the next frame, and say which it was. Whatever goes wrong, the route leads nowhere afterwards."""
        if self._base is not None:
            decoder.resume(self._base.index, self._base.rgba)
            self._base = None
        decoder.compose(self.frames[0])
        return self.frames.popleft()


class Turns:
    """Lets short ways go before a long one, as long as that goes on as well: it gets half of the steps at least."""

    def __init__(self) -> None:
        self._credit = _SHORT

    def choose(self, routes: Iterable[Route]) -> tuple[Route | None, bool]:
        """The one to take a step on, and whether it goes before a longer one; `routes` come in the order of turns."""
        first: Route | None = None
        for route in routes:
            if first is None:
                first = route
                if len(route) <= _SHORT:
                    break
            elif len(route) <= min(_SHORT, self._credit):
                self._credit -= len(route)
                return route, True
        self._credit = min(self._credit + 1, _SHORT)
        return first, False
