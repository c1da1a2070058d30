"""Composition: each frame is drawn in memory that already holds most of it, so that only what changes is touched."""

from __future__ import annotations

from collections.abc import Container
from functools import lru_cache

from sddisplaylink.decoders.composition.buffers import EMPTY, FrameBuffer, FrameMemory, HeldFrame
from sddisplaylink.decoders.composition.changes import Changes
from sddisplaylink.decoders.composition.drawing import Ground, draw_tile
from sddisplaylink.decoders.composition.undo import UndoLog
from sddisplaylink.decoders.pillow.errors import CONTENT_ERRORS, in_one_line
from sddisplaylink.decoders.protocol import Buffer, ImageInfo, Way
from sddisplaylink.decoders.tiles import Disposal, Painter, Rect, Tile, TileSource, contains
from sddisplaylink.errors import ImageFormatError
from sddisplaylink.native import check, ffi, lib

__all__ = ["TileDecoder"]

_TILES = 32  # remembered
_NEAR = 4  # frames: to undo no more is faster than anything else
_QUICK_PIXELS, _QUICK_BYTES = 1 << 18, 16 << 10  # some 0.2 ms; that much is lost by waking another thread


class TileDecoder:
    """A Decoder that draws tiles, each over the frame that it builds on.

    A frame is composed in a buffer of its own if the one before it was handed out, and else on top of that one. A
    buffer that held another frame is brought up to date where the two differ.
    """

    steps_back = True

    def __init__(self, source: TileSource, painter: Painter) -> None:
        self.format = source.format
        self.size = source.size
        self._source = source
        self._painter = painter
        self._tile = lru_cache(_TILES)(source.tile)
        self._memory = FrameMemory(self.size)
        self._changes = Changes(self._tile, self.size)
        self._undo = UndoLog()
        self._keeps_undo = False
        self._base: FrameBuffer | HeldFrame | None = None
        self._standing: int | None = None  # the frame in it
        self._shown: FrameBuffer | HeldFrame | None = None
        self._composed: int | None = None
        self._broken: dict[int, str] = {}

    @property
    def info(self) -> ImageInfo:
        """What the container says."""
        return self._source.info

    def has_frame(self, index: int) -> bool:
        """True if there is a frame `index`."""
        return self._source.has_frame(index)

    def delay_ns(self, index: int) -> int | None:
        """The delay of frame `index` as stored."""
        return self._source.delay_ns(index)

    def is_base(self, index: int) -> bool:
        """True unless the frame leaves no trace."""
        return self._tile(index).disposal is not Disposal.PREVIOUS

    def way(self, index: int, held: Container[int] = ()) -> Way:
        """From the nearest frame before `index` that is there or needs no other, or from one after it."""
        base = self._source.base(index)
        if index == self._composed or base == self._standing:
            return Way(None, (index,))
        if (back := self._way_back(index, held, _NEAR)) is not None:
            return back
        frames, resume = [index], None
        while base not in (EMPTY, self._standing):
            if base in held:
                resume = base
                break
            frames.append(base)
            base = self._source.base(base)
        longer = self._way_back(index, held, len(frames)) if len(frames) > _NEAR else None
        return longer or Way(resume, tuple(reversed(frames)))

    def _way_back(self, index: int, held: Container[int], most: int) -> Way | None:
        """From the nearest later frame that is there, by undoing what has been drawn since; None if that is too far."""
        for later in range(index + 1, index + 1 + most):
            if later not in self._undo:
                return None
            if later == self._composed or later in held:
                return Way(None if later == self._composed else later, tuple(range(later - 1, index - 1, -1)))
        return None

    def restart(self, index: int) -> int:
        """The root of frame `index`."""
        return self._source.root(index)

    def resume(self, index: int, pixels: Buffer) -> None:
        """Go on from `pixels`."""
        self._stand(HeldFrame(pixels, self.size, index), index)

    def _stand(self, shown: FrameBuffer | HeldFrame, index: int) -> None:
        """Frame `index` is there, and what lies under it is not."""
        self._shown, self._composed = shown, index
        self._base, self._standing = shown, index  # nothing builds on it if it is no base

    def compose(self, index: int) -> None:
        """Draw frame `index` over what it builds on."""
        if index == self._composed:
            return
        if index in self._broken:
            raise ImageFormatError(self._broken[index])
        if self._composed == index + 1 and self._composed in self._undo:
            self._step_back(index)
            return
        tile = self._tile(index)
        if tile.base not in (EMPTY, self._standing):
            raise RuntimeError(f"frame {index} builds on frame {tile.base}, which is not there")
        if self._keeps_undo and self._shown is not None and self._composed == index - 1 and tile.base != EMPTY:
            self._undo.record(index, self._shown.c, self._changes.by(index))
        target = self._target(tile)
        self._compose(index, tile, target)
        target.content = self._composed = index
        self._shown = target
        if tile.disposal is not Disposal.PREVIOUS:
            self._base, self._standing = target, index

    def _step_back(self, index: int) -> None:
        """From the frame that is shown to the one before it."""
        shown, later = self._shown, index + 1
        if shown is None:
            raise RuntimeError("nothing has been composed")
        target = shown if isinstance(shown, FrameBuffer) and not shown.is_lent else self._memory.take()
        undone = self._undo.rects(later)
        stale = [
            rect for rect in self._changes.between(target.content, later) if not any(contains(u, rect) for u in undone)
        ]
        target.content, self._composed = None, None
        if stale:
            check(lib.sddl_restore(target.c, shown.c, ffi.new("sddl_rect[]", stale), len(stale), ffi.NULL))
        self._undo.put_back(later, target.c)
        target.content = index
        self._stand(target, index)

    def _compose(self, index: int, tile: Tile, target: FrameBuffer) -> None:
        """Draw; whatever interrupts it, half a frame is not built upon, and a broken one is not tried again."""
        standing, stale = self._standing, self._changes.between(target.content, tile.base)
        content, target.content, self._composed = target.content, None, None
        if target is self._base:
            self._standing = None
        try:
            base = self._base.c if self._base is not None and tile.base != EMPTY else ffi.NULL
            draw_tile(self._painter, index, tile, target.c, Ground(base, stale, self._erased(tile.base)))
        except CONTENT_ERRORS as error:
            if not stale and not self._erased(tile.base):  # nothing has been touched
                target.content, self._standing = content, standing
            reason = in_one_line(error, f"frame {index}")
            self._broken[index] = str(reason)
            raise reason from error

    def keep_undo(self, nbytes: int) -> None:
        """Record what each frame changes."""
        try:
            self._undo.room = nbytes
        except MemoryError:  # it can be done without
            self._undo.room = 0
        self._keeps_undo = self._undo.room > 0

    def keep_spare(self, count: int) -> None:
        """Keep the memory of frames that are given up."""
        self._memory.keep_spare(count)

    @property
    def undo_bytes(self) -> int:
        """Bytes recorded."""
        return self._undo.nbytes

    def change_bytes(self, index: int) -> int:
        """The rectangles in which it differs from the one before; 0 if it replaces everything."""
        if self._tile(index).base == EMPTY:
            return 0
        return sum([width * height for _, _, width, height in self._changes.by(index)]) * 4

    def pixels(self) -> memoryview:
        """The memory that the frame was composed in."""
        if self._shown is None or self._composed is None:
            raise RuntimeError("nothing has been composed")
        return self._shown.lend()

    def prepare(self, index: int) -> None:
        """Decode the tile ahead."""
        self._painter.prepare(index)

    def worth_preparing(self, index: int) -> bool:
        """True if that pays."""
        return self._painter.worth_preparing(index)

    def is_quick(self, index: int) -> bool:
        """True if the tile is small and its data short."""
        width, height = self._tile(index).area[2:]
        return width * height <= _QUICK_PIXELS and self._painter.data_size(index) <= _QUICK_BYTES

    def purge(self) -> None:
        """Give up all buffers but those handed out."""
        self._base = self._shown = self._standing = self._composed = None
        self._undo.clear()
        self._memory.clear()
        self._painter.purge()

    def close(self) -> None:
        """Let go of everything."""
        self._memory.close()
        self.purge()
        self._tile.cache_clear()
        self._source.close()

    def _target(self, tile: Tile) -> FrameBuffer:
        """Where to draw: on a buffer at hand that nobody looks at or builds upon, or on another."""
        base, shown = self._base, self._shown
        if isinstance(base, FrameBuffer) and not base.is_lent and tile.disposal is not Disposal.PREVIOUS:
            return base
        if isinstance(shown, FrameBuffer) and not shown.is_lent and shown is not base:
            return shown
        return self._memory.take()

    def _erased(self, base: int) -> Rect | None:
        """What goes from the base before a tile is drawn over it."""
        if base == EMPTY or (tile := self._tile(base)).disposal is not Disposal.BACKGROUND:
            return None
        return tile.area
