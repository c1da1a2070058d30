"""Files of every kind that browsers show, drawn at random: what is compared with Chromium. The seed decides all."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy
from PIL import Image, ImageCms

from sddisplaylink.decoders.colour.icc import Gamma, Primaries, rgb_profile
from support.generated_images import CHANNELS, PNG_FORMATS
from support.images import PngPicture, PngWriter, chunk
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
    file, mode, name = io.BytesIO(), rng.choice(["RGB", "RGBA"]), rng.choice(["none", *sorted(PROFILES)])
    lossless, flagged = rng.random() < 0.5, rng.random() < 0.7
    options: dict[str, object] = {} if name == "none" else {"icc_profile": PROFILES[name]()}
    options["exif"] = b"Exif\0\0" + exif(rng.randrange(10))
    picture(rng, size_of(rng), mode, partial=flagged).save(file, "WEBP", lossless=lossless, quality=95, **options)
    data = bytearray(file.getvalue())
    if data[12:16] == b"VP8X" and not flagged:
        data[20] &= ~0x10  # the alpha flag
    return Sample(bytes(data), "image/webp", f"still webp {mode} {name} {data[20]:x}")


# AVIF


def avif_animation(rng: random.Random) -> Sample:
    size, mode = size_of(rng), rng.choice(["RGB", "RGBA", "L"])
    count = rng.choice([2, 3, 5, 9])
    file = io.BytesIO()
    pictures = [picture(rng, size, mode) for _ in range(count)]
    durations = [rng.choice([0, 10, 40, 100, 333]) for _ in range(count)]
    options = {"quality": 95, "subsampling": "4:4:4", "range": "limited"}  # Chromium 156 takes any sequence for that
    pictures[0].save(file, "AVIF", save_all=True, append_images=pictures[1:], duration=durations, **options)
    data = bytearray(file.getvalue())
    about = f"avif {size} {mode} {durations}"
    if rng.random() < 0.7:
        about += set_timing(data, rng)
    if mode != "RGBA" and rng.random() < 0.5:
        about += set_colours(data, rng.choice(SHOWN_ALIKE))
    return Sample(bytes(data), "image/avif", about)


def set_colours(data: bytearray, numbers: tuple[int, int]) -> str:
    """Other numbers instead of those that Pillow's encoder writes."""
    at = -1
    while (at := data.find(b"colrnclx", at + 1)) >= 0:
        struct.pack_into(">HH", data, at + 8, *numbers)
    return f" nclx {numbers}"


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
    colours = rng.choice(["full", "limited"])
    options: dict[str, object] = {"quality": 95, "subsampling": "4:4:4", "range": colours}
    if mode != "L" and (name := rng.choice(["none", *sorted(PROFILES.keys() - {"broken"})])) != "none":
        options["icc_profile"] = PROFILES[name]()
        colours += f" {name}"
    # of a still picture, Chromium 156 stretches what alpha there is between nothing and all
    picture(rng, size, mode, partial=False).save(file, "AVIF", exif=b"Exif\0\0" + exif(orientation), **options)
    data = bytearray(file.getvalue())
    if rng.random() < 0.5:
        colours += set_colours(data, rng.choice(CODES))
    return Sample(bytes(data), "image/avif", f"still avif {size} {mode} {colours} orientation {orientation}")


# PNG


def png_still(rng: random.Random) -> Sample:
    """Any colour type and depth, with any of what can be said of its colours.

    HDR only with 8 bits, which is what we map, and alpha in parts only without HDR: Chromium multiplies by alpha, in 8
    bits, before it maps.
    """
    colours, depth = rng.choice(PNG_FORMATS)
    size = size_of(rng)
    writer = PngWriter(size, bytes([depth, colours, 0, 0, 0]))
    said, notes = colour_chunks(rng, CODES if depth < 16 else SDR_CODES)
    partial = not any(name == "cICP" and numbers[1] in HDR for name, *numbers in notes)
    parts = [writer.begin(), *said, *palette_chunks(rng, colours, depth, partial=partial)]
    parts.append(writer.data(PngPicture(data=rows(rng, size, colours, depth, partial=partial)), still=True))
    return Sample(b"".join([*parts, chunk(b"IEND", b"")]), "image/png", f"png {size} {colours} {depth} {notes}")


