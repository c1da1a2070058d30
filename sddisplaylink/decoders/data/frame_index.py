"""The index of a container's frames, extended by the native scanners as far as it is needed."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from sddisplaylink.decoders.data.file import FileData
from sddisplaylink.decoders.data.limits import Limits
from sddisplaylink.decoders.protocol import ImageInfo
from sddisplaylink.errors import ForkedProcessError, ImageFormatError
from sddisplaylink.native import ffi, lib

__all__ = ["FrameIndex", "Table", "shared"]

_Number = TypeVar("_Number")

_FRAMES = 64  # in a block
_AHEAD = 8  # frames to find at once after the first one; later as many as are known
_LARGEST = 256 << 20  # bytes


class Table:
    """Native structures in blocks that never move, so that they can be read while more are added."""

    def __init__(self, kind: str, block: int) -> None:
        """`block`: how many structures there are in a block."""
        self._kind = f"{kind}[]"
        self._block = block
        self.memory: list[Any] = []

    def at(self, number: int) -> Any:
        """A pointer to the structure of that number."""
        return self.memory[number // self._block] + number % self._block

    def room(self, count: int) -> tuple[Any, int]:
        """A pointer to structure number `count`, and how many fit into its block from there on.

        ImageFormatError: too many.
        """
        block, offset = divmod(count, self._block)
        if block == len(self.memory):
            self.memory.append(self._another())
        return self.memory[block] + offset, self._block - offset

    def blocks(self, count: int) -> Iterable[tuple[Any, int]]:
        """The first `count` structures: (pointer, how many) for each block."""
        for number, block in enumerate(self.memory):
            if (there := min(self._block, count - number * self._block)) > 0:
                yield block, there

    def _another(self) -> Any:
        block = ffi.new(self._kind, self._block)
        if (len(self.memory) + 1) * ffi.sizeof(block) > _LARGEST:
            raise ImageFormatError("the file's index takes more memory than the limit")
        return block


class FrameIndex:
    """Finds the frames of a file, in order; may be asked on any thread. A format adds its types and its scanner."""

    _frame_type: str
    _state_type: str

    def __init__(self, data: FileData, limits: Limits) -> None:
        self.data = data
        self._most = limits.frames
        self._lock = threading.RLock()  # a signal handler or finaliser of the thread that scans may ask, too
        self._process = os.getpid()
        self.state = ffi.new(f"{self._state_type} *")
        self._frames = Table(self._frame_type, _FRAMES)
        self.count = 0
        """The number of whole frames found so far."""
        self.ended = False
        """Whether all frames have been found."""
        self._info: ImageInfo | None = None

    def has(self, index: int) -> bool:
        """True if there is a frame `index` so far; reads little further than that frame.

        ImageFormatError: too many frames, a broken header, or the file was shortened. LinkClosedError,
        ForkedProcessError.
        """
        while index >= self.count and not self.ended:
            if os.getpid() != self._process:  # the thread that has the lock may not exist here
                raise ForkedProcessError("the image belongs to the parent of this process; open it anew here")
            with self._lock:
                if self._is_missing(index) and not self._scan(self._batch_size()):
                    break
        return index < self.count

    def read_all(self) -> None:
        """Find all frames in the data."""
        self._check_count()
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
        if index >= self.count and not self.has(index):
            raise IndexError(f"there is no frame {index}")
        block, offset = divmod(index, _FRAMES)
        return self._frames.memory[block] + offset

    def delays(self) -> list[int]:
        """The delays of all frames found, in nanoseconds; -1 = none."""
        delays: list[int] = []
        for frames, count in self._frames.blocks(self.count):
            block = ffi.new("int64_t[]", count)
            self._read_delays(frames, count, block)
            delays += ffi.unpack(block, count)
        return delays

    def _is_missing(self, index: int) -> bool:
        return index >= self.count and not self.ended

    def _batch_size(self) -> int:
        return max(_AHEAD, self.count) if self.count else 1

    def _scan(self, wanted: int) -> bool:
        """Find up to `wanted` further frames, as many as fit in the block; False if more data has to come."""
        self.data.check()
        self.state.more = self.data.is_growing
        first = int(self.state.frame_count)
        before = self.count = max(self.count, first)  # found by a call whose result an interrupt has lost
        frames, room = self._frames.room(before)
        try:
            found = self._run(first, frames, min(room, wanted))
        except ImageFormatError:
            self.data.check()  # it may have been closed meanwhile
            raise
        ended = self.state.state != lib.SDDL_SCAN_MORE
        count = max(before + found, self.count)  # a signal handler of this thread may have gone on meanwhile
        self.count = self._final_count(count) if ended else count
        self.ended = ended
        self._check_count()
        return ended or self.count > before

    def _check_count(self) -> None:
        if self.count > self._most:
            raise ImageFormatError(f"the file has more frames than the limit of {self._most}")

    def _run(self, first: int, frames: Any, capacity: int) -> int:
        """Call the scanner, which has found `first` frames; returns how many it adds to `frames`."""
        raise NotImplementedError

    def _final_count(self, count: int) -> int:
        """How many frames are whole, once the end of the file is reached."""
        raise NotImplementedError

    def _read_delays(self, frames: Any, count: int, delays: Any) -> None:
        raise NotImplementedError


def shared(values: Iterable[_Number]) -> list[_Number]:
    """The same values, in which equal numbers are one object."""
    known: dict[_Number, _Number] = {}
    return [known.setdefault(value, value) for value in values]
