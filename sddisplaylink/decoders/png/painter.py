"""A painter of PNG and APNG by libdeflate and the native kernels; irregular files are left to Pillow."""

from __future__ import annotations

from typing import Any

from sddisplaylink.decoders.pillow.painter import PillowPainter
from sddisplaylink.decoders.png.index import PngIndex
from sddisplaylink.decoders.png.inflate import inflated
from sddisplaylink.decoders.png.reader import PngReader, unchecked_rows
from sddisplaylink.decoders.regions import FrameRegion
from sddisplaylink.errors import SDDisplayLinkError
from sddisplaylink.native import check, ffi, lib

__all__ = ["NativePngPainter"]

_GREY, _RGB, _PALETTE = 0, 2, 3  # colour types
_KEY_SAMPLES = {_GREY: 1, _RGB: 3}
_COLOURS = 256  # in a palette
_LONG = 64 << 10  # bytes of a zlib stream, from which on another thread saves time: handing over takes about 100 µs


class NativePngPainter:
    """A Painter that unpacks pixels directly into the canvas."""

    def __init__(self, reader: PngReader) -> None:
        self.reader = reader
        self.prepared: tuple[int, Any] | None = None
        self._index = reader.index
        self._pillow = PillowPainter(reader)
        self._is_regular = _is_regular(reader.index)
        self.is_slow = not self._is_regular

    def __copy__(self) -> NativePngPainter:
        return NativePngPainter(self.reader)

    def draw(self, region: FrameRegion, target: Any, under: Any, flags: int) -> bool:
        """Decode the region and draw it. Always True."""
        data = self.reader.data
        data.check()
        prepared, self.prepared = self.prepared, None
        rows = prepared[1] if prepared and prepared[0] == region.number else self.prepare(region.number)
        if rows is not None:
            memory = ffi.from_buffer("uint8_t[]", rows, require_writable=True)
            status = lib.sddl_png_draw(*data.extent, self._index.state, region.record, memory, len(rows), target)
            if check(status) == lib.SDDL_PIXELS_WHOLE:
                return True  # else the rows are invalid, and nothing was drawn
        return self._pillow.draw(region, target, under, flags)

    def draw_part(self, region: FrameRegion, target: Any) -> None:
        """Never called: a region is whole, or an error."""
        self._pillow.draw_part(region, target)

    def prepare(self, index: int) -> bytearray | None:
        """The filtered rows of a region; None if Pillow has to decode it."""
        known = self._index.progress
        if not self._is_regular or index >= known.count:
            return None
        frame = known.frames.at(index)
        size = lib.sddl_png_frame_size(known.state, frame)
        try:
            if size <= 0:
                return None
            stream = self._index.stream_of(known, frame)
            return inflated(stream, size) or unchecked_rows(self._index, index, stream)
        except (SDDisplayLinkError, MemoryError):
            return None

    def worth_preparing(self, index: int) -> bool:
        """True if the frame's stream is long."""
        return self._is_regular and index < self._index.count and self._index.stream_size(index) >= _LONG

    def purge(self) -> None:
        """Give up all memory."""
        self.prepared = None


def _is_regular(index: PngIndex) -> bool:
    """True if the kernel and Pillow interpret header and colours alike."""
    depth, colours, compression, filtering, interlaced = index.header[8:]
    transparency = index.transparency
    if compression or filtering or interlaced > 1:
        return False
    if colours == _PALETTE:
        return 0 < len(index.palette) // 3 <= _COLOURS
    return not transparency or _is_regular_key(transparency, depth, _KEY_SAMPLES.get(colours, 0))


def _is_regular_key(stored: bytes, depth: int, samples: int) -> bool:
    key = stored[: 2 * samples]
    in_range = all(not high and low < 1 << depth for high, low in zip(key[::2], key[1::2], strict=False))
    return len(key) == 2 * samples and (depth == 16 or in_range)
