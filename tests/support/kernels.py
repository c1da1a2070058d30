"""Drives the image kernels: buffers of exactly the size that they ask for, and slow models of what they do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sddisplaylink._native import ffi, lib


class Canvas:
    """RGBA rows in memory of their own, with bytes between them that must not be touched."""

    def __init__(self, width: int, height: int, pixels: bytes | None = None, gap: int = 0) -> None:
        self.width, self.height, self.stride = width, height, width * 4 + gap
        self.bytes = bytearray(b"\xa5" * (self.stride * (height - 1) + width * 4))
        self.memory = ffi.from_buffer("uint8_t[]", self.bytes, require_writable=True)
        self.c = ffi.new("sddl_canvas *")
        self.c.pixels, self.c.size, self.c.stride = self.memory, len(self.bytes), self.stride
        self.c.width, self.c.height = width, height
        self.write(pixels if pixels is not None else bytes(width * height * 4))

    def write(self, pixels: bytes) -> None:
        row = self.width * 4
        for y in range(self.height):
            self.bytes[y * self.stride : y * self.stride + row] = pixels[y * row : (y + 1) * row]

    def read(self) -> bytes:
        """The pixels; fails if a byte between rows has changed."""
        rows = [self.bytes[y * self.stride : (y + 1) * self.stride] for y in range(self.height)]
        assert all(set(row[self.width * 4 :]) <= {0xA5} for row in rows)
        return b"".join(bytes(row[: self.width * 4]) for row in rows)


def rect(x: int, y: int, width: int, height: int) -> Any:
    area = ffi.new("sddl_rect *")
    area.x, area.y, area.width, area.height = x, y, width, height
    return area


class GifRegion:
    """A GIF frame as the kernels take it: its codes and a palette, which are all there is of the file."""

    def __init__(self, blocks: bytes, code_size: int, area: tuple[int, int, int, int], palette: bytes) -> None:
        self.data = ffi.from_buffer("uint8_t[]", blocks + palette)
        self.index, self.c = ffi.new("sddl_gif_index *"), ffi.new("sddl_gif_frame *")
        self.c.x, self.c.y, self.c.width, self.c.height = area
        self.c.code_size, self.c.end, self.c.transparent = code_size, len(blocks), -1
        self.index.palette, self.index.palette_entries = len(blocks), len(palette) // 3

    def draw(self, canvas: Canvas, under: Canvas | None = None, flags: int = 0) -> int:
        """By sddl_gif_draw(); fails if it writes behind the work buffer."""
        guard = b"\x5a" * 64
        size = lib.SDDL_LZW_LEAD + self.c.width * self.c.height + lib.SDDL_LZW_SLACK
        work = bytearray(size) + guard
        memory = ffi.from_buffer("uint8_t[]", work, require_writable=True)
        extent, below = (self.data, len(self.data)), under.c if under else ffi.NULL
        status = lib.sddl_gif_draw(*extent, self.index, self.c, canvas.c, below, flags, memory, size)
        assert work[size:] == guard
        return status


@dataclass
class Decoded:
    status: int
    indices: bytes


def decode_lzw(blocks: bytes, code_size: int, pixels: int) -> Decoded:
    """What comes of data sub-blocks: the indices that are there, seen by their colours on a canvas of one row."""
    greys = bytes(grey for grey in range(256) for _ in range(3))
    canvas = Canvas(max(1, pixels), 1)
    status = GifRegion(blocks, code_size, (0, 0, pixels, 1), greys).draw(canvas)
    drawn = canvas.read()
    count = drawn[3::4].count(255)
    assert not any(drawn[count * 4 :])
    return Decoded(status, drawn[: count * 4 : 4])
