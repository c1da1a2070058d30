"""Pixels brought from the colours of a profile to sRGB: by our kernel, or by Pillow's colour management."""

from __future__ import annotations

import struct
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

from PIL import Image

from sddisplaylink.decoders.appearance import Appearance
from sddisplaylink.decoders.colour.management import Transform, profile_name, transform_of
from sddisplaylink.decoders.colour.matrix import colour_table
from sddisplaylink.decoders.composition.buffers import BufferPool, HeldFrame
from sddisplaylink.decoders.protocol import Buffer
from sddisplaylink.native import check, lib

__all__ = ["Colours", "colour_name", "colours_of", "is_for_others", "is_profile"]

_HEADER = 128
_GREY, _RGB = b"GRAY", b"RGB "
_SAME = 1  # levels
_NEWEST = 4  # version
_PROFILES = 16  # cached


def is_profile(profile: bytes) -> bool:
    """Whether the bytes begin as an ICC profile for pixels does."""
    return _is_whole(profile) and profile[16:20] in (_GREY, _RGB)


def is_for_others(profile: bytes, *, is_grey: bool) -> bool:
    """Whether a profile, which is one, is for other pictures: of ink, or of grey for pictures that have colours.

    Colours then stay as they are stored, as in Chromium.
    """
    return _is_whole(profile) and profile[16:20] not in ((_GREY, _RGB) if is_grey else (_RGB,))


def _is_whole(profile: bytes) -> bool:
    size = int.from_bytes(profile[:4], "big")
    whole = len(profile) >= _HEADER and _HEADER <= size <= len(profile)
    return whole and profile[36:40] == b"acsp" and profile[8] <= _NEWEST


class Colours(NamedTuple):
    """The name of a profile, and the conversion to sRGB."""

    name: str
    table: Any
    """The kernel's, of a profile of curves and a matrix; None for others."""
    transform: Transform | None = None
    """Pillow's, for the others."""
    mode: str = "RGBA"
    """Of the pictures that Pillow's transform is given."""
    is_srgb: bool = False
    """Whether pixels are of sRGB already."""

    def convert(self, pixels: Buffer, memory: BufferPool) -> memoryview:
        """The same picture in sRGB: RGBA of the size of `memory`, where it may be put."""
        if self.transform is not None:
            picture = Image.frombuffer("RGBA", memory.size, pixels, "raw", "RGBA", 0, 1)  # type: ignore[arg-type]
            return memoryview(self._by_pillow(picture, self.transform).tobytes())
        reader, target = HeldFrame(pixels, memory.size, 0), memory.acquire()
        target.content = None
        check(lib.sddl_convert_colours(target.c, reader.c, self.table))
        return target.export()

    def _by_pillow(self, picture: Image.Image, transform: Transform) -> Image.Image:
        if self.mode == "RGBA":
            return transform.apply(picture)
        red, green, blue = transform.apply(picture.getchannel("R")).split()
        return Image.merge("RGBA", (red, green, blue, picture.getchannel("A")))


@lru_cache(_PROFILES)
def colours_of(profile: bytes, peak: float = 0.0) -> Colours | None:
    """Of a profile; None if it makes no sense, or needs a colour management that this Pillow does not have.

    `peak`: candelas per square metre of the brightest pixel, 0 if that is not known.
    """
    if not is_profile(profile):
        return None
    try:
        table = colour_table(profile, peak)
    except (ValueError, ArithmeticError, struct.error):
        return None
    colours = _of_pillow(profile) if table is None else Colours(profile_name(profile), table)
    return None if colours is None else colours._replace(is_srgb=_changes_nothing(colours))


def colour_name(appearance: Appearance) -> str | None:
    """The usual name of a file's colour space; None if the file has none, or an invalid one."""
    if appearance.colours or not appearance.profile:
        return appearance.colours or None
    colours = colours_of(appearance.profile)
    return None if colours is None else colours.name


def _of_pillow(profile: bytes) -> Colours | None:
    mode = "L" if profile[16:20] == _GREY else "RGBA"
    transform = transform_of(profile, mode, "RGB" if mode == "L" else "RGBA")
    return None if transform is None else Colours(profile_name(profile), None, transform, mode)


def _changes_nothing(colours: Colours) -> bool:
    """Whether converting a sample changes no colour by more than one level."""
    levels = range(0, 256, 51)
    colourful = [(red, green, blue, 255) for red in levels for green in levels for blue in levels]
    samples = bytes(chain.from_iterable(colourful + [(grey, grey, grey, 255) for grey in range(0, 256, 5)]))
    shown = colours.convert(samples, BufferPool((len(samples) // 4, 1)))
    return all(abs(before - after) <= _SAME for before, after in zip(samples, shown, strict=True))
