"""The chunks of a PNG file, read by plain Python: what the native scanner is compared with."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import NamedTuple

from sddisplaylink.decoders.regions import Blend, Disposal
from sddisplaylink.errors import ImageFormatError

__all__ = ["SIGNATURE", "PngFrame", "PngIndex", "scan_png"]

SIGNATURE = b"\x89PNG\r\n\x1a\n"
_IHDR_END = len(SIGNATURE) + 25
_COLOUR_TYPE, _PALETTE = 25, 3
_DISPOSALS = (Disposal.KEEP, Disposal.BACKGROUND, Disposal.PREVIOUS)
_BLENDS = (Blend.SOURCE, Blend.OVER)
_DEFAULT_DENOMINATOR = 100
_NANOSECONDS = 1_000_000_000
_LARGEST = 0x7FFFFFFF
_ANCILLARY = 0x20

_FrameControl = struct.Struct(">5I2H2B")
_Span = tuple[int, int]


class PngFrame(NamedTuple):
    """One picture of the file; `data` are the (begin, end) offsets of the pieces of its zlib stream."""

    x: int
    y: int
    width: int
    height: int
    delay_ns: int | None
    disposal: Disposal
    blend: Blend
    data: tuple[_Span, ...]


@dataclass(frozen=True, slots=True)
class PngIndex:
    """All frames of a file whose data is there: those of the animation, else the still picture."""

    size: tuple[int, int]
    header: bytes
    """The 13 bytes of IHDR."""
    palette: bytes
    """What PLTE says; empty without it."""
    transparency: bytes
    """What tRNS says; empty without it."""
    frames: tuple[PngFrame, ...]
    loop_count: int
    truncated: bool
    last_uncertain: bool
    """The file breaks off after the last frame's data: only decoding shows whether that data is complete."""


class _BrokenFile(Exception):
    """From here on the file makes no sense."""


class _BrokenAnimation(Exception):
    """From here on the animation makes no sense."""


