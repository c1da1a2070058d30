"""AVIF files whose boxes say what no encoder writes."""

from __future__ import annotations

import io
import struct
from collections.abc import Sequence

from PIL import Image

EVER = -1


def avif_sequence(colours: Sequence[object], *, size: tuple[int, int] = (16, 16), **options: object) -> bytes:
    """A sequence of plain pictures as Pillow's encoder writes it, nothing lost."""
    file = io.BytesIO()
    mode = "RGBA" if any(isinstance(colour, tuple) and len(colour) == 4 for colour in colours) else "RGB"
    pictures = [Image.new(mode, size, colour) for colour in colours]
    options = {"quality": 100, "subsampling": "4:4:4", "duration": 100} | options
    pictures[0].save(file, "AVIF", save_all=True, append_images=pictures[1:], **options)
    return file.getvalue()


def places(data: bytes, kind: bytes) -> list[int]:
    """Where boxes of the movie have their type."""
    found, at = [], data.find(b"moov")
    while (at := data.find(kind, at + 1)) >= 0:
        found.append(at)
    return found


def patched(data: bytes, kind: bytes, offset: int, layout: str, *values: int) -> bytes:
    """With other numbers at that offset behind the type of every such box."""
    file = bytearray(data)
    for at in places(data, kind):
        struct.pack_into(f">{layout}", file, at + 4 + offset, *values)
    return bytes(file)


def with_timing(data: bytes, timescale: int, *deltas: int) -> bytes:
    """Other ticks a second, and how many of them the runs of frames take that there are."""
    file = bytearray(patched(data, b"mdhd", 20, "I", timescale))
    for at in places(data, b"stts"):
        for number, delta in enumerate(deltas):
            struct.pack_into(">I", file, at + 16 + 8 * number, delta)
    return bytes(file)


def with_plays(data: bytes, length: int, whole: int, *, repeats: bool = True) -> bytes:
    """An edit of `length` in a track of `whole` ticks, EVER or a number."""
    for at in places(data, b"elst"):
        data = data[: at + 7] + bytes([repeats]) + data[at + 8 :]
    data = patched(data, b"elst", 8, "Q", length)
    return patched(data, b"tkhd", 28, "Q", whole if whole != EVER else (1 << 64) - 1)
