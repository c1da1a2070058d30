"""From a due event to its frame: there already, or waited for while it is being decoded."""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple, Self

from sddisplaylink.dispatch.dispatcher import Dispatcher
from sddisplaylink.frames.frame import Frame
from sddisplaylink.frames.pool_course import Direction
from sddisplaylink.frames.reader import Outcome, PoolReader
from sddisplaylink.native import ffi, finalize_now, lib


@dataclass(slots=True, eq=False)
class DueEvent:
    """A player's native event, kept beyond the batch it came in. Times in nanoseconds of the source's clock."""

    epoch: int
    serial: int
    flags: int
    frame: int
    loop: int
    loops_done: int
    advanced: int
    target: int
    period: int

    @classmethod
    def of(cls, event: Any) -> Self:
        """A copy of that ``sddl_event``."""
        return cls(
            event.epoch,
            event.serial,
            event.flags,
            event.frame,
            event.loop,
            event.loops_done,
            event.advanced,
            event.target,
            event.period,
        )

    @property
    def has_frame(self) -> bool:
        """Whether a frame became due."""
        return bool(self.flags & lib.SDDL_EVENT_FRAME)

    @property
    def has_loop(self) -> bool:
        """Whether a loop was completed."""
        return bool(self.flags & lib.SDDL_EVENT_LOOP)

    @property
    def has_finished(self) -> bool:
        """Whether the last loop has ended."""
        return bool(self.flags & lib.SDDL_EVENT_FINISHED)

    def follow(self, earlier: DueEvent) -> None:
        """Take the place of an event that has not been acted on."""
        if earlier.epoch == self.epoch:
            self.advanced += earlier.advanced
            self.flags |= earlier.flags


@dataclass(slots=True)
class Counts:
    """What was shown, and how late at the most; times in nanoseconds."""

    shown: int = 0
    skipped: int = 0
    late: int = 0
    max_lateness: int = 0

    def add(self, advanced: int, lateness: int, period: int) -> None:
        """One frame was shown, the last of ``advanced`` that became due."""
        self.shown += 1
        self.skipped += advanced - 1
        self.late += lateness > period
        self.max_lateness = max(self.max_lateness, lateness)


def direction_of(mode: int, rate: float) -> Direction:
    """The way that a native player goes through the frames."""
    if mode in (lib.SDDL_BOUNCE, lib.SDDL_REVERSED_BOUNCE):
        return Direction.BOTH
    return Direction.FORWARD if (mode == lib.SDDL_NORMAL) == (rate >= 0) else Direction.BACKWARD


class Showing(NamedTuple):
    """What the native player says when a frame is shown."""

    now: int
    """The source's time in nanoseconds."""
    upcoming: list[int]
    """The frames that follow the due one."""


