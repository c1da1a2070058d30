"""PNG and APNG through zlib and the native kernels; whatever is not entirely regular is left to Pillow."""

from __future__ import annotations

import zlib
from typing import Any

from sddisplaylink.core import ffi, lib
from sddisplaylink.decoders.apng import PngSource
from sddisplaylink.decoders.apng_chunks import PngFrame, PngIndex
from sddisplaylink.decoders.native_canvas import Surface, WorkBuffer

__all__ = ["NativePngSource"]

_GREY, _RGB, _PALETTE = 0, 2, 3  # colour types
_KEY_SAMPLES = {_GREY: 1, _RGB: 3}


class NativePngSource:
    """The frames of a PNG file, as NativeCanvas draws them. A picture is good until the next one is asked for."""

    def __init__(self, source: PngSource) -> None:
        self._source = source
        self._work = WorkBuffer()
        self._format = _Format(source.index) if _is_regular(source.index) else None
        self.info = source.info
        self.tiles = source.tiles

    def picture(self, index: int) -> Surface:
        """Frame `index` alone."""
        frame = self._source.frames[index]
        unpacked = self._unpacked(frame, self._format) if self._format else None
        return unpacked or Surface((frame.width, frame.height), self._source.picture(index).tobytes())

    def close(self) -> None:
        """Let go of the data."""
        self._work = WorkBuffer()
        self._source.close()

    def _unpacked(self, frame: PngFrame, layout: _Format) -> Surface | None:
        size = layout.c.width, layout.c.height = frame.width, frame.height
        expected = lib.sddl_png_filtered_size(layout.c)
        filtered = _inflated(self._source.stream(frame), expected) if expected > 0 else None
        if filtered is None:
            return None
        surface = Surface(size, self._work.at_least(frame.width * frame.height * 4))
        memory = ffi.from_buffer("uint8_t[]", filtered, require_writable=True)
        status = lib.sddl_png_unpack(layout.c, memory, len(filtered), surface.c)
        return surface if status == lib.SDDL_PIXELS_WHOLE else None


def _inflated(stream: bytes, size: int) -> bytearray | None:
    """The `size` bytes that a zlib stream holds; None if there are more or fewer, or anything is wrong with it."""
    inflater = zlib.decompressobj()
    try:
        filtered = inflater.decompress(stream, size + 1)
    except zlib.error:
        return None
    whole = len(filtered) == size and inflater.eof and not inflater.unused_data
    return bytearray(filtered) if whole else None


class _Format:
    """sddl_png_format, but for the size, with the memory that it points to."""

    def __init__(self, index: PngIndex) -> None:
        depth, colours, _, _, interlaced = index.header[8:]
        palette = index.palette if colours == _PALETTE else b""
        self._memory = [ffi.from_buffer("uint8_t[]", part) for part in (palette, index.transparency)]
        fields = {
            "bit_depth": depth,
            "colour_type": colours,
            "interlaced": interlaced,
            "palette_entries": len(palette) // 3,
            "palette": self._memory[0],
            "transparency": self._memory[1],
            "transparency_size": len(index.transparency),
        }
        self.c: Any = ffi.new("sddl_png_format *", fields)


def _is_regular(index: PngIndex) -> bool:
    """True if the kernel and Pillow are of one mind about what the header and the colours say."""
    depth, colours, compression, filtering, interlaced = index.header[8:]
    if compression or filtering or interlaced > 1:
        return False
    if colours == _PALETTE:
        entries, rest = divmod(len(index.palette), 3)
        return 0 < entries <= 1 << depth and not rest and len(index.transparency) <= entries
    return not index.transparency or _is_regular_key(index.transparency, depth, _KEY_SAMPLES.get(colours, 0))


def _is_regular_key(stored: bytes, depth: int, samples: int) -> bool:
    """Not with 16 bits, of which Pillow compares only the upper half."""
    in_range = all(not high and low < 1 << depth for high, low in zip(stored[::2], stored[1::2], strict=False))
    return depth <= 8 and len(stored) == 2 * samples and in_range
