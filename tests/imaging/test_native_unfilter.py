"""PNG's pixels: every format, filter and interlacing, against a model of the specification and Pillow."""

from __future__ import annotations

import io
import struct
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from sddisplaylink._native import ffi, lib
from support.extent import examples
from support.kernels import Canvas, rect

CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
FORMATS = [(0, 1), (0, 2), (0, 4), (0, 8), (0, 16), (2, 8), (2, 16), (3, 1), (3, 2), (3, 4), (3, 8)]
FORMATS += [(4, 8), (4, 16), (6, 8), (6, 16)]
BLENDS = [lib.SDDL_BLEND_SOURCE, lib.SDDL_BLEND_OVER]
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
        kinds = st.sampled_from([0, 1, 2, 3, 4, 4, 4])
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
            index = min(index, len(self.palette) // 3 - 1)
            colour = self.palette[index * 3 : index * 3 + 3]
            known = index < len(self.transparency)
            return colour + bytes([self.transparency[index] if known else 255])
        eight = [v >> 8 if self.depth == 16 else v * 255 // ((1 << self.depth) - 1) for v in samples]
        key = [int.from_bytes(self.transparency[i : i + 2], "big") for i in range(0, len(self.transparency), 2)]
        alpha = eight.pop() if self.colour_type in (4, 6) else 0 if key == samples else 255
        return bytes([*(eight * 3 if len(eight) == 1 else eight), alpha])

    def frame(self, interlaced: bool) -> Frame:
        return Frame((self.width, self.height), (self.colour_type, self.depth), interlaced, self)


class Frame:
    """A frame as the kernels take it: an index, and the file that it is of, of which there are only PLTE and tRNS."""

    def __init__(self, size, colours, interlaced=False, chunks=None) -> None:
        palette, transparency = (chunks.palette, chunks.transparency) if chunks else (b"", b"")
        self.data = ffi.from_buffer("uint8_t[]", palette + transparency)
        self.index, self.c = ffi.new("sddl_png_index *"), ffi.new("sddl_png_frame *")
        self.index.colour_type, self.index.bit_depth = colours
        self.index.interlaced = interlaced
        self.index.palette = 0, len(palette)
        self.index.transparency = len(palette), len(palette + transparency)
        self.c.width, self.c.height = size

    @property
    def stored_size(self) -> int:
        return lib.sddl_png_frame_size(self.index, self.c)

    def draw(self, stored: bytes, canvas: Canvas, x: int = 0, y: int = 0, blend: int = lib.SDDL_BLEND_SOURCE) -> int:
        self.c.x, self.c.y, self.c.blend = x, y, blend
        memory = ffi.new("uint8_t[]", stored or b"\0")
        return lib.sddl_png_draw(self.data, len(self.data), self.index, self.c, memory, len(stored), canvas.c)


@pytest.mark.parametrize(("colour_type", "depth"), FORMATS)
@given(data=st.data(), interlaced=st.booleans(), width=st.integers(1, 21), height=st.integers(1, 17))
@examples(25)
def test_every_format_filter_and_pass(colour_type, depth, data, interlaced, width, height):
    picture = Picture(colour_type, depth, width, height, data.draw)
    stored = picture.stored(interlaced, data.draw)
    frame = picture.frame(interlaced)
    assert frame.stored_size == len(stored)
    canvas = Canvas(width, height, None, data.draw(st.sampled_from([0, 12])))
    assert frame.draw(stored, canvas) == lib.SDDL_PIXELS_WHOLE
    assert canvas.read() == picture.rgba()


@pytest.mark.parametrize(("colour_type", "depth"), FORMATS)
@given(data=st.data(), interlaced=st.booleans(), width=st.integers(1, 40), height=st.integers(1, 9))
@examples(25)
def test_drawn_where_it_belongs_and_over_what_is_there(colour_type, depth, data, interlaced, width, height):
    picture = Picture(colour_type, depth, width, height, data.draw)
    if colour_type == 3:
        alphas = st.sampled_from([0, 255, data.draw(st.sampled_from([0, 255, 77]))])
        picture.transparency = (bytes(data.draw(st.lists(alphas, max_size=12))) * 256)[:256]
        picture.palette = (picture.palette * 20)[:768]
    stored = picture.stored(interlaced, data.draw)
    under = data.draw(st.binary(min_size=64, max_size=64)) * ((width + 3) * (height + 2))
    x, y, blend = data.draw(st.tuples(st.integers(0, 3), st.integers(0, 2), st.sampled_from(BLENDS)))
    canvas, expected = (Canvas(width + 3, height + 2, under[: (width + 3) * (height + 2) * 4], 8) for _ in range(2))
    pixels = ffi.new("uint8_t[]", picture.rgba())
    lib.sddl_draw_pixels(expected.c, rect(x, y, width, height), pixels, len(pixels), width * 4, blend)
    assert picture.frame(interlaced).draw(stored, canvas, x, y, blend) == lib.SDDL_PIXELS_WHOLE
    assert canvas.read() == expected.read()


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
    picture.palette += picture.palette[-3:] * (256 - len(picture.palette) // 3)  # Pillow has black where it ends
    stored = picture.stored(interlaced, data.draw)
    canvas = Canvas(width, height)
    assert picture.frame(interlaced).draw(stored, canvas) == lib.SDDL_PIXELS_WHOLE
    with Image.open(io.BytesIO(png_file(picture, interlaced, stored))) as image:
        assert canvas.read() == image.convert("RGBA").tobytes()


@pytest.mark.parametrize("interlaced", [False, True])
@given(data=st.data())
@settings(deadline=None, max_examples=5)
def test_nothing_is_drawn_of_what_is_cut_off(interlaced, data):
    picture = Picture(2, 8, 9, 8, data.draw)
    stored = picture.stored(interlaced, data.draw)
    canvas = Canvas(9, 8, b"\1\2\3\4" * 72)
    for end in range(len(stored)):
        assert picture.frame(interlaced).draw(stored[:end], canvas) == lib.SDDL_PIXELS_CUT
    assert canvas.read() == b"\1\2\3\4" * 72


def test_nothing_is_drawn_of_what_has_an_unknown_filter():
    canvas, frame = Canvas(1, 3), Frame((1, 3), (6, 8))
    assert frame.draw(b"\0\1\2\3\4" + b"\5\1\2\3\4" + b"\0\1\2\3\4", canvas) == lib.SDDL_PIXELS_BROKEN
    assert canvas.read() == bytes(12)


@pytest.mark.parametrize("colours", [(0, 3), (1, 8), (2, 4), (3, 16), (4, 4), (5, 8), (6, 2), (7, 8), (6, 0)])
def test_formats_that_png_does_not_know(colours):
    frame = Frame((1, 1), colours)
    assert frame.stored_size == frame.draw(bytes(20), Canvas(1, 1)) == lib.SDDL_E_ARGUMENT


def test_absurd_sizes_and_missing_palettes_are_refused():
    refused = lib.SDDL_E_ARGUMENT
    assert Frame((0xFFFFFFFF, 0xFFFFFFFF), (6, 16)).stored_size == refused
    assert Frame((3, 1), (6, 8)).draw(bytes(13), Canvas(2, 1)) == refused
    assert Frame((1, 1), (6, 8)).draw(bytes(5), Canvas(1, 1), 1, 0) == refused
    assert Frame((1, 1), (3, 8)).draw(bytes(2), Canvas(1, 1)) == refused
    outside = Frame((1, 1), (6, 8))
    for outside.index.transparency in ([0, 1], [1, 0]):
        assert outside.draw(bytes(5), Canvas(1, 1)) == refused
