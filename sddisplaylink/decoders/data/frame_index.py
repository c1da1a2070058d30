"""The index of a container's frames, extended by the native scanners as far as it is needed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from sddisplaylink.decoders.data.file import FileData
from sddisplaylink.decoders.data.limits import Limits
from sddisplaylink.decoders.data.table import Table
from sddisplaylink.decoders.protocol import ImageInfo
from sddisplaylink.errors import ForkedProcessError, ImageFormatError
from sddisplaylink.native import ffi, lib

__all__ = ["FrameIndex", "Progress", "shared"]

_Number = TypeVar("_Number")

_AHEAD = 8  # frames to find at once after the first one; later as many as are known


class Progress:
    """What the scanner has found up to some place in the file; never changed once other threads can see the object.

    A thread that scans on from there fills a copy, and publishes the copy as the successor, unless another thread has
    published one meanwhile. So no thread waits for another, and none sees anything half done.
    """

    __slots__ = ("_successor", "_unclaimed", "count", "ended", "exhausted", "frames", "spans", "state")

    def __init__(self, state: Any, frames: Table, spans: Table) -> None:
        self.state = state
        """The scanner's structure."""
        self.frames = frames
        self.spans = spans
        """The parts of the file that frames consist of, for a format whose frames have several."""
        self.count = 0
        """The number of whole frames found."""
        self.ended = False
        """Whether all frames have been found."""
        self.exhausted = -1
        """The number of bytes in which nothing more is to be found, while the data grows; -1 = not known."""
        self._unclaimed = [True]  # emptied by the one thread that extends the tables
        self._successor: dict[None, Progress] = {}

    def copy(self) -> Progress:
        """A copy to be filled by the calling thread."""
        copy = Progress(ffi.new(ffi.typeof(self.state), self.state[0]), self.frames, self.spans)
        copy.count, copy.ended = self.count, self.ended
        return copy

    def publish(self, successor: Progress) -> bool:
        """Have all threads go on from there; False if they go on from another successor already."""
        return self._successor.setdefault(None, successor) is successor  # one step, in C

    def latest(self) -> Progress:
        """The last successor that has been published."""
        latest = self
        while latest._successor:
            latest = latest._successor[None]
        return latest

    def claim_tables(self) -> bool:
        """Whether the caller is the one that extends the tables: True only once."""
        try:
            return self._unclaimed.pop()
        except IndexError:
            return False


class FrameIndex:
    """Finds the frames of a file, in order; may be asked on any thread. A format adds its types and its scanner.

    No lock is taken: a finaliser or signal handler, which may run at any point, can ask for frames, too, or wait for
    another thread that does.
    """

    _frame_type: str
    _state_type: str

    def __init__(self, data: FileData, limits: Limits) -> None:
        self.data = data
        self._most = limits.frames
        self._process = os.getpid()
        state = ffi.new(f"{self._state_type} *")
        self._progress = Progress(state, Table(f"{self._frame_type}[]"), Table("sddl_span[]"))
        self._info: ImageInfo | None = None

    @property
    def progress(self) -> Progress:
        """What has been found so far."""
        return self._progress.latest()

    @property
    def state(self) -> Any:
        """The scanner's structure, as far as the file has been read."""
        return self._progress.latest().state

    @property
    def count(self) -> int:
        """The number of whole frames found so far."""
        return self._progress.latest().count

    @property
    def ended(self) -> bool:
        """Whether all frames have been found."""
        return self._progress.latest().ended

    def has(self, index: int) -> bool:
        """True if there is a frame `index` so far; reads little further than that frame.

        ImageFormatError: too many frames, a broken header, or the file was shortened. LinkClosedError,
        ForkedProcessError.
        """
        known = self._progress
        while index >= known.count and not known.ended:
            before, known = known, self._scan(known)
            if known is before:
                return False
        return index < known.count

    def read_all(self) -> None:
        """Find all frames in the data."""
        self._check_count(self.count)
        while self.has(self.count):
            pass

    def cached(self, read: Callable[[], ImageInfo]) -> ImageInfo:
        """The result of `read`, which is called only once after the last frame was found."""
        if self._info is not None:
            return self._info
        info = read()
        if self.ended:
            self._info = info
        return info

    def frame(self, index: int) -> Any:
        """The scanner's structure of a frame; IndexError if there is none."""
        known = self._progress
        if index >= known.count:
            known = self.progress_at(index)
        return known.frames.at(index)

    def progress_at(self, index: int) -> Progress:
        """A progress with frame `index`; IndexError if there is no such frame."""
        known = self._progress  # or an earlier one, if another thread is about to write a later one here
        if index < known.count:
            return known
        if not self.has(index):
            raise IndexError(f"there is no frame {index}")
        return self._progress.latest()

    def delays(self) -> list[int]:
        """The delays of all frames found, in nanoseconds; -1 = none."""
        known = self.progress
        delays: list[int] = []
        for frames, count in known.frames.blocks(known.count):
            block = ffi.new("int64_t[]", count)
            self._read_delays(frames, count, block)
            delays += ffi.unpack(block, count)
        return delays

    def _scan(self, known: Progress) -> Progress:
        """Find further frames, or see that another thread has found some; `known` if more data has to come."""
        if os.getpid() != self._process:
            raise ForkedProcessError("the image belongs to the parent of this process; open it anew here")
        self.data.check()
        is_growing = self.data.is_growing
        size = self.data.size if is_growing else 0
        if is_growing and size == known.exhausted:
            return known
        found = known.copy()
        found.state.more = is_growing
        wanted = max(_AHEAD, known.count) if known.count else 1
        try:
            found.count += self._run(found, wanted, extend=known.claim_tables())
            if found.state.state != lib.SDDL_SCAN_MORE:
                found.count = self._final_count(found)
                found.ended = True
        except ImageFormatError:
            self.data.check()  # it may have been closed meanwhile
            raise
        has_more = found.ended or found.count > known.count
        if is_growing and not has_more:
            found.exhausted = size
        is_ours = known.publish(found)
        self._progress = latest = known.latest()
        self._check_count(latest.count)
        return latest if has_more or not is_ours else known

    def _check_count(self, count: int) -> None:
        if count > self._most:
            raise ImageFormatError(f"the file has more frames than the limit of {self._most}")

    def _run(self, found: Progress, wanted: int, *, extend: bool) -> int:
        """Let the scanner add up to `wanted` frames, as many as fit in the block, to `found`; how many it has added.

        The count of `found` is still the one before. ``extend``: see ``Table.room()``.
        """
        raise NotImplementedError

    def _final_count(self, found: Progress) -> int:
        """How many frames are whole, once the end of the file is reached."""
        raise NotImplementedError

    def _read_delays(self, frames: Any, count: int, delays: Any) -> None:
        raise NotImplementedError


def shared(values: Iterable[_Number]) -> list[_Number]:
    """The same values, in which equal numbers are one object."""
    known: dict[_Number, _Number] = {}
    return [known.setdefault(value, value) for value in values]
