"""FLI and FLC: the frames of the file, and the palette of each, of which Pillow reads only the first."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from sddisplaylink.decoders.data.limits import Limits
from sddisplaylink.decoders.pillow.container import Container
from sddisplaylink.errors import ImageFormatError

__all__ = ["is_flic", "read_flic"]

_FLI, _FLC = 0xAF11, 0xAF12
_HEADER, _FRAME_HEADER, _CHUNK_HEADER = 128, 16, 6
_FRAME = 0xF1FA
_COLOURS = 256
_PALETTE, _PALETTE_OF_6_BITS = 4, 11
_MILLISECOND_NS, _SECOND_NS = 1_000_000, 1_000_000_000
_FLI_TICKS = 70  # a second


class _Chunk(NamedTuple):
    kind: int
    begin: int
    """Where the content begins, after size and type."""
    end: int


def is_flic(data: bytes) -> bool:
    """True if `data` begins as these files do."""
    return len(data) >= _HEADER and struct.unpack_from("<H", data, 4)[0] in (_FLI, _FLC)


def read_flic(data: bytes, limits: Limits) -> Container | None:
    """Index a file; None if it declares no frames. ImageFormatError: too many frames, or no whole one."""
    magic, announced = struct.unpack_from("<HH", data, 4)
    if not announced:
        return None
    if announced > limits.frames:
        raise ImageFormatError(f"the file has more frames than the limit of {limits.frames}")
    frames: list[_Chunk] = []
    for chunk in _chunks(data, _HEADER, len(data)):
        if chunk.kind == _FRAME and len(frames) < announced:  # one more leads from the last frame to the first
            frames.append(chunk)
    if not frames:
        raise ImageFormatError("the file holds no whole frame")
    (speed,) = struct.unpack_from("<I", data, 16)
    delay = speed * _MILLISECOND_NS if magic == _FLC else speed * _SECOND_NS // _FLI_TICKS
    return Container(
        "FLI",
        (delay,) * len(frames),
        1 if announced == 1 else 0,
        _frames_alone(data, frames),
        truncated=len(frames) < announced,
        palettes=_palettes(data, frames),
    )


def _chunks(data: bytes, begin: int, end: int) -> Iterator[_Chunk]:
    """The whole chunks of that part of the file."""
    while begin + _CHUNK_HEADER <= end:
        size, kind = struct.unpack_from("<IH", data, begin)
        if size < _CHUNK_HEADER or begin + size > end:
            return
        yield _Chunk(kind, begin + _CHUNK_HEADER, begin + size)
        begin += size


def _frames_alone(data: bytes, frames: list[_Chunk]) -> bytes:
    """The file without the data before, between and after its frames, on which Pillow fails."""
    parts = [data[chunk.begin - _CHUNK_HEADER : chunk.end] for chunk in frames]
    return data[:6] + len(frames).to_bytes(2, "little") + data[8:_HEADER] + b"".join(parts)


def _palettes(data: bytes, frames: list[_Chunk]) -> tuple[bytes, ...]:
    """The palettes of all frames; frames with the same palette share one object."""
    palette, palettes = bytes(3 * _COLOURS), []
    for frame in frames:
        for chunk in _chunks(data, frame.begin + _FRAME_HEADER - _CHUNK_HEADER, frame.end):
            if chunk.kind in (_PALETTE, _PALETTE_OF_6_BITS):
                palette = _changed(palette, data[chunk.begin : chunk.end], chunk.kind == _PALETTE_OF_6_BITS)
        palettes.append(palette)
    return tuple(palettes)


def _changed(palette: bytes, chunk: bytes, has_6_bits: bool) -> bytes:
    """The palette after a palette chunk: packets of a number of colours to skip, and the colours that follow."""
    colours = bytearray(palette)
    at, position = 0, 2
    for _ in range(int.from_bytes(chunk[:2], "little")):
        if position + 2 > len(chunk):
            break
        at += chunk[position]
        count = min(chunk[position + 1] or _COLOURS, _COLOURS - at)
        values = chunk[position + 2 : position + 2 + 3 * max(0, count)]
        if has_6_bits:
            values = bytes([value << 2 & 0xFF | value >> 4 & 3 for value in values])
        colours[3 * at : 3 * at + len(values)] = values
        at += count
        position += 2 + len(values)
    return bytes(colours[: 3 * _COLOURS])
