"""Reads the frames of a GIF: their regions, and each picture as Pillow decodes it from a file of its own."""

from __future__ import annotations

import io
import struct

from PIL import Image

from sddisplaylink.decoders.data.file import FileData
from sddisplaylink.decoders.data.frame_index import shared
from sddisplaylink.decoders.data.limits import Limits
from sddisplaylink.decoders.gif.index import GifIndex
from sddisplaylink.decoders.pillow.errors import check_pixels, check_plausible
from sddisplaylink.decoders.protocol import ImageInfo
from sddisplaylink.decoders.regions import Blend, Disposal, FrameRegion, clipped
from sddisplaylink.errors import ImageFormatError

__all__ = ["SIGNATURES", "GifReader"]

SIGNATURES = (b"GIF87a", b"GIF89a")
_FULL_PALETTE = 768
_CENTISECOND_NS = 10_000_000
_DISPOSALS = tuple(Disposal)
_SOURCE, _MASK = Blend.SOURCE, Blend.MASK  # to look one up takes 0.2 µs in Python 3.11


class GifReader:
    """The frames of a GIF file.

    The canvas is the logical screen, enlarged to hold the first frame, as in Chromium. It is transparent at first; the
    background colour is ignored. Colours that a palette lacks are black.
    """

    format = "GIF"

    def __init__(self, data: FileData, limits: Limits) -> None:
        """`begin` has to be called before anything else."""
        self.data = data
        self.index = GifIndex(data, limits)
        self._limits = limits
        self.size = 0, 0
        """(width, height) of the canvas, known after `begin`."""

    def begin(self) -> None:
        """Read the first frame. ImageFormatError: there is none, or a limit is exceeded."""
        limits = self._limits
        if not self.index.has(0):
            raise ImageFormatError("the GIF file holds no whole frame")
        self.size = self.index.state.canvas_width, self.index.state.canvas_height
        check_pixels(self.size, limits.pixels)
        if not limits.chosen_size:
            check_plausible(self.size, self.region(0).area[2:])
        if limits.chosen_count:
            self.index.has(limits.frames)

    @property
    def info(self) -> ImageInfo:
        """All facts in the file; reads the whole file."""
        return self.index.cached(self._read_info)

    def _read_info(self) -> ImageInfo:
        index = self.index
        index.read_all()
        delays = [None if delay < 0 else delay for delay in index.delays()]
        return ImageInfo("GIF", self.size, tuple(shared(delays)), index.loop_count, index.truncated)

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
        delay = self.index.frame(index).delay
        return None if delay < 0 else delay * _CENTISECOND_NS

    def region(self, index: int) -> FrameRegion:
        """The region of frame `index`."""
        frame = self.index.frame(index)
        box = frame.x, frame.y, frame.width, frame.height
        blend = _SOURCE if frame.transparent < 0 else _MASK
        area, data_size = clipped(*box, self.size), frame.end - frame.begin
        return FrameRegion(
            *box, _DISPOSALS[frame.disposal], blend, frame.dependency.base, area, index, frame, data_size
        )

    def check_size(self, index: int) -> None:
        """ImageFormatError if the region of frame `index` has more pixels than allowed."""
        frame = self.index.frame(index)
        check_pixels((frame.width, frame.height), self._limits.pixels)

    def picture(self, index: int) -> Image.Image:
        """The picture of frame `index`, whose region is not empty, loaded by Pillow."""
        from PIL import GifImagePlugin  # not before it is needed: half of what Pillow costs to import

        with GifImagePlugin.GifImageFile(io.BytesIO(self._lone_frame(index))) as picture:
            picture.load()
            return picture

    def close(self) -> None:
        """Release the data."""
        self.data.close()

    def _palette(self, index: int) -> bytes:
        frame, state = self.index.frame(index), self.index.state
        owner = frame if frame.palette_entries else state
        return self.data[owner.palette : owner.palette + 3 * owner.palette_entries]

    def _lone_frame(self, index: int) -> bytes:
        frame = self.index.frame(index)
        size = struct.pack("<HH", frame.width, frame.height)
        parts = [b"GIF89a", size, b"\xf7\0\0", self._palette(index).ljust(_FULL_PALETTE, b"\0")]
        if frame.transparent >= 0:
            parts.append(b"!\xf9\x04\x01\0\0%c\0" % frame.transparent)
        interlace = 0x40 if frame.interlaced else 0
        parts += [b",\0\0\0\0", size, b"%c" % interlace, self.data[frame.begin - 1 : frame.end], b";"]
        return b"".join(parts)