def apng(rng: random.Random) -> Sample:
    """Alpha in parts only where no colours are converted: Chromium makes video of frames, and rounds that twice."""
    colours, depth = rng.choice(PNG_FORMATS)
    size, count = size_of(rng), rng.choice([1, 2, 4])
    writer = PngWriter(size, bytes([depth, colours, 0, 0, 0]))
    said, notes = colour_chunks(rng, SHOWN_ALIKE)
    plays = rng.choice([0, 1, 5])
    parts = [writer.begin(), chunk(b"acTL", struct.pack(">II", count, plays)), *said]
    parts += palette_chunks(rng, colours, depth, partial=not notes)
    for number in range(count):
        x, y = (rng.randrange(size[0]), rng.randrange(size[1])) if number else (0, 0)
        box = (rng.randint(1, size[0] - x), rng.randint(1, size[1] - y)) if number else size
        delay = rng.choice([(1, 10), (0, 0), (1, 30), (3, 1000)])
        picture = PngPicture(*box, x, y, delay=delay, dispose=rng.randrange(3), blend=rng.randrange(2))
        picture.data = rows(rng, box, colours, depth, partial=not notes)
        parts += [writer.control(picture), writer.data(picture, still=not number)]
    about = f"apng {size} {colours} {depth} x{count} plays {plays} {notes}"
    return Sample(b"".join([*parts, chunk(b"IEND", b"")]), "image/png", about)


