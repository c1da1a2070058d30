"""Every other format: whatever Pillow opens, one frame after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

from sddisplaylink.decoders.data.limits import Limits
from sddisplaylink.decoders.pillow.errors import check_pixels, content_errors, identify
from sddisplaylink.decoders.pillow.rgba import to_rgba
from sddisplaylink.decoders.pillow.webp import is_webp, scan_webp
from sddisplaylink.decoders.protocol import NEVER_CHEAP, Buffer, ImageInfo
from sddisplaylink.errors import ImageFormatError

if TYPE_CHECKING:
    from PIL import ImageFile

__all__ = ["SequenceDecoder"]

_NOT_IN_TIME = ("MPO", "PSD", "ICO", "ICNS")  # a stereo pair, layers, the same icon in several sizes: show the first
_TELLS_DELAY_WHEN_LOADED = ("AVIF", "WEBP")
_MILLISECOND_NS = 1_000_000


class SequenceDecoder:
    """A Decoder on Pillow's own frame sequence.

    It only ever goes forward and begins again by opening the data anew: not every plugin can seek backwards. The first
    frame's size is that of all; frames of another size are shown from the top left corner.
    """

    def __init__(self, data: bytes, limits: Limits) -> None:
        """Read the first frame and find the others. ImageFormatError: not an image, broken, or over a limit."""
        self._data = data
        self._limits = limits
        self._source: ImageFile.ImageFile | None = None
        self._composed = -1
        self._canvas: Image.Image | None = None
        with content_errors():
            self.info = self._animation() or self._probe()
        if len(self.info.delays_ns) > limits.frames:
            raise ImageFormatError(f"the file has more frames than the limit of {limits.frames}")
        self.format = self.info.format
        self.size = self.info.size
        self.compose(0)

    def has_frame(self, index: int) -> bool:
        """True if there is a frame `index`."""
        return index < len(self.info.delays_ns)

    def delay_ns(self, index: int) -> int | None:
        """The delay of frame `index` as stored."""
        return self.info.delays_ns[index]

    can_resume = False  # what Pillow needs to go on is not in the picture

    def __copy__(self) -> SequenceDecoder:
        other = object.__new__(SequenceDecoder)
        other.__dict__.update(self.__dict__, _source=None, _canvas=None, _composed=-1)
        return other

    def reference(self, index: int) -> int | None:
        """The frame before, unless that was loaded last, or the same: Pillow decodes in order."""
        return None if index in (0, self._composed, self._composed + 1) else index - 1

    def resume(self, index: int, pixels: Buffer) -> None:
        """Never called."""
        raise RuntimeError(f"frame {index} is no base")

    def compose(self, index: int) -> None:
        """Load frame `index`."""
        if index == self._composed:
            return
        try:
            with content_errors(f"frame {index}"):
                self._canvas = self._load(index)
        except ImageFormatError:
            self.close()
            raise
        self._composed = index

    def pixels(self) -> memoryview:
        """A copy of the frame."""
        if self._canvas is None:
            raise RuntimeError("nothing has been composed")
        return memoryview(self._canvas.tobytes())

    def cost(self, index: int) -> int:
        """More than to hand it to another thread, in any case."""
        return NEVER_CHEAP

    def purge(self) -> None:
        """Begin anew next time."""
        self.close()

    def close(self) -> None:
        """Close Pillow's image."""
        source, self._source, self._canvas, self._composed = self._source, None, None, -1
        if source is not None:
            source.close()

    def _load(self, index: int) -> Image.Image:
        if self._source is None or index <= self._composed:
            self.close()
            self._source = identify(self._data, self._limits.pixels)
        self._source.seek(index)
        check_pixels(self._source.size, self._limits.pixels)
        self._source.load()
        picture = to_rgba(self._source)
        if picture.size == self.info.size:
            return picture
        canvas = Image.new("RGBA", self.info.size)
        canvas.paste(picture, (0, 0))
        return canvas

    def _animation(self) -> ImageInfo | None:
        """What the container itself says, where it can be read without decoding."""
        index = scan_webp(self._data) if is_webp(self._data) else None
        if index is None:
            return None
        check_pixels(index.size, self._limits.pixels)
        self._data = index.whole
        return ImageInfo("WEBP", index.size, index.delays_ns, index.loop_count, index.truncated)

    def _probe(self) -> ImageInfo:
        """Go through all frames once, as far as they can be reached."""
        with identify(self._data, self._limits.pixels) as source:
            name, size = source.format or "unknown", source.size
            announced = 1 if name in _NOT_IN_TIME else int(getattr(source, "n_frames", 1))
            delays: list[int | None] = []
            try:
                with content_errors():
                    for index in range(announced):
                        delays.append(_delay_at(source, index))
            except ImageFormatError:
                if not delays:
                    raise
            plays = int(source.info.get("loop", 0)) if announced > 1 else 1
            return ImageInfo(name, size, tuple(delays), plays, len(delays) < announced)


def _delay_at(source: ImageFile.ImageFile, index: int) -> int | None:
    source.seek(index)
    if source.format in _TELLS_DELAY_WHEN_LOADED:
        source.load()
    milliseconds = source.info.get("duration")
    return None if milliseconds is None else int(milliseconds * _MILLISECOND_NS)
