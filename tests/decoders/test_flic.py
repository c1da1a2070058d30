"""FLI and FLC: palettes that change, chunks that are no frames, and files that are cut off."""

from __future__ import annotations

import random
import struct

import pytest

import sddisplaylink as sd
from sddisplaylink.decoders.data.limits import Limits
from sddisplaylink.decoders.pillow.sequence import SequenceDecoder
from support.decode_path import get, path_to
from support.every_format import SIZE, flic, flic_frame, flic_palette, flic_pixels, flic_same

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


def test_a_frame_that_is_black():
    black, same = struct.pack("<IH", 6, 13), struct.pack("<IHH", 8, 7, 0)
    data = flic(FRAMES[0], flic_frame(black), flic_frame(same), FRAMES[3])
    assert colours(data) == [RED, BLACK, BLACK, RED]
    assert colours(data, [3, 2, 1, 0]) == [RED, BLACK, BLACK, RED]


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


# ---- from pixels, and from pictures that need none before them ----


def flic_lines(rng):
    """Some pixels of some lines change (a chunk of lines, LC)."""
    width, height = SIZE
    first = rng.randrange(height)
    count = rng.randint(1, height - first)
    lines = b""
    for _ in range(count):
        skip = rng.randrange(width)
        run = rng.randint(1, width - skip)
        lines += bytes([1, skip, run]) + bytes(rng.choices(range(8), k=run))
    body = struct.pack("<HH", first, count) + lines
    return struct.pack("<IH", 6 + len(body), 12) + body


def drawn(rng, palettes):
    """Frames that are drawn over each other, some of them whole, whose palettes are the next ones of `palettes`."""
    frames = [flic_frame(flic_palette(dict(enumerate(palettes[0]))), flic_pixels(1))]
    for palette in palettes[1:]:
        chunks = [] if palette is None else [flic_palette(dict(enumerate(palette)))]
        chunks += [flic_pixels(rng.randrange(8))] if rng.random() < 0.1 else []
        frames.append(flic_frame(*chunks, flic_lines(rng)))
    return flic(*frames)


def colours_of_8(rng, levels=256):
    return [tuple(rng.choices(range(levels), k=3)) for _ in range(8)]


@pytest.mark.parametrize("seed", range(8))
def test_every_frame_from_any_that_is_held(seed):
    rng = random.Random(seed)
    palettes = [colours_of_8(rng), *[colours_of_8(rng) if rng.random() < 0.2 else None for _ in range(29)]]
    decoder = SequenceDecoder(drawn(rng, palettes), LIMIT)
    forwards = {index: bytes(get(decoder, index)) for index in range(30)}
    assert decoder.can_resume
    composed = 0
    for index in rng.choices(range(30), k=100):
        held = {at: forwards[at] for at in range(0, index, 4)}
        resumed, path = path_to(decoder, index, held)
        composed += len(path)
        assert bytes(get(decoder, index, held)) == forwards[index], (index, resumed, path)
    assert composed <= 400


def test_colours_that_do_not_tell_the_index_are_not_resumed_from():
    same, different = [RED] * 8, [RED, GREEN, *[BLUE] * 6]
    decoder = SequenceDecoder(drawn(random.Random(0), [same, None, different]), LIMIT)
    assert not decoder.can_resume
    whole = flic_frame(flic_palette(dict(enumerate(different))), flic_pixels(1))
    assert SequenceDecoder(
        flic(flic_frame(flic_palette(dict(enumerate(same))), flic_pixels(2)), whole), LIMIT
    ).can_resume


def test_a_whole_picture_needs_no_frame_before_it():
    decoder = SequenceDecoder(flic(*FRAMES), LIMIT)
    assert [path_to(decoder, index)[1] for index in (1, 2, 3)] == [[1], [2], [3]]
