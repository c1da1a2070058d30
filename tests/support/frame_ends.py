"""Where the frames of a GIF or APNG file end, found without the library."""

from __future__ import annotations

from collections.abc import Iterator


def last_bytes(data: bytes) -> list[int]:
    """Where the frames end, found by other means: the sub-blocks of GIF images, the data chunks of PNG frames."""
    return list(gif_ends(data) if data.startswith(b"GIF") else png_ends(data))


def gif_ends(data: bytes) -> Iterator[int]:
    position = 13 + 768
    while data[position] != 0x3B:
        is_image = data[position] == 0x2C
        has_palette = is_image and data[position + 9] & 0x80
        position += 11 + (768 if has_palette else 0) if is_image else 2
        while data[position]:
            position += data[position] + 1
        position += 1
        if is_image:
            yield position


def png_ends(data: bytes) -> Iterator[int]:
    position, end = 8, 0
    while position < len(data):
        length, kind = int.from_bytes(data[position : position + 4], "big"), data[position + 4 : position + 8]
        if kind in (b"fcTL", b"IEND") and end:
            yield end
            end = 0
        position += 12 + length
        if kind in (b"IDAT", b"fdAT"):
            end = position
