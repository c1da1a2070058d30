"""Frames: read-only, shared without copying, and their own."""

from __future__ import annotations

import copy
import gc
import pickle
import weakref
from dataclasses import FrozenInstanceError

import numpy
import pytest
from PIL import ImageDraw

from sddisplaylink.frames.frame import Frame

PIXELS = bytes(range(4 * 6))


@pytest.fixture
def frame():
    return Frame.of_pixels(2, 0.25, 0.1, (3, 2), PIXELS)


def test_what_it_says(frame):
    assert (frame.index, frame.timestamp, frame.duration, frame.size, frame.nbytes) == (2, 0.25, 0.1, (3, 2), 24)
    assert repr(frame) == "<Frame 2 3x2 at 0.250 s for 0.100 s>"


def test_rgba_is_read_only_memory_of_rows_of_pixels(frame):
    rgba = frame.rgba
    assert (rgba.shape, rgba.format, rgba.readonly, rgba.c_contiguous) == ((2, 3, 4), "B", True, True)
    assert rgba[1, 0, 2] == PIXELS[12 + 2]
    with pytest.raises(TypeError):
        rgba[0, 0, 0] = 1


def test_numpy_copies_nothing_and_cannot_write(frame):
    array = numpy.asarray(frame)
    assert array.shape == (2, 3, 4)
    assert array.dtype == numpy.uint8
    assert array.ctypes.data == numpy.frombuffer(PIXELS, numpy.uint8).ctypes.data
    assert not array.flags.writeable
    with pytest.raises(ValueError, match="WRITEABLE"):
        array.setflags(write=True)


def test_an_array_outlives_its_frame():
    frame = Frame.of_pixels(0, 0.0, 0.1, (3, 2), bytes(PIXELS))
    array = numpy.asarray(frame)
    del frame
    gc.collect()
    assert array.tobytes() == PIXELS


def test_changing_the_image_changes_neither_the_frame_nor_the_next_image(frame):
    image = frame.image
    assert (image.mode, image.size, image.tobytes()) == ("RGBA", (3, 2), PIXELS)
    image.putpixel((0, 0), (9, 9, 9, 9))
    image.frombytes(bytes(24))
    image.load()[1, 1] = (8, 8, 8, 8)
    ImageDraw.Draw(image).rectangle((0, 0, 3, 3), fill=(7, 7, 7, 7))
    assert bytes(frame.rgba) == PIXELS
    assert frame.image.tobytes() == PIXELS


def test_immutable_and_equal_only_to_itself(frame):
    with pytest.raises(FrozenInstanceError):
        frame.index = 3
    twin = Frame.of_pixels(2, 0.25, 0.1, (3, 2), PIXELS)
    assert frame != twin
    assert frame == frame
    assert len({frame, twin}) == 2


def test_copies_of_what_never_changes_are_the_same(frame):
    buffer = frame.buffer("BGRa")
    for each, name in ((frame, "index"), (buffer, "stride")):
        assert copy.copy(each) is each
        assert copy.deepcopy(each) is each
        with pytest.raises(FrozenInstanceError):
            delattr(each, name)


def test_can_be_referred_to_weakly():
    frame = Frame.of_pixels(0, 0.0, 0.1, (1, 1), bytes(4))
    watch = weakref.ref(frame)
    del frame
    assert watch() is None


def test_a_frame_can_be_pickled():
    frame = Frame.of_pixels(3, 0.5, 0.1, (2, 1), bytes(range(8)))
    copied = pickle.loads(pickle.dumps(frame))
    assert repr(copied) == repr(frame)
    assert copied.rgba == frame.rgba
    assert copied.rgba.shape == (1, 2, 4)
    assert copied.rgba.readonly
