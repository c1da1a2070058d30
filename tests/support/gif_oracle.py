"""The blocks of a GIF file, read by plain Python: what the native scanner is compared with."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import NamedTuple

from sddisplaylink.decoders.regions import Disposal
from sddisplaylink.errors import ImageFormatError

__all__ = ["GifFrame", "GifIndex", "scan_gif"]

_HEADER = 13
_TRAILER, _EXTENSION, _IMAGE = 0x3B, 0x21, 0x2C
_GRAPHIC_CONTROL, _APPLICATION = 0xF9, 0xFF
_LOOP_EXTENSIONS = (b"NETSCAPE2.0", b"ANIMEXTS1.0")
_DISPOSALS = (Disposal.KEEP, Disposal.KEEP, Disposal.BACKGROUND, Disposal.PREVIOUS, Disposal.PREVIOUS)
_CENTISECOND_NS = 10_000_000

_Descriptor = struct.Struct("<4HB")


class GifFrame(NamedTuple):
    """One image of the file. Spans are (begin, end) offsets."""

    x: int
    y: int
    width: int
    height: int
    delay_ns: int | None
    disposal: Disposal
    transparent: int | None
    interlaced: bool
    palette: tuple[int, int] | None
    codes: tuple[int, int]
    """The LZW minimum code size and the data blocks with their terminator."""


@dataclass(frozen=True, slots=True)
class GifIndex:
    """All whole frames of a file."""

    screen: tuple[int, int]
    global_palette: tuple[int, int] | None
    frames: tuple[GifFrame, ...]
    repetitions: int | None
    """The loop extension's number; None without one."""
    truncated: bool

    @property
    def loop_count(self) -> int:
        """Number of plays as browsers count: once without an extension, 0 for ever, N more after the first."""
        if self.repetitions is None:
            return 1
        return self.repetitions + 1 if self.repetitions else 0


class _Control(NamedTuple):
    delay_ns: int | None = None
    disposal: Disposal = Disposal.KEEP
    transparent: int | None = None


class _BrokenFile(Exception):
    """From here on the file makes no sense."""


class _Scanner:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = _HEADER
        self.control = _Control()
        self.frames: list[GifFrame] = []
        self.repetitions: int | None = None

    def run(self) -> bool:
        """Read blocks to the trailer; False if the data ends or goes wrong before."""
        data = self.data
        try:
            while (kind := data[self.position]) != _TRAILER:
                if kind == _EXTENSION:
                    self._extension()
                elif kind == _IMAGE:
                    self._image()
                else:
                    return False
        except (IndexError, struct.error, _BrokenFile):
            return False
        return True

    def palette(self, flags: int) -> tuple[int, int] | None:
        """The colour table that `flags` announces at the present position, which moves behind it."""
        if not flags & 0x80:
            return None
        begin = self.position
        self.position += 3 << (flags & 7) + 1
        return begin, self.position

    def _skip_blocks(self, position: int) -> int:
        data = self.data
        while size := data[position]:
            position += size + 1
        return position + 1

    def _extension(self) -> None:
        data, label, body = self.data, self.data[self.position + 1], self.position + 2
        end = self._skip_blocks(body)
        if label == _GRAPHIC_CONTROL:
            if data[body] != 4 or end != body + 6:
                raise _BrokenFile
            self.control = _control(data[body + 1 : body + 5])
        elif label == _APPLICATION and data[body + 1 : body + 1 + data[body]] in _LOOP_EXTENSIONS:
            self._loop_block(body + 1 + data[body])
        self.position = end

    def _loop_block(self, position: int) -> None:
        size, identifier = self.data[position : position + 2].ljust(2, b"\0")
        if size == 3 and identifier == 1:
            self.repetitions = self.data[position + 2] | self.data[position + 3] << 8

    def _image(self) -> None:
        x, y, width, height, flags = _Descriptor.unpack_from(self.data, self.position + 1)
        self.position += 1 + _Descriptor.size
        palette = self.palette(flags)
        codes = self.position
        self.position = self._skip_blocks(codes + 1)
        control, self.control = self.control, _Control()
        interlaced = bool(flags & 0x40)
        self.frames.append(GifFrame(x, y, width, height, *control, interlaced, palette, (codes, self.position)))


def _control(block: bytes) -> _Control:
    flags = block[0]
    method = flags >> 2 & 7
    return _Control(
        (block[1] | block[2] << 8) * _CENTISECOND_NS,
        _DISPOSALS[method] if method < len(_DISPOSALS) else Disposal.KEEP,
        block[3] if flags & 1 else None,
    )


def scan_gif(data: bytes) -> GifIndex:
    """Index `data`, which begins with a GIF signature. ImageFormatError if its screen descriptor is cut off."""
    if len(data) < _HEADER:
        raise ImageFormatError("the GIF file ends within its header")
    scanner = _Scanner(data)
    global_palette = scanner.palette(data[10])
    complete = scanner.run()
    screen = data[6] | data[7] << 8, data[8] | data[9] << 8
    return GifIndex(screen, global_palette, tuple(scanner.frames), scanner.repetitions, not complete)
