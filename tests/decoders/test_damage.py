"""Files of every format with wrong bits, cut off, bytes put in and taken out: our error or frames, in bounded time."""

from __future__ import annotations

import random
import time

import pytest
from PIL import features

import sddisplaylink as sd
from support.avif import avif_sequence
from support.browser_samples import MAKERS
from support.every_format import FORMATS, flic, flic_frame, flic_palette, flic_pixels, flic_same, psd, tiff

SLOWEST = 10.0  # seconds of processor time for all variants of a file, ten times what they take
SKIPPED = {"PCD"}  # a picture of one size, that of a photograph


def samples():
    files = {name: make().data for name, make in FORMATS.items() if name not in SKIPPED}
    files |= {"TIFF pyramid": tiff(0, 1, 1), "PSD layers": psd(layers=3)}
    changing = flic_frame(flic_palette({1: (0, 0, 255)}), flic_same())
    files["FLC"] = flic(flic_frame(flic_palette({1: (255, 0, 0)}), flic_pixels(1)), changing)
    files["AVIF sequence"] = avif_sequence(["red", "lime", "blue"])
    for kind, (_, make) in MAKERS.items():
        files[f"generated {kind}"] = make(random.Random(4)).data
    return files


SAMPLES = samples() if features.check("webp") and "avif" in features.get_supported() else {}


def damaged(generator, data):
    """The file with one to five things wrong."""
    file = bytearray(data)
    for _ in range(generator.choice([1, 1, 2, 5])):
        at, kind = generator.randrange(len(file)), generator.randrange(6)
        if kind < 2:
            file[at] ^= 1 << generator.randrange(8)
        elif kind == 2:
            file[at] = generator.choice([0, 127, 128, 255])
        elif kind == 3:
            del file[max(1, at) :]
        elif kind == 4:
            file[at : at + generator.randrange(1, 9)] = b"\0" if len(file) < 9 else b""
        else:
            beginning = generator.randrange(min(len(file), 200))
            file[beginning : beginning + 4] = generator.randbytes(4)
    return bytes(file)


def use(data):
    """Open it and look at its frames; nothing but our error may come out."""
    try:
        image = sd.AnimatedImage.open(data, max_pixels=4_000_000)
    except sd.ImageFormatError as error:
        return str(error)
    with image:
        said = ""
        for index in range(min(image.frame_count, 20)):
            try:
                assert image.frame(index).nbytes == image.width * image.height * 4
            except sd.ImageFormatError as error:
                said += str(error)
    return said


@pytest.mark.parametrize("count", [20, pytest.param(300, marks=pytest.mark.extended)])
@pytest.mark.parametrize("name", SAMPLES)
def test_damaged(name, count):
    generator = random.Random(name)
    begin = time.process_time()
    for _ in range(count):
        assert "\n" not in use(damaged(generator, SAMPLES[name]))
    assert time.process_time() - begin < SLOWEST * count / 20
