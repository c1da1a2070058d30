"""Files of every kind that browsers show, drawn at random: what is compared with Chromium. The seed decides all."""

from __future__ import annotations

import io
import random
import struct
from collections.abc import Callable
from typing import NamedTuple

import numpy
from PIL import Image

from support.riff import webp_chunk, webp_file, webp_frame, webp_picture


class Sample(NamedTuple):
    """A file, its MIME type, and what it is made of."""

    data: bytes
    kind: str
    about: str


def picture(rng: random.Random, size: tuple[int, int], mode: str, *, partial: bool = True) -> Image.Image:
    """Smooth colours, which lossy codecs keep, and every kind of alpha; without `partial`, all or nothing."""
    width, height = size
    y, x = numpy.mgrid[0:height, 0:width]
    bands = []
    for _ in range(4):
        phase, along, across = rng.random() * 6, rng.random() * 0.2, rng.random() * 0.2
        bands.append(127.5 + 127.5 * numpy.sin(phase + along * x + across * y))
    alpha = rng.choice(["opaque", "binary", "smooth", "even"] if partial else ["opaque", "binary"])
    if alpha == "opaque":
        bands[3][:] = 255
    elif alpha == "binary":
        bands[3] = numpy.where(bands[3] > 128, 255, 0)
    elif alpha == "even":
        bands[3][:] = rng.choice([0, 1, 128])
    pixels = numpy.dstack(bands).astype(numpy.uint8)
    return Image.fromarray(pixels, "RGBA").convert(mode)


def size_of(rng: random.Random) -> tuple[int, int]:
    return rng.choice([1, 2, 7, 16, 33]) + rng.randrange(20), rng.choice([1, 3, 8, 17]) + rng.randrange(20)


# WebP


def webp_animation(rng: random.Random) -> Sample:
    canvas, flag = size_of(rng), rng.choice([0, 0x10])
    frames, notes = [], []
    for _ in range(rng.choice([1, 2, 3, 5])):
        if rng.random() < 0.15:  # no picture in it; as the last one, Chromium takes it for a cut
            frames.append(webp_frame((0, 0, 1, 1), 70, 0, b""))
        x, y = rng.randrange(0, canvas[0], 2), rng.randrange(0, canvas[1], 2)
        whole = rng.random() < 0.4
        x, y = (0, 0) if whole else (x, y)
        width = canvas[0] if whole else rng.randint(1, canvas[0] - x)
        height = canvas[1] if whole else rng.randint(1, canvas[1] - y)
        mode = rng.choice(["RGB", "RGBA", "RGBA"])
        lossless = rng.random() < 0.6
        flags = rng.randrange(4)
        # what has alpha in parts though the file does not say so, Chromium takes for premultiplied
        drawn = picture(rng, (width, height), mode, partial=bool(flag) and lossless)
        content = webp_picture(drawn, lossless=lossless, quality=95)
        frames.append(webp_frame((x, y, width, height), rng.choice([0, 10, 11, 40, 100, 5000]), flags, content))
        notes.append(f"{mode}{'l' if lossless else 'y'}{flags}@{x},{y},{width}x{height}")
    loops = [rng.choice([0, 1, 2, 7, 65535]) for _ in range(rng.choice([1, 1, 1, 2]))]
    extra = webp_chunk(b"UNKN", b"123") if rng.random() < 0.2 else b""
    data = webp_file(canvas, 2 | flag, loops, extra + b"".join(frames), background=rng.randrange(1 << 32))
    return Sample(data, "image/webp", f"webp {canvas} flag {flag} loops {loops} {notes}")


def webp_still(rng: random.Random) -> Sample:
    file, mode = io.BytesIO(), rng.choice(["RGB", "RGBA"])
    lossless, flagged = rng.random() < 0.5, rng.random() < 0.7
    picture(rng, size_of(rng), mode, partial=flagged).save(file, "WEBP", lossless=lossless, quality=95)
    data = bytearray(file.getvalue())
    if data[12:16] == b"VP8X" and not flagged:
        data[20] &= ~0x10  # the alpha flag
    return Sample(bytes(data), "image/webp", f"still webp {mode} {data[12:16]!r} {data[20]}")


