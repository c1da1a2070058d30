"""Real and conformance files, against what Chromium makes of them.

SDDISPLAYLINK_CORPUS names the folder: images, and reference.jsonl with Chromium's answers.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import zlib
from pathlib import Path

import numpy
import pytest

from sddisplaylink.errors import ImageFormatError
from sddisplaylink.images.image import AnimatedImage

FOLDER = os.environ.get("SDDISPLAYLINK_CORPUS")

pytestmark = [
    pytest.mark.extended,
    pytest.mark.skipif(not FOLDER, reason="SDDISPLAYLINK_CORPUS is not set"),
]

# Chromium gave no pixels to compare with (its hash alone cannot tell a rounding from a mistake: half-transparent pixels
# are premultiplied there and back), and the files are large.
HASH_ONLY = {
    "conf__apngkit__APNG-4D.apng",
    "conf__apngkit__APNG-cube.apng",
    "conf__apngkit__spinfox.apng",
    "real__ball.apng",
    "real__elephant_apng.apng",
    "real__spinfox.apng",
}

# The files end early, or lack frames that they announce; Chromium does not say so.
TRUNCATED = {
    "conf__apngkit__044.png",  # two frames announced, the first has no data
    "conf__apngkit__048.png",  # three frames announced, two there
    "conf__apngkit__049.png",  # the same
}

MICROSECOND_NS = 1000
CLAMPED_US = 10_000
TOLERANCE_US = 1000  # Chromium cuts an APNG's delay to whole milliseconds


def references():
    if not FOLDER:
        return []
    lines = Path(FOLDER, "reference.jsonl").read_text("utf-8").splitlines()
    return [json.loads(line) for line in lines]


ALL = references()
DECODED = [reference for reference in ALL if not reference["error"] and reference["frame_count"]]
REFUSED = [reference for reference in ALL if reference["error"] or not reference["frame_count"]]


def named(cases):
    return pytest.mark.parametrize("reference", cases, ids=[case["file"] for case in cases])


each_decoder = pytest.mark.parametrize("decoder", ["auto", "pillow"])


def opened(reference, **options):
    options |= {"orient": False, "to_srgb": False}  # as the reference was made
    return AnimatedImage.open(Path(FOLDER, reference["file"]), **options)


def test_the_corpus_is_there():
    assert len(DECODED) >= 179


@named(DECODED)
def test_size_and_number_of_frames(reference):
    image = opened(reference)
    assert image.size == (reference["width"], reference["height"])
    assert image.frame_count == reference["frame_count"]
    assert image.truncated == (reference["file"] in TRUNCATED)


@named(DECODED)
def test_durations_as_a_page_shows_them(reference):
    shown = [100_000 if (stored or 0) <= CLAMPED_US else stored for stored in reference["durations_us"]]
    ours = [duration // MICROSECOND_NS for duration in opened(reference).durations_ns]
    assert all(0 <= mine - theirs < TOLERANCE_US for mine, theirs in zip(ours, shown, strict=True))


@named(DECODED)
def test_plays(reference):
    image, repetitions = opened(reference), reference["repetitions"]
    if reference["file"].endswith(".gif") and image.frame_count == 1:
        assert image.loop_count in (0, 1)  # Chromium says "for ever" of every GIF that has nothing to repeat
    else:
        assert image.loop_count == (0 if repetitions == "inf" else repetitions + 1)


@each_decoder
@named([case for case in DECODED if case["file"] not in HASH_ONLY])
def test_pixels(reference, decoder):
    image = opened(reference, decoder=decoder)
    frames = Path(FOLDER, reference["frames"]) if "frames" in reference else None
    expected = zlib.decompress(frames.read_bytes()) if frames else b""
    for index, digest in enumerate(reference["frame_sha1"]):
        ours = numpy.array(image.frame(index))
        ours[ours[..., 3] == 0] = 0
        if hashlib.sha1(ours).hexdigest() == digest:
            continue
        assert expected, f"frame {index} has another hash"
        theirs = numpy.frombuffer(expected, numpy.uint8, ours.size, index * ours.size).reshape(ours.shape)
        difference = numpy.abs(premultiplied(ours) - premultiplied(theirs)).max()
        assert difference <= 1.01, f"frame {index} differs by {difference}"


def premultiplied(pixels):
    values = pixels.astype(numpy.float64)
    values[..., :3] *= values[..., 3:] / 255
    return values


@named(ALL)
def test_both_decoders_give_the_same_bytes(reference):
    with contextlib.suppress(ImageFormatError), opened(reference) as ours, opened(reference, decoder="pillow") as other:
        for index in range(ours.frame_count):
            assert content(ours, index) == content(other, index), f"frame {index}"


def content(image, index):
    try:
        return hashlib.sha1(image.frame(index).rgba).digest()
    except ImageFormatError as error:
        return str(error)


@named([case for case in DECODED if case["file"] in HASH_ONLY])
def test_files_without_pixels_to_compare_with_are_decoded(reference):
    assert [frame.index for frame in opened(reference)] == list(range(reference["frame_count"]))


@each_decoder
@named(REFUSED)
def test_what_chromium_refuses_gives_frames_or_our_error(reference, decoder):
    with contextlib.suppress(ImageFormatError):
        image = opened(reference, decoder=decoder)
        for index in range(image.frame_count):
            with contextlib.suppress(ImageFormatError):
                assert image.frame(index).nbytes == image.width * image.height * 4
