"""Writes a small seed corpus of our own for each fuzzer: ``python tests/fuzz/seeds.py DIRECTORY``."""

from __future__ import annotations

import io
import struct
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from PIL import Image

from support.avif import avif_sequence
from support.browser_samples import P3, exif, made_profile
from support.every_format import flic, flic_frame, flic_palette, flic_same
from support.images import GREEN, GifPicture, PngPicture, build_apng, build_gif, build_png, loop_extension
from support.lzw_encoder import encode_lzw, sub_blocks
from support.riff import webp_chunk, webp_file, webp_frame, webp_picture

INDICES = bytes((i * i >> 4) % 7 if i // 300 % 2 else 3 for i in range(1200))


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def lzw() -> Iterator[bytes]:
    for code_size in (1, 2, 3, 8, 11):
        data = bytes(value & (1 << code_size) - 1 for value in INDICES)
        yield bytes([code_size, 1200 & 255, 1200 >> 8, 0]) + sub_blocks(encode_lzw(data, code_size, {700}))


def gif() -> Iterator[bytes]:
    data = b"\x08" + sub_blocks(encode_lzw(INDICES, 8))
    first = GifPicture(40, 30, data=data, transparent=3)
    yield build_gif([first, GifPicture(disposal=2, palette=bytes(768))], size=(40, 30), loop=3)
    second = GifPicture(40, 30, 5, 6, data=data, interlaced=True, disposal=3)
    yield build_gif([second], size=(20, 33), palette=None, after=loop_extension(1))


def png_scan() -> Iterator[bytes]:
    row = zlib.compress(bytes(40))
    control = struct.pack(">5I2H2B", 0, 64, 48, 0, 0, 1, 10, 1, 0)
    later = struct.pack(">5I2H2B", 1, 4, 3, 2, 1, 1, 0, 2, 1)
    parts = [chunk(b"PLTE", bytes(9)), chunk(b"tRNS", b"\1"), chunk(b"acTL", struct.pack(">2I", 2, 0))]
    parts += [chunk(b"fcTL", control), chunk(b"IDAT", row), chunk(b"IDAT", row), chunk(b"fcTL", later)]
    yield b"".join([*parts, chunk(b"fdAT", b"\0\0\0\2" + row), chunk(b"IEND", b"")])


def png_unpack() -> Iterator[bytes]:
    for number in range(16):
        for interlaced in (0, 1):
            rows = b"".join(bytes([i % 5]) + bytes(range(i, i + 64)) for i in range(20))
            yield bytes([number, 12, 9, interlaced, 200, 6]) + rows


def compose() -> Iterator[bytes]:
    yield bytes([30, 20, 4, 1, 2, 10, 9, 0, 5, 1, 1]) + bytes(range(200))
    yield bytes([60, 30, 0, 200, 255, 1, 40, 255, 2, 0, 2]) + bytes(300)


def python() -> Iterator[bytes]:
    """Whole files, of each kind of decoder that we have."""
    yield from gif()
    later = [PngPicture(3, 4, 5, 2, GREEN, dispose=1, blend=1), PngPicture(6, 6, 1, 1, pieces=2)]
    yield build_apng([PngPicture(12, 9, dispose=2), *later], size=(12, 9), plays=2)
    yield build_apng(later, size=(12, 9), hidden=PngPicture(12, 9))
    frames = [Image.effect_noise((9, 7), 80).convert(mode) for mode in ("RGB", "L", "P")]
    for kind in ("GIF", "PNG", "WEBP", "TIFF"):
        file = io.BytesIO()
        frames[0].save(file, kind, save_all=True, append_images=frames[1:], duration=[20, 30, 40])
        yield file.getvalue()


def containers() -> Iterator[bytes]:
    """Headers are what matters: pictures of one colour."""
    yield avif_sequence(["red", "blue", "lime"], duration=[20, 30, 30])
    yield avif_sequence([(255, 0, 0, 128), (0, 0, 255, 255)])
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, "AVIF", exif=b"Exif\0\0" + exif(6))
    yield file.getvalue()
    content = webp_picture(Image.new("RGBA", (4, 4), (9, 8, 7, 6)), lossless=True)
    frames = webp_frame((0, 0, 4, 4), 40, 0, content) + webp_frame(
        (2, 2, 4, 4), 40, 3, webp_chunk(b"ALPH", b"1") + content
    )
    yield webp_file((9, 9), 0x12, [3], webp_chunk(b"ICCP", made_profile(P3, 1.0)) + frames)
    palette = flic_palette({1: (1, 2, 3), 200: (4, 5, 6)})
    yield flic(flic_frame(palette, flic_same(), kind=0xF100), flic_frame(palette, flic_same()), flic_frame(flic_same()))
    said = chunk(b"gAMA", struct.pack(">I", 50_000)) + chunk(
        b"cHRM", struct.pack(">8I", *range(10_000, 90_000, 10_000))
    )
    said += chunk(b"iCCP", b"name\0\0" + zlib.compress(made_profile(P3, 1.8))) + chunk(b"eXIf", exif(7))
    yield build_png((4, 3), GREEN, said)
    yield build_png((4, 3), GREEN, chunk(b"cICP", b"\x0c\x0d\0\1"))
    yield exif(5, ">")
    yield made_profile(P3, 2.2)


def main(directory: Path) -> None:
    for make in (lzw, gif, png_scan, png_unpack, compose, python, containers):
        folder = directory / make.__name__
        folder.mkdir(parents=True, exist_ok=True)
        for number, seed in enumerate(make()):
            (folder / f"{number:02}").write_bytes(seed)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
