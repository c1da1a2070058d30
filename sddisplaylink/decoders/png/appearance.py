"""Orientation and colours of a PNG, from the chunks before its picture, by Chromium's rules."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator

from sddisplaylink.decoders.appearance import AS_STORED, UPRIGHT, Appearance, orientation_of
from sddisplaylink.decoders.colour.cicp import cicp_name, cicp_profile
from sddisplaylink.decoders.colour.icc import SRGB, Gamma, Primaries, rgb_profile
from sddisplaylink.decoders.colour.transform import colours_of, is_for_others
from sddisplaylink.decoders.data.file import FileData

__all__ = ["png_appearance"]

_SIGNATURE, _AROUND = 8, 12  # bytes: of the file; of a chunk beside its content
_KINDS = frozenset((b"cICP", b"iCCP", b"sRGB", b"gAMA", b"cHRM", b"eXIf", b"cLLI", b"mDCV"))
_ANY = re.compile(b"cICP|iCCP|sRGB|gAMA|eXIf")
_HEADERS = 33  # bytes: what every file begins with
_INTENTS = (b"\0", b"\1", b"\2", b"\3")
_END = frozenset((b"IDAT", b"IEND", b"fdAT"))
_MOST_CHUNKS = 1000
_MOST_CONTENT = 16 << 20
_MOST_NAME = 80  # bytes: one more than the specification has
_GAMMA_UNIT, _LIGHT_UNIT = 100_000, 10_000
_USUAL_GAMMA, _NEAR = 1 / 2.2, 0.05  # sRGB, if there are no primaries


def png_appearance(data: FileData, end: int, *, is_grey: bool) -> Appearance:
    """The appearance by the chunks before `end`, where the first picture begins.

    cICP, which counts before a palette only, has priority, then iCCP, then sRGB, then gAMA with cHRM.
    """
    if _ANY.search(data[_HEADERS:end]) is None:  # as in most files
        return AS_STORED
    chunks = dict(reversed(list(_chunks(data))))  # the first of a type counts
    if not chunks:
        return Appearance()
    orientation = orientation_of(chunks[b"eXIf"], b"") if b"eXIf" in chunks else UPRIGHT
    return _colours(chunks, is_grey)._replace(orientation=orientation, peak=_peak(chunks))


def _chunks(data: FileData) -> Iterator[tuple[bytes, bytes]]:
    """Type and content of the chunks that matter, if their checksums are right."""
    position, has_palette = _SIGNATURE, False
    for _ in range(_MOST_CHUNKS):
        header = data[position : position + 8]
        if len(header) < 8 or header[4:] in _END:
            return
        length, kind = int.from_bytes(header[:4], "big"), header[4:]
        has_palette = has_palette or kind == b"PLTE"
        if kind in _KINDS and not (has_palette and kind == b"cICP") and length <= _MOST_CONTENT:
            content = data[position + 8 : position + 8 + length + 4]
            if zlib.crc32(content[:length], zlib.crc32(kind)) == int.from_bytes(content[length:], "big"):
                yield kind, content[:length]
        position += length + _AROUND


def _colours(chunks: dict[bytes, bytes], is_grey: bool) -> Appearance:
    numbers = chunks.get(b"cICP", b"")
    if len(numbers) == 4 and numbers[2:] == b"\0\1":  # RGB, full range
        named = cicp_profile(numbers[0], numbers[1])
        if named is not None:
            return Appearance(profile=named, colours=cicp_name(numbers[0], numbers[1]))
    profile = _inflated(chunks[b"iCCP"]) if b"iCCP" in chunks else b""
    if is_for_others(profile, is_grey=is_grey):
        return Appearance()
    if colours_of(profile) is not None:
        return Appearance(profile=profile)
    if chunks.get(b"sRGB") in _INTENTS:
        return Appearance(colours="sRGB")
    return _from_gamma(chunks.get(b"gAMA", b""), chunks.get(b"cHRM", b""))


def _peak(chunks: dict[bytes, bytes]) -> float:
    """Light of the brightest pixel, or of the screen that the picture was made on."""
    levels, screen = chunks.get(b"cLLI", b"")[:4], chunks.get(b"mDCV", b"")[16:20]
    peak = int.from_bytes(levels, "big") or int.from_bytes(screen, "big")
    return peak / _LIGHT_UNIT


def _inflated(content: bytes) -> bytes:
    """The profile in an iCCP chunk, after a name and the compression method; empty if it is incomplete."""
    name, _, rest = content.partition(b"\0")
    if not 0 < len(name) <= _MOST_NAME or rest[:1] != b"\0":
        return b""
    stream = zlib.decompressobj()
    try:
        profile = stream.decompress(rest[1:], _MOST_CONTENT)
    except zlib.error:
        return b""
    return profile if stream.eof else b""


def _from_gamma(gamma: bytes, chromaticities: bytes) -> Appearance:
    """Primaries alone are ignored."""
    stored = int.from_bytes(gamma, "big") / _GAMMA_UNIT if len(gamma) == 4 else 0
    if not stored:
        return Appearance()
    primaries = SRGB
    if len(chromaticities) == 32:
        values = [value / _GAMMA_UNIT for value in struct.unpack(">8I", chromaticities)]
        white, red, green, blue = zip(values[::2], values[1::2], strict=True)
        primaries = Primaries(red, green, blue, white)
    elif abs(stored / _USUAL_GAMMA - 1) <= _NEAR:
        return Appearance(colours=f"gamma {1 / stored:.1f}")
    try:
        profile = rgb_profile(primaries, Gamma(1 / stored))
    except ValueError:
        return Appearance()
    with_primaries = " with primaries" if primaries is not SRGB else ""
    return Appearance(profile=profile, colours=f"gamma {1 / stored:.1f}{with_primaries}")
