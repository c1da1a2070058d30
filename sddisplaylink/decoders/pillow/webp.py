"""The chunks of an animated WebP file: delays and plays, which Pillow tells only while it decodes."""

from __future__ import annotations

from dataclasses import dataclass

from sddisplaylink.errors import ImageFormatError

__all__ = ["WebpIndex", "is_webp", "scan_webp"]

_RIFF_HEADER, _CHUNK_HEADER = 12, 8
_ANIMATION_FLAG = 0x02
_MILLISECOND_NS = 1_000_000


@dataclass(frozen=True, slots=True)
class WebpIndex:
    """All whole frames of an animated file; None of it for a still one."""

    size: tuple[int, int]
    loop_count: int
    delays_ns: tuple[int, ...]
    whole: bytes
    """The file without what is cut off at its end."""
    truncated: bool


def is_webp(data: bytes) -> bool:
    """True if `data` begins as a WebP file does."""
    return data[:4] == b"RIFF" and data[8:12] == b"WEBP"


def scan_webp(data: bytes) -> WebpIndex | None:
    """Index an animated file; None for a still one, which has nothing to index. ImageFormatError: no whole frame."""
    extended = data[12:16] == b"VP8X" and len(data) >= 30
    if not extended or not data[20] & _ANIMATION_FLAG:
        return None
    size = int.from_bytes(data[24:27], "little") + 1, int.from_bytes(data[27:30], "little") + 1
    end = min(len(data), _CHUNK_HEADER + int.from_bytes(data[4:8], "little"))
    delays: list[int] = []
    plays, position = 1, _RIFF_HEADER
    while position + _CHUNK_HEADER <= end:
        kind, body = data[position : position + 4], position + _CHUNK_HEADER
        length = int.from_bytes(data[position + 4 : body], "little")
        if body + length > end:
            break
        if kind == b"ANIM":
            plays = int.from_bytes(data[body + 4 : body + 6], "little")
        elif kind == b"ANMF":
            delays.append(int.from_bytes(data[body + 12 : body + 15], "little") * _MILLISECOND_NS)
        position = body + length + (length & 1)
    if not delays:
        raise ImageFormatError("the WebP file holds no whole frame")
    announced = _CHUNK_HEADER + int.from_bytes(data[4:8], "little")
    truncated = position < announced - 1 or len(data) < announced - 1
    whole = data[:position]
    if truncated:
        whole = b"RIFF" + (len(whole) - _CHUNK_HEADER).to_bytes(4, "little") + whole[8:]
    return WebpIndex(size, plays, tuple(delays), whole if truncated else data, truncated)
