"""A player in virtual time, and what it has shown."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sddisplaylink as sd


class Play:
    """A player whose callbacks run inside ``clock.advance``, and what it showed: (tick, frame)."""

    def __init__(
        self, image: sd.AnimatedImage, clock: sd.ManualClock, dispatcher: sd.Dispatcher, **options: Any
    ) -> None:
        self.clock = clock
        self.dispatcher = dispatcher
        self.shown: list[tuple[int, int]] = []
        self.loops: list[int] = []
        self.finishes = 0
        self.player = sd.AnimatedImagePlayer(
            image,
            clock=clock,
            dispatcher=self.dispatcher,
            on_frame=lambda frame: self.shown.append((round(clock.time * clock.refresh_rate), frame.index)),
            on_loop=self.loops.append,
            on_finish=self.count_finish,
            **options,
        )

    def count_finish(self) -> None:
        self.finishes += 1

    @property
    def frames(self) -> list[int]:
        return [frame for _, frame in self.shown]


Open = Callable[..., Play]
Start = Callable[..., Play]
