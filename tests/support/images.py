"""Image files made byte by byte, so that also those can be had that no encoder writes."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

PALETTE = bytes(value for index in range(256) for value in (index, 255 - index, index * 7 % 256))
RED, GREEN, BLUE, CLEAR = (255, 0, 0, 255), (0, 255, 0, 255), (0, 0, 255, 255), (0, 0, 0, 0)


def colour(index: int) -> tuple[int, int, int, int]:
    """What PALETTE has at `index`."""
    red, green, blue = PALETTE[index * 3 : index * 3 + 3]
    return red, green, blue, 255


# GIF


@dataclass
class GifPicture:
    """One image of a GIF; every pixel has the palette index `fill`, unless `pixels` says otherwise."""

    width: int = 4
    height: int = 3
    x: int = 0
    y: int = 0
    fill: int = 1
    delay: int | None = 10  # hundredths; None = no graphic control extension
    disposal: int = 0
    transparent: int | None = None
    palette: bytes | None = None
    interlaced: bool = False
    pixels: bytes | None = None
    data: bytes | None = None  # what follows the descriptor, instead of good LZW data
    before: bytes = b""  # raw blocks before this image's graphic control extension

    def blocks(self) -> bytes:
        parts = [self.before]
        if self.delay is not None:
            flags = self.disposal << 2 | (self.transparent is not None)
            parts.append(struct.pack("<4BHBB", 0x21, 0xF9, 4, flags, self.delay, self.transparent or 0, 0))
        flags = (0x87 if self.palette else 0) | (0x40 if self.interlaced else 0)
        parts.append(struct.pack("<B4HB", 0x2C, self.x, self.y, self.width, self.height, flags))
        if self.palette:
            parts.append(self.palette.ljust(768, b"\0"))
        parts.append(self.codes() if self.data is None else self.data)
        return b"".join(parts)

    def codes(self) -> bytes:
        return lzw(self.pixels if self.pixels is not None else bytes([self.fill]) * (self.width * self.height))


def build_gif(
    pictures: Iterable[GifPicture],
    *,
    size: tuple[int, int] = (4, 3),
    loop: int | None = None,
    palette: bytes | None = PALETTE,
    after: bytes = b"",
    trailer: bytes = b";",
) -> bytes:
    """A GIF89a file; `loop` writes a NETSCAPE2.0 extension before the first image, `after` goes behind the last."""
    flags = 0xF7 if palette else 0
    parts = [b"GIF89a", struct.pack("<HHBBB", *size, flags, 0, 0), (palette or b"").ljust(768 if palette else 0, b"\0")]
    if loop is not None:
        parts.append(loop_extension(loop))
    parts += [picture.blocks() for picture in pictures]
    return b"".join([*parts, after, trailer])


def loop_extension(count: int, name: bytes = b"NETSCAPE2.0") -> bytes:
    return b"!\xff" + sub_blocks(name)[:-1] + sub_blocks(struct.pack("<BH", 1, count))


def sub_blocks(data: bytes) -> bytes:
    chunks = [data[at : at + 255] for at in range(0, len(data), 255)]
    return b"".join(bytes([len(chunk)]) + chunk for chunk in chunks) + b"\0"


def lzw(pixels: bytes) -> bytes:
    """LZW data that never uses the string table: the codes stay nine bits wide because it is cleared in time."""
    clear, end = 256, 257
    codes = [clear]
    for at, pixel in enumerate(pixels):
        if at and at % 250 == 0:
            codes.append(clear)
        codes.append(pixel)
    codes.append(end)
    packed, bits, filled = bytearray(), 0, 0
    for code in codes:
        bits |= code << filled
        filled += 9
        while filled >= 8:
            packed.append(bits & 0xFF)
            bits, filled = bits >> 8, filled - 8
    return b"\x08" + sub_blocks(bytes([*packed, bits]))


# PNG


@dataclass
class PngPicture:
    """One frame of an APNG, of one colour."""

    width: int = 4
    height: int = 3
    x: int = 0
    y: int = 0
    fill: Sequence[int] = RED
    delay: tuple[int, int] = (1, 10)
    dispose: int = 0
    blend: int = 0
    data: bytes | None = None  # instead of a good zlib stream
    pieces: int = 1  # how many chunks the data is cut into


@dataclass
class PngWriter:
    """Writes chunks; the sequence numbers of fcTL and fdAT come by themselves."""

    size: tuple[int, int] = (4, 3)
    header: bytes = field(default=b"\x08\x06\0\0\0")  # bit depth, colour type, ...
    sequence: int = 0
    wrong: int | None = None  # the sequence number instead of which another is written

    def begin(self) -> bytes:
        return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">II", *self.size) + self.header)

    def control(self, picture: PngPicture) -> bytes:
        box = picture.width, picture.height, picture.x, picture.y
        body = struct.pack(">5I2H2B", self._next(), *box, *picture.delay, picture.dispose, picture.blend)
        return chunk(b"fcTL", body)

    def data(self, picture: PngPicture, *, still: bool) -> bytes:
        stream = scanlines(picture) if picture.data is None else picture.data
        step = -(-len(stream) // picture.pieces)
        pieces = [stream[at : at + step] for at in range(0, len(stream), step)]
        if still:
            return b"".join(chunk(b"IDAT", piece) for piece in pieces)
        return b"".join(chunk(b"fdAT", struct.pack(">I", self._next()) + piece) for piece in pieces)

    def _next(self) -> int:
        self.sequence += 1
        return 99 if self.sequence - 1 == self.wrong else self.sequence - 1


def build_apng(
    pictures: Sequence[PngPicture],
    *,
    size: tuple[int, int] = (4, 3),
    plays: int = 0,
    announced: int | None = None,
    hidden: PngPicture | None = None,
    end: bytes | None = None,
    wrong: int | None = None,
) -> bytes:
    """An APNG; `hidden` is a default image that is no frame, `announced` what acTL says of the number of frames."""
    writer = PngWriter(size, wrong=wrong)
    count = len(pictures) if announced is None else announced
    parts = [writer.begin(), chunk(b"acTL", struct.pack(">II", count, plays))]
    if hidden is not None:
        parts.append(writer.data(hidden, still=True))
    for number, picture in enumerate(pictures):
        parts += [writer.control(picture), writer.data(picture, still=number == 0 and hidden is None)]
    parts.append(chunk(b"IEND", b"") if end is None else end)
    return b"".join(parts)


def build_png(size: tuple[int, int] = (4, 3), fill: Sequence[int] = RED, *extra: bytes) -> bytes:
    """A still PNG, with `extra` chunks before its data."""
    writer = PngWriter(size)
    picture = PngPicture(*size, fill=fill)
    return b"".join([writer.begin(), *extra, writer.data(picture, still=True), chunk(b"IEND", b"")])


def build_row(depth: int, colours: int, samples: bytes, width: int, *extra: bytes, frames: int = 0) -> bytes:
    """A PNG one row high in any format, `extra` chunks before its data; or an animation of so many equal frames."""
    writer = PngWriter((width, 1), bytes([depth, colours, 0, 0, 0]))
    picture = PngPicture(width, 1, data=zlib.compress(b"\0" + samples))
    parts = [writer.begin(), chunk(b"acTL", struct.pack(">II", frames, 0)) if frames else b"", *extra]
    for number in range(frames or 1):
        parts.append(writer.control(picture) if frames else b"")
        parts.append(writer.data(picture, still=number == 0))
    return b"".join([*parts, chunk(b"IEND", b"")])


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def scanlines(picture: PngPicture) -> bytes:
    return zlib.compress((b"\0" + bytes(picture.fill) * picture.width) * picture.height)
