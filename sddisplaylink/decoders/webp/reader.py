"""Animated WebP: the regions, and each of them decoded by Pillow from a file of that one picture."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from sddisplaylink.decoders.data.file import FileData
from sddisplaylink.decoders.data.limits import Limits
from sddisplaylink.decoders.pillow.errors import check_pixels, check_plausible
from sddisplaylink.decoders.protocol import ImageInfo
from sddisplaylink.decoders.regions import Blend, Disposal, FrameRegion, Rect
from sddisplaylink.decoders.webp.index import WebpFrame, read_webp
from sddisplaylink.errors import ImageFormatError

if TYPE_CHECKING:
    from PIL import Image

__all__ = ["WebpReader"]

_ALPHA_FLAG = 0x10
_NOTHING = -1


class WebpReader:
    """The frames of an animated WebP file. Transparency needs no flag: a frame's picture shows whether it has alpha."""

    format = "WEBP"

    def __init__(self, data: FileData, limits: Limits) -> None:
        """ImageFormatError: no whole frame, or more than the limits allow."""
        self._file = data.whole()
        self._index = index = read_webp(self._file, limits)
        check_pixels(index.size, limits.pixels)
        if not limits.chosen_size:
            largest = max(index.frames, key=lambda frame: frame.width * frame.height)
            check_plausible(index.size, (largest.width, largest.height))
        self.size = index.size
        delays = tuple([frame.delay_ns for frame in index.frames])
        self.loop_count = index.loop_count
        self.info = ImageInfo("WEBP", self.size, delays, index.loop_count, index.truncated)

    def has_frame(self, index: int) -> bool:
        """True if there is a frame `index`."""
        return index < len(self._index.frames)

    def delay_ns(self, index: int) -> int | None:
        """The delay of frame `index`."""
        return self.info.delays_ns[index]

    def region(self, index: int) -> FrameRegion:
        """The region of frame `index`."""
        frame = self._index.frames[index]
        box, (begin, end) = _box(frame), frame.picture
        return FrameRegion(*box, frame.disposal, frame.blend, self._base(index), box, index, frame, end - begin)

    def check_size(self, index: int) -> None:
        """No region is larger than the picture."""

    def picture(self, index: int) -> Image.Image:
        """The region of frame `index`, loaded."""
        from PIL import WebPImagePlugin  # not before it is needed: half of what Pillow costs to import

        if not WebPImagePlugin.SUPPORTED:
            raise ImageFormatError("this Pillow has been built without WebP")
        frame = self._index.frames[index]
        with WebPImagePlugin.WebPImageFile(io.BytesIO(self._lone_frame(frame))) as picture:
            if picture.size != (frame.width, frame.height):
                raise ImageFormatError("not of the size that was announced")
            picture.load()
            return picture

    def _base(self, index: int) -> int:
        """The frame under frame `index`; none under a frame that covers all, or if all has been cleared."""
        frames, whole = self._index.frames, (0, 0, *self.size)
        frame, before = frames[index], frames[index - 1]
        if not index or (frame.blend is Blend.SOURCE and _box(frame) == whole):
            return _NOTHING
        return _NOTHING if before.disposal is Disposal.BACKGROUND and _box(before) == whole else index - 1

    def _lone_frame(self, frame: WebpFrame) -> bytes:
        """A WebP file of that picture alone."""
        parts = [b"WEBP"]
        if frame.alpha is not None:
            size = (frame.width - 1).to_bytes(3, "little") + (frame.height - 1).to_bytes(3, "little")
            parts += _chunk(b"VP8X", bytes([_ALPHA_FLAG, 0, 0, 0]) + size)
            parts += _padded(self._file[slice(*frame.alpha)])
        parts += _padded(self._file[slice(*frame.picture)])
        return b"".join(_chunk(b"RIFF", b"".join(parts)))

    def close(self) -> None:
        """Release the data."""
        self._file = b""


def _box(frame: WebpFrame) -> Rect:
    return frame[:4]


def _chunk(kind: bytes, content: bytes) -> list[bytes]:
    return [kind, len(content).to_bytes(4, "little"), content]


def _padded(chunk: bytes) -> list[bytes]:
    return [chunk, b"\0" * (len(chunk) & 1)]
