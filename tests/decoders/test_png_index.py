"""PNG containers: frames, delays, plays and damage, without decoding."""

from __future__ import annotations

import struct

import pytest

from sddisplaylink.decoders.regions import Blend, Disposal
from sddisplaylink.errors import ImageFormatError
from support.images import PngPicture, PngWriter, build_apng, build_png, chunk, scanlines
from support.scans import scan_png

THREE = [PngPicture(), PngPicture(), PngPicture()]
IEND = chunk(b"IEND", b"")


def test_frames_with_all_that_is_said_of_them():
    index = scan_png(build_apng([PngPicture(), PngPicture(2, 1, 1, 2, dispose=2, blend=1, delay=(3, 4))], plays=7))
    first, second = index.frames
    assert index.size == (4, 3)
    assert (first.x, first.y, first.width, first.height) == (0, 0, 4, 3)
    assert (first.delay_ns, first.disposal, first.blend) == (100_000_000, Disposal.KEEP, Blend.SOURCE)
    assert (second.x, second.y, second.width, second.height) == (1, 2, 2, 1)
    assert (second.delay_ns, second.disposal, second.blend) == (750_000_000, Disposal.PREVIOUS, Blend.OVER)
    assert (index.loop_count, index.truncated) == (7, False)


@pytest.mark.parametrize("hidden", [None, PngPicture()])
def test_data_in_pieces_without_their_sequence_numbers(hidden):
    picture = PngPicture(pieces=5)
    data = build_apng([PngPicture(), picture], hidden=hidden)
    frame = scan_png(data).frames[1]
    assert len(frame.data) == 5
    assert b"".join(data[begin:end] for begin, end in frame.data) == scanlines(picture)


def test_a_hidden_default_image_is_no_frame():
    data = build_apng(THREE, hidden=PngPicture(fill=(1, 2, 3, 4)))
    hidden = data.index(b"IDAT")
    index = scan_png(data)
    assert len(index.frames) == 3
    assert all(begin > hidden + 20 for frame in index.frames for begin, _ in frame.data)


@pytest.mark.parametrize(
    ("stored", "nanoseconds"),
    [
        ((1, 0), 10_000_000),
        ((7, 0), 70_000_000),
        ((0, 5), 0),
        ((1, 24), 41_666_666),
        ((2, 3), 666_666_666),
        ((65535, 1), 65_535_000_000_000),
        ((1, 65535), 15_259),
    ],
)
def test_delays_are_exact(stored, nanoseconds):
    frames = scan_png(build_apng([PngPicture(delay=stored)] * 2)).frames
    assert [frame.delay_ns for frame in frames] == [nanoseconds] * 2


@pytest.mark.parametrize("plays", [0, 1, 2, 0x7FFFFFFF])
def test_plays_as_they_are(plays):
    assert scan_png(build_apng(THREE, plays=plays)).loop_count == plays


def test_a_still_picture():
    index = scan_png(build_png())
    assert (len(index.frames), index.frames[0].delay_ns, index.loop_count, index.truncated) == (1, None, 1, False)


def test_an_animation_of_one_frame_is_a_still_picture():
    index = scan_png(build_apng([PngPicture()], plays=0))
    assert (len(index.frames), index.frames[0].delay_ns, index.loop_count) == (1, None, 1)


@pytest.mark.parametrize("announced", [0, 0x80000000, 0xFFFFFFFF])
def test_an_impossible_number_of_frames_makes_it_a_still_picture(announced):
    index = scan_png(build_apng(THREE, announced=announced))
    assert (len(index.frames), index.loop_count) == (1, 1)


@pytest.mark.parametrize("plays", [0x80000000, 0xFFFFFFFF])
def test_an_impossible_number_of_plays_makes_it_a_still_picture_as_in_chromium(plays):
    index = scan_png(build_apng(THREE, plays=plays))
    assert (len(index.frames), index.loop_count, index.truncated) == (1, 1, False)


def test_a_palette_between_frames_ends_the_animation_as_in_chromium():
    index = scan_png(insert(build_apng(THREE), b"fdAT", chunk(b"PLTE", b"abc")))
    assert (len(index.frames), index.truncated) == (1, True)


def test_more_frames_announced_than_there_are():
    index = scan_png(build_apng(THREE, announced=1_000_000_000, plays=2))
    assert (len(index.frames), index.loop_count, index.truncated) == (3, 2, True)


def test_fewer_frames_announced_than_there_are():
    index = scan_png(build_apng(THREE, announced=2))
    assert (len(index.frames), index.truncated) == (2, False)


def insert(data, before, *chunks):
    at = data.index(before) - 4
    return data[:at] + b"".join(chunks) + data[at:]


def test_only_the_first_actl_counts_and_none_after_the_data():
    second = chunk(b"acTL", struct.pack(">II", 1, 9))
    doubled = insert(build_apng(THREE, plays=3), b"fcTL", second)
    assert (len(scan_png(doubled).frames), scan_png(doubled).loop_count) == (3, 3)
    late = build_png().removesuffix(IEND) + second + IEND
    assert scan_png(late).loop_count == 1


def test_the_first_control_may_stand_before_the_actl():
    writer, picture = PngWriter(), PngPicture()
    control, actl = writer.control(picture), chunk(b"acTL", struct.pack(">II", 2, 0))
    rest = [writer.data(picture, still=True), writer.control(picture), writer.data(picture, still=False)]
    assert len(scan_png(b"".join([writer.begin(), control, actl, *rest, IEND])).frames) == 2