# AVIF


def avif_animation(rng: random.Random) -> Sample:
    size, mode = size_of(rng), rng.choice(["RGB", "RGBA", "L"])
    count = rng.choice([2, 3, 5, 9])
    file = io.BytesIO()
    pictures = [picture(rng, size, mode) for _ in range(count)]
    durations = [rng.choice([0, 10, 40, 100, 333]) for _ in range(count)]
    options = {"quality": 95, "subsampling": "4:4:4", "range": "limited"}  # Chromium 150 takes any sequence for that
    pictures[0].save(file, "AVIF", save_all=True, append_images=pictures[1:], duration=durations, **options)
    data = bytearray(file.getvalue())
    about = f"avif {size} {mode} {durations}"
    if rng.random() < 0.7:
        about += set_timing(data, rng)
    return Sample(bytes(data), "image/avif", about)


def set_timing(data: bytearray, rng: random.Random) -> str:
    """Other timescales and edit lists, written over what Pillow's encoder says."""
    timescale = rng.choice([1, 24, 30, 60, 24000, 90000, 12800])
    deltas = [rng.choice([1, 1001, 512]) for _ in range(100)]
    said = f" timescale {timescale}"
    for at in places(data, b"mdhd"):
        wide = data[at + 4]
        struct.pack_into(">I", data, at + (24 if wide else 16), timescale)
    for at in places(data, b"stts"):
        (entries,) = struct.unpack_from(">I", data, at + 8)
        for number in range(entries):
            struct.pack_into(">I", data, at + 16 + 8 * number, deltas[number])
    edits = rng.choice(["as it is", "once", "for ever", "none", 1, 2, 3.5, 10])
    length = rng.choice([1, 1000, 77777])
    for at in places(data, b"elst"):
        wide = data[at + 4]
        if edits == "once":
            data[at + 7] = 0
        elif edits != "as it is":
            data[at + 7] = 1
            struct.pack_into(">Q" if wide else ">I", data, at + 12, length)
    for at in places(data, b"tkhd"):
        wide = data[at + 4]
        place, layout = (at + 32, ">Q") if wide else (at + 24, ">I")
        if edits == "for ever":
            struct.pack_into(layout, data, place, 0xFFFFFFFFFFFFFFFF if wide else 0xFFFFFFFF)
        elif isinstance(edits, int | float):
            struct.pack_into(layout, data, place, int(length * edits))
    if edits == "none":
        for at in places(data, b"edts"):
            data[at : at + 4] = b"free"
    return f"{said} deltas {deltas[:3]} edits {edits} of {length}"


def places(data: bytearray, kind: bytes) -> list[int]:
    """Where boxes of that type have their type."""
    found, at = [], data.find(b"moov")
    while (at := data.find(kind, at + 1)) >= 0:
        found.append(at)
    return found


def avif_still(rng: random.Random) -> Sample:
    size, mode, orientation = size_of(rng), rng.choice(["RGB", "RGBA", "L"]), rng.randint(1, 8)
    file = io.BytesIO()
    exif = Image.Exif()
    exif[0x112] = orientation
    colours = rng.choice(["full", "limited"])
    options = {"quality": 95, "subsampling": "4:4:4", "range": colours}
    picture(rng, size, mode).save(file, "AVIF", exif=exif.tobytes(), **options)
    return Sample(file.getvalue(), "image/avif", f"still avif {size} {mode} {colours} orientation {orientation}")


MAKERS: dict[str, tuple[int, Callable[[random.Random], Sample]]] = {
    "webp": (80, webp_animation),
    "webp_still": (20, webp_still),
    "avif": (50, avif_animation),
}
"""How many there are of each kind when all are tried, and who makes one."""
