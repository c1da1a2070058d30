"""GIF: each frame's tile, decoded by Pillow from a file of that one frame."""

from __future__ import annotations

import io
import struct

from PIL import GifImagePlugin, Image

from sddisplaylink.decoders.gif_blocks import GifFrame, GifIndex, scan_gif
from sddisplaylink.decoders.pillow_guard import check_pixels
from sddisplaylink.decoders.protocol import ImageInfo
from sddisplaylink.decoders.rgba import tile_rgba
from sddisplaylink.decoders.tiles import Blend, Tile
from sddisplaylink.errors import ImageFormatError

__all__ = ["SIGNATURES", "GifSource"]

SIGNATURES = (b"GIF87a", b"GIF89a")
_FULL_PALETTE = 768


class GifSource:
    """The frames of a GIF file.

    The canvas is the logical screen, enlarged to hold the first frame, as in Chromium; it begins transparent, whatever
    the background colour. Colours that a palette does not have are black.
    """

    def __init__(self, data: bytes, limit: int | None) -> None:
        """Index the file. ImageFormatError: no whole frame, or more than `limit` pixels."""
        self.data = data
        self._index = scan_gif(data)
        if not self._index.frames:
            raise ImageFormatError("the GIF file holds no whole frame")
        size = _canvas_size(self._index)
        check_pixels(size, limit)
        for frame in self._index.frames:
            if frame.width and frame.height:
                check_pixels((frame.width, frame.height), limit)
        self.frames = self._index.frames
        delays = tuple(frame.delay_ns for frame in self.frames)
        self.info = ImageInfo("GIF", size, delays, self._index.loop_count, self._index.truncated)
        self.tiles = [_tile(frame) for frame in self.frames]

    def picture(self, index: int) -> Image.Image:
        """Frame `index` alone."""
        frame = self.frames[index]
        with GifImagePlugin.GifImageFile(io.BytesIO(self._lone_frame(frame))) as picture:
            return tile_rgba(picture, (frame.width, frame.height))

    def palette(self, frame: GifFrame) -> bytes:
        """The colours of `frame`, three bytes each; at most 256."""
        span = frame.palette or self._index.global_palette
        return self.data[slice(*span)] if span else b""

    def close(self) -> None:
        """Let go of the data."""
        self.data = b""

    def _lone_frame(self, frame: GifFrame) -> bytes:
        size = struct.pack("<HH", frame.width, frame.height)
        parts = [b"GIF89a", size, b"\xf7\0\0", self.palette(frame).ljust(_FULL_PALETTE, b"\0")]
        if frame.transparent is not None:
            parts.append(b"!\xf9\x04\x01\0\0%c\0" % frame.transparent)
        interlace = 0x40 if frame.interlaced else 0
        parts += [b",\0\0\0\0", size, b"%c" % interlace, self.data[slice(*frame.codes)], b";"]
        return b"".join(parts)


def _canvas_size(index: GifIndex) -> tuple[int, int]:
    first = index.frames[0]
    return max(index.screen[0], first.x + first.width), max(index.screen[1], first.y + first.height)


def _tile(frame: GifFrame) -> Tile:
    blend = Blend.SOURCE if frame.transparent is None else Blend.MASK
    return Tile(frame.x, frame.y, frame.width, frame.height, frame.disposal, blend)
