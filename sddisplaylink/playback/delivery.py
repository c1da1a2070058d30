"""Finds the frame of a due event: one that is decoded already, or one that is awaited while it is being decoded."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from sddisplaylink.dispatch.subscriber import DispatcherBinding
from sddisplaylink.frames.frame import Frame
from sddisplaylink.frames.reader import Outcome, PoolReader
from sddisplaylink.machine.workers import shared_worker
from sddisplaylink.native import WAIT_SLICE, ffi, lib
from sddisplaylink.playback.events import DueEvent, direction_of
from sddisplaylink.playback.native_player import NativePlayer

__all__ = ["Delivery"]


class Delivery:
    """Decodes the frames of one player ahead, in playing order, and awaits the one that is due.

    Several events may be awaited, of which the newest is decoded first. A frame that arrives late is shown all the same
    as long as no newer one has been: so a decoder of any speed shows what it decodes, and never an older frame than the
    one on screen. Events are awaited on the thread of the player's dispatcher; `prefetch`, `cache_all`,
    `clear_current` and `close` may be called on any thread.
    """

    def __init__(self, native: NativePlayer, reader: PoolReader | None) -> None:
        """``reader`` is None as long as the image has no frame; `attach_reader` sets it."""
        self._native = native
        self._reader = reader
        self._direction = direction_of(lib.SDDL_NORMAL, 1.0)
        self._awaited: _Awaited | None = None
        self.caches_all = False
        self.hits = 0
        self.misses = 0

    # ---- on any thread ----

    def attach_reader(self, reader: PoolReader) -> None:
        """Use that reader, once the image has a frame."""
        self._reader = reader
        if self.caches_all:
            reader.cache_all(True)

    @property
    def is_waiting(self) -> bool:
        """Whether a frame is awaited."""
        return self._awaited is not None

    def prefetch(self, info: Any) -> None:
        """Decode the frames that a native player in that state shows next."""
        self._direction = direction_of(info.mode, info.rate)
        self._prefetch(info.frame)

    def cache_all(self, is_wanted: bool) -> None:
        """Keep all frames that are decoded, within the budget; or only those that are shown soon."""
        self.caches_all = is_wanted
        if self._reader is not None:
            self._reader.cache_all(is_wanted)

    def clear_current(self) -> None:
        """Say that the player shows no frame."""
        if self._reader is not None:
            self._reader.shown = None

    def close(self) -> None:
        """Decode nothing any more, and keep no clock waiting: the native player has been closed."""
        if self._reader is not None:
            self._reader.close()
        awaited = self._awaited
        if awaited is not None:
            awaited.release()

    # ---- on the dispatcher ----

    def find(self, due: DueEvent) -> Frame | None:
        """The frame of the event if it is decoded; else None, and the caller calls `await_frame`."""
        frame = None if self._reader is None else self._reader.get(due.frame)
        if frame is not None and self._awaited is not None:
            for earlier in self._awaited.events:
                due.merge(earlier)
            self.cancel()
        return frame

    def show(self, index: int, shown_info: Any, *, inline: bool) -> bool:
        """Say that the player shows that frame now, and decode ahead: what is awaited, else the frames that follow.

        If ``inline``, a cheap frame may be left to the caller: then returns True, and the caller calls `compose`
        after the user's callbacks.
        """
        reader = self._reader
        if reader is None:
            return False
        reader.shown = index
        if reader.has_all():
            return False
        if self._awaited is not None:
            index = self._awaited.due.frame
        ahead = reader.lookahead(self._direction)
        if ahead > lib.SDDL_UPCOMING:
            self._prefetch(index)
            return False
        following = ffi.unpack(shown_info.upcoming, min(ahead, shown_info.count))
        return reader.prefetch(dict.fromkeys([index, *following]), self._direction, inline=inline)

    def compose(self) -> None:
        """Compose the frames that `show` has left to the caller. Never waits."""
        if self._reader is not None:
            self._reader.compose()

    def merge_into_awaited(self, due: DueEvent) -> bool:
        """Merge an event without a frame into the newest that is awaited. False if no event is awaited."""
        awaited = None if self._awaited is None else self._awaited.due
        if awaited is None or awaited.epoch != due.epoch:
            return False
        awaited.flags |= due.flags
        awaited.serial, awaited.loops_done = due.serial, due.loops_done
        return True

    def await_frame(
        self, due: DueEvent, binding: DispatcherBinding, arrived: Callable[[DueEvent, Outcome], None]
    ) -> None:
        """Call ``arrived`` with the event and its frame or error, on any thread, once either is known.

        ``arrived`` is kept for as long as that takes: let it hold its player weakly. Until then the native player does
        not leave the loop, and a manual clock that waits for the binding's dispatcher waits for the frame.
        """
        if self._awaited is None:
            self._awaited = _Awaited(due, binding, self._native.source)
        else:
            self._awaited.events.append(due)
        self._native.set_starved(True)
        if not self._native.is_current(due.epoch):  # a command came before this event was recorded as awaited
            self.cancel()
            return
        self.misses += 1
        self._prefetch(due.frame)
        if self._reader is not None:
            self._reader.notify(due.frame, partial(arrived, due))

    def claim(self, due: DueEvent) -> Callable[[], object] | None:
        """End the wait for the event, whose frame has come, and for earlier ones, whose frames are left out.

        Returns a function to call once the frame was shown; None if the event is not awaited.
        """
        awaited = self._awaited
        if awaited is None or due not in awaited.events:
            return None
        at = awaited.events.index(due)
        for earlier in awaited.events[:at]:
            due.merge(earlier)
        for event in awaited.events[: at + 1]:
            self._forget(event)
        del awaited.events[: at + 1]
        if awaited.events:
            return _nothing
        self._end_wait()
        return awaited.release

    def cancel(self) -> None:
        """End the wait."""
        awaited = self._awaited
        if awaited is not None:
            for due in awaited.events:
                self._forget(due)
            self._end_wait()
            awaited.release()

    def cancel_stale(self) -> None:
        """End the wait for a frame that a command has made void."""
        if self._awaited is not None and not self._native.is_current(self._awaited.due.epoch):
            self.cancel()

    def _end_wait(self) -> None:
        self._awaited = None
        self._native.set_starved(False)

    def _forget(self, due: DueEvent) -> None:
        if self._reader is not None:
            self._reader.forget(due.frame)

    def _prefetch(self, due: int) -> None:
        reader = self._reader
        if reader is not None:
            following = self._native.upcoming(reader.lookahead(self._direction))
            reader.prefetch(dict.fromkeys([due, *following]), self._direction)


def _nothing() -> None:
    """Newer events are still awaited."""


class _Awaited:
    """Events whose frames are being decoded, the newest last. As long as it is there, `Dispatcher.flush` waits."""

    __slots__ = ("__weakref__", "_binding", "events", "source")

    def __init__(self, due: DueEvent, binding: DispatcherBinding, source: int) -> None:
        self.events = [due]  # as many as there are frames in a loop, at most: the native player does not leave the loop
        self.source = source
        self._binding = binding
        binding.begin_async(self)

    @property
    def due(self) -> DueEvent:
        """The newest."""
        return self.events[-1]

    def make_progress(self) -> None:
        """Decode on the calling thread for a while, if the system refuses the worker's thread."""
        shared_worker().work_here(WAIT_SLICE)

    def release(self) -> None:
        """Let the dispatcher wait no more. From any thread, any number of times."""
        self._binding.end_async(self)
