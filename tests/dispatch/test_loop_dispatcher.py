"""Dispatchers that a toolkit's event loop runs on one thread."""

from __future__ import annotations

import threading
from collections.abc import Callable

import sddisplaylink as sd
from sddisplaylink.dispatch.event_loop import LoopDispatcher

PATIENCE = 20.0


def test_a_clock_does_not_wait_for_a_loop_whose_thread_has_ended(
    make_gif: Callable[..., bytes], clock: sd.ManualClock
) -> None:
    made: list[LoopDispatcher] = []
    thread = threading.Thread(target=lambda: made.append(LoopDispatcher()))
    thread.start()
    thread.join()
    shown: list[int] = []
    player = sd.AnimatedImagePlayer(
        make_gif([50] * 3), clock=clock, dispatcher=made[0], on_frame=lambda frame: shown.append(frame.index)
    )
    player.play()
    advancing = threading.Thread(target=clock.advance, args=(0.1,), daemon=True)
    advancing.start()
    advancing.join(PATIENCE)
    assert not advancing.is_alive()
    assert not shown
    player.close()
    made[0].close()
