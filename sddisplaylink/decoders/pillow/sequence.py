"""Decodes every other format that Pillow opens, one frame after the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PIL import Image

from sddisplaylink.decoders.appearance import Appearance, orientation_of
from sddisplaylink.decoders.avif.colour import avif_colours, is_grey_avif
from sddisplaylink.decoders.avif.sequence import is_avif, read_avif, with_known_brand
from sddisplaylink.decoders.colour.management import ink_transform, profile_name
from sddisplaylink.decoders.colour.transform import is_for_others
from sddisplaylink.decoders.data.limits import Limits
from sddisplaylink.decoders.pillow.container import Container
from sddisplaylink.decoders.pillow.errors import check_pixels, content_errors, identify
from sddisplaylink.decoders.pillow.flic import is_flic, read_flic
from sddisplaylink.decoders.pillow.jpeg import profile_of, without_black
from sddisplaylink.decoders.pillow.levels import in_eight_bits
from sddisplaylink.decoders.pillow.pages import SEEKS_AT_WILL, Pages, find_pages
from sddisplaylink.decoders.pillow.quiet import load_quietly, quietly
from sddisplaylink.decoders.pillow.rgba import rgba_bytes, to_rgba
from sddisplaylink.decoders.protocol import NEVER_CHEAP, Buffer, ImageInfo
from sddisplaylink.errors import ImageFormatError

if TYPE_CHECKING:
    from PIL import ImageFile

__all__ = ["SequenceDecoder"]

_INK = "CMYK"
_OF_BROWSERS = frozenset({"JPEG", "MPO"})
_ORIENTED = frozenset({"AVIF", "JPEG", "MPO"})  # WebP's EXIF is not for browsers; Pillow turns TIFF itself


class SequenceDecoder:
    """A Decoder on Pillow's own frame sequence.

    Where frames of a format depend on earlier ones, the decoder only goes forward, and opens the data again to begin
    from the start, from a key frame, or from pixels where the container allows that. All frames have the first one's
    size; frames of another size are cut or padded from the top left corner.
    """

    def __init__(self, data: bytes, limits: Limits, *, to_srgb: bool = False) -> None:
        """Read the first frame and find the others. ImageFormatError: not an image, broken, or over a limit.

        `to_srgb`: whether colours of ink are brought to sRGB by their profile; all others are left as they are.
        """
        self._limits = limits
        self._source: ImageFile.ImageFile | None = None
        self._first = 0  # the frame with which `_source` begins
        self._end: int | None = None  # the frame before which it ends, if that is not the end of all
        self._composed = -1
        self._canvas: Image.Image | None = None
        self._size: tuple[int, int] | None = None
        with content_errors(), quietly():
            data = with_known_brand(data) if is_avif(data) else data
            self._container = _read_container(data, limits)
            self._data = data if self._container is None else self._container.data
            # else pixels do not hold all that Pillow needs to continue
            self.can_resume = self._container is not None and self._container.can_resume
            self._source = identify(self._data, limits.pixels)
            self.format = self._source.format or "unknown"
            self._inks = ink_transform(profile_of(self._source)) if to_srgb and self._source.mode == _INK else None
            self._pages = self._find_pages(self._source)
        self.compose(0)
        self.size = self._size = self._composed_size()
        pages = self._pages
        said = self._appearance()
        self.info = ImageInfo(self.format, self.size, pages.delays_ns, pages.loop_count, pages.truncated, said)

    @property
    def loop_count(self) -> int:
        """How often the animation is played."""
        return self.info.loop_count

    def has_frame(self, index: int) -> bool:
        """True if there is a frame `index`."""
        return index < len(self._pages.numbers)

    def delay_ns(self, index: int) -> int | None:
        """The delay of frame `index` as stored."""
        return self._pages.delays_ns[index]

    def __copy__(self) -> SequenceDecoder:
        other = object.__new__(SequenceDecoder)
        other.__dict__.update(self.__dict__, _source=None, _canvas=None, _composed=-1)
        return other

    def reference(self, index: int) -> int | None:
        """The previous frame, unless it or frame `index` was loaded last, or none is needed."""
        if self._pages.are_alone or index in (0, self._composed, self._composed + 1):
            return None
        return None if self._container is not None and index in self._container.keys else index - 1

    def resume(self, index: int, pixels: Buffer) -> None:
        """Open a file that begins with a frame of these `pixels`."""
        with content_errors(f"frame {index}"), quietly():
            self._open(index, pixels)
        self._composed = index

    def compose(self, index: int) -> None:
        """Load frame `index`."""
        if index == self._composed:
            return
        try:
            with content_errors(f"frame {index}"), quietly():
                self._canvas = self._load(index)
        except ImageFormatError:
            self.close()
            raise
        self._composed = index

    def pixels(self) -> memoryview:
        """A copy of the frame."""
        if self._canvas is None:
            raise RuntimeError("nothing has been composed")
        return rgba_bytes(self._canvas)

    def cost(self, index: int) -> int:
        """Always more than waking another thread takes."""
        return NEVER_CHEAP

    def purge(self) -> None:
        """Close Pillow's image; it is opened again when it is needed."""
        self.close()

    def close(self) -> None:
        """Close Pillow's image."""
        source, self._source, self._canvas, self._composed = self._source, None, None, -1
        if source is not None:
            source.close()

    def _find_pages(self, source: ImageFile.ImageFile) -> Pages:
        """The frames by the container, if Pillow's decoder agrees; else those that are found by seeking."""
        container = self._container
        if container is not None and container.format == source.format:
            delays, numbers = container.delays_ns, range(len(container.delays_ns))
            if getattr(source, "n_frames", 1) == len(numbers):
                return Pages(numbers, delays, container.loop_count, container.truncated, are_alone=False)
        pages = find_pages(source, len(self._data), self._limits)
        return pages._replace(truncated=True) if container is not None and container.truncated else pages

    def _appearance(self) -> Appearance:
        """What the loaded picture says of its orientation and colours."""
        info = {} if self._source is None else self._source.info
        exif = info.get("exif", b"") if self.format in _ORIENTED else b""
        profile = b"" if self._source is None else profile_of(self._source)
        said = self._colours(profile)
        if self.format == "AVIF" and not profile:
            said = avif_colours(self._data, is_sequence=self._container is not None)
        return said._replace(orientation=orientation_of(bytes(exif)))

    def _colours(self, profile: bytes) -> Appearance:
        """What is still to be converted: not ink, which has become RGB, and not by profiles for other pictures."""
        mode = "RGB" if self._source is None else self._source.mode
        if mode == _INK:
            return Appearance(colours="" if ink_transform(profile) is None else profile_name(profile))
        if not profile:
            return Appearance()
        is_grey = Image.getmodebase(mode) == "L" or self._is_grey_avif()
        is_for_this = not is_for_others(profile, is_grey=is_grey)
        return Appearance(profile=profile if is_for_this else b"")

    def _is_grey_avif(self) -> bool:
        """Whether Pillow has made colours of the grey of an AVIF file, as of all that have alpha or are sequences."""
        return self.format == "AVIF" and is_grey_avif(self._data, is_sequence=self._container is not None)

    def _load(self, index: int) -> Image.Image:
        source = self._source_for(index)
        number = self._pages.numbers[index] - self._first
        if source.tell() != number and (self.has_frame(1) or self.format in SEEKS_AT_WILL):
            source.seek(number)  # which not every plugin can do for its first picture
        check_pixels(source.size, self._limits.pixels)
        load_quietly(source)
        picture = to_rgba(self._in_light(self._with_palette(in_eight_bits(source), index)))
        if self._size in (None, picture.size):
            return picture
        canvas = Image.new("RGBA", self.size)
        canvas.paste(picture, (0, 0))
        return canvas

    def _source_for(self, index: int) -> ImageFile.ImageFile:
        """Pillow's image, opened again if it cannot go on to frame `index`."""
        source = self._source
        goes_on = index == self._composed + 1 and index != self._end
        if source is not None and (goes_on or self.format in SEEKS_AT_WILL):
            return source
        return self._open(index)

    def _open(self, index: int, pixels: Buffer | None = None) -> ImageFile.ImageFile:
        """Open a file that begins with frame `index`, or the whole file if the format has none."""
        self.close()
        since = None if self._container is None else self._container.since
        data, self._first, self._end = self._data, 0, None
        if since is not None:
            self._first = index
            data, self._end = since(index, pixels)
        self._source = identify(data, self._limits.pixels)
        return self._source

    def _with_palette(self, source: Image.Image, index: int) -> Image.Image:
        if self._container is None or not self._container.palettes or source.mode != "P":
            return source
        picture = source.copy()
        picture.putpalette(self._container.palettes[index])
        return picture

    def _in_light(self, picture: Image.Image) -> Image.Image:
        """Ink brought to sRGB by its profile."""
        if self._inks is None or picture.mode != _INK:
            return picture
        return self._inks.apply(without_black(picture) if self.format in _OF_BROWSERS else picture)

    def _composed_size(self) -> tuple[int, int]:
        if self._canvas is None:
            raise RuntimeError("nothing has been composed")
        return self._canvas.size


def _read_container(data: bytes, limits: Limits) -> Container | None:
    """The facts in the container, if they can be read without decoding; else None."""
    if is_avif(data):
        return read_avif(data, limits)
    return read_flic(data, limits) if is_flic(data) else None
