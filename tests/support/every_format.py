"""A small file of every format that Pillow opens: red, unless the format knows grey alone."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from typing import NamedTuple

from PIL import Image

RED, GREY, GREEN, BLUE = (255, 0, 0), 200, (0, 255, 0), (0, 0, 255)
SIZE = 8, 6
PIXELS = SIZE[0] * SIZE[1]
_BGR_RED, _RGB_RED = bytes([0, 0, 255]), bytes(RED)


class Expected(NamedTuple):
    """What is said of it."""

    data: bytes
    pixel: tuple[int, int, int, int]
    size: tuple[int, int] = SIZE
    frame_count: int = 1
    tolerance: int = 0


def saved(kind: str, mode: str = "RGB", size: tuple[int, int] = SIZE, **options: object) -> bytes:
    """What Pillow writes."""
    file = io.BytesIO()
    Image.new("RGB", size, RED).convert(mode).save(file, kind, **options)
    return file.getvalue()


def several(kind: str, *, size: tuple[int, int] = SIZE) -> bytes:
    """Three pictures: red, green, blue."""
    file = io.BytesIO()
    pictures = [Image.new("RGB", size, colour) for colour in (RED, GREEN, BLUE)]
    pictures[0].save(file, kind, save_all=True, append_images=pictures[1:])
    return file.getvalue()


def cur() -> bytes:
    header = struct.pack("<IiiHHIIiiII", 40, 8, 12, 1, 24, 0, PIXELS * 3, 0, 0, 0, 0)
    picture = header + _BGR_RED * PIXELS + bytes(4 * 6)
    return struct.pack("<HHH", 0, 2, 1) + struct.pack("<BBBBHHII", 8, 6, 0, 0, 0, 0, len(picture), 22) + picture


def dcx() -> bytes:
    pages = [saved("PCX"), saved("PCX"), saved("PCX")]
    offsets, at = [], 4 + 4 * 4
    for page in pages:
        offsets.append(at)
        at += len(page)
    return struct.pack("<5I", 0x3ADE68B1, *offsets, 0) + b"".join(pages)


def fits() -> bytes:
    cards = ["SIMPLE  = T", "BITPIX  = 8", "NAXIS   = 2", "NAXIS1  = 8", "NAXIS2  = 6", "END"]
    header = "".join(card.ljust(80) for card in cards).ljust(2880).encode()
    return header + bytes([GREY]) * PIXELS + bytes(2880 - PIXELS)


def flic(
    *frames: bytes, size: tuple[int, int] = SIZE, speed: int = 40, magic: int = 0xAF12, announced: int | None = None
) -> bytes:
    """An FLC, or FLI, file of whole chunks."""
    count = len(frames) if announced is None else announced
    body = b"".join(frames)
    header = struct.pack("<IHHHHHHI", 128 + len(body), magic, count, *size, 8, 3, speed)
    return header.ljust(128, b"\0") + body


def flic_frame(*chunks: bytes, kind: int = 0xF1FA) -> bytes:
    body = b"".join(chunks)
    return struct.pack("<IHH8x", 16 + len(body), kind, len(chunks)) + body


def flic_palette(colours: dict[int, tuple[int, int, int]], kind: int = 4) -> bytes:
    """Some colours of the palette, the others left as they are."""
    packets, at = b"", 0
    for index, colour in sorted(colours.items()):
        packets += struct.pack("<BB", index - at, 1) + bytes(colour)
        at = index + 1
    body = struct.pack("<H", len(colours)) + packets
    return struct.pack("<IH", 6 + len(body), kind) + body


def flic_pixels(index: int, size: tuple[int, int] = SIZE) -> bytes:
    """All pixels, of that colour, uncompressed."""
    return struct.pack("<IH", 6 + size[0] * size[1], 16) + bytes([index]) * (size[0] * size[1])


def flic_line(index: int, line: int, width: int) -> bytes:
    """One line of that colour, the others left as they are."""
    body = struct.pack("<HHBBb", line, 1, 1, 0, -width) + bytes([index])
    return struct.pack("<IH", 6 + len(body), 12) + body


def flic_same() -> bytes:
    """No change: no lines."""
    return struct.pack("<IHHH", 10, 7, 0, 0)


def ftex() -> bytes:
    content = _RGB_RED * PIXELS
    return b"FTEX" + struct.pack("<i2i2i2i", 0x10000, *SIZE, 1, 1, 1, 32) + struct.pack("<i", len(content)) + content


def gbr() -> bytes:
    return struct.pack(">5I4sI", 34, 2, *SIZE, 4, b"GIMP", 10) + b"brush\0" + bytes([*RED, 255]) * PIXELS


def im(frames: int = 1, announced: str | None = None) -> bytes:
    lines = f"Image type: RGB image\r\nImage size (x*y): 8*6\r\nFile size (no of images): {announced or frames}\r\n"
    planes = b"".join(bytes([colour[0]] * 8 + [colour[1]] * 8 + [colour[2]] * 8) for colour in [RED] * 6)
    return lines.encode().ljust(511, b"\0") + b"\x1a" + planes[::1] * frames


def imt() -> bytes:
    return b"*comment\nwidth 8\nheight 6\npixel n8\n\x0c" + bytes([GREY]) * PIXELS


def iptc() -> bytes:
    def field(record: int, number: int, content: bytes) -> bytes:
        return struct.pack(">BBBH", 0x1C, record, number, len(content)) + content

    sizes = field(3, 20, b"\x08") + field(3, 30, b"\x06")
    return field(3, 60, b"\1\0") + sizes + field(3, 120, b"\x01") + field(8, 10, bytes([GREY]) * PIXELS) + bytes(5)


def mcidas() -> bytes:
    words = [0] * 64
    words[1], words[8], words[9], words[10], words[13], words[33] = 4, 6, 8, 1, 1, 256
    return struct.pack(">64i", *words) + bytes([GREY]) * PIXELS


def pcd() -> bytes:
    data = bytearray(96 * 2048 + 768 * 512 * 3 // 2)
    data[2048:2052] = b"PCD_"
    return bytes(data)


def pixar() -> bytes:
    data = bytearray(1024)
    data[:4] = b"\200\350\0\0"
    struct.pack_into("<HH4xHH", data, 416, 6, 8, 14, 2)
    return bytes(data) + _RGB_RED * PIXELS


def psd(*, layers: int = 0) -> bytes:
    header = b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, 6, 8, 8, 3)
    records, pixels = b"", b""
    for _ in range(layers):
        records += struct.pack(">4iH", 0, 0, 6, 8, 3)
        records += b"".join(struct.pack(">HI", channel, 2 + PIXELS) for channel in range(3))
        records += b"8BIMnorm" + bytes([255, 0, 0, 0]) + struct.pack(">I", 12) + bytes(12)
        pixels += (b"\0\0" + bytes(PIXELS)) * 3
    info = struct.pack(">H", layers) + records + pixels if layers else b""
    info += b"\0" * (len(info) & 1)
    section = struct.pack(">I", len(info)) + info + bytes(4) if layers else b""
    planes = bytes([255]) * PIXELS + bytes(2 * PIXELS)
    return header + bytes(8) + struct.pack(">I", len(section)) + section + b"\0\0" + planes


def sun() -> bytes:
    return struct.pack(">8I", 0x59A66A95, *SIZE, 24, PIXELS * 3, 1, 0, 0) + _BGR_RED * PIXELS


def xpm() -> bytes:
    rows = '"aaaaaaaa",\n' * 6
    return f'/* XPM */\nstatic char *x[] = {{\n"8 6 1 1",\n"a c #ff0000",\n{rows}}};\n'.encode()


def xv_thumbnail() -> bytes:
    return b"P7 332\n#XVVERSION:Version 2.28\n#END_OF_COMMENTS\n8 6 255\n" + bytes([0b11100000]) * PIXELS


def tiff(*kinds: int, size: tuple[int, int] = SIZE) -> bytes:
    """A page for each NewSubfileType; those of smaller copies are half as large."""
    file = io.BytesIO()
    pages = [Image.new("RGB", size if not kind & 1 else (size[0] // 2, size[1] // 2), RED) for kind in kinds]
    from PIL import TiffImagePlugin

    with TiffImagePlugin.AppendingTiffWriter(file, new=True) as writer:
        for page, kind in zip(pages, kinds, strict=True):
            page.save(writer, "TIFF", tiffinfo={254: kind})
            writer.newFrame()
    return file.getvalue()


_OPAQUE_RED, _OPAQUE_GREY = (*RED, 255), (GREY, GREY, GREY, 255)

FORMATS: dict[str, Callable[[], Expected]] = {
    "AVIF": lambda: Expected(saved("AVIF", quality=100, subsampling="4:4:4"), _OPAQUE_RED, tolerance=3),
    "BLP": lambda: Expected(saved("BLP", "P"), _OPAQUE_RED, tolerance=60),
    "BMP": lambda: Expected(saved("BMP"), _OPAQUE_RED),
    "DIB": lambda: Expected(saved("DIB"), _OPAQUE_RED),
    "CUR": lambda: Expected(cur(), _OPAQUE_RED),
    "PCX": lambda: Expected(saved("PCX"), _OPAQUE_RED),
    "DCX": lambda: Expected(dcx(), _OPAQUE_RED, frame_count=3),
    "DDS": lambda: Expected(saved("DDS"), _OPAQUE_RED),
    "FITS": lambda: Expected(fits(), _OPAQUE_GREY),
    "FLI": lambda: Expected(flic(flic_frame(flic_palette({5: RED}), flic_pixels(5))), _OPAQUE_RED),
    "FTEX": lambda: Expected(ftex(), _OPAQUE_RED),
    "GBR": lambda: Expected(gbr(), _OPAQUE_RED),
    "GIF": lambda: Expected(several("GIF"), _OPAQUE_RED, frame_count=3),
    "PNG": lambda: Expected(several("PNG"), _OPAQUE_RED, frame_count=3),
    "JPEG2000": lambda: Expected(saved("JPEG2000"), _OPAQUE_RED),
    "ICNS": lambda: Expected(saved("ICNS", "RGBA", (16, 16)), _OPAQUE_RED, size=(1024, 1024)),
    "ICO": lambda: Expected(saved("ICO", size=(32, 32), sizes=[(16, 16), (32, 32)]), _OPAQUE_RED, size=(32, 32)),
    "IM": lambda: Expected(im(3), _OPAQUE_RED, frame_count=3),
    "IMT": lambda: Expected(imt(), _OPAQUE_GREY),
    "IPTC": lambda: Expected(iptc(), _OPAQUE_GREY),
    "JPEG": lambda: Expected(saved("JPEG", quality=95), _OPAQUE_RED, tolerance=3),
    "MCIDAS": lambda: Expected(mcidas(), _OPAQUE_GREY),
    "MPO": lambda: Expected(several("MPO"), _OPAQUE_RED, tolerance=3),
    "MSP": lambda: Expected(saved("MSP", "1", (32, 6)), (0, 0, 0, 255), size=(32, 6)),
    "PCD": lambda: Expected(pcd(), (0, 0, 0, 255), size=(768, 512), tolerance=255),
    "PIXAR": lambda: Expected(pixar(), _OPAQUE_RED),
    "PPM": lambda: Expected(saved("PPM"), _OPAQUE_RED),
    "PSD": lambda: Expected(psd(), _OPAQUE_RED),
    "QOI": lambda: Expected(saved("QOI"), _OPAQUE_RED),
    "SGI": lambda: Expected(saved("SGI"), _OPAQUE_RED),
    "SPIDER": lambda: Expected(saved("SPIDER", "F"), (76, 76, 76, 255)),
    "SUN": lambda: Expected(sun(), _OPAQUE_RED),
    "TGA": lambda: Expected(saved("TGA"), _OPAQUE_RED),
    "TIFF": lambda: Expected(several("TIFF"), _OPAQUE_RED, frame_count=3),
    "WEBP": lambda: Expected(saved("WEBP", lossless=True), _OPAQUE_RED),
    "XBM": lambda: Expected(saved("XBM", "1"), (0, 0, 0, 255), tolerance=255),
    "XPM": lambda: Expected(xpm(), _OPAQUE_RED),
    "XVTHUMB": lambda: Expected(xv_thumbnail(), _OPAQUE_RED, tolerance=40),
}

UNREADABLE = {
    "BUFR": "Pillow knows the format, and has no decoder",
    "EPS": "decoding it would run an interpreter on the file",
    "GRIB": "Pillow knows the format, and has no decoder",
    "HDF5": "Pillow knows the format, and has no decoder",
    "MPEG": "Pillow knows the format, and has no decoder",
    "WMF": "Pillow has a decoder on Windows alone",
    "FPX": "its plugin needs a package that is not required here",
    "MIC": "its plugin needs a package that is not required here",
}
