"""Composes frames: each is drawn in memory that already shows most of it, so that only dirty rectangles are written."""

from __future__ import annotations

from collections.abc import Container, Sequence
from functools import lru_cache

from sddisplaylink.decoders.composition.buffers import EMPTY, BufferPool, FrameBuffer, HeldFrame
from sddisplaylink.decoders.composition.changes import Changes
from sddisplaylink.decoders.composition.drawing import draw_region
from sddisplaylink.decoders.composition.edit_log import EditRing
from sddisplaylink.decoders.composition.region_prefetch import RegionPrefetch
from sddisplaylink.decoders.pillow.errors import CONTENT_ERRORS, in_one_line
from sddisplaylink.decoders.protocol import NEVER_CHEAP, Buffer, ImageInfo
from sddisplaylink.decoders.regions import ContainerReader, Disposal, FrameRegion, Painter, Rect, contains
from sddisplaylink.errors import ImageFormatError, LinkClosedError
from sddisplaylink.native import check, ffi, lib

__all__ = ["ComposingDecoder"]

LEAST_CHANGE = 4096
"""Bytes that could be drawn in the minimum time of a frame."""
_PREVIOUS, _BACKGROUND = Disposal.PREVIOUS, Disposal.BACKGROUND  # to look one up takes 0.2 µs in Python 3.11
_COPIES = 3  # copies of the changes, at least, that take as long as one copy of a whole frame
_REGIONS = 32  # cached
_PIXEL = 4  # bytes
_DECODING = 64  # bytes that could be copied while one byte of data is decoded


