"""FLI and FLC: palettes that change, chunks that are no frames, and files that are cut off."""

from __future__ import annotations

import pytest

import sddisplaylink as sd
from sddisplaylink.decoders.data.limits import Limits
from sddisplaylink.decoders.pillow.sequence import SequenceDecoder
from support.decode_path import path_to
from support.every_format import flic, flic_frame, flic_palette, flic_pixels, flic_same

RED, GREEN, BLUE, BLACK = (255, 0, 0), (0, 255, 0), (0, 0, 255), (0, 0, 0)
LIMIT = Limits(10_000)


def colours(data, order=None):
    decoder = SequenceDecoder(data, LIMIT)
    got = []
    for index in order or range(len(decoder.info.delays_ns)):
        for at in path_to(decoder, index)[1]:
            decoder.compose(at)
        got.append(tuple(decoder.pixels()[:3]))
    return got


FRAMES = (
    flic_frame(flic_palette({1: RED, 2: GREEN}), flic_pixels(1)),
    flic_frame(flic_palette({1: BLUE}), flic_same()),
    flic_frame(flic_pixels(2)),
    flic_frame(flic_pixels(1)),
)


def test_a_palette_that_changes():
    assert colours(flic(*FRAMES)) == [RED, BLUE, GREEN, BLUE]
    assert colours(flic(*FRAMES), [3, 0, 2, 0, 1]) == [BLUE, RED, GREEN, RED, BLUE]


def test_a_palette_of_6_bits():
    frame = flic_frame(flic_palette({1: (63, 0, 32)}, kind=11), flic_pixels(1))
    assert colours(flic(frame, frame, magic=0xAF11)) == [(255, 0, 130)] * 2


def test_what_comes_before_the_frames_or_between_them_is_none():
    prefix = flic_frame(flic_palette({1: GREEN}), kind=0xF100)
    data = flic(prefix, FRAMES[0], prefix, *FRAMES[1:], announced=4)
    assert colours(data) == [RED, BLUE, GREEN, BLUE]


def test_the_frame_that_leads_back_to_the_first_is_none():
    data = flic(*FRAMES, FRAMES[0], announced=4)
    assert SequenceDecoder(data, LIMIT).info.delays_ns == (40_000_000,) * 4


@pytest.mark.parametrize(("magic", "speed", "delay"), [(0xAF12, 40, 40_000_000), (0xAF11, 5, 71_428_571)])
def test_delays(magic, speed, delay):
    info = SequenceDecoder(flic(*FRAMES, magic=magic, speed=speed), LIMIT).info
    assert (info.delays_ns, info.loop_count) == ((delay,) * 4, 0)


def test_every_cut_gives_the_whole_frames():
    data, counts = flic(*FRAMES), set()
    for length in range(128, len(data)):
        try:
            info = SequenceDecoder(data[:length], LIMIT).info
        except sd.ImageFormatError:
            counts.add(0)
            continue
        assert info.truncated
        assert colours(data[:length]) == [RED, BLUE, GREEN, BLUE][: len(info.delays_ns)]
        counts.add(len(info.delays_ns))
    assert counts == {0, 1, 2, 3}


def test_more_frames_than_allowed():
    with pytest.raises(sd.ImageFormatError, match="limit of 3"):
        SequenceDecoder(flic(*FRAMES), Limits(10_000, frames=3))


@pytest.mark.parametrize("chunk", [b"\x02\x00\xff\x05", b"\xff\xff" + b"\xff\x00" * 20, b"", b"\x01\x00\x00\x00\x01"])
def test_palettes_that_make_no_sense(chunk):
    broken = (6 + len(chunk)).to_bytes(4, "little") + b"\x04\0" + chunk
    data = flic(FRAMES[0], flic_frame(broken, flic_pixels(1)))
    assert len(colours(data)) == 2
