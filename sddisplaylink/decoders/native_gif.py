"""GIF through the native kernels; whatever they do not make sense of is left to Pillow."""

from __future__ import annotations

from typing import Any

from sddisplaylink.core import check, ffi, lib
from sddisplaylink.decoders.gif import GifSource
from sddisplaylink.decoders.gif_blocks import GifFrame
from sddisplaylink.decoders.native_canvas import NativePicture, Surface, TileIndices, WorkBuffer

__all__ = ["NativeGifSource"]

_CODE_SIZES = range(2, 9)  # GIF's own; about the first code of others, the kernel and Pillow are not of one mind


class NativeGifSource:
    """The frames of a GIF file, as NativeCanvas draws them. A picture is good until the next one is asked for."""

    def __init__(self, source: GifSource) -> None:
        self._source = source
        self._data = ffi.from_buffer("uint8_t[]", source.data)
        self._work = WorkBuffer()
        self.info = source.info
        self.tiles = source.tiles

    def picture(self, index: int) -> NativePicture:
        """Frame `index` alone: its indices, or Pillow's pixels if its codes are not entirely in order."""
        frame = self._source.frames[index]
        pixels = frame.width * frame.height
        work = self._work.at_least(lib.SDDL_LZW_LEAD + pixels + lib.SDDL_LZW_SLACK)
        memory = ffi.from_buffer("uint8_t[]", work, require_writable=True)
        if self._decode(frame, memory, pixels) != lib.SDDL_PIXELS_WHOLE:
            return Surface((frame.width, frame.height), self._source.picture(index).tobytes())
        transparent = -1 if frame.transparent is None else frame.transparent
        return TileIndices(memory + lib.SDDL_LZW_LEAD, self._palette(frame), transparent, frame.interlaced)

    def close(self) -> None:
        """Let go of the data."""
        self._data = ffi.NULL
        self._work = WorkBuffer()
        self._source.close()

    def _decode(self, frame: GifFrame, memory: Any, pixels: int) -> int:
        begin, end = frame.codes
        size = lib.SDDL_LZW_LEAD + pixels + lib.SDDL_LZW_SLACK
        code_size, blocks = self._source.data[begin], self._data + begin + 1
        if code_size not in _CODE_SIZES:
            return lib.SDDL_PIXELS_BROKEN
        return lib.sddl_gif_lzw(blocks, end - begin - 1, code_size, memory, size, pixels, ffi.new("size_t *"))

    def _palette(self, frame: GifFrame) -> Any:
        colours = self._source.palette(frame)
        palette = ffi.new("uint8_t[]", lib.SDDL_PALETTE_BYTES)
        check(lib.sddl_gif_palette(ffi.from_buffer("uint8_t[]", colours), len(colours) // 3, palette))
        return palette
