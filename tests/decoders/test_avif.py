"""AVIF: what the boxes say of count, times and plays without decoding, and frames where they are wanted."""

from __future__ import annotations

import contextlib
import io
import random
import struct
import time

import pytest
from PIL import AvifImagePlugin, Image, features

import sddisplaylink as sd
from sddisplaylink.decoders.avif.boxes import Box, boxes
from sddisplaylink.decoders.avif.sequence import read_avif
from sddisplaylink.decoders.data.limits import Limits
from sddisplaylink.decoders.pillow.sequence import SequenceDecoder
from support.avif import EVER, avif_sequence, patched, places, with_plays, with_timing
from support.decode_path import path_to

pytestmark = pytest.mark.skipif("avif" not in features.get_supported(), reason="this Pillow has no AVIF")

LIMIT = Limits(10_000)
COLOURS = [(255, 0, 0), (0, 255, 0), (0, 0, 255)]
SEQUENCE = avif_sequence(COLOURS)
SECOND_NS = 1_000_000_000


def info(data, limits=LIMIT):
    return SequenceDecoder(data, limits).info


def pixel(decoder, index):
    for at in path_to(decoder, index)[1]:
        decoder.compose(at)
    return tuple(decoder.pixels()[:3])


def test_frames_forwards_and_backwards():
    decoder = SequenceDecoder(SEQUENCE, LIMIT)
    for index in (0, 1, 2, 0, 2, 1, 1):
        assert pixel(decoder, index) == pytest.approx(COLOURS[index], abs=2)


def test_the_boxes_say_it_all_and_nothing_is_decoded(monkeypatch):
    data, seen, load = avif_sequence(COLOURS * 10, duration=40), set(), AvifImagePlugin.AvifImageFile.load
    monkeypatch.setattr(AvifImagePlugin.AvifImageFile, "load", lambda self: [seen.add(self.tell()), load(self)][1])
    with sd.AnimatedImage.open(data) as image:
        assert (image.frame_count, image.duration, image.loop_count) == (30, pytest.approx(1.2), 0)
    assert seen == {0}


@pytest.mark.parametrize("fps", [24, 30, 60, 29.97])
def test_ten_minutes_last_ten_minutes(fps):
    timescale, delta = (30000, 1001) if fps == 29.97 else (fps, 1)
    delays = info(with_timing(avif_sequence(COLOURS * 8), timescale, delta)).delays_ns
    assert len(delays) == 24
    assert max(delays) - min(delays) <= 1
    assert sum(delays) == 24 * delta * SECOND_NS // timescale  # so that a loop is exact to the nanosecond
    loops = 600 * timescale // (24 * delta)
    assert abs(loops * sum(delays) - loops * 24 * delta * SECOND_NS / timescale) <= loops


@pytest.mark.parametrize("fps", [24, 30, 60])
def test_ten_minutes_are_played_without_drift(fps):
    clock, shown = sd.ManualClock(refresh_rate=60), []
    with sd.AnimatedImage.open(with_timing(avif_sequence(COLOURS * 8), fps, 1)) as image:
        begin = clock.time
        with sd.AnimatedImagePlayer(image, on_frame=lambda frame: shown.append(clock.time), clock=clock) as player:
            player.play()
            clock.advance(600)
            assert player.loop_index == pytest.approx(600 * fps / 24, abs=1)
            assert player.stats.skipped == 0
    assert len(shown) == pytest.approx(600 * fps, abs=2)
    late = [at - begin - number / fps for number, at in enumerate(shown)]
    assert max(late) - min(late) <= 1 / 60 + 1e-6  # which a tick may be late


def test_runs_of_frames_have_their_own_times():
    data = avif_sequence(COLOURS, duration=[40, 50, 60])
    assert info(data).delays_ns == (40_000_000, 50_000_000, 60_000_000)
    assert info(with_timing(data, 90_000, 0, 1, 3003)).delays_ns == (0, 11_111, 33_366_666)


@pytest.mark.parametrize("colours", [COLOURS, [(*colour, 128) for colour in COLOURS]])
def test_a_timescale_of_zero_is_no_time(colours):
    data = with_timing(avif_sequence(colours), 0, 1)
    assert read_avif(data, LIMIT).delays_ns == (None, None, None)
    assert info(data).delays_ns == (None, None, None)


@pytest.mark.parametrize("brand", [b"heic", b"miaf", b"MA1B", b"msf1"])
def test_the_first_brand_may_be_another(brand):
    assert info(SEQUENCE[:8] + brand + SEQUENCE[12:]).delays_ns == info(SEQUENCE).delays_ns
    with pytest.raises(sd.ImageFormatError):
        info(SEQUENCE[:8] + brand + SEQUENCE[12:].replace(b"avif", b"none", 1).replace(b"avis", b"none", 1))


@pytest.mark.parametrize(("matrix", "is_converted"), [(6, True), (12, False)])
def test_colours_whose_matrix_browsers_do_not_know_are_taken_for_srgb(matrix, is_converted):
    file = io.BytesIO()
    Image.new("RGB", (8, 6), (200, 60, 60)).save(file, "AVIF", quality=100, subsampling="4:4:4")
    data = bytearray(file.getvalue())
    struct.pack_into(">HHH", data, data.index(b"colrnclx") + 8, 12, 13, matrix)
    assert (sd.AnimatedImage.open(bytes(data)).colour_profile == "Display P3") is is_converted


