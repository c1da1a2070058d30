"""Pillow's colour management, for profiles of more than three curves and a matrix: of tables, and of ink."""

from __future__ import annotations

import io
from functools import cache, lru_cache
from importlib import import_module
from typing import Any

from PIL import Image

from sddisplaylink.decoders.pillow.errors import CONTENT_ERRORS

__all__ = ["Transform", "ink_transform", "profile_name", "transform_of"]

_TAGS, _TAG, _MOST_TAGS = 132, 12, 100
_PERCEPTUAL, _RELATIVE, _UNUSED = b"A2B0", b"A2B1", b"none"
_RELATIVE_INTENT = 1  # which leaves black as it is
_EXACT, _FINE = 0x0100, 0x0400  # flags of LittleCMS: no table made for all colours, or a fine one
_EXACT_PIXELS = 1 << 20  # the exact transform takes 0.25 s for so many, five times as long as a table
_INK = b"CMYK"
_PROFILES = 4  # cached
_NAME = 100  # characters
_UNNAMED = "unnamed profile"


class Transform:
    """From pictures of a mode to sRGB."""

    def __init__(self, profile: bytes, mode: str, shown: str) -> None:
        """Raises what Pillow raises if the profile is broken."""
        self._reader = _management().ImageCmsProfile(io.BytesIO(_with_one_table(profile)))
        self._modes = mode, shown
        self._exact = self._build(_EXACT)
        self._fine: Any = None

    def apply(self, picture: Image.Image) -> Image.Image:
        """Convert a picture."""
        transform = self._exact
        if picture.width * picture.height > _EXACT_PIXELS:
            transform = self._fine = self._fine or self._build(_FINE)
        shown: Image.Image = transform.apply(picture)
        return shown

    def _build(self, flags: int) -> Any:
        cms = _management()
        return cms.buildTransform(self._reader, cms.createProfile("sRGB"), *self._modes, _RELATIVE_INTENT, flags)


def transform_of(profile: bytes, mode: str, shown: str) -> Transform | None:
    """The transform of a profile; None if it is broken, or this Pillow has no colour management."""
    cms = _management()
    if cms is None:
        return None
    try:
        return Transform(profile, mode, shown)
    except (*CONTENT_ERRORS, cms.PyCMSError):
        return None


@lru_cache(_PROFILES)
def ink_transform(profile: bytes) -> Transform | None:
    """The transform of pictures of ink to sRGB; None if there is none."""
    return transform_of(profile, "CMYK", "RGB") if profile[16:20] == _INK else None


def profile_name(profile: bytes) -> str:
    """How the profile calls itself."""
    cms = _management()
    if cms is None:
        return _UNNAMED
    try:
        description = cms.getProfileDescription(cms.ImageCmsProfile(io.BytesIO(profile)))
    except (*CONTENT_ERRORS, cms.PyCMSError):
        return _UNNAMED
    return " ".join(description.split())[:_NAME] or _UNNAMED


@cache
def _management() -> Any:
    """Pillow's colour module, which few files need; None if Pillow was built without it."""
    try:
        module = import_module("PIL.ImageCms")
        module.createProfile("sRGB")
    except ImportError:
        return None
    return module


def _with_one_table(profile: bytes) -> bytes:
    """The profile with the table that browsers use, the perceptual one if there is one, as its only one."""
    count = min(int.from_bytes(profile[_TAGS - 4 : _TAGS], "big"), _MOST_TAGS)
    places = {profile[at : at + 4]: at for at in range(_TAGS, _TAGS + _TAG * count, _TAG)}
    if _RELATIVE not in places:
        return profile
    at = places[_RELATIVE]
    return profile[:at] + (_UNUSED if _PERCEPTUAL in places else _PERCEPTUAL) + profile[at + 4 :]
