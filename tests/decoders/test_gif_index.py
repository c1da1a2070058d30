"""GIF containers: frames, delays, loops and damage, without decoding."""

from __future__ import annotations

import time

import pytest

from sddisplaylink.decoders.regions import Disposal
from sddisplaylink.errors import ImageFormatError
from support.images import PALETTE, GifPicture, build_gif, loop_extension, lzw, sub_blocks
from support.scans import scan_gif


def test_frames_with_all_that_is_said_of_them():
    pictures = [
        GifPicture(delay=7, disposal=2, transparent=5),
        GifPicture(2, 1, x=1, y=2, palette=PALETTE, interlaced=True, disposal=3),
    ]
    index = scan_gif(build_gif(pictures))
    first, second = index.frames
    assert index.screen == (4, 3)
    assert (first.x, first.y, first.width, first.height) == (0, 0, 4, 3)
    assert (first.delay_ns, first.disposal, first.transparent) == (70_000_000, Disposal.BACKGROUND, 5)
    assert (first.palette, first.interlaced) == (None, False)
    assert (second.x, second.y, second.width, second.height) == (1, 2, 2, 1)
    assert (second.disposal, second.transparent, second.interlaced) == (Disposal.PREVIOUS, None, True)
    assert second.palette[1] - second.palette[0] == 768
    assert not index.truncated


def test_spans_are_the_bytes_of_the_file():
    data = build_gif([GifPicture(palette=PALETTE[::-1], fill=9)])
    index = scan_gif(data)
    assert data[slice(*index.global_palette)] == PALETTE
    assert data[slice(*index.frames[0].palette)] == PALETTE[::-1]
    assert data[slice(*index.frames[0].codes)] == lzw(bytes([9]) * 12)


@pytest.mark.parametrize(
    ("number", "disposal"),
    [(0, "KEEP"), (1, "KEEP"), (2, "BACKGROUND"), (3, "PREVIOUS"), (4, "PREVIOUS"), (5, "KEEP"), (7, "KEEP")],
)
def test_disposal_methods(number, disposal):
    assert scan_gif(build_gif([GifPicture(disposal=number)])).frames[0].disposal is Disposal[disposal]


def test_a_control_extension_is_for_the_next_image_only():
    pictures = [GifPicture(delay=7, transparent=1, disposal=2), GifPicture(delay=None), GifPicture(delay=0)]
    frames = scan_gif(build_gif(pictures)).frames
    assert [frame.delay_ns for frame in frames] == [70_000_000, None, 0]
    assert frames[1].transparent is None
    assert frames[1].disposal is Disposal.KEEP


def test_of_two_control_extensions_the_last_counts():
    first = GifPicture(delay=99).blocks()[:8]
    assert scan_gif(build_gif([GifPicture(delay=4, before=first)])).frames[0].delay_ns == 40_000_000


@pytest.mark.parametrize(("stored", "plays"), [(None, 1), (0, 0), (1, 2), (4, 5), (65535, 65536)])
def test_loops_as_browsers_count_them(stored, plays):
    assert scan_gif(build_gif([GifPicture(), GifPicture()], loop=stored)).loop_count == plays


@pytest.mark.parametrize("name", [b"NETSCAPE2.0", b"ANIMEXTS1.0"])
def test_a_loop_extension_counts_wherever_it_stands(name):
    extension = loop_extension(3, name)
    between = build_gif([GifPicture(), GifPicture(before=extension)])
    behind = build_gif([GifPicture(), GifPicture()], after=extension)
    assert scan_gif(between).loop_count == scan_gif(behind).loop_count == 4


def test_other_application_data_is_no_loop_count():
    foreign = b"!\xff" + sub_blocks(b"XMP DataXMP")[:-1] + sub_blocks(b"\x01\x05\x00")
    buffering = b"!\xff" + sub_blocks(b"NETSCAPE2.0")[:-1] + sub_blocks(b"\x02\x05\x00\x00\x00")
    assert scan_gif(build_gif([GifPicture(before=foreign + buffering)])).repetitions is None


@pytest.mark.parametrize("name", [b"NETSCAPE2.0", b"ANIMEXTS1.0"])
@pytest.mark.parametrize(
    ("blocks", "repetitions"),
    [
        (b"\x03\x01\x05\x00", 5),
        (b"\x03\x01\x05\x00\x03\x01\x09\x00", 5),
        (b"\x05\x02aaaa\x03\x01\x05\x00", None),
        (b"\x04\x01\x05\x00\x00", None),
        (b"\x02\x01\x05", None),
        (b"\x03\x09\x05\x00", None),
        (b"", None),
    ],
)
def test_only_a_first_sub_block_of_three_bytes_that_begins_with_one_counts_as_in_chromium(name, blocks, repetitions):
    extension = b"!\xff" + sub_blocks(name)[:-1] + blocks + b"\0"
    assert scan_gif(build_gif([GifPicture()], after=extension)).repetitions == repetitions


def test_of_two_loop_extensions_the_last_that_is_one_counts():
    mistaken = b"!\xff" + sub_blocks(b"NETSCAPE2.0")[:-1] + b"\x03\x02\x07\x00\0"
    pictures = [GifPicture(before=loop_extension(5)), GifPicture(before=loop_extension(9) + mistaken)]
    assert scan_gif(build_gif(pictures)).repetitions == 9


@pytest.mark.parametrize(
    "control", [b"!\xf9\0", b"!\xf9\x03\0\1\0\0", b"!\xf9\x05\0\1\0\0\0\0", b"!\xf9\x04\0\1\0\0\1a\0"]
)
def test_a_graphic_control_that_is_not_four_bytes_ends_the_file_there_as_in_chromium(control):
    index = scan_gif(build_gif([GifPicture(), GifPicture(before=control), GifPicture()]))
    assert (len(index.frames), index.truncated) == (1, True)


def test_comments_and_unknown_extensions_are_passed_over():
    noise = b"!\xfe" + sub_blocks(b"x" * 700) + b"!\x01" + sub_blocks(b"plain text ;,!") + b"!\x77\0"
    index = scan_gif(build_gif([GifPicture(before=noise), GifPicture(before=noise)], after=noise))
    assert len(index.frames) == 2
    assert not index.truncated


def test_every_cut_gives_the_frames_that_are_whole():
    data = build_gif([GifPicture(), GifPicture(), GifPicture()], loop=0)
    ends = [frame.codes[1] for frame in scan_gif(data).frames]
    for length in range(13, len(data)):
        index = scan_gif(data[:length])
        assert len(index.frames) == sum(end <= length for end in ends)
        assert index.truncated


def test_a_cut_header_is_an_error():
    with pytest.raises(ImageFormatError, match="header"):
        scan_gif(b"GIF89a\x01\0\x01\0\0\0")


def test_rubbish_between_blocks_ends_the_animation():
    index = scan_gif(build_gif([GifPicture(), GifPicture(before=b"\x55\x55")]))
    assert len(index.frames) == 1
    assert index.truncated


def test_what_follows_the_trailer_is_ignored():
    assert not scan_gif(build_gif([GifPicture()]) + b"trailing rubbish").truncated


def test_a_hundred_thousand_frames_take_linear_time():
    tiny = GifPicture(1, 1, delay=None).blocks()
    durations = []
    for count in (10_000, 100_000):
        data = build_gif([], after=tiny * count)
        begin = time.process_time()
        assert len(scan_gif(data).frames) == count
        durations.append(time.process_time() - begin)
    assert durations[1] < 40 * durations[0] + 0.5  # ten times the frames; quadratic would be a hundred
