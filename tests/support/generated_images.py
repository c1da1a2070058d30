"""Hypothesis strategies for animated files: every combination that the formats allow, and some that they do not."""

from __future__ import annotations

import struct
import zlib

from hypothesis import strategies as st

from support.images import chunk, loop_extension
from support.lzw_encoder import encode_lzw, sub_blocks

SIZE = (13, 9)
PNG_FORMATS = [(0, depth) for depth in (1, 2, 4, 8, 16)] + [(3, depth) for depth in (1, 2, 4, 8)]
PNG_FORMATS += [(colours, depth) for colours in (2, 4, 6) for depth in (8, 16)]
CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


# GIF


def palettes(draw, bits):
    return draw(st.binary(min_size=3 << bits, max_size=3 << bits))


def gif_codes(draw, code_size, pixels, damaged):
    top = (1 << code_size) - 1
    indices = bytes(draw(st.lists(st.integers(0, top), min_size=pixels, max_size=pixels)))
    length = draw(st.integers(0, pixels)) if damaged else pixels
    clears = draw(st.sets(st.integers(1, max(1, pixels)), max_size=2))
    codes = encode_lzw(indices[:length], code_size, clears, end=draw(st.booleans()), first_clear=draw(st.booleans()))
    if damaged and draw(st.booleans()):
        at = draw(st.integers(0, len(codes)))
        codes = codes[:at] + draw(st.binary(max_size=6)) + codes[at + draw(st.integers(0, 6)) :]
    if damaged and draw(st.booleans()):
        code_size = draw(st.integers(0, 13))
    return bytes([code_size]) + sub_blocks(codes, draw(st.sampled_from([1, 7, 255])))


def gif_frame(draw, damaged):
    width, height = draw(st.integers(0, SIZE[0] + 3)), draw(st.integers(0, SIZE[1] + 9))
    if draw(st.booleans()):
        x, y, width, height = 0, 0, *SIZE
    else:
        x, y = draw(st.integers(0, SIZE[0] + 1)), draw(st.integers(0, SIZE[1] + 1))
    transparent = draw(st.none() | st.integers(0, 255) | st.integers(0, 3))
    flags = draw(st.integers(0, 7)) << 2 | (transparent is not None)
    control = struct.pack("<4BHBB", 0x21, 0xF9, 4, flags, 5, transparent or 0, 0)
    bits = draw(st.none() | st.integers(1, 8))
    interlaced = draw(st.booleans())
    flags = (0 if bits is None else 0x80 | bits - 1) | interlaced << 6
    descriptor = struct.pack("<B4HB", 0x2C, x, y, width, height, flags)
    colours = b"" if bits is None else palettes(draw, bits)
    codes = gif_codes(draw, draw(st.integers(2, 8)), width * height, damaged and draw(st.booleans()))
    return control * draw(st.booleans()) + descriptor + colours + codes


@st.composite
def gifs(draw, damaged=False):
    """A GIF of up to five frames; `damaged`: codes that end early, say nonsense or go on too long."""
    bits = draw(st.none() | st.integers(1, 8))
    screen = struct.pack("<HHBBB", *SIZE, 0 if bits is None else 0x80 | bits - 1, draw(st.integers(0, 255)), 0)
    colours = b"" if bits is None else palettes(draw, bits)
    frames = [gif_frame(draw, damaged) for _ in range(draw(st.integers(1, 5)))]
    return b"".join([b"GIF89a", screen, colours, loop_extension(0), *frames, b";"])


# PNG


def png_rows(size, bits, interlaced):
    """(rows, bytes in each) of every pass that is not empty."""
    for x, y, dx, dy in ADAM7 if interlaced else [(0, 0, 1, 1)]:
        width, height = -(-(size[0] - x) // dx), -(-(size[1] - y) // dy)
        if width > 0 and height > 0:
            yield height, (width * bits + 7) // 8


def png_stream(draw, size, bits, interlaced, damaged):
    filtered = bytearray()
    for rows, length in png_rows(size, bits, interlaced):
        samples = draw(st.binary(min_size=rows * length, max_size=rows * length))
        for row in range(rows):
            filtered.append(draw(st.integers(0, 4)))
            filtered += samples[row * length : (row + 1) * length]
    if not damaged:
        return zlib.compress(filtered)
    kind = draw(st.sampled_from(["short", "long", "filter", "checksum", "cut", "changed", "rest"]))
    if kind == "filter":
        filtered[draw(st.sampled_from([0, len(filtered) // 2]))] = draw(st.integers(5, 255))
    stream = zlib.compress(filtered[: -draw(st.integers(1, len(filtered)))] if kind == "short" else filtered)
    if kind == "long":
        stream = zlib.compress(filtered + draw(st.binary(min_size=1, max_size=40)))
    elif kind == "checksum":
        stream = stream[:-4] + draw(st.binary(min_size=4, max_size=4))
    elif kind == "cut":
        stream = stream[: -draw(st.integers(1, 8))]
    elif kind == "changed":
        at = draw(st.integers(0, len(stream) - 1))
        stream = stream[:at] + draw(st.binary(min_size=1, max_size=1)) + stream[at + 1 :]
    return stream + b"more" * (kind == "rest")


def png_colours(draw, colours, depth, keys):
    """PLTE and tRNS, as the format asks for them or not quite."""
    chunks = []
    if colours == 3:
        entries = draw(st.just(1 << depth) | st.integers(1, 1 << depth))
        chunks.append(chunk(b"PLTE", draw(st.binary(min_size=3 * entries, max_size=3 * entries))))
    if keys and draw(st.booleans()):
        key = struct.pack(">3H", *draw(st.tuples(*[st.integers(0, (1 << depth) - 1)] * 3)))
        body = st.binary(max_size=1 << depth) if colours == 3 else st.sampled_from([key[:2], key, key[:2] + b"\0"])
        chunks.append(chunk(b"tRNS", draw(body)))
    return chunks


def png_frame_rectangle(draw, first):
    if first or draw(st.booleans()):
        return (*SIZE, 0, 0)
    width, height = draw(st.integers(1, SIZE[0])), draw(st.integers(1, SIZE[1]))
    return width, height, draw(st.integers(0, SIZE[0] - width)), draw(st.integers(0, SIZE[1] - height))


@st.composite
def apngs(draw, damaged=False, formats=PNG_FORMATS, interlacing=(False, True), keys=True):
    """An APNG of up to four frames; `damaged`: streams that are too short, too long or wrong; `keys`: perhaps tRNS."""
    colours, depth = draw(st.sampled_from(formats))
    interlaced = draw(st.sampled_from(interlacing))
    count, sequence = draw(st.integers(1, 4)), 0
    header = struct.pack(">II5B", *SIZE, depth, colours, 0, 0, interlaced)
    parts = [b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", header), chunk(b"acTL", struct.pack(">II", count, 0))]
    parts += png_colours(draw, colours, depth, keys)
    for number in range(count):
        box = png_frame_rectangle(draw, number == 0)
        how = draw(st.integers(0, 2)), draw(st.integers(0, 1))
        parts.append(chunk(b"fcTL", struct.pack(">5I2H2B", sequence, *box, 1, 10, *how)))
        stream = png_stream(draw, box[:2], depth * CHANNELS[colours], interlaced, damaged and draw(st.booleans()))
        parts.append(chunk(b"IDAT", stream) if not number else chunk(b"fdAT", struct.pack(">I", sequence + 1) + stream))
        sequence += 1 if not number else 2
    return b"".join([*parts, chunk(b"IEND", b"")])
