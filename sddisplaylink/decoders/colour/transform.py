"""Pixels brought from the colours of a profile to sRGB, by Pillow's colour management."""

from __future__ import annotations

import io
from functools import cache, lru_cache
from importlib import import_module
from typing import Any, NamedTuple

from PIL import Image, ImageChops

from sddisplaylink.decoders.appearance import Appearance
from sddisplaylink.decoders.pillow.errors import CONTENT_ERRORS

__all__ = ["Colours", "colour_name", "colours_of", "is_profile"]

_HEADER = 128
_GREY, _RGB = b"GRAY", b"RGB "
_SAME = 1  # levels
_PROFILES = 16  # remembered
_NAME = 100  # characters


def is_profile(profile: bytes) -> bool:
    """Whether those bytes begin as a profile does of colours that files of pixels have."""
    size = int.from_bytes(profile[:4], "big")
    whole = len(profile) >= _HEADER and _HEADER <= size <= len(profile)
    return whole and profile[36:40] == b"acsp" and profile[16:20] in (_GREY, _RGB)


class Colours(NamedTuple):
    """What a profile is called, and what brings pixels to sRGB."""

    name: str
    transform: Any
    """None if the pixels are of sRGB already."""
    mode: str
    """Of the pictures that the transform is given."""

    def to_srgb(self, picture: Image.Image) -> Image.Image:
        """A picture of mode RGBA in sRGB."""
        if self.mode == "RGBA":
            converted: Image.Image = self.transform.apply(picture)
            return converted
        red, green, blue = self.transform.apply(picture.getchannel("R")).split()
        return Image.merge("RGBA", (red, green, blue, picture.getchannel("A")))


@lru_cache(_PROFILES)
def colours_of(profile: bytes) -> Colours | None:
    """Of a profile; None if it makes no sense, or Pillow has no colour management."""
    cms = _management()
    if cms is None or not is_profile(profile):
        return None
    mode = "L" if profile[16:20] == _GREY else "RGBA"
    try:
        source = cms.ImageCmsProfile(io.BytesIO(profile))
        target = cms.createProfile("sRGB")
        transform = cms.buildTransform(source, target, mode, "RGB" if mode == "L" else "RGBA")
        colours = Colours(_name(cms, source), transform, mode)
        return colours._replace(transform=None) if _changes_nothing(colours) else colours
    except (*CONTENT_ERRORS, cms.PyCMSError):
        return None


def colour_name(appearance: Appearance) -> str | None:
    """What people call the colours of a file; None if it says nothing of them, or nothing that makes sense."""
    if appearance.colours or not appearance.profile:
        return appearance.colours or None
    colours = colours_of(appearance.profile)
    return None if colours is None else colours.name


@cache
def _management() -> Any:
    """Pillow's module, which few files need; None if this Pillow has been built without it."""
    try:
        module = import_module("PIL.ImageCms")
        module.createProfile("sRGB")
    except ImportError:
        return None
    return module


def _name(cms: Any, profile: Any) -> str:
    try:
        return " ".join(cms.getProfileDescription(profile).split())[:_NAME] or "unnamed profile"
    except (*CONTENT_ERRORS, cms.PyCMSError):
        return "unnamed profile"


def _changes_nothing(colours: Colours) -> bool:
    """Whether no colour of a sample is more than a level off afterwards."""
    levels = range(0, 256, 17)
    samples = bytes(value for red in levels for green in levels for blue in levels for value in (red, green, blue, 255))
    picture = Image.frombytes("RGBA", (len(levels), len(levels) ** 2), samples)
    changes = ImageChops.difference(picture, colours.to_srgb(picture)).getextrema()
    return all(most <= _SAME for _, most in changes)  # type: ignore[misc]