class FrameFeed:
    """The frames of one player: decodes ahead in playing order, and waits for the one that is due.

    At most one is waited for: a frame that becomes due meanwhile takes its place. Until it comes, the dispatcher is
    held, and the native player does not leave the loop.
    """

    def __init__(self, player: int, reader: PoolReader | None) -> None:
        """Without a reader as long as there is no frame: until :meth:`begin`."""
        self._player = player
        self._reader = reader
        self._direction = Direction.FORWARD
        self._upcoming: Any = ffi.new("uint32_t[]", 1)
        self._showing: Any = ffi.new("sddl_showing *")
        self._lock = threading.Lock()
        self._awaited: DueEvent | None = None
        self._release: Callable[[], object] | None = None
        self.hits = 0
        self.misses = 0

    def begin(self, reader: PoolReader) -> None:
        """The first frame is there."""
        self._reader = reader

    def turn(self, direction: Direction) -> None:
        """From now on the player goes that way."""
        self._direction = direction

    def act_on(self, due: DueEvent) -> Showing | None:
        """The event's frame is about to be shown; None if it is not current any more. Under the player's lock."""
        if lib.sddl_player_show(self._player, due.epoch, due.serial, self._showing) != 1:
            return None
        return Showing(self._showing.now, ffi.unpack(self._showing.upcoming, self._showing.count))

    def show(self, due: int, upcoming: list[int], *, here: bool) -> bool:
        """That frame is what the player shows now: have those that follow it decoded ahead.

        If `here`, one that is quickly composed is left to the caller: True, and :meth:`compose` is to be called.
        """
        reader = self._known_reader
        reader.shown = due
        ahead = reader.ahead(self._direction)
        if ahead > lib.SDDL_UPCOMING:
            self.prefetch(due)
            return False
        return reader.want(dict.fromkeys([due, *upcoming[:ahead]]), self._direction, here=here)

    def compose(self) -> None:
        """Do what :meth:`show` has left undone. Never waits."""
        self._known_reader.compose()

    def blank(self) -> None:
        """The player shows none of the frames."""
        if self._reader is not None:
            self._reader.shown = None

    def prefetch(self, due: int) -> None:
        """Have that frame and those that follow it decoded ahead, as many as are of use."""
        if self._reader is None:
            return
        ahead = self._reader.ahead(self._direction)
        if ahead > len(self._upcoming):
            self._upcoming = ffi.new("uint32_t[]", ahead)
        count = lib.sddl_player_upcoming(self._player, self._upcoming, ahead)
        if count >= 0:
            following = self._upcoming[0:count]
            self._reader.want(dict.fromkeys([due, *following]), self._direction)

    def joins(self, due: DueEvent) -> bool:
        """Whether the event, which brings no frame, is to be told together with the frame that is awaited."""
        if self._awaited is None or due.has_frame:  # what is awaited is set on this thread alone
            return False
        with self._lock:
            if self._awaited is None:
                return False
            self._awaited.flags |= due.flags
            self._awaited.serial, self._awaited.loops_done = due.serial, due.loops_done
            return True

    def take(self, due: DueEvent) -> Frame | None:
        """The frame of the event if it is decoded. Else None, and :meth:`wait` is to be called."""
        frame = self._known_reader.get(due.frame)
        if frame is None:
            self.misses += 1
            return None
        self.hits += 1
        if self._awaited is not None:
            with self._lock:
                if self._awaited is not None:
                    due.follow(self._awaited)
            self.cancel()
        return frame

    def wait(self, due: DueEvent, dispatcher: Dispatcher, arrived: Callable[[DueEvent, Outcome], None]) -> None:
        """Call ``arrived`` with the event and its frame, from any thread, once it is (or cannot be) decoded.

        ``arrived`` is held for as long as that takes: let it hold its player weakly.
        """
        with self._lock:
            if self._awaited is not None:
                due.follow(self._awaited)
            self._awaited = due
            if self._release is None:
                dispatcher.hold()
                release = weakref.finalize(self, dispatcher.unhold)
                release.atexit = False
                self._release = partial(finalize_now, release)
            lib.sddl_player_set_starved(self._player, 1)
        self.prefetch(due.frame)
        self._known_reader.notify(due.frame, partial(arrived, due))

    def accept(self, due: DueEvent) -> Callable[[], object] | None:
        """The frame has come: what is to be called once it has been shown; None if it is not awaited any more."""
        with self._lock:
            return self._end_wait() if self._awaited is due else None

    def cancel(self) -> None:
        """Wait for no frame any more."""
        with self._lock:
            release = self._end_wait()
        if release is not None:
            release()

    def cancel_stale(self) -> None:
        """Wait no more for a frame of before the last command; what became due since is waited for."""
        with self._lock:
            due = self._awaited
            is_stale = due is not None and lib.sddl_client_is_current(self._player, due.epoch) != 1
            release = self._end_wait() if is_stale else None
        if release is not None:
            release()

    def _end_wait(self) -> Callable[[], object] | None:
        if self._awaited is not None:
            lib.sddl_player_set_starved(self._player, 0)
        self._awaited = None
        release, self._release = self._release, None
        return release

    def close(self) -> None:
        """Wait for nothing, decode nothing."""
        self.cancel()
        if self._reader is not None:
            self._reader.close()

    @property
    def _known_reader(self) -> PoolReader:
        if self._reader is None:
            raise RuntimeError("a frame is due of an image that has none")
        return self._reader
