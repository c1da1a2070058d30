"""The chunks of an animated WebP file."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sddisplaylink.decoders.data.limits import Limits
from sddisplaylink.decoders.regions import Blend, Disposal
from sddisplaylink.errors import ImageFormatError

__all__ = ["WebpFrame", "WebpIndex", "is_animated_webp", "read_webp"]

_RIFF_HEADER, _CHUNK_HEADER, _FRAME_HEADER = 12, 8, 16
_HEADERS = 30  # bytes: of the file and of its first chunk
_ANIMATION_FLAG = 0x02
_DISPOSE, _NO_BLENDING = 1, 2
_MILLISECOND_NS = 1_000_000


class WebpFrame(NamedTuple):
    """A frame, and the position of its picture in the file."""

    x: int
    y: int
    width: int
    height: int
    delay_ns: int
    disposal: Disposal
    blend: Blend
    picture: tuple[int, int]
    """Begin and end of the chunk of the picture."""
    alpha: tuple[int, int] | None
    """Begin and end of the alpha channel before it, if alpha is not in the picture."""


class WebpIndex(NamedTuple):
    """All whole frames of an animated file."""

    size: tuple[int, int]
    loop_count: int
    frames: list[WebpFrame]
    truncated: bool


def is_animated_webp(data: bytes) -> bool:
    """True if `data`, of which the beginning suffices, is a WebP file with the animation flag."""
    extended = data[:4] == b"RIFF" and data[8:16] == b"WEBPVP8X" and len(data) >= _HEADERS
    return extended and bool(data[20] & _ANIMATION_FLAG)


def read_webp(data: bytes, limits: Limits) -> WebpIndex:
    """Index an animated file. ImageFormatError: no whole frame, or too many."""
    size = _number(data, 24, 3) + 1, _number(data, 27, 3) + 1
    announced = _CHUNK_HEADER + _number(data, 4, 4)
    plays: int | None = None
    frames: list[WebpFrame] = []
    is_whole = len(data) >= announced - 1  # a padding byte at the end may be missing
    for kind, begin, end in _chunks(data, _RIFF_HEADER, min(len(data), announced)):
        if end > len(data):
            is_whole = False
            break
        if kind == b"ANIM" and plays is None:
            plays = _number(data, begin + 4, 2)
        elif kind == b"ANMF" and (frame := _read_frame(data, begin, end)) is not None:
            if not _is_inside(frame, size):
                is_whole = False
                break
            frames.append(frame)
            if len(frames) > limits.frames:
                raise ImageFormatError(f"the file has more frames than the limit of {limits.frames}")
    if not frames:
        raise ImageFormatError("the WebP file holds no whole frame")
    return WebpIndex(size, 1 if plays is None else plays, frames, not is_whole)


def _chunks(data: bytes, begin: int, end: int) -> Iterator[tuple[bytes, int, int]]:
    """(type, begin, end) of the content of each chunk; the last one may end beyond `end` by its size."""
    while begin + _CHUNK_HEADER <= end:
        content = begin + _CHUNK_HEADER
        length = _number(data, begin + 4, 4)
        yield data[begin : begin + 4], content, content + length
        begin = content + length + (length & 1)


def _read_frame(data: bytes, begin: int, end: int) -> WebpFrame | None:
    """A frame; None if it has no picture."""
    alpha = None
    for kind, first, last in _chunks(data, begin + _FRAME_HEADER, end):
        if last > end:
            return None
        span = first - _CHUNK_HEADER, last
        if kind == b"ALPH":
            alpha = alpha or span
        elif kind in (b"VP8 ", b"VP8L"):
            size = _picture_size(data[first : first + 10])
            x, y, delay, flags = [
                _number(data, begin + at, length) for at, length in ((0, 3), (3, 3), (12, 3), (15, 1))
            ]
            if size is None:
                return None
            disposal = Disposal.BACKGROUND if flags & _DISPOSE else Disposal.KEEP
            blend = Blend.SOURCE if flags & _NO_BLENDING else Blend.OVER
            alpha = alpha if kind == b"VP8 " else None
            return WebpFrame(2 * x, 2 * y, *size, delay * _MILLISECOND_NS, disposal, blend, span, alpha)
    return None


def _picture_size(beginning: bytes) -> tuple[int, int] | None:
    """The size in VP8 or VP8L data, which has priority over the frame's."""
    if len(beginning) >= 5 and beginning[0] == 0x2F and not beginning[4] >> 5:
        bits = _number(beginning, 1, 4)
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if len(beginning) >= 10 and beginning[3:6] == b"\x9d\x01\x2a":
        return _number(beginning, 6, 2) & 0x3FFF, _number(beginning, 8, 2) & 0x3FFF
    return None


def _is_inside(frame: WebpFrame, size: tuple[int, int]) -> bool:
    return frame.x + frame.width <= size[0] and frame.y + frame.height <= size[1]


def _number(data: bytes, begin: int, length: int) -> int:
    return int.from_bytes(data[begin : begin + length], "little")
