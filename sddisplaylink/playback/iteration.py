"""Loops over the frames of a player: callbacks move to the loop, and run when it asks for the next frame."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, Iterator
from contextlib import suppress

from sddisplaylink.dispatch.dispatcher import Dispatcher
from sddisplaylink.errors import ClockError, LinkClosedError
from sddisplaylink.frames.frame import Frame
from sddisplaylink.native import is_of_exit, may_wait
from sddisplaylink.playback.commands import INACTIVE_STATES, play
from sddisplaylink.playback.engine import PlaybackEngine

__all__ = ["iterate", "iterate_async"]

_TURNS = 4
"""Of the event loop. asyncio needs two to end a loop over frames that has been left by ``break``."""


def iterate(engine: PlaybackEngine) -> Iterator[Frame]:
    """Frames as they become due, until the player finishes, is stopped or closed.

    Raises the exception that stopped it.
    """
    loop = _FrameLoop(engine)
    try:
        loop.begin()
        while True:
            loop.dispatcher.run_pending()
            while loop.frames:
                yield loop.frames.popleft()
            if engine.is_over():
                break
            with suppress(LinkClosedError):  # the interpreter is exiting
                loop.dispatcher.wait()
                continue
            break
    finally:
        try:
            loop.end()
        finally:
            loop.end()  # completes the first call if an interrupt ended it
    engine.callbacks.pending_error.raise_once()


async def iterate_async(engine: PlaybackEngine) -> AsyncGenerator[Frame]:
    """The same in the running asyncio or trio loop."""
    from sddisplaylink.dispatch.readiness import Readiness, run_other_tasks  # imports asyncio, which takes its time

    loop = _FrameLoop(engine)
    try:
        for _ in range(_TURNS):
            if not loop.is_player_taken():
                break
            await run_other_tasks()
        loop.begin()
        with Readiness(loop.dispatcher.mailbox) as readiness:
            while True:
                loop.dispatcher.run_pending()
                while loop.frames:
                    yield loop.frames.popleft()
                if engine.is_over() or not may_wait():
                    break
                await readiness.wait()
    finally:
        try:
            loop.end()
        finally:
            loop.end()
    engine.callbacks.pending_error.raise_once()


class _FrameLoop:
    """A loop's dispatcher, to which the callbacks of the player move, and a queue of the player's frames."""

    def __init__(self, engine: PlaybackEngine) -> None:
        self.frames: deque[Frame] = deque()
        self.dispatcher = Dispatcher(thread=False)
        self._engine = engine

    def is_player_taken(self) -> bool:
        """Whether another loop takes the frames."""
        return self._engine.binding.current is not self._engine.binding.own

    def begin(self) -> None:
        """Move the callbacks here, and start an inactive player. ClockError during another loop over the frames."""
        engine = self._engine
        engine.native.check_process()
        if engine.binding.current.is_current():
            raise ClockError("a callback cannot wait for frames: it would wait for itself")
        engine.binding.move_to(self.dispatcher, engine)
        engine.callbacks.sink = self.frames.append
        if engine.state() in INACTIVE_STATES:
            play([engine])

    def end(self) -> None:
        """Move the callbacks back, unless that has been done. Idempotent. Does nothing in a forked child."""
        engine, dispatcher = self._engine, self.dispatcher
        if engine.native.is_forked():
            return
        if engine.binding.current is dispatcher:
            engine.callbacks.sink = None
        engine.binding.move_back(dispatcher, engine)
        if not dispatcher.is_closed:
            try:
                dispatcher.run_pending()  # passes on what was posted here meanwhile
            except LinkClosedError as error:
                if not is_of_exit(error):
                    raise
            dispatcher.close()
