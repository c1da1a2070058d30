"""An image as we show it against the same as Chromium shows it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy

import sddisplaylink as sd
from support.browser_samples import Sample
from support.chromium import Shown
from support.pillow_oracle import difference

MOST = 2.5
"""Levels, after premultiplying by alpha."""


def differences(sample: Sample, shown: Shown, *, decoder: str = "auto") -> list[str]:
    """What is not the same. `shown` is what the browser makes of the sample."""
    try:
        image = sd.AnimatedImage.open(sample.data, timing="raw", decoder=decoder)
    except sd.ImageFormatError as error:
        return [] if shown.error else [f"refused: {error}"]
    with image:
        if shown.error:
            return [f"the browser refuses: {shown.error}"]
        return [*_facts(image, shown), *_pixels(image, shown)]


def _facts(image: sd.AnimatedImage, shown: Shown) -> Iterator[str]:
    for what, ours, theirs in (
        ("size", image.size, shown.size),
        ("frames", image.frame_count, shown.frame_count),
        ("plays", image.loop_count, shown.loop_count),
    ):
        if ours != theirs:
            yield f"{what}: {ours}, not {theirs}"
    unit = 1_000_000 if image.format == "PNG" else 1_000  # of APNG, Chromium knows whole milliseconds
    ours = [nanoseconds // unit * (unit // 1_000) for nanoseconds in image.durations_ns]
    if image.is_animated and any(abs(a - b) > 1 for a, b in zip(ours, shown.durations_us, strict=False)):
        yield f"durations: {ours}, not {shown.durations_us}"


def _pixels(image: sd.AnimatedImage, shown: Shown) -> Iterator[str]:
    pairs = [("page", 0, shown.picture)]
    if image.is_animated:  # of a still picture, the browser makes video, with chroma of its own
        pairs += [(f"frame {index}", index, pixels) for index, pixels in enumerate(shown.frames)]
    for name, index, theirs in pairs:
        ours = numpy.asarray(image[index])
        if ours.shape != theirs.shape:
            yield f"{name}: {ours.shape}, not {theirs.shape}"
        elif (worst := difference(ours, theirs)) > MOST:
            yield f"{name}: differs by {worst:.1f}"
