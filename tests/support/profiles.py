"""ICC profiles for tests, made here: of printers and scanners none is free to be passed on."""

from __future__ import annotations

import itertools
import struct
import zlib
from collections.abc import Callable, Sequence

from sddisplaylink.decoders.colour.icc import SRGB, Gamma, Primaries, rgb_profile
from support.images import chunk

STORED = (200, 60, 60, 255)
P3_PRIMARIES = Primaries((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), (0.3127, 0.3290))
P3_22 = rgb_profile(P3_PRIMARIES, Gamma(2.2))
P3_POWER = (219, 37, 49)  # what Chromium's canvas has of (200, 60, 60) under P3_22
GREY_PROFILE = rgb_profile(SRGB, Gamma(1.0)).replace(b"RGB XYZ ", b"GRAYXYZ ").replace(b"rTRC", b"kTRC")
GAMMA_1 = chunk(b"gAMA", struct.pack(">I", 100_000))

GRID = 5
_WHITE = 63190, 65536, 54061


def iccp(profile: bytes) -> bytes:
    """The chunk of a PNG that holds a profile."""
    return chunk(b"iCCP", b"name\0\0" + zlib.compress(profile))


def table_profile(space: bytes, tables: dict[bytes, Callable[..., Sequence[float]]]) -> bytes:
    """A profile of colours of that space; each table is a function from channels, 0 to 1, to L, a and b in bytes."""
    tags = {name: _table(len(space.strip()), function) for name, function in tables.items()}
    tags[b"wtpt"] = b"XYZ \0\0\0\0" + struct.pack(">3i", *_WHITE)
    tags[b"desc"] = b"desc\0\0\0\0\0\0\0\7a table\0" + bytes(80)
    tags[b"cprt"] = b"text\0\0\0\0none\0"
    entries, contents = struct.pack(">I", len(tags)), b""
    begin = 132 + 12 * len(tags)
    for name, content in tags.items():
        entries += struct.pack(">4sII", name, begin + len(contents), len(content))
        contents += content + bytes(-len(content) % 4)
    fields = (begin + len(contents), 0x02400000, b"prtr", space, b"Lab ", b"acsp")
    header = struct.pack(">I4xI4s4s4s12x4s28x", *fields) + struct.pack(">3i", *_WHITE)
    return header.ljust(128, b"\0") + entries + contents


def _table(channels: int, function: Callable[..., Sequence[float]]) -> bytes:
    steps = [step / (GRID - 1) for step in range(GRID)]
    entries = [bytes(map(round, function(*values))) for values in itertools.product(steps, repeat=channels)]
    matrix = struct.pack(">9i", 65536, 0, 0, 0, 65536, 0, 0, 0, 65536)
    straight = bytes(range(256))
    return b"".join(
        [b"mft1\0\0\0\0", bytes([channels, 3, GRID, 0]), matrix, straight * channels, *entries, straight * 3]
    )


def grey_of_ink(paper: float, black: float) -> Callable[..., Sequence[float]]:
    """The more ink, the darker, without colour."""
    return lambda c, m, y, k: (black + (paper - black) * (1 - max(c, m, y, k)), 128, 128)


def grey_of_light(black: float) -> Callable[..., Sequence[float]]:
    """The more light, the brighter, without colour."""
    return lambda r, g, b: (black + (255 - black) * max(r, g, b), 128, 128)
