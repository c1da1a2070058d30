"""PNG and APNG: each frame's tile, decoded by Pillow from a file of that one picture."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image, PngImagePlugin

from sddisplaylink.decoders.apng_chunks import SIGNATURE, PngFrame, PngIndex, scan_png
from sddisplaylink.decoders.pillow_guard import check_pixels, content_errors
from sddisplaylink.decoders.protocol import ImageInfo
from sddisplaylink.decoders.rgba import tile_rgba
from sddisplaylink.decoders.tiles import Tile
from sddisplaylink.errors import ImageFormatError

__all__ = ["SIGNATURE", "PngSource"]

_GREY, _RGB, _PALETTE = 0, 2, 3  # colour types


class PngSource:
    """The frames of an animated PNG file, or the one picture of a still one."""

    def __init__(self, data: bytes, limit: int | None) -> None:
        """Index the file. ImageFormatError: no whole picture, or more than `limit` pixels."""
        self._data = data
        self.index = scan_png(data)
        check_pixels(self.index.size, limit)
        self._transparent = _transparent_colour(self.index)
        self.frames = self._whole_frames()
        if not self.frames:
            raise ImageFormatError("the PNG file holds no whole picture")
        delays = tuple(frame.delay_ns for frame in self.frames)
        truncated = self.index.truncated
        self.info = ImageInfo("PNG", self.index.size, delays, self.index.loop_count, truncated)
        self.tiles = [Tile(*frame[:4], frame.disposal, frame.blend) for frame in self.frames]

    def picture(self, index: int) -> Image.Image:
        """Frame `index` alone."""
        return self._decode(self.frames[index])

    def stream(self, frame: PngFrame) -> bytes:
        """The zlib stream of `frame`."""
        return b"".join([self._data[begin:end] for begin, end in frame.data])

    def close(self) -> None:
        """Let go of the data."""
        self._data = b""

    def _whole_frames(self) -> tuple[PngFrame, ...]:
        frames = self.index.frames
        if frames and self.index.last_uncertain:
            try:
                with content_errors():
                    self._decode(frames[-1])
            except ImageFormatError:
                return frames[:-1]
        return frames

    def _decode(self, frame: PngFrame) -> Image.Image:
        with PngImagePlugin.PngImageFile(io.BytesIO(self._lone_frame(frame))) as picture:
            picture.load()
            if self._transparent is not None:
                picture.info["transparency"] = self._transparent
            return tile_rgba(picture, (frame.width, frame.height))

    def _lone_frame(self, frame: PngFrame) -> bytes:
        index = self.index
        size = frame.width.to_bytes(4, "big") + frame.height.to_bytes(4, "big")
        parts = [SIGNATURE, *_chunk(b"IHDR", size + index.header[8:])]
        if index.palette:
            parts += _chunk(b"PLTE", index.palette)
        if index.transparency and index.header[9] == _PALETTE:
            parts += _chunk(b"tRNS", index.transparency)
        parts += _chunk(b"IDAT", self.stream(frame))
        parts += _chunk(b"IEND", b"")
        return b"".join(parts)


def _transparent_colour(index: PngIndex) -> int | tuple[int, ...] | None:
    """The one colour that is transparent, in 8 bits like Pillow's samples (its own idea of tRNS is not scaled)."""
    depth, colours = index.header[8:10]
    count = {_GREY: 1, _RGB: 3}.get(colours, 0)
    if not count or len(index.transparency) != count * 2:
        return None
    values = struct.unpack(f">{count}H", index.transparency)
    scaled = tuple(value >> 8 if depth == 16 else value * 255 // ((1 << depth) - 1) for value in values)
    return scaled if count > 1 else scaled[0]


def _chunk(kind: bytes, body: bytes) -> list[bytes]:
    checksum = zlib.crc32(body, zlib.crc32(kind))
    return [len(body).to_bytes(4, "big"), kind, body, checksum.to_bytes(4, "big")]
