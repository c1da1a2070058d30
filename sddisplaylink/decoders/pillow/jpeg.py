"""Colours of JPEG files as browsers read them: the pieces of a profile, all of which Pillow joins, and ink."""

from __future__ import annotations

from PIL import Image

__all__ = ["profile_of", "without_black"]

_SEGMENT, _MARK = "APP2", b"ICC_PROFILE\0"
_INVERTED = [255 - value for value in range(256)] * 3


def profile_of(source: Image.Image) -> bytes:
    """The ICC profile of a picture; empty if there is none, and if pieces of a JPEG's are missing, or there twice."""
    segments = getattr(source, "applist", None)
    if segments is None:
        return bytes(source.info.get("icc_profile") or b"")
    pieces = [content[len(_MARK) :] for name, content in segments if name == _SEGMENT and content.startswith(_MARK)]
    pieces = [piece for piece in pieces if len(piece) >= 2 and piece[1] == pieces[0][1]]
    contents = {piece[0]: piece[2:] for piece in reversed(pieces)}  # the first of a number counts
    if not pieces or sorted(contents) != list(range(1, pieces[0][1] + 1)):
        return b""
    return b"".join([contents[number] for number in sorted(contents)])


def without_black(picture: Image.Image) -> Image.Image:
    """A CMYK picture with more of the three other inks in place of black, as Chromium has it before the profile."""
    red, green, blue = picture.convert("RGB").point(_INVERTED).split()
    return Image.merge("CMYK", (red, green, blue, Image.new("L", picture.size)))
