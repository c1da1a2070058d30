"""Animations for images whose data comes in pieces, and what can be compared of two images."""

from __future__ import annotations

import random

import sddisplaylink as sd
from sddisplaylink.images.incremental import IncrementalImage
from support.images import (
    GifPicture,
    PngPicture,
    build_apng,
    build_gif,
    loop_extension,
)

GIF = build_gif(
    [
        GifPicture(24, 20, fill=1, delay=3),
        GifPicture(5, 4, 3, 2, fill=2, disposal=3, palette=bytes(768)),
        GifPicture(24, 20, pixels=bytes(random.Random(1).randbytes(480)), delay=None, before=loop_extension(4)),
        GifPicture(9, 9, 12, 8, fill=4, transparent=4, disposal=2, interlaced=True),
        GifPicture(24, 20, fill=5, delay=2, before=b"!\xfe\x05hello\0"),
    ],
    size=(24, 20),
)
APNG = build_apng(
    [
        PngPicture(24, 20, fill=(1, 2, 3, 255)),
        PngPicture(5, 4, 3, 2, fill=(9, 8, 7, 128), dispose=1, blend=1, pieces=3),
        PngPicture(24, 20, fill=(5, 5, 5, 5), delay=(1, 0)),
        PngPicture(9, 9, 12, 8, fill=(200, 100, 0, 255), dispose=2, pieces=2),
    ],
    size=(24, 20),
    plays=3,
)


def described(image: sd.AnimatedImage) -> tuple[object, ...]:
    """All that an image says of itself, pixels included."""
    pixels = [frame.rgba.tobytes() for frame in image]
    times = [(frame.index, frame.timestamp, frame.duration) for frame in image]
    said = image.format, image.size, image.frame_count, image.loop_count, image.durations, image.truncated
    return (*said, image.duration, image.is_animated, times, pixels)


def fed(data: bytes, size: int | None = None) -> IncrementalImage:
    """An image that has been given the data, in pieces of that size."""
    image = sd.IncrementalImage()
    step = size or max(1, len(data))
    for begin in range(0, len(data), step):
        image.feed(data[begin : begin + step])
    return image
