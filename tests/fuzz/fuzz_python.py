"""Opens and decodes inputs from libFuzzer with both decoders: nothing but ImageFormatError may come out.

Needs atheris; `tests/fuzz/run SECONDS python` starts it. Memory and time are bounded by libFuzzer's own limits.
"""

from __future__ import annotations

import contextlib
import random
import struct
import sys
import warnings
import zlib
from pathlib import Path

import atheris

sys.path.insert(0, str(Path(__file__).parents[1]))
from support.pillow_limits import pillow_cannot

with atheris.instrument_imports(include=["sddisplaylink"]):
    import sddisplaylink as sd

LARGEST = 1 << 14  # pixels of a frame: a larger one costs time and finds no more
MOST_FRAMES = 64
SIGNATURE = b"\x89PNG\r\n\x1a\n"


def decode(data: bytes, decoder: str) -> list[tuple[float, bytes]]:
    """Durations and pixels of its first frames, or nothing if it is no image."""
    try:
        with sd.AnimatedImage.open(data, decoder=decoder, max_pixels=LARGEST) as image:
            width, height = image.size
            assert len(image.durations) == image.frame_count >= 1
            assert image.loop_count >= 0
            frames = []
            for index in range(min(image.frame_count, MOST_FRAMES)):
                frame = image.frame(index)
                assert frame.rgba.shape == (height, width, 4)
                assert frame.duration == image.durations[index]
                frames.append((frame.duration, bytes(frame.rgba)))
            return frames
    except sd.ImageFormatError:
        return []


def test_one_input(data: bytes) -> None:
    """What the native kernels make of it must be what Pillow makes of it, where both make something of it."""
    native, reference = decode(data, "auto"), [] if pillow_cannot(data) else decode(data, "pillow")
    for ours, theirs in zip(native, reference, strict=False):
        assert ours == theirs, "the decoders disagree"
    if data.startswith((b"GIF", SIGNATURE)):
        arrive(data, len(data) * (data[-1] + 1) // 257)


def arrive(data: bytes, cut: int) -> None:
    """In two pieces: it has the frames that what has come, opened, would have."""
    with sd.IncrementalImage(max_pixels=LARGEST) as image:
        for piece, so_far in ((data[:cut], data[:cut]), (data[cut:], data)):
            try:
                image.feed(piece)
            except sd.ImageFormatError:
                assert not count_frames(so_far)
                return
            whole = count_frames(so_far)
            # of an APNG one less: a frame whose stream is broken ends with the next one; its default image replaces no
            # frame
            known = {whole - data.startswith(SIGNATURE), whole}
            assert image.frame_count in known, "not the frames that are there so far"
        with contextlib.suppress(sd.ImageFormatError):
            image.finish()
        assert image.frame_count == count_frames(data)


def count_frames(data: bytes) -> int:
    """0 if it is no image."""
    try:
        with sd.AnimatedImage.open(data, max_pixels=LARGEST) as image:
            return image.frame_count
    except sd.ImageFormatError:
        return 0


def mutate(data: bytes, most: int, seed: int) -> bytes:
    """libFuzzer's own mutation; for a PNG, half of them with right checksums, which chance would hardly produce."""
    changed = atheris.Mutate(data, most)
    if not changed.startswith(SIGNATURE) or random.Random(seed).random() < 0.5:
        return changed
    return with_checksums(changed)


def with_checksums(data: bytes) -> bytes:
    """The same PNG, each chunk with the checksum that it should have."""
    whole, at = bytearray(data), len(SIGNATURE)
    while at + 12 <= len(whole):
        (length,) = struct.unpack_from(">I", whole, at)
        end = at + 8 + length
        if end + 4 > len(whole):
            break
        struct.pack_into(">I", whole, end, zlib.crc32(whole[at + 4 : end]))
        at = end + 4
    return bytes(whole)


if __name__ == "__main__":
    warnings.simplefilter("ignore")  # Pillow's, about odd files
    atheris.Setup(sys.argv, test_one_input, custom_mutator=mutate)
    atheris.Fuzz()
