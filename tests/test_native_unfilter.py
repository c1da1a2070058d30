"""PNG's pixels: every format, filter and interlacing, against a model of the specification and Pillow."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from kernels import Canvas
from sddisplaylink._native import ffi, lib

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
FORMATS = [(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (3, 1), (3, 2), (3, 4), (3, 8)]
FORMATS += [(4, 8), (4, 16), (6, 8), (6, 16)]
ADAM7 = [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)]


def paeth(left: int, up: int, corner: int) -> int:
    estimate = left + up - corner
    return min((left, up, corner), key=lambda value: abs(estimate - value))


def filtered(rows: list[bytes], filters: list[int], step: int) -> bytes:
    """Rows as a PNG encoder filters them."""
    out, above = bytearray(), bytes(len(rows[0])) if rows else b""
    for row, kind in zip(rows, filters, strict=True):
        out.append(kind)
        for i, value in enumerate(row):
            left, corner = (row[i - step], above[i - step]) if i >= step else (0, 0)
            out.append(value - (0, left, above[i], (left + above[i]) // 2, paeth(left, above[i], corner))[kind] & 255)
        above = row
    return bytes(out)


class Picture:
    """Samples of every format, how PNG stores them, and the RGBA that they stand for."""

    def __init__(self, colour_type: int, depth: int, width: int, height: int, draw) -> None:
        self.colour_type, self.depth, self.width, self.height = colour_type, depth, width, height
        self.channels = CHANNELS[colour_type]
        most = (1 << depth) - 1
        value = st.integers(0, most)
        line = st.lists(value, min_size=1, max_size=40).map(lambda part: (part * width * 4)[: width * self.channels])
        self.rows = draw(st.lists(line, min_size=height, max_size=height))
        self.palette = draw(st.binary(min_size=3, max_size=3)) * 3 + bytes(range(30)) if colour_type == 3 else b""
        self.transparency = b""
        if colour_type == 3:
            self.transparency = draw(st.binary(max_size=12))
        elif colour_type in (0, 2) and draw(st.booleans()):
            self.transparency = b"".join(v.to_bytes(2, "big") for v in self.rows[0][: self.channels])

    def packed(self, samples: list[int]) -> bytes:
        if self.depth >= 8:
            return b"".join(value.to_bytes(self.depth // 8, "big") for value in samples)
        bits = "".join(f"{value:0{self.depth}b}" for value in samples)
        return int(bits.ljust(-(-len(bits) // 8) * 8, "0"), 2).to_bytes(-(-len(bits) // 8), "big")

    def passes(self, interlaced: bool) -> list[list[bytes]]:
        if not interlaced:
            return [[self.packed(row) for row in self.rows]]
        c, result = self.channels, []
        for x, y, dx, dy in ADAM7:
            columns = range(x, self.width, dx)
            lines = [[v for i in columns for v in row[i * c : i * c + c]] for row in self.rows[y::dy]]
            result.append([self.packed(line) for line in lines if line])
        return result

    def stored(self, interlaced: bool, draw) -> bytes:
        step = max(1, self.depth * self.channels // 8)
        kinds = st.integers(0, 4)
        return b"".join(
            filtered(rows, draw(st.lists(kinds, min_size=len(rows), max_size=len(rows))), step)
            for rows in self.passes(interlaced)
        )

    def rgba(self) -> bytes:
        return b"".join(
            self.pixel(row[i : i + self.channels]) for row in self.rows for i in range(0, len(row), self.channels)
        )

    def pixel(self, samples: list[int]) -> bytes:
        if self.colour_type == 3:
            (index,) = samples
            colour = self.palette[index * 3 : index * 3 + 3] or bytes(3)
            known = index < len(self.palette) // 3 and index < len(self.transparency)
            return colour + bytes([self.transparency[index] if known else 255])
        eight = [v >> 8 if self.depth == 16 else v * 255 // ((1 << self.depth) - 1) for v in samples]
        key = [int.from_bytes(self.transparency[i : i + 2], "big") for i in range(0, len(self.transparency), 2)]
        alpha = eight.pop() if self.colour_type in (4, 6) else 0 if key == samples else 255
        return bytes([*(eight * 3 if len(eight) == 1 else eight), alpha])

    def description(self, interlaced: bool):
        c = ffi.new("sddl_png_format *")
        c.width, c.height, c.bit_depth, c.colour_type = self.width, self.height, self.depth, self.colour_type
        c.interlaced, c.palette_entries = interlaced, len(self.palette) // 3
        self.memory = [ffi.from_buffer("uint8_t[]", data) for data in (self.palette, self.transparency)]
        c.palette, c.transparency = self.memory
        c.transparency_size = len(self.transparency)
        return c


def unpack(description, stored: bytes, canvas: Canvas) -> int:
    memory = ffi.new("uint8_t[]", stored or b"\0")
    return lib.sddl_png_unpack(description, memory, len(stored), canvas.c)


@pytest.mark.parametrize(("colour_type", "depth"), FORMATS)
@given(data=st.data(), interlaced=st.booleans(), width=st.integers(1, 21), height=st.integers(1, 17))
@settings(deadline=None, max_examples=25)
def test_every_format_filter_and_pass(colour_type, depth, data, interlaced, width, height):
    picture = Picture(colour_type, depth, width, height, data.draw)
    stored = picture.stored(interlaced, data.draw)
    description = picture.description(interlaced)
    assert lib.sddl_png_filtered_size(description) == len(stored)
    canvas = Canvas(width, height, None, data.draw(st.sampled_from([0, 12])))
    assert unpack(description, stored, canvas) == lib.SDDL_PIXELS_WHOLE
    assert canvas.read() == picture.rgba()


def png_file(picture: Picture, interlaced: bool, stored: bytes) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">2I5B", picture.width, picture.height, picture.depth, picture.colour_type, 0, 0, interlaced)
    parts = [b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", header)]
    parts += [chunk(b"PLTE", picture.palette)] if picture.palette else []
    return b"".join([*parts, chunk(b"IDAT", zlib.compress(stored)), chunk(b"IEND", b"")])


@pytest.mark.parametrize(("colour_type", "depth"), [pair for pair in FORMATS if pair not in [(0, 16), (4, 16)]])
@given(data=st.data(), interlaced=st.booleans(), width=st.integers(1, 21), height=st.integers(1, 17))
@settings(deadline=None, max_examples=10)
def test_equal_to_pillow(colour_type, depth, data, interlaced, width, height):
    picture = Picture(colour_type, depth, width, height, data.draw)
    picture.transparency = b""
    stored = picture.stored(interlaced, data.draw)
    canvas = Canvas(width, height)
    assert unpack(picture.description(interlaced), stored, canvas) == lib.SDDL_PIXELS_WHOLE
    with Image.open(io.BytesIO(png_file(picture, interlaced, stored))) as image:
        assert canvas.read() == image.convert("RGBA").tobytes()


@pytest.mark.parametrize("interlaced", [False, True])
@given(data=st.data())
@settings(deadline=None, max_examples=5)
def test_every_truncation_leaves_the_rest_alone(interlaced, data):
    picture = Picture(2, 8, 9, 8, data.draw)
    stored = picture.stored(interlaced, data.draw)
    whole, untouched = picture.rgba(), b"\1\2\3\4" * 72
    for end in range(len(stored)):
        canvas = Canvas(9, 8, untouched)
        assert unpack(picture.description(interlaced), stored[:end], canvas) == lib.SDDL_PIXELS_CUT
        pixels = canvas.read()
        assert all(pixels[i : i + 4] in (whole[i : i + 4], b"\1\2\3\4") for i in range(0, len(pixels), 4))
        if not interlaced:
            assert pixels[: end // 28 * 36] == whole[: end // 28 * 36]


def test_unknown_filter_is_an_error_from_there_on():
    canvas, description = Canvas(1, 3), ffi.new("sddl_png_format *")
    description.width, description.height, description.bit_depth, description.colour_type = 1, 3, 8, 6
    assert unpack(description, b"\0\1\2\3\4" + b"\5\1\2\3\4" + b"\0\1\2\3\4", canvas) == lib.SDDL_PIXELS_BROKEN
    assert canvas.read() == b"\1\2\3\4" + bytes(8)


@pytest.mark.parametrize(
    ("colour_type", "depth"), [(0, 3), (1, 8), (2, 4), (3, 16), (4, 4), (5, 8), (6, 2), (7, 8), (6, 0)]
)
def test_formats_that_png_does_not_know(colour_type, depth):
    canvas, description = Canvas(1, 1), ffi.new("sddl_png_format *")
    description.width, description.height, description.bit_depth, description.colour_type = 1, 1, depth, colour_type
    assert lib.sddl_png_filtered_size(description) == lib.SDDL_E_ARGUMENT
    assert unpack(description, bytes(20), canvas) == lib.SDDL_E_ARGUMENT


def test_absurd_sizes_and_missing_palettes_are_refused():
    description = ffi.new("sddl_png_format *")
    description.width = description.height = 0xFFFFFFFF
    description.bit_depth, description.colour_type = 16, 6
    assert lib.sddl_png_filtered_size(description) == lib.SDDL_E_ARGUMENT
    description.width = description.height = 1
    assert unpack(description, bytes(9), Canvas(2, 1)) == lib.SDDL_E_ARGUMENT
    description.bit_depth, description.colour_type = 8, 3
    assert unpack(description, bytes(2), Canvas(1, 1)) == lib.SDDL_E_ARGUMENT
