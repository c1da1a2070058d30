"""Reads the frames of a PNG or APNG: their regions, and each picture as Pillow decodes it from a file of its own."""

from __future__ import annotations

import io
import struct
import zlib
from functools import partial

from PIL import Image

from sddisplaylink.decoders.appearance import AS_STORED
from sddisplaylink.decoders.data.file import FileData
from sddisplaylink.decoders.data.frame_index import shared
from sddisplaylink.decoders.data.limits import Limits
from sddisplaylink.decoders.pillow.errors import CONTENT_ERRORS, check_pixels, content_errors
from sddisplaylink.decoders.png.appearance import png_appearance
from sddisplaylink.decoders.png.index import PngIndex, is_still, stream_size
from sddisplaylink.decoders.png.inflate import inflated_unchecked
from sddisplaylink.decoders.protocol import ImageInfo
from sddisplaylink.decoders.regions import Blend, Disposal, FrameRegion
from sddisplaylink.errors import ImageFormatError
from sddisplaylink.native import lib

__all__ = ["SIGNATURE", "PngReader", "unchecked_rows"]

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY, _RGB, _PALETTE, _GREY_ALPHA = 0, 2, 3, 4  # colour types
_GREYS = (_GREY, _GREY_ALPHA)
_KEY_SAMPLES = {_GREY: 1, _RGB: 3}
_COLOURS = 256  # in a palette
_DEFAULT_DENOMINATOR = 100
_NANOSECONDS = 1_000_000_000
_DISPOSALS = tuple(Disposal)
_BLENDS = {0: Blend.SOURCE, 2: Blend.OVER}