class ComposingDecoder:
    """A Decoder that draws the region of each frame over the frame that it depends on.

    A frame is composed in another buffer if the frame before it was handed out, and else in the same one. A buffer that
    shows another frame is updated in the rectangles in which the two differ.
    """

    can_resume = True

    def __init__(self, reader: ContainerReader, painter: Painter) -> None:
        self.format = reader.format
        self.size = reader.size
        self._reader = reader
        self._painter = painter
        self.prefetch = RegionPrefetch(painter)
        self._region = lru_cache(_REGIONS)(reader.region)
        self._memory = BufferPool(self.size)
        self._changes = Changes(self._region, self.size)
        self._log = EditRing()
        self._keeps_log = False
        self._measured_bytes = self._frames_measured = 0
        self._base: FrameBuffer | HeldFrame | None = None
        self._base_index: int | None = None  # the frame that it shows
        self._shown: FrameBuffer | HeldFrame | None = None
        self._current: int | None = None
        self._broken: dict[int, str] = {}

    @property
    def info(self) -> ImageInfo:
        """The facts in the container."""
        return self._reader.info

    @property
    def loop_count(self) -> int:
        """How often the animation is played."""
        return self._reader.loop_count

    def has_frame(self, index: int) -> bool:
        """True if there is a frame `index`."""
        return self._reader.has_frame(index)

    def delay_ns(self, index: int) -> int | None:
        """The delay of frame `index` as stored."""
        return self._reader.delay_ns(index)

    def __copy__(self) -> ComposingDecoder:
        return ComposingDecoder(self._reader, self._painter.__copy__())

    def reference(self, index: int) -> int | None:
        """The frame that frame `index` depends on; None if that one is in memory, or none is needed."""
        if index == self._current:
            return None
        base = self._region(index).base
        return None if base in (EMPTY, self._base_index) else base

    def resume(self, index: int, pixels: Buffer) -> None:
        """Continue from frame `index` with these `pixels`."""
        self._reset_to(HeldFrame(pixels, self.size, index), index)

    def _reset_to(self, shown: FrameBuffer | HeldFrame, index: int) -> None:
        """Make frame `index` the current one, and the base of the next."""
        self._shown, self._current = shown, index
        self._base, self._base_index = shown, index  # no frame is drawn over it if it is no base

    def compose(self, index: int) -> None:
        """Draw frame `index` over the frame that it depends on."""
        if index == self._current:
            return
        if index in self._broken:
            raise ImageFormatError(self._broken[index])
        if self._current == index + 1 and self._current in self._log:
            self._step_back(index)
            return
        region = self._region(index)
        if region.base not in (EMPTY, self._base_index):
            raise RuntimeError(f"frame {index} depends on frame {region.base}, which was not composed")
        if self._keeps_log and self._shown is not None and self._current == index - 1 and region.base != EMPTY:
            self._log.record(index, self._shown.c, self._changes.by(index))
        target = self._target(region)
        self._compose(index, region, target)
        target.content = self._current = index
        self._shown = target
        if region.disposal is not _PREVIOUS:
            self._base, self._base_index = target, index

    def _step_back(self, index: int) -> None:
        """Undo the current frame, which makes the one before it current."""
        shown, later = self._shown, index + 1
        if shown is None:
            raise RuntimeError("nothing has been composed")
        target = shown if isinstance(shown, FrameBuffer) and not shown.views else self._memory.acquire(later)
        undone = self._log.rects(later)
        stale = [
            rect for rect in self._changes.between(target.content, later) if not any(contains(u, rect) for u in undone)
        ]
        target.content, self._current = None, None
        if stale:
            check(lib.sddl_restore(target.c, shown.c, ffi.new("sddl_rect[]", stale), len(stale), ffi.NULL))
        self._log.undo(later, target.c)
        target.content = index
        self._reset_to(target, index)

    def _compose(self, index: int, region: FrameRegion, target: FrameBuffer) -> None:
        """Draw the frame. After any exception a half-drawn frame is not used, and a broken one is not tried again."""
        former_base, stale = self._base_index, self._changes.between(target.content, region.base)
        erased = None if region.base == EMPTY else self._erased(region.base)
        content, target.content, self._current = target.content, None, None
        if target is self._base:
            self._base_index = None
        if self.prefetch.jobs and (decoded := self.prefetch.fetch(index)) is not None:
            self._painter.prepared = index, decoded
        try:
            base = self._base.c if self._base is not None and region.base != EMPTY else ffi.NULL
            draw_region(self._painter, region, target.c, base, stale, erased)
        except LinkClosedError:
            raise
        except CONTENT_ERRORS as error:
            if not stale and not erased:  # nothing has been written
                target.content, self._base_index = content, former_base
            reason = in_one_line(error, f"frame {index}")
            self._broken[index] = str(reason)
            raise reason from error

    # ---- the edit log ----

    @property
    def log_bytes(self) -> int:
        """The number of bytes recorded."""
        return self._log.nbytes

    def keep_log(self, nbytes: int) -> None:
        """Record the changes of each frame, in at most `nbytes` bytes."""
        try:
            self._log.room = nbytes
        except MemoryError:  # the log is optional
            self._log.room = 0
        self._keeps_log = self._log.room > 0

    def changed_bytes(self, index: int) -> int:
        """The size of the rectangles in which the frame differs from the one before; 0 if it needs no other frame."""
        if self._region(index).base == EMPTY:
            return 0
        return sum([width * height for _, _, width, height in self._changes.by(index)]) * 4

    def log_reach(self, frame_count: int, room: int) -> int:
        """By the mean number of bytes that the first `frame_count` frames change; each is measured once."""
        for index in range(self._frames_measured, frame_count):
            self._measured_bytes += self.changed_bytes(index)
        self._frames_measured = frame_count
        if not self._measured_bytes:
            return frame_count
        mean, frame_bytes = self._measured_bytes // frame_count, self._memory.nbytes
        least = _COPIES * max(mean, min(LEAST_CHANGE, frame_bytes))
        return room // max(1, mean) if least < frame_bytes else 0

    def path_back(self, index: int, held: Container[int], most: int) -> tuple[int | None, Sequence[int]] | None:
        """The path from the nearest later frame that is in memory, by undoing the frames between."""
        for later in range(index + 1, index + 1 + most):
            if later not in self._log:
                return None
            if later == self._current or later in held:
                return None if later == self._current else later, range(later - 1, index - 1, -1)
        return None

    # ---- memory ----

    def pixels(self) -> memoryview:
        """The memory in which the current frame was composed."""
        if self._shown is None or self._current is None:
            raise RuntimeError("nothing has been composed")
        return self._shown.export()

    def set_upcoming(self, indices: Sequence[int]) -> None:
        """Have the regions of those frames decoded by other threads where that saves time."""
        self.prefetch.set_upcoming(indices)

    def cost(self, index: int) -> int:
        """Estimated from the size of the region and of its data."""
        if self._painter.is_slow:
            return NEVER_CHEAP
        region = self._region(index)
        return _PIXEL * region.area[2] * region.area[3] + _DECODING * region.data_size

    def purge(self) -> None:
        """Release all buffers except those handed out."""
        self._base = self._shown = self._base_index = self._current = None
        self._log.clear()
        self._memory.clear()
        self._painter.purge()
        self.prefetch.set_upcoming(())

    def close(self) -> None:
        """Release everything."""
        self._memory.close()
        self.purge()
        self._region.cache_clear()
        self._reader.close()

    def _target(self, region: FrameRegion) -> FrameBuffer:
        """The buffer to draw in: one without views that is no longer needed, or a new one."""
        base, shown = self._base, self._shown
        if isinstance(base, FrameBuffer) and not base.views and region.disposal is not _PREVIOUS:
            return base
        if isinstance(shown, FrameBuffer) and not shown.views and shown is not base:
            return shown
        return self._memory.acquire(region.base)

    def _erased(self, base: int) -> Rect | None:
        """The rectangle of the base that is cleared before the next frame is drawn."""
        region = self._region(base)
        return region.area if region.disposal is _BACKGROUND else None
