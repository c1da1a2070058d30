"""Turns frames upright and converts them to sRGB."""

from __future__ import annotations

from copy import copy

from PIL import Image

from sddisplaylink.decoders.appearance import UPRIGHT, Appearance, Presentation
from sddisplaylink.decoders.colour.transform import Colours, colours_of
from sddisplaylink.decoders.composition.buffers import BufferPool
from sddisplaylink.decoders.pillow.rgba import rgba_bytes
from sddisplaylink.decoders.protocol import Buffer, Decoder, ImageInfo

__all__ = ["presented", "wanted_colours"]

_Turn = Image.Transpose
_TURNS = {
    2: _Turn.FLIP_LEFT_RIGHT,
    3: _Turn.ROTATE_180,
    4: _Turn.FLIP_TOP_BOTTOM,
    5: _Turn.TRANSPOSE,
    6: _Turn.ROTATE_270,
    7: _Turn.TRANSVERSE,
    8: _Turn.ROTATE_90,
}
_BACK = _TURNS | {6: _Turn.ROTATE_90, 8: _Turn.ROTATE_270}


def wanted_colours(appearance: Appearance, presentation: Presentation) -> Colours | None:
    """What is to be converted; None if the pixels are of sRGB, or are to stay as they are."""
    if not (appearance.profile and presentation.to_srgb):
        return None
    colours = colours_of(appearance.profile, appearance.peak)
    return None if colours is None or colours.is_srgb else colours


def presented(decoder: Decoder, appearance: Appearance, presentation: Presentation, colours: Colours | None) -> Decoder:
    """The decoder itself if its frames are shown as they are, or else one that makes of them what is shown.

    `colours`: what its pixels are still to be converted from.
    """
    orientation = appearance.orientation if presentation.orient else UPRIGHT
    return decoder if orientation == UPRIGHT and colours is None else _ShownDecoder(decoder, orientation, colours)


class _ShownDecoder:
    """A decoder around another one.

    Frames are composed as stored, and converted to sRGB as a whole: so they are blended as in browsers.
    """

    def __init__(self, decoder: Decoder, orientation: int, colours: Colours | None) -> None:
        self._decoder = decoder
        self._orientation = orientation
        self._colours = colours
        self._stored_size = decoder.size
        self.format = decoder.format
        width, height = decoder.size
        self.size = (height, width) if orientation > 4 else (width, height)
        self.can_resume = decoder.can_resume and colours is None  # sRGB cannot be converted back
        self._memory = BufferPool(self._stored_size)
        self._info: tuple[ImageInfo, ImageInfo] | None = None

    @property
    def info(self) -> ImageInfo:
        """The facts in the container, with the size of turned frames."""
        stored = self._decoder.info
        if self._info is None or self._info[0] is not stored:
            self._info = stored, stored._replace(size=self.size)
        return self._info[1]

    @property
    def loop_count(self) -> int:
        """How often the animation is played."""
        return self._decoder.loop_count

    def has_frame(self, index: int) -> bool:
        """True if there is a frame `index`."""
        return self._decoder.has_frame(index)

    def delay_ns(self, index: int) -> int | None:
        """The delay of frame `index`, as stored."""
        return self._decoder.delay_ns(index)

    def __copy__(self) -> _ShownDecoder:
        return _ShownDecoder(copy(self._decoder), self._orientation, self._colours)

    def reference(self, index: int) -> int | None:
        """As for the stored frames."""
        return self._decoder.reference(index)

    def resume(self, index: int, pixels: Buffer) -> None:
        """Continue from a turned frame, which is turned back."""
        if self._colours is not None:
            raise RuntimeError(f"frame {index} is no base")
        shown = _picture(self.size, pixels)
        self._decoder.resume(index, shown.transpose(_BACK[self._orientation]).tobytes())

    def compose(self, index: int) -> None:
        """Compose the stored frame."""
        self._decoder.compose(index)

    def pixels(self) -> memoryview:
        """The frame as it is shown, a copy."""
        pixels = self._decoder.pixels()
        if self._colours is not None:
            pixels = self._colours.convert(pixels, self._memory)
        if self._orientation == UPRIGHT:
            return pixels
        picture = _picture(self._stored_size, pixels)
        return rgba_bytes(picture.transpose(_TURNS[self._orientation]))

    def cost(self, index: int) -> int:
        """The cost of the stored frame, and of converting all of its pixels."""
        width, height = self.size
        return self._decoder.cost(index) + 4 * width * height * (16 if self._colours is not None else 2)

    def purge(self) -> None:
        """Release all memory that is not needed now."""
        self._memory.clear()
        self._decoder.purge()

    def close(self) -> None:
        """Release the data and all buffers."""
        self._memory.close()
        self._decoder.close()


def _picture(size: tuple[int, int], pixels: Buffer) -> Image.Image:
    """The pixels as a Pillow image, without copying them."""
    return Image.frombuffer("RGBA", size, pixels, "raw", "RGBA", 0, 1)  # type: ignore[arg-type]
