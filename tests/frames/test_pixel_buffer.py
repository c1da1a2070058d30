"""Pixels in other layouts: right in every byte, in whose memory they are, and who may write to it."""

from __future__ import annotations

import array
import gc
import random

import numpy
import pytest
from PIL import Image

import sddisplaylink as sd
from sddisplaylink.frames.frame import Frame

FORMATS = ["RGBA", "BGRA", "RGBa", "BGRa"]


def pixels_of(width: int, height: int, seed: int = 0) -> bytes:
    """Random colours; alpha random, too, but in the upper rows opaque, in the lowest one 0."""
    rgba = numpy.frombuffer(random.Random(seed).randbytes(width * height * 4), numpy.uint8).copy()
    rgba = rgba.reshape(height, width, 4)
    rgba[: height // 2, :, 3] = 255
    rgba[-1:, :, 3] = 0
    return rgba.tobytes()


def frame_of(width: int, height: int, pixels: bytes | None = None) -> Frame:
    return Frame.of_pixels(0, 0.0, 0.1, (width, height), pixels or pixels_of(width, height))


def expected(frame: Frame, layout: str) -> numpy.ndarray:
    """The same by plain arithmetic: colour × alpha / 255 rounded to nearest."""
    wide = numpy.asarray(frame).astype(numpy.int64)
    if layout.endswith("a"):
        wide[..., :3] = (2 * wide[..., :3] * wide[..., 3:] + 255) // 510
    return wide[..., [2, 1, 0, 3]] if layout.startswith("B") else wide


@pytest.fixture
def frame():
    return frame_of(5, 4)


@pytest.mark.parametrize("layout", FORMATS)
@pytest.mark.parametrize("width", [1, 3, 15, 16, 17, 31, 32, 50, 133])
def test_every_layout_in_rows_of_every_length(layout, width):
    frame = frame_of(width, 7)
    assert (numpy.asarray(frame.buffer(layout)) == expected(frame, layout)).all()
    assert (numpy.asarray(frame.buffer(layout, row_alignment=64)) == expected(frame, layout)).all()


@pytest.mark.parametrize("layout", ["RGBa", "BGRa"])
def test_every_colour_under_every_alpha(layout):
    alpha, colour = numpy.mgrid[0:256, 0:256].astype(numpy.uint8)
    frame = frame_of(256, 256, numpy.dstack([colour, colour[:, ::-1], alpha, alpha]).tobytes())
    assert (numpy.asarray(frame.buffer(layout)) == expected(frame, layout)).all()


def test_what_it_says(frame):
    buffer = frame.buffer("BGRa", row_alignment=64)
    assert (buffer.format, buffer.size, buffer.stride, buffer.nbytes) == ("BGRa", (5, 4), 64, 256)
    assert (buffer.data.ndim, buffer.data.format, buffer.data.nbytes, buffer.data.readonly) == (1, "B", 256, True)
    assert repr(buffer) == "<PixelBuffer BGRa 5x4, 64 bytes a row>"
    assert isinstance(buffer, sd.PixelBuffer)


@pytest.mark.parametrize(("alignment", "stride"), [(1, 20), (4, 20), (8, 24), (16, 32), (64, 64), (4096, 4096)])
def test_rows_begin_at_multiples_of_the_alignment(frame, alignment, stride):
    assert frame.buffer("BGRA", row_alignment=alignment).stride == stride


@pytest.mark.parametrize("alignment", [1, 4])
def test_the_frames_own_layout_is_its_own_memory(frame, alignment):
    buffer = frame.buffer(row_alignment=alignment)
    assert buffer.data.readonly
    assert numpy.asarray(buffer).ctypes.data == numpy.asarray(frame).ctypes.data
    assert numpy.asarray(frame.buffer(row_alignment=8)).ctypes.data != numpy.asarray(frame).ctypes.data


def test_numpy_copies_nothing_and_cannot_write(frame):
    buffer = frame.buffer("BGRA", row_alignment=32)
    rows = numpy.asarray(buffer)
    assert (rows.shape, rows.strides, rows.dtype) == ((4, 5, 4), (32, 4, 1), numpy.uint8)
    assert rows.ctypes.data == numpy.frombuffer(buffer.data, numpy.uint8).ctypes.data
    assert not rows.flags.writeable


@pytest.mark.parametrize("alignment", [1, 64])
def test_pillow_shares_the_memory(frame, alignment):
    image = frame.buffer(row_alignment=alignment).image
    assert (image.mode, image.size, image.tobytes()) == ("RGBA", (5, 4), frame.rgba.tobytes())
    assert image.readonly
    image.putpixel((0, 0), (1, 2, 3, 4))
    assert frame.buffer(row_alignment=alignment).data[:20] == frame.rgba.tobytes()[:20]
    out = bytearray(80)
    view = frame.buffer(out=out).image
    out[:4] = b"\1\2\3\4"
    assert view.getpixel((0, 0)) == (1, 2, 3, 4)


def test_pillow_knows_no_other_layout(frame):
    with pytest.raises(ValueError, match='"BGRa"'):
        _ = frame.buffer("BGRa").image
    read_by_pillow = Image.frombytes("RGBA", frame.size, bytes(frame.buffer("BGRA").data), "raw", "BGRA")
    assert read_by_pillow.tobytes() == frame.rgba.tobytes()


@pytest.mark.parametrize("layout", FORMATS)
def test_the_memory_outlives_frame_and_buffer(layout):
    frame = frame_of(40, 30)
    rows, right = numpy.asarray(frame.buffer(layout)), expected(frame, layout)
    del frame
    gc.collect()
    crowd = [bytearray(b"\xaa" * 4800) for _ in range(100)]
    assert (rows == right).all()
    assert len(crowd) == 100


@pytest.mark.parametrize("layout", FORMATS)
@pytest.mark.parametrize("extra", [0, 9])
def test_writes_into_memory_that_is_given(frame, layout, extra):
    out = bytearray(b"\x55" * (4 * 32 + extra))
    buffer = frame.buffer(layout, row_alignment=32, out=out)
    assert (numpy.asarray(buffer) == expected(frame, layout)).all()
    assert numpy.asarray(buffer).ctypes.data == numpy.frombuffer(out, numpy.uint8).ctypes.data
    assert buffer.nbytes == 4 * 32
    assert not buffer.data.readonly
    assert all(set(out[row * 32 + 20 : row * 32 + 32]) == {0x55} for row in range(4))
    assert out[128:] == b"\x55" * extra


@pytest.mark.parametrize("make", [lambda: array.array("I", bytes(80)), lambda: numpy.zeros((4, 5, 4), numpy.uint8)])
def test_out_may_be_of_any_shape(frame, make):
    out = make()
    frame.buffer("BGRA", out=out)
    assert bytes(memoryview(out).cast("B") if isinstance(out, array.array) else out.tobytes()) == (
        expected(frame, "BGRA").astype(numpy.uint8).tobytes()
    )


def test_memory_of_the_caller_is_released(frame):
    out = bytearray(80)
    frame.buffer("BGRA", out=out)
    out.append(1)  # BufferError if a view of it were left


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"format": "ARGB"}, ValueError, "RGBA, BGRA, RGBa, BGRa, not 'ARGB'"),
        ({"format": None}, ValueError, "not None"),
        ({"row_alignment": 0}, ValueError, "power of two"),
        ({"row_alignment": -4}, ValueError, "power of two"),
        ({"row_alignment": 48}, ValueError, "not 48"),
        ({"row_alignment": 8192}, ValueError, "4096"),
        ({"row_alignment": 4.0}, TypeError, "integer"),
        ({"out": bytearray(79)}, ValueError, "79 bytes, 80 are needed"),
        ({"out": bytearray(0)}, ValueError, "80 are needed"),
        ({"out": bytes(80)}, BufferError, "writable"),
        ({"out": memoryview(bytearray(160))[::2]}, BufferError, "contiguous"),
        ({"out": 80}, TypeError, "bytes-like"),
        ({"out": "a" * 80}, TypeError, "unicode"),
    ],
)
def test_bad_arguments(frame, arguments, error, text):
    with pytest.raises(error, match=text):
        frame.buffer(**arguments)
