"""A player whose frames are decoded when the test says so."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import Any

import sddisplaylink as sd
from sddisplaylink.frames.retention import Direction

PATIENCE = 20.0


class SlowReader:
    """A pool reader whose frames come when `decode` is called."""

    def __init__(self, image: sd.AnimatedImage) -> None:
        self.image = image
        self.decoded: dict[int, sd.Frame] = {}
        self.prefetched: list[list[int]] = []
        self.directions: list[Direction] = []
        self.asked: list[tuple[int, Callable[[Any], None]]] = []
        self.was_asked = threading.Semaphore(0)
        self.is_closed = False
        self.shown: int | None = None

    def lookahead(self, direction: Direction) -> int:
        return 3

    def has_all(self) -> bool:
        return False

    def get(self, index: int) -> sd.Frame | None:
        return self.decoded.get(index)

    def prefetch(self, indices: Iterable[int], direction: Direction, *, inline: bool = False) -> bool:
        self.prefetched.append(list(indices))
        self.directions.append(direction)
        return False

    def notify(self, index: int, ready: Callable[[Any], None]) -> None:
        self.asked.append((index, ready))
        self.was_asked.release()

    def forget(self, index: int) -> None:
        pass

    def close(self) -> None:
        self.is_closed = True

    def decode(self, *indices: int) -> None:
        for index in indices:
            self.decoded[index] = self.image.frame(index)

    def answer(self, outcome: Exception | None = None) -> int:
        """Bring the frame that was asked for first."""
        assert self.was_asked.acquire(timeout=PATIENCE)
        index, ready = self.asked.pop(0)
        self.decoded[index] = self.image.frame(index)
        ready(outcome or self.decoded[index])
        return index


class Slow:
    """A player on such a reader; ``advance`` lets time pass on another thread, for it waits for frames."""

    def __init__(self, data: bytes, clock: sd.ManualClock, **options: Any) -> None:
        self.clock = clock
        self.log: list[Any] = []
        self.image = sd.AnimatedImage.open(data)
        self.player = sd.AnimatedImagePlayer(
            self.image,
            clock=clock,
            on_frame=lambda frame: self.log.append(frame.index),
            on_loop=lambda loops: self.log.append(("loop", loops)),
            on_finish=lambda: self.log.append("finish"),
            **options,
        )
        self.reader = SlowReader(self.image)
        self.player.engine.delivery.attach_reader(self.reader)  # type: ignore[arg-type]

    def advance(self, seconds: float) -> threading.Thread:
        thread = threading.Thread(target=self.clock.advance, args=(seconds,))
        thread.start()
        return thread

    def close(self) -> None:
        self.player.close()
        self.image.close()


def joined(thread: threading.Thread) -> bool:
    thread.join(PATIENCE)
    return not thread.is_alive()