class PngReader:
    """The frames of an animated PNG file, or the one picture of a still one."""

    format = "PNG"

    def __init__(self, data: FileData, limits: Limits) -> None:
        """`begin` has to be called before anything else."""
        self.data = data
        self._limits = limits
        self.index = PngIndex(data, limits, partial(_is_whole, limits.pixels))
        self.appearance = AS_STORED

    def begin(self) -> None:
        """Read the first frame. ImageFormatError: no whole picture, or a limit is exceeded."""
        limits = self._limits
        found = self.index.has(0)
        check_pixels(self.size, limits.pixels)
        if not found:
            raise ImageFormatError("the PNG file holds no whole picture")
        if limits.chosen_count:
            self.index.has(limits.frames)
        self.appearance = png_appearance(self.data, self.index.first_data, is_grey=self.index.header[9] in _GREYS)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of the picture."""
        return self.index.size

    @property
    def is_opaque(self) -> bool:
        """Whether no pixel can be transparent, not even in part."""
        return self.index.header[9] in (_GREY, _RGB, _PALETTE) and not self.index.transparency

    @property
    def info(self) -> ImageInfo:
        """All facts in the file; reads the whole file."""
        return self.index.cached(self._read_info)

    def _read_info(self) -> ImageInfo:
        index = self.index
        index.read_all()
        delays = [None] if index.is_still else shared(index.delays())
        return ImageInfo("PNG", self.size, tuple(delays), index.loop_count, index.truncated, self.appearance)

    @property
    def loop_count(self) -> int:
        """How often the animation is played, as far as the file is there."""
        self.index.read_all()
        return self.index.loop_count

    def has_frame(self, index: int) -> bool:
        """True if there is a frame `index`."""
        return self.index.has(index)

    def delay_ns(self, index: int) -> int | None:
        """The delay of frame `index`."""
        known = self.index.progress_at(index)
        if is_still(known.state):
            return None
        frame = known.frames.at(index)
        return int(frame.delay_numerator * _NANOSECONDS // (frame.delay_denominator or _DEFAULT_DENOMINATOR))

    def region(self, index: int) -> FrameRegion:
        """The region of frame `index`."""
        known = self.index.progress_at(index)
        frame = known.frames.at(index)
        box = frame.x, frame.y, frame.width, frame.height
        disposal, blend = _DISPOSALS[frame.disposal], _BLENDS[frame.blend]
        return FrameRegion(*box, disposal, blend, frame.dependency.base, box, index, frame, stream_size(known, frame))

    def check_size(self, index: int) -> None:
        """Nothing to check: no region is larger than the picture."""

    def picture(self, index: int) -> Image.Image:
        """The picture of frame `index`, loaded by Pillow."""
        return _picture(self.index, index)

    def close(self) -> None:
        """Release the data."""
        self.data.close()


def _is_whole(limit: int | None, index: PngIndex, number: int) -> bool:
    try:
        with content_errors():
            check_pixels(index.size, limit)
            _picture(index, number)
    except ImageFormatError:
        return False
    return True


def unchecked_rows(index: PngIndex, number: int, stream: bytes) -> bytearray | None:
    """The inflated stream of a frame, whose checksum may be wrong, as in browsers; None if it is invalid otherwise."""
    size = lib.sddl_png_frame_size(index.state, index.frame(number))
    return inflated_unchecked(stream, size) if size > 0 and index.has_right_checksums(number) else None


def _picture(index: PngIndex, number: int) -> Image.Image:
    stream = index.stream(number)
    try:
        return _loaded(index, number, stream)
    except CONTENT_ERRORS:
        rows = unchecked_rows(index, number, stream)
        if rows is None:
            raise
    return _loaded(index, number, zlib.compress(rows, zlib.Z_BEST_SPEED))


def _loaded(index: PngIndex, number: int, stream: bytes) -> Image.Image:
    from PIL import PngImagePlugin  # not before it is needed: half of what Pillow costs to import

    with PngImagePlugin.PngImageFile(io.BytesIO(_lone_frame(index, number, stream))) as picture:
        picture.load()
        if (transparent := _transparent(index)) is not None:
            picture.info["transparency"] = transparent
        return picture


def _transparent(index: PngIndex) -> int | tuple[int, ...] | None:
    """The one transparent colour, scaled as to_rgba() compares it (Pillow does not scale tRNS).

    It has 8 bits, as Pillow drops the low byte of 16-bit RGB; 16-bit grey keeps 16 bits.
    """
    depth, colours = index.header[8:10]
    count, transparency = _KEY_SAMPLES.get(colours, 0), index.transparency
    if not count or len(transparency) < count * 2:
        return None
    values = struct.unpack_from(f">{count}H", transparency)
    if depth == 16:
        return tuple(value >> 8 for value in values) if count > 1 else values[0]
    scaled = tuple(value * 255 // ((1 << depth) - 1) for value in values)
    return scaled if count > 1 else scaled[0]


def _lone_frame(index: PngIndex, number: int, stream: bytes) -> bytes:
    frame = index.frame(number)
    size = frame.width.to_bytes(4, "big") + frame.height.to_bytes(4, "big")
    parts = [SIGNATURE, *_chunk(b"IHDR", size + index.header[8:])]
    if index.header[9] == _PALETTE:
        parts += _palette(index.palette, index.transparency)
    parts += _chunk(b"IDAT", stream)
    parts += _chunk(b"IEND", b"")
    return b"".join(parts)


def _palette(palette: bytes, alphas: bytes) -> list[bytes]:
    """Complete chunks PLTE and tRNS: missing colours become the last one, as in Chromium."""
    entries = len(palette) // 3
    if not entries:
        return []
    missing = _COLOURS - entries
    palette = palette[: 3 * entries] + palette[3 * entries - 3 : 3 * entries] * missing
    parts = _chunk(b"PLTE", palette)
    if alphas:
        alphas = alphas[:entries].ljust(entries, b"\xff")
        parts += _chunk(b"tRNS", alphas + alphas[-1:] * missing)
    return parts


def _chunk(kind: bytes, body: bytes) -> list[bytes]:
    checksum = zlib.crc32(body, zlib.crc32(kind))
    return [len(body).to_bytes(4, "big"), kind, body, checksum.to_bytes(4, "big")]
