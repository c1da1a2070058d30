"""Loops over the frames of a player: callbacks move into the loop, which runs them when it asks for the next frame."""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager, suppress

from sddisplaylink.dispatch.dispatcher import Dispatcher
from sddisplaylink.errors import ClockError, LinkClosedError
from sddisplaylink.frames.frame import Frame
from sddisplaylink.playback.commands import AT_REST, play
from sddisplaylink.playback.engine import PlaybackEngine

__all__ = ["iterate", "iterate_async"]


def iterate(engine: PlaybackEngine) -> Iterator[Frame]:
    """Frames as they become due, until the player finishes, is stopped or closed. Raises the error that stopped it."""
    with _taking_frames(engine) as (dispatcher, frames):
        while True:
            dispatcher.run_pending()
            while frames:
                yield frames.popleft()
            if engine.is_over():
                break
            with suppress(LinkClosedError):  # the interpreter is exiting
                dispatcher.wait()
                continue
            break
    engine.callbacks.pending_error.raise_once()


async def iterate_async(engine: PlaybackEngine) -> AsyncGenerator[Frame]:
    """The same in the running asyncio or trio loop."""
    from sddisplaylink.dispatch.readiness import Readiness  # imports asyncio, which takes its time

    with _taking_frames(engine) as (dispatcher, frames), Readiness(dispatcher.fileno()) as readiness:
        while True:
            dispatcher.run_pending()
            while frames:
                yield frames.popleft()
            if engine.is_over():
                break
            await readiness.wait()
    engine.callbacks.pending_error.raise_once()


@contextmanager
def _taking_frames(engine: PlaybackEngine) -> Iterator[tuple[Dispatcher, deque[Frame]]]:
    """A dispatcher of the loop's own, to which the callbacks of the playing player have moved, and its frames."""
    frames: deque[Frame] = deque()
    dispatcher = Dispatcher(thread=False)
    try:
        _move_in(engine, dispatcher, frames)
        try:
            if engine.state() in AT_REST:
                play([engine])
            yield dispatcher, frames
        finally:
            _move_out(engine, dispatcher)
    finally:
        dispatcher.close()


def _move_in(engine: PlaybackEngine, dispatcher: Dispatcher, frames: deque[Frame]) -> None:
    engine.native.check_process()
    if engine.binding.current.is_current():
        raise ClockError("a callback cannot wait for frames: it would wait for itself")
    engine.binding.lend(dispatcher, engine)
    engine.callbacks.sink = frames.append


def _move_out(engine: PlaybackEngine, dispatcher: Dispatcher) -> None:
    engine.callbacks.sink = None
    engine.binding.take_back(engine)
    dispatcher.run_pending()  # what was posted here meanwhile is passed on