def test_a_control_in_a_still_picture_does_not_matter():
    index = scan_png(build_png((4, 3), (1, 2, 3, 4), chunk(b"fcTL", b"rubbish")))
    assert (len(index.frames), index.truncated) == (1, False)


@pytest.mark.parametrize(("wrong", "frames"), [(1, 1), (2, 1), (3, 2), (4, 2)])
def test_a_wrong_sequence_number_ends_the_animation_before_its_frame(wrong, frames):
    index = scan_png(build_apng(THREE, wrong=wrong))
    assert (len(index.frames), index.loop_count, index.truncated) == (frames, 0, True)


def test_a_wrong_first_sequence_number_leaves_a_still_picture():
    index = scan_png(build_apng(THREE, wrong=0))
    assert (len(index.frames), index.frames[0].delay_ns, index.loop_count, index.truncated) == (1, None, 1, True)


@pytest.mark.parametrize(
    "picture",
    [
        PngPicture(0, 3),
        PngPicture(4, 0),
        PngPicture(5, 3),
        PngPicture(4, 3, x=1),
        PngPicture(4, 3, y=1),
        PngPicture(1, 1, x=0xFFFFFFFF),
        PngPicture(dispose=3),
        PngPicture(blend=2),
    ],
)
def test_a_senseless_control_ends_the_animation(picture):
    index = scan_png(build_apng([PngPicture(), PngPicture(), picture]))
    assert (len(index.frames), index.truncated) == (2, True)


def test_a_first_frame_that_does_not_cover_the_picture_is_senseless():
    index = scan_png(build_apng([PngPicture(2, 2), PngPicture()]))
    assert (len(index.frames), index.loop_count) == (1, 1)


def test_a_control_without_data_is_passed_over():
    writer = PngWriter()
    parts = [writer.begin(), chunk(b"acTL", struct.pack(">II", 3, 0))]
    for number, picture in enumerate(THREE):
        parts.append(writer.control(picture))
        parts += [] if number == 1 else [writer.data(picture, still=number == 0)]
    index = scan_png(b"".join([*parts, IEND]))
    assert (len(index.frames), index.truncated) == (2, True)


def with_wrong_checksum(data, kind):
    at = data.rindex(kind)
    length = struct.unpack(">I", data[at - 4 : at])[0]
    return data[: at + 4 + length] + b"\0\0\0\0" + data[at + 8 + length :]


def test_a_wrong_checksum_of_a_critical_chunk_ends_the_file_there():
    index = scan_png(with_wrong_checksum(insert(build_apng(THREE), b"acTL", chunk(b"PLTE", b"abc")), b"PLTE"))
    assert (index.truncated, len(index.frames)) == (True, 0)


@pytest.mark.parametrize("kind", [b"tEXt", b"gAMA", b"tRNS"])
@pytest.mark.parametrize("before", [b"acTL", b"IDAT", b"fdAT", b"IEND"])
def test_an_ancillary_chunk_with_a_wrong_checksum_is_skipped_as_browsers_do(kind, before):
    data = with_wrong_checksum(insert(build_apng(THREE), before, chunk(kind, b"a\0b")), kind)
    index = scan_png(data)
    assert (index.truncated, len(index.frames), index.transparency) == (False, 3, b"")


def test_an_animation_control_with_a_wrong_checksum_is_ancillary_and_leaves_a_still_picture():
    index = scan_png(with_wrong_checksum(build_apng(THREE), b"acTL"))
    assert (index.truncated, len(index.frames), index.loop_count) == (False, 1, 1)


def test_a_frame_before_a_control_with_a_wrong_checksum_does_not_go_with_data_that_is_cut_off():
    data = with_wrong_checksum(build_apng(THREE), b"fcTL")
    for length in range(data.rindex(b"fcTL") - 4, len(data)):
        index = scan_png(data[:length])
        assert (len(index.frames), index.last_uncertain, index.truncated) == (2, True, True)


def test_a_frame_control_with_a_wrong_checksum_is_missed_by_the_data_after_it():
    index = scan_png(with_wrong_checksum(build_apng(THREE), b"fcTL"))
    assert (index.truncated, len(index.frames)) == (True, 2)


@pytest.mark.parametrize("kind", [b"IDAT", b"fdAT"])
def test_picture_data_brings_a_checksum_of_its_own(kind):
    index = scan_png(with_wrong_checksum(build_apng(THREE), kind))
    assert (index.truncated, len(index.frames)) == (False, 3)


def test_every_cut_gives_the_frames_that_are_there():
    data = build_apng(THREE)
    whole = scan_png(data)
    ends = [frame.data[-1][1] + 4 for frame in whole.frames]
    for length in range(33, len(data) - 4):
        index = scan_png(data[:length])
        assert index.truncated
        assert len(index.frames) == sum(end <= length for end in ends)
        assert not index.frames or index.last_uncertain or length >= ends[len(index.frames) - 1] + 38


@pytest.mark.parametrize("length", [8, 16, 32])
def test_a_cut_header_is_an_error(length):
    with pytest.raises(ImageFormatError, match="header"):
        scan_png(build_png()[:length])


def test_a_broken_header_is_an_error():
    data = bytearray(build_png())
    data[20] ^= 1
    with pytest.raises(ImageFormatError, match="header"):
        scan_png(bytes(data))