class _Scanner:
    def __init__(self, data: bytes, size: tuple[int, int]) -> None:
        self.data = data
        self.size = size
        self.announced = self.plays = 0
        self.animated = False
        self.colours = {b"PLTE": b"", b"tRNS": b""}
        self.still: list[_Span] = []
        self.frames: list[PngFrame] = []
        self.early_control: _Span | None = None
        self.control: PngFrame | None = None
        self.pieces: list[_Span] = []
        self.sequence = 0
        self.previous = b""

    def run(self) -> bool:
        """Read chunks to IEND; False if the file breaks off before."""
        position, intact = _IHDR_END, True
        try:
            while (kind := self.data[position + 4 : position + 8]) != b"IEND":
                end, intact_chunk = self._checked_end(position)
                kind = kind if intact_chunk else b""
                try:
                    self._chunk(kind, position + 8, end - 4)
                except _BrokenAnimation:
                    if self.still:
                        return False
                    self.animated = intact = False  # the still picture is yet to come
                self.previous = kind
                position = end
        except _BrokenFile:
            return False
        self.finish_frame()
        return intact

    def _checked_end(self, position: int) -> tuple[int, bool]:
        """Where the chunk ends, and whether it counts: one that is ancillary does not if its checksum is wrong."""
        length = int.from_bytes(self.data[position : position + 4], "big")
        body_end = position + 8 + length
        stored = self.data[body_end : body_end + 4]
        is_data = self.data[position + 4 : position + 8] in (b"IDAT", b"fdAT")  # brings a checksum of its own
        if len(stored) < 4:
            raise _BrokenFile
        is_right = is_data or zlib.crc32(self.data[position + 4 : body_end]) == int.from_bytes(stored, "big")
        if not is_right and not self.data[position + 4] & _ANCILLARY:
            raise _BrokenFile
        return body_end + 4, is_right

    def _chunk(self, kind: bytes, begin: int, end: int) -> None:
        if kind == b"IDAT":
            self._still_data(begin, end)
        elif kind == b"PLTE" and self.still and self.animated:
            raise _BrokenAnimation
        elif kind == b"tRNS" and self.data[_COLOUR_TYPE] == _PALETTE and not self.colours[b"PLTE"]:
            pass
        elif kind in self.colours and not self.still:
            self.colours[kind] = self.colours[kind] or self.data[begin:end]
        elif kind == b"acTL" and not self.still and not self.animated:
            self._animation_control(begin, end)
        elif kind == b"fcTL" and self.animated:
            self._frame_control(begin, end)
        elif kind == b"fcTL" and not self.still:
            self.early_control = begin, end
        elif kind == b"fdAT" and self.animated:
            self._frame_data(begin, end)

    def _animation_control(self, begin: int, end: int) -> None:
        if end - begin != 8:
            raise _BrokenAnimation
        self.announced, self.plays = struct.unpack(">2I", self.data[begin:end])
        self.animated = 0 < self.announced <= _LARGEST and self.plays <= _LARGEST
        if self.animated and self.early_control is not None:
            self._frame_control(*self.early_control)

    def _still_data(self, begin: int, end: int) -> None:
        if self.still and self.previous != b"IDAT":
            raise _BrokenAnimation
        self.still.append((begin, end))
        if self.control is not None:
            self.pieces.append((begin, end))

    def _frame_control(self, begin: int, end: int) -> None:
        self.finish_frame()
        if end - begin != _FrameControl.size:
            raise _BrokenAnimation
        sequence, width, height, x, y, num, den, dispose, blend = _FrameControl.unpack(self.data[begin:end])
        self._expect(sequence)
        inside = width and height and x + width <= self.size[0] and y + height <= self.size[1]
        if not inside or dispose >= len(_DISPOSALS) or blend >= len(_BLENDS):
            raise _BrokenAnimation
        if not self.still and (width, height) != self.size:
            raise _BrokenAnimation
        delay = num * _NANOSECONDS // (den or _DEFAULT_DENOMINATOR)
        self.control = PngFrame(x, y, width, height, delay, _DISPOSALS[dispose], _BLENDS[blend], ())

    def _frame_data(self, begin: int, end: int) -> None:
        if end - begin < 4 or self.control is None or not self.still:
            raise _BrokenAnimation
        self._expect(int.from_bytes(self.data[begin : begin + 4], "big"))
        self.pieces.append((begin + 4, end))

    def _expect(self, sequence: int) -> None:
        if sequence != self.sequence:
            raise _BrokenAnimation
        self.sequence += 1

    def finish_frame(self) -> None:
        """The frame whose data has been read so far is complete, if there is one."""
        if self.control is not None and self.pieces:
            self.frames.append(self.control._replace(data=tuple(self.pieces)))
            self.pieces.clear()
            self.control = None


def scan_png(data: bytes) -> PngIndex:
    """Index `data`, which begins with the PNG signature. ImageFormatError if its header is cut off or broken."""
    header = data[16:29]
    begins_well = data[8:16] == b"\0\0\0\rIHDR"
    if not begins_well or zlib.crc32(data[12:29]) != int.from_bytes(data[29:_IHDR_END].ljust(4, b"\0"), "big"):
        raise ImageFormatError("the PNG file has no whole header")
    size = int.from_bytes(header[:4], "big"), int.from_bytes(header[4:8], "big")
    scanner = _Scanner(data, size)
    complete = scanner.run()
    before = len(scanner.frames)
    scanner.finish_frame()
    frames = scanner.frames[: scanner.announced] if scanner.animated else []
    uncertain = not complete and len(frames) > before
    truncated = not complete or (scanner.animated and len(frames) < scanner.announced)
    if not frames and scanner.still:
        frames = [PngFrame(0, 0, *size, None, Disposal.KEEP, Blend.SOURCE, tuple(scanner.still))]
        uncertain = not complete
    loop_count = scanner.plays
    if scanner.announced == 1 or not scanner.animated:
        frames = [frame._replace(delay_ns=None) for frame in frames]  # an animation of one frame is a still picture
        loop_count = 1
    colours = scanner.colours[b"PLTE"], scanner.colours[b"tRNS"]
    return PngIndex(size, header, *colours, tuple(frames), loop_count, truncated, uncertain)
