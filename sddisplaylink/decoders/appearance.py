"""How a file asks for its pixels to be shown: orientation and colour space."""

from __future__ import annotations

import struct
from typing import NamedTuple

__all__ = ["AS_STORED", "IN_BROWSERS", "UPRIGHT", "Appearance", "Presentation", "orientation_of"]

UPRIGHT = 1
_ORIENTATION, _SHORT = 0x0112, 3
_PREFIX = b"Exif\0\0"
_MOST_ENTRIES = 1000


class Appearance(NamedTuple):
    """The orientation and colours of a file."""

    orientation: int = UPRIGHT
    """The orientation as in EXIF: 1 to 8."""
    profile: bytes = b""
    """The ICC profile of the colours; empty for sRGB."""
    colours: str = ""
    """The usual name of the colour space; empty to use the profile's own name."""
    peak: float = 0.0
    """Candelas per square metre of the brightest pixel, or of the screen that the picture was made on; 0: not said."""


AS_STORED = Appearance()


class Presentation(NamedTuple):
    """Which conversions are made."""

    orient: bool = True
    """Whether frames are turned."""
    to_srgb: bool = True
    """Whether colours are converted."""


IN_BROWSERS = Presentation()


def orientation_of(exif: bytes, prefix: bytes = _PREFIX) -> int:
    """The orientation, from 1 to 8, as browsers read it; 1 if it is missing or invalid."""
    data = exif.removeprefix(prefix)
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(data[:4])
    if order is None or len(data) < 8:
        return UPRIGHT
    (begin,) = struct.unpack_from(f"{order}I", data, 4)
    if begin + 2 > len(data):
        return UPRIGHT
    (count,) = struct.unpack_from(f"{order}H", data, begin)
    for at in range(begin + 2, begin + 2 + 12 * min(count, _MOST_ENTRIES), 12):
        if at + 12 > len(data):
            break
        tag, kind, values, value = struct.unpack_from(f"{order}HHIH", data, at)
        if tag == _ORIENTATION and kind == _SHORT and values == 1 and 1 <= value <= 8:
            return int(value)
    return UPRIGHT
