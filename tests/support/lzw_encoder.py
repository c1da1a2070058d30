"""A small LZW encoder for GIF, which can do what real ones do not: any code size, clear codes anywhere or nowhere."""

from __future__ import annotations

from collections.abc import Collection


class BitWriter:
    """Codes, lowest bit first."""

    def __init__(self) -> None:
        self.bits = self.count = 0
        self.bytes = bytearray()

    def put(self, code: int, width: int) -> None:
        self.bits |= code << self.count
        self.count += width
        while self.count >= 8:
            self.bytes.append(self.bits & 255)
            self.bits >>= 8
            self.count -= 8

    def finish(self) -> bytes:
        return bytes(self.bytes) + (bytes([self.bits & 255]) if self.count else b"")


def sub_blocks(data: bytes, size: int = 255) -> bytes:
    """Data in sub-blocks of at most `size` bytes, with their terminator."""
    parts = [data[at : at + size] for at in range(0, len(data), size)]
    return b"".join(bytes([len(part)]) + part for part in parts) + b"\0"


class LzwEncoder:
    """Writes GIF's codes greedily, keeping the decoder's own count of strings and width of codes."""

    def __init__(self, code_size: int) -> None:
        self.code_size, self.clear = code_size, 1 << code_size
        self.writer = BitWriter()
        self.reset()

    def reset(self) -> None:
        self.table = {bytes([i]): i for i in range(min(self.clear, 256))}
        self.following, self.width, self.fresh = self.clear + 2, self.code_size + 1, True

    def put_clear(self) -> None:
        self.writer.put(self.clear, self.width)
        self.reset()

    def put_string(self, string: bytes, after: bytes) -> None:
        self.writer.put(self.table[string], self.width)
        if not self.fresh and self.following < 4096:
            self.following += 1
        if self.following >= 1 << self.width and self.width < 12:
            self.width += 1
        self.fresh = False
        if self.following < 4096 and after:
            self.table[string + after] = self.following


def encode_lzw(
    indices: bytes, code_size: int, clears: Collection[int] = (), end: bool = True, first_clear: bool = True
) -> bytes:
    """Indices as codes, with a clear code before each position in `clears`; a full table is kept (deferred clear)."""
    encoder, at = LzwEncoder(code_size), 0
    if first_clear:
        encoder.put_clear()
    while at < len(indices):
        if at in clears:
            encoder.put_clear()
        length = 1
        limit = min((clear for clear in clears if clear > at), default=len(indices))
        while at + length < limit and indices[at : at + length + 1] in encoder.table:
            length += 1
        encoder.put_string(indices[at : at + length], indices[at + length : at + length + 1])
        at += length
    if end:
        encoder.writer.put(encoder.clear + 1, encoder.width)
    return encoder.writer.finish()
