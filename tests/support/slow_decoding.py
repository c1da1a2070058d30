"""Playback with a decoder that takes a given virtual time for each frame: on one thread, the same every time."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Any
from unittest import mock

import sddisplaylink as sd
from sddisplaylink.decoders.composition.composer import ComposingDecoder
from sddisplaylink.frames import pool
from sddisplaylink.machine.workers import Workload
from sddisplaylink.playback.options import PlayerStats
from sddisplaylink.playback.pacing import PacingEvent

REFRESH_RATE = 100.0  # Hz


class FreeClock(sd.ManualClock):
    """A clock that waits for no callback: a slow decoder does not hold back its time."""

    def register(self, dispatcher: Any) -> None:
        pass


class OneThread:
    """In the place of the decode worker: each step is done when the test says so."""

    def __init__(self) -> None:
        self._workloads: deque[Workload] = deque()

    def submit(self, workload: Workload) -> None:
        """Give `workload` a step, once."""
        if not workload.is_queued:
            workload.is_queued = True
            self._workloads.append(workload)

    def step(self) -> bool:
        """Do one step; False if there is nothing to do."""
        if not self._workloads:
            return False
        workload = self._workloads.popleft()
        workload.is_queued = False
        if workload.work():
            self.submit(workload)
        return True


@dataclass(frozen=True)
class Playback:
    """What a decoder of that speed has shown."""

    decoded: int
    """Frames that were decoded until the end."""
    events: tuple[PacingEvent, ...]
    stats: PlayerStats


def play(data: bytes, decode_ticks: int, seconds: float, **options: Any) -> Playback:
    """Play an image whose frames take so many refreshes each to decode, in a buffer of three frames."""
    worker, clock, dispatcher, decoded = OneThread(), FreeClock(REFRESH_RATE), sd.Dispatcher(thread=False), 0
    compose = ComposingDecoder.compose

    def let_pass(ticks: int) -> None:
        for _ in range(ticks):
            clock.advance(1 / REFRESH_RATE)
            dispatcher.run_pending()

    def compose_slowly(decoder: ComposingDecoder, index: int) -> None:
        nonlocal decoded
        let_pass(decode_ticks)
        compose(decoder, index)
        decoded += 1

    with (
        mock.patch.object(pool, "shared_worker", return_value=worker),
        mock.patch.object(pool, "CHEAP_COST", -1),  # the dispatcher's thread decodes nothing
        mock.patch.object(ComposingDecoder, "compose", compose_slowly),
        sd.AnimatedImage.open(data) as image,
        sd.AnimatedImagePlayer(
            image, clock=clock, dispatcher=dispatcher, max_buffer_bytes=3 * 4 * image.width * image.height, **options
        ) as player,
        player.record() as recorder,
    ):
        player.play()
        while clock.time < seconds:
            if not worker.step():
                let_pass(1)
        return Playback(decoded, recorder.events, player.stats)
