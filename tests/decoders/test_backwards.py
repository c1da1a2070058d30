"""How many frames are decoded where a player goes backwards and not all of them have room."""

from __future__ import annotations

import io
import threading
from functools import cache
from math import isqrt

import pytest
from PIL import Image, features

import sddisplaylink as sd
from sddisplaylink.decoders.composition.composer import ComposingDecoder
from sddisplaylink.decoders.pillow.sequence import SequenceDecoder
from sddisplaylink.machine.workers import shared_worker
from support.every_format import flic, flic_frame, flic_line, flic_palette, flic_pixels

FRAMES = 300
SIZE = 32, 32
FRAME_BYTES = SIZE[0] * SIZE[1] * 4
PATIENCE = 30.0  # seconds
REVERSE, BOUNCE = sd.PlaybackMode.REVERSE, sd.PlaybackMode.BOUNCE


@cache
def saved(kind, **options):
    file = io.BytesIO()
    pictures = [Image.new("RGB", SIZE, (index % 256, index // 256, index * 7 % 256)) for index in range(FRAMES)]
    pictures[0].save(file, kind, save_all=True, append_images=pictures[1:], duration=20, **options)
    return file.getvalue()


@cache
def flc():
    first = flic_frame(flic_palette({index: (index, 0, 0) for index in range(1, 250)}), flic_pixels(1, SIZE))
    others = [flic_frame(flic_line(1 + index % 200, index % SIZE[1], SIZE[0])) for index in range(FRAMES - 1)]
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


class Mark:
    """A workload that says when the worker has come to it."""

    is_queued = False

    def __init__(self):
        self.reached = threading.Event()

    def work(self):
        self.reached.set()
        return False


def finish_decoding_ahead(image):
    """Return once the worker has nothing left to decode: it gives its workloads a step in turn."""
    is_queued = True
    while is_queued:
        mark = Mark()
        shared_worker().submit(mark)
        assert mark.reached.wait(PATIENCE)
        is_queued = image.pool.is_queued


def decodes_of_a_loop(data, composed, room, mode, delay=0.02):
    """Of the second to the fourth loop, every frame of which is shown, the one with the fewest.

    Now and then the worker is a moment late, and composes a frame for which there was no room once more.
    """
    clock, shown, decodes = sd.ManualClock(refresh_rate=1 / delay), [], []
    options = {"mode": mode, "loop_count": 0, "late_policy": "no_skip", "clock": clock}
    with sd.AnimatedImage.open(data) as image:
        options["max_buffer_bytes"] = room * FRAME_BYTES
        showings = 2 * FRAMES - 2 if mode is BOUNCE else FRAMES
        with sd.AnimatedImagePlayer(image, on_frame=lambda frame: shown.append(frame.index), **options) as player:
            player.play()
            for _ in range(4):
                before, count = len(shown), len(composed)
                clock.advance(showings * delay)
                finish_decoding_ahead(image)
                decodes.append(len(composed) - count)
            assert len(shown) - before == showings
    return min(decodes[1:])


@pytest.mark.skipif(not features.check("webp"), reason="this Pillow has no WebP")
@pytest.mark.parametrize("kind", ["WEBP", "FLI"])
@pytest.mark.parametrize(
    ("room", "mode", "most"),
    [(36, REVERSE, 600), (isqrt(FRAMES) + 1, REVERSE, 700), (36, BOUNCE, 1200), (isqrt(FRAMES) + 1, BOUNCE, 1400)],
)
def test_frames_are_decoded_from_those_that_are_held(composed, kind, room, mode, most):
    data = saved("WEBP", lossless=True) if kind == "WEBP" else flc()
    assert decodes_of_a_loop(data, composed, room, mode) <= most


@pytest.mark.parametrize("mode", [REVERSE, BOUNCE])
def test_pages_are_decoded_once(composed, mode):
    loop = 2 * FRAMES - 2 if mode is BOUNCE else FRAMES
    assert decodes_of_a_loop(saved("TIFF"), composed, 36, mode, delay=0.1) <= loop


@pytest.mark.skipif("avif" not in features.get_supported(), reason="this Pillow has no AVIF")
@pytest.mark.parametrize("mode", [REVERSE, BOUNCE])
@pytest.mark.parametrize(("room", "most"), [(36, 1500), (FRAMES // 4, 800), (FRAMES // 2, 600)])
def test_between_key_frames_of_avif_blocks_are_as_large_as_there_is_room(composed, room, most, mode):
    assert decodes_of_a_loop(saved("AVIF", speed=10), composed, room, mode) <= most
