"""PNG and APNG through libdeflate and the native kernels; whatever is not entirely regular is left to Pillow."""

from __future__ import annotations

from typing import Any

from sddisplaylink.decoders.composition.prepared import Prepared
from sddisplaylink.decoders.pillow.painter import PillowPainter
from sddisplaylink.decoders.png.index import PngIndex
from sddisplaylink.decoders.png.inflate import inflated
from sddisplaylink.decoders.png.source import PngSource, unchecked_rows
from sddisplaylink.native import check, ffi, lib

__all__ = ["NativePngPainter"]

_GREY, _RGB, _PALETTE = 0, 2, 3  # colour types
_KEY_SAMPLES = {_GREY: 1, _RGB: 3}
_COLOURS = 256  # in a palette
_LONG = 64 << 10  # bytes of zlib stream from which on another thread gains: handing over costs some 100 µs


class NativePngPainter:
    """A Painter that unpacks straight into the picture."""

    def __init__(self, source: PngSource) -> None:
        self._source = source
        self._index = source.index
        self._pillow = PillowPainter(source)
        self._prepared: Prepared[bytearray] = Prepared()
        self._is_regular = _is_regular(source.index)

    def draw(self, index: int, target: Any, under: Any, flags: int) -> bool:
        """Decode the tile and draw it: True."""
        self._source.data.check()
        rows = self._prepared.take(index) or self._rows(index)
        if rows is not None and self._draw(index, rows, target):
            return True
        return self._pillow.draw(index, target, under, flags)

    def draw_part(self, index: int, target: Any) -> None:
        """Never asked for: a tile is whole, or an error."""
        self._pillow.draw_part(index, target)

    def prepare(self, index: int) -> None:
        """Inflate the rows."""
        if index < self._index.count:
            self._prepared.make(index, lambda: self._rows(index))

    def worth_preparing(self, index: int) -> bool:
        """True if there is much to inflate."""
        return index < self._index.count and self.data_size(index) >= _LONG

    def data_size(self, index: int) -> int:
        """The length of its zlib stream."""
        return self._index.stream_size(index)

    def purge(self) -> None:
        """Give up all memory."""
        self._prepared.clear()

    def _rows(self, index: int) -> bytearray | None:
        """The rows of a tile, still filtered; None if they are for Pillow."""
        if not self._is_regular:
            return None
        size = lib.sddl_png_frame_size(self._index.state, self._index.frame(index))
        try:
            if size <= 0:
                return None
            stream = self._index.stream(index)
            return inflated(stream, size) or unchecked_rows(self._index, index, stream)
        except MemoryError:
            return None

    def _draw(self, index: int, rows: bytearray, target: Any) -> bool:
        """False if there is something wrong with the rows, and nothing was drawn."""
        data, state, frame = self._source.data.extent, self._index.state, self._index.frame(index)
        memory = ffi.from_buffer("uint8_t[]", rows, require_writable=True)
        return check(lib.sddl_png_draw(*data, state, frame, memory, len(rows), target)) == lib.SDDL_PIXELS_WHOLE


def _is_regular(index: PngIndex) -> bool:
    """True if the kernel and Pillow are of one mind about what the header and the colours say."""
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