@pytest.mark.parametrize(
    ("length", "whole", "plays"),
    [(300, 300, 1), (300, 900, 3), (300, 901, 4), (300, 1, 1), (300, EVER, 0), (1, 1 << 40, 0)],
)
def test_plays_are_the_lengths_of_the_edit_in_the_track(length, whole, plays):
    assert info(with_plays(SEQUENCE, length, whole)).loop_count == plays


def test_an_edit_that_does_not_repeat_is_played_once():
    assert info(with_plays(SEQUENCE, 300, EVER, repeats=False)).loop_count == 1


def test_without_an_edit_list_for_ever():
    assert info(SEQUENCE.replace(b"edts", b"free")).loop_count == 0


def test_a_still_picture_has_no_time():
    file = io.BytesIO()
    Image.new("RGB", (8, 6)).save(file, "AVIF")
    assert (info(file.getvalue()).delays_ns, info(file.getvalue()).loop_count) == ((None,), 1)


def test_a_file_that_asks_for_its_picture_shows_it_though_it_holds_a_sequence():
    assert info(SEQUENCE.replace(b"ftypavis", b"ftypavif")).delays_ns == (None,)


def test_limits_hold_before_anything_is_decoded():
    with pytest.raises(sd.ImageFormatError, match="more frames than the limit of 2"):
        info(SEQUENCE, Limits(10_000, frames=2))
    with pytest.raises(sd.ImageFormatError, match="16x16 pixels"):
        info(SEQUENCE, Limits(200))


def test_a_lie_about_the_number_of_frames():
    many = patched(SEQUENCE, b"stsz", 4, "II", 1, 0x7FFFFFFF)
    many = patched(many, b"stsc", 12, "I", 0x7FFFFFFF)
    begin = time.process_time()
    with pytest.raises(sd.ImageFormatError, match="more frames"):
        sd.AnimatedImage.open(many)
    some = patched(patched(SEQUENCE, b"stsz", 4, "II", 1, 900_000), b"stsc", 12, "I", 900_000)
    with pytest.raises(sd.ImageFormatError):
        sd.AnimatedImage.open(some)
    assert time.process_time() - begin < 10


@pytest.mark.parametrize("alpha", [False, True])
def test_every_cut_gives_the_whole_frames(alpha):
    colours = [(*colour, 128) for colour in COLOURS] if alpha else COLOURS
    data, counts = avif_sequence(colours), set()
    for length in range(12, len(data), 1 if not alpha else 7):
        try:
            decoder = SequenceDecoder(data[:length], LIMIT)
        except sd.ImageFormatError:
            counts.add(0)
            continue
        count = len(decoder.info.delays_ns)
        assert decoder.info.truncated
        assert decoder.info.delays_ns == (100_000_000,) * count
        assert pixel(decoder, count - 1) == pytest.approx(COLOURS[count - 1], abs=3)
        counts.add(count)
    assert counts >= {0, 1, 2}


def test_key_frames_need_none_before_them():
    decoder = SequenceDecoder(patched(SEQUENCE, b"stss", 8, "I", 3), LIMIT)  # the third one, says the file
    decoder.compose(0)
    assert [path_to(decoder, index)[1][0] for index in (1, 2)] == [1, 2]
    decoder = SequenceDecoder(SEQUENCE, LIMIT)
    assert [path_to(decoder, index)[1][0] for index in (1, 2)] == [1, 1]


def test_boxes_of_every_form_of_size():
    wide = struct.pack(">I4sQ", 1, b"wide", 20) + b"1234"
    data = wide + struct.pack(">I4s", 12, b"abcd") + b"5678" + struct.pack(">I4s", 0, b"rest") + b"90"
    assert list(boxes(data, 0, len(data))) == [
        Box(b"wide", 0, 16, 20),
        Box(b"abcd", 20, 28, 32),
        Box(b"rest", 32, 40, 42),
    ]
    assert list(boxes(data, 0, 25)) == [Box(b"wide", 0, 16, 20)]
    assert list(boxes(data, 20, 30)) == [Box(b"abcd", 20, 28, 32)]


@pytest.mark.parametrize("data", [struct.pack(">I4s", 7, b"abcd"), struct.pack(">I4sQ", 1, b"wide", 15)])
def test_a_box_smaller_than_its_header(data):
    with pytest.raises(sd.ImageFormatError):
        list(boxes(data, 0, len(data)))


def test_more_boxes_than_any_real_file_has():
    with pytest.raises(sd.ImageFormatError, match="too many"):
        list(boxes(struct.pack(">I4s", 8, b"free") * 10_000, 0, 80_000))


def test_flipped_bits_of_the_movie():
    generator, begin = random.Random(5), SEQUENCE.index(b"moov")
    end = SEQUENCE.index(b"mdat")
    for _ in range(3000):
        broken = bytearray(SEQUENCE)
        for _ in range(generator.choice([1, 1, 2, 5])):
            broken[generator.randrange(begin, end)] = generator.choice(
                [0, 1, 0x7F, 0x80, 0xFF, generator.randrange(256)]
            )
        container = None
        with contextlib.suppress(sd.ImageFormatError):
            container = read_avif(bytes(broken), LIMIT)
        assert container is None or 0 < len(container.delays_ns) <= len(SEQUENCE)


def test_tables_are_found_where_they_are():
    assert [len(places(SEQUENCE, kind)) for kind in (b"stsz", b"stco", b"elst")] == [1, 1, 1]