def rows(rng: random.Random, size: tuple[int, int], colours: int, depth: int, *, partial: bool = True) -> bytes:
    """Lines of noise, compressed; alpha is often nothing or all, and always without `partial`."""
    width, height = size
    length = -(-width * CHANNELS[colours] * depth // 8)
    samples = rng.randbytes(length * height)
    if colours in (4, 6) and (not partial or rng.random() < 0.6):
        pixels = numpy.frombuffer(samples, numpy.uint8).reshape(-1, CHANNELS[colours] * depth // 8).copy()
        pixels[:, -(depth // 8) :] = numpy.where(pixels[:, -1:] > 100, 255, 0)
        samples = pixels.tobytes()
    lines = [samples[at * length : (at + 1) * length] for at in range(height)]
    return zlib.compress(b"".join(b"\0" + line for line in lines))


def palette_chunks(rng: random.Random, colours: int, depth: int, *, partial: bool = True) -> list[bytes]:
    if colours != 3:
        return []
    parts = [chunk(b"PLTE", rng.randbytes(3 << depth))]
    alphas = rng.randbytes(1 << depth) if partial else bytes(rng.choices([0, 255], k=1 << depth))
    return [*parts, chunk(b"tRNS", alphas)] if rng.random() < 0.5 else parts


CODES = [
    (primaries, transfer)
    for primaries in (1, 4, 5, 6, 8, 9, 11, 12, 22, 2, 30)
    for transfer in (1, 4, 5, 7, 8, 13, 14, 16, 17, 18, 2, 3)
]

HDR = (16, 18)

SDR_CODES = [numbers for numbers in CODES if numbers[1] not in HDR]

SHOWN_ALIKE = [(primaries, transfer) for primaries in (1, 9, 12) for transfer in (8, 13)]
"""Of which Chromium makes the same in video as in a page."""


def colour_chunks(rng: random.Random, codes: Sequence[tuple[int, int]] = CODES) -> tuple[list[bytes], list[object]]:
    """What a file says of its colours and its orientation."""
    parts, notes = [], []
    if rng.random() < 0.25:
        numbers = rng.choice(codes)
        full = rng.choice([1, 1, 1, 0])
        parts.append(chunk(b"cICP", bytes([*numbers, 0, full])))
        notes.append(("cICP", *numbers, full))
    if rng.random() < 0.1:
        brightest = rng.choice([0, 100, 400, 4000, 20_000])
        parts.append(chunk(b"cLLI", struct.pack(">II", brightest * 10_000, 1)))
        notes.append(("cLLI", brightest))
    if rng.random() < 0.25:
        name = rng.choice(sorted(PROFILES))
        parts.append(chunk(b"iCCP", b"profile\0\0" + zlib.compress(PROFILES[name]())))
        notes.append(("iCCP", name))
    if rng.random() < 0.1:
        parts.append(chunk(b"sRGB", b"\0"))
        notes.append("sRGB")
    if rng.random() < 0.5:
        gamma = rng.choice([45455, 100000, 55556, 50000, 38462, 35714, 30000, 0, rng.randrange(20_000, 150_000)])
        parts.append(chunk(b"gAMA", struct.pack(">I", gamma)))
        notes.append(("gAMA", gamma))
    if rng.random() < 0.3:
        white = rng.choice([(0.3127, 0.3290), (0.3457, 0.3585)])
        corners = rng.choice([SRGB, P3, (0.64, 0.33, 0.21, 0.71, 0.15, 0.06)])
        parts.append(chunk(b"cHRM", struct.pack(">8I", *[round(value * 100_000) for value in (*white, *corners)])))
        notes.append(("cHRM", white, corners))
    if rng.random() < 0.3:
        orientation = rng.randrange(10)
        parts.append(chunk(b"eXIf", exif(orientation, rng.choice("<>"))))
        notes.append(("eXIf", orientation))
    return parts, notes


def exif(orientation: int, order: str = "<") -> bytes:
    beginning = b"II" if order == "<" else b"MM"
    entry = struct.pack(f"{order}HHIHH", 0x112, 3, 1, orientation, 0)
    return beginning + struct.pack(f"{order}HIH", 42, 8, 1) + entry + bytes(4)


SRGB, P3 = (0.64, 0.33, 0.30, 0.60, 0.15, 0.06), (0.680, 0.320, 0.265, 0.690, 0.150, 0.060)


def made_profile(corners: tuple[float, ...], gamma: float) -> bytes:
    pairs = list(zip(corners[::2], corners[1::2], strict=True))
    return rgb_profile(Primaries(*pairs, (0.3127, 0.3290)), Gamma(gamma))


PROFILES: dict[str, Callable[[], bytes]] = {
    "sRGB": lambda: ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
    "P3, gamma 2.2": lambda: made_profile(P3, 2.2),
    "P3, linear": lambda: made_profile(P3, 1.0),
    "sRGB, gamma 1.8": lambda: made_profile(SRGB, 1.8),
    "wide, gamma 2.2": lambda: made_profile((0.7347, 0.2653, 0.1152, 0.8264, 0.1566, 0.0177), 2.2),
    "broken": lambda: made_profile(P3, 1.0)[:200],
}


# JPEG


def jpeg(rng: random.Random) -> Sample:
    file, mode = io.BytesIO(), rng.choice(["RGB", "RGB", "L"])
    name, orientation = rng.choice(["none", *sorted(PROFILES)]), rng.randrange(10)
    options: dict[str, object] = {} if name == "none" else {"icc_profile": PROFILES[name]()}
    options["exif"] = b"Exif\0\0" + exif(orientation, rng.choice("<>"))
    picture(rng, size_of(rng), mode).save(file, "JPEG", quality=95, subsampling=0, **options)
    return Sample(file.getvalue(), "image/jpeg", f"jpeg {mode} {name} orientation {orientation}")


MAKERS: dict[str, tuple[int, Callable[[random.Random], Sample]]] = {
    "webp": (80, webp_animation),
    "webp_still": (20, webp_still),
    "avif": (50, avif_animation),
    "avif_still": (30, avif_still),
    "png": (100, png_still),
    "apng": (60, apng),
    "jpeg": (30, jpeg),
}
"""How many there are of each kind when all are tried, and who makes one."""
