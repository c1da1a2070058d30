"""How many frames are decoded where a player goes backwards and not all of them have room."""

from __future__ import annotations

import io
from math import isqrt

import pytest
from PIL import Image, features

import sddisplaylink as sd
from sddisplaylink.decoders.composition.composer import ComposingDecoder
from sddisplaylink.decoders.pillow.sequence import SequenceDecoder
from support.every_format import flic, flic_frame, flic_palette, flic_pixels

FRAMES = 300
SIZE = 32, 32
FRAME_BYTES = SIZE[0] * SIZE[1] * 4
REFRESH = 50.0
REVERSE, BOUNCE = sd.PlaybackMode.REVERSE, sd.PlaybackMode.BOUNCE


def saved(kind, **options):
    file = io.BytesIO()
    pictures = [Image.new("RGB", SIZE, (index % 256, index // 256, index * 7 % 256)) for index in range(FRAMES)]
    pictures[0].save(file, kind, save_all=True, append_images=pictures[1:], duration=20, **options)
    return file.getvalue()


def flc():
    first = flic_frame(flic_palette({index: (index, 0, 0) for index in range(1, 250)}), flic_pixels(1, SIZE))
    others = [flic_frame(flic_pixels(1 + index % 200, SIZE)) for index in range(FRAMES - 1)]
    return flic(first, *others, size=SIZE, speed=20)


@pytest.fixture
def composed(monkeypatch):
    """The numbers of the frames that are composed, in order."""
    numbers = []

    def counting(compose):
        return lambda self, index: [numbers.append(index), compose(self, index)][1]

    for kind in (ComposingDecoder, SequenceDecoder):
        monkeypatch.setattr(kind, "compose", counting(kind.compose))
    return numbers


def decodes_of_a_loop(data, composed, room, mode):
    """Of the second loop, every frame of which is shown."""
    clock, shown = sd.ManualClock(refresh_rate=REFRESH), []
    options = {"mode": mode, "loop_count": 0, "late_policy": "no_skip", "clock": clock}
    with sd.AnimatedImage.open(data) as image:
        options["max_buffer_bytes"] = room * FRAME_BYTES
        loop = (2 * FRAMES - 2 if mode is BOUNCE else FRAMES) / REFRESH
        with sd.AnimatedImagePlayer(image, on_frame=lambda frame: shown.append(frame.index), **options) as player:
            player.play()
            clock.advance(loop)
            before, count = len(shown), len(composed)
            clock.advance(loop)
            assert len(shown) - before == loop * REFRESH
            return len(composed) - count


@pytest.mark.skipif(not features.check("webp"), reason="this Pillow has no WebP")
@pytest.mark.parametrize(
    ("room", "mode", "most"), [(36, REVERSE, 600), (isqrt(FRAMES) + 1, REVERSE, 700), (36, BOUNCE, 1200)]
)
def test_webp_goes_back_from_frames_that_are_held(composed, room, mode, most):
    assert decodes_of_a_loop(saved("WEBP", lossless=True), composed, room, mode) <= most


@pytest.mark.parametrize("mode", [REVERSE, BOUNCE])
@pytest.mark.parametrize("kind", ["AVIF", "FLI"])
def test_formats_that_go_forwards_alone_are_decoded_in_blocks(composed, kind, mode):
    if kind == "AVIF" and "avif" not in features.get_supported():
        pytest.skip("this Pillow has no AVIF")
    data = saved("AVIF", speed=10) if kind == "AVIF" else flc()
    assert decodes_of_a_loop(data, composed, 36, mode) <= 1500
