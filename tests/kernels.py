"""Drives the image kernels: buffers of exactly the size that they ask for, and slow models of what they do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sddisplaylink._native import ffi, lib


class Canvas:
    """RGBA rows in memory of their own, with bytes between them that nobody may touch."""

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


@dataclass
class Decoded:
    status: int
    indices: bytes


def decode_lzw(blocks: bytes, code_size: int, pixels: int) -> Decoded:
    """What sddl_gif_lzw() makes of data sub-blocks; fails if it writes where it may not."""
    guard = b"\x5a" * 64
    size = lib.SDDL_LZW_LEAD + pixels + lib.SDDL_LZW_SLACK
    work = bytearray(size) + guard
    memory = ffi.from_buffer("uint8_t[]", work, require_writable=True)
    decoded = ffi.new("size_t *")
    status = lib.sddl_gif_lzw(
        ffi.from_buffer("uint8_t[]", blocks), len(blocks), code_size, memory, size, pixels, decoded
    )
    assert work[size:] == guard
    return Decoded(status, bytes(work[lib.SDDL_LZW_LEAD : lib.SDDL_LZW_LEAD + decoded[0]]))
