"""The container scanners in C say the same as those in Python, of good files and of damaged ones."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sddisplaylink._native import ffi, lib
from sddisplaylink.errors import ImageFormatError
from support.extent import examples
from support.gif_oracle import scan_gif
from support.images import GifPicture, build_gif, loop_extension
from support.png_oracle import SIGNATURE, scan_png

CORPUS = os.environ.get("SDDISPLAYLINK_CORPUS")


def native_gif(data: bytes, at_once: int = 64, pieces: tuple[int, ...] = ()):
    """What scan_gif() says, by the C scanner, given the data up to each of `pieces` first; None for a cut header."""
    index, frames = ffi.new("sddl_gif_index *"), ffi.new("sddl_gif_frame[]", at_once)
    found = []
    for end in (*pieces, len(data)):
        memory, count = ffi.from_buffer("uint8_t[]", data[:end]), at_once  # elsewhere each time
        index.more = end < len(data)
        while index.state == lib.SDDL_SCAN_MORE and count > 0:
            count = lib.sddl_gif_scan(memory, end, index, frames, at_once)
            found += [gif_frame(frames[i]) for i in range(count) if frames[i].whole]
            assert all(frames[i].whole for i in range(count - 1))
    if count < 0:
        return None
    entries = index.palette_entries
    colours = (index.palette, index.palette + 3 * entries) if entries else None
    repetitions = None if index.repetitions < 0 else index.repetitions
    return (index.width, index.height), colours, found, repetitions, index.state != lib.SDDL_SCAN_COMPLETE


def gif_frame(frame):
    palette = (frame.palette, frame.palette + 3 * frame.palette_entries) if frame.palette_entries else None
    delay = None if frame.delay < 0 else frame.delay * 10_000_000
    transparent = None if frame.transparent < 0 else frame.transparent
    place = frame.x, frame.y, frame.width, frame.height
    codes = frame.begin - 1, frame.end
    return (*place, delay, frame.disposal, transparent, bool(frame.interlaced), palette, codes)


def python_gif(data: bytes):
    try:
        index = scan_gif(data)
    except ImageFormatError:
        return None
    frames = [tuple(frame) for frame in index.frames]
    return index.screen, index.global_palette, frames, index.repetitions, index.truncated


def png_index(data: bytes, step: int = 64, pieces: tuple[int, ...] = ()):
    """The native index, its frames and spans, in calls of `step` further ones; None for a broken header."""
    index = ffi.new("sddl_png_index *")
    most = len(data) // 12 + 1
    frames, spans = ffi.new("sddl_png_frame[]", most), ffi.new("sddl_span[]", most)
    for end in (*pieces, len(data)):
        memory = ffi.from_buffer("uint8_t[]", data[:end])  # elsewhere each time
        index.more = end < len(data)
        before = None
        while index.state == lib.SDDL_SCAN_MORE and before != (index.position, index.span_count):
            before = index.position, index.span_count
            to = frames + index.frame_count, spans + index.span_count
            if lib.sddl_png_scan(memory, end, index, to[0], step, to[1], step) < 0:
                if not index.more:
                    return None
                break
    return index, frames, spans


def native_png(data: bytes, step: int = 64, pieces: tuple[int, ...] = ()):
    """What scan_png() says, by the C scanner; None for a header that is cut off or broken."""
    if (scanned := png_index(data, step, pieces)) is None:
        return None
    index, frames, spans = scanned

    def pieces_of(first: int, count: int):
        return tuple((spans[i].begin, spans[i].end) for i in range(first, first + count))

    found = [png_frame(frames[i], pieces_of) for i in range(index.frame_count)]
    complete, uncertain = index.state == lib.SDDL_SCAN_COMPLETE, bool(index.uncertain)
    truncated = not complete or (bool(index.animated) and len(found) < index.declared_frames)
    if not found and index.still_count:
        found = [(0, 0, index.width, index.height, None, 0, 0, pieces_of(index.still_first, index.still_count))]
        uncertain = not complete
    plays = index.plays
    if index.declared_frames == 1 or not index.animated:
        found, plays = [(*frame[:4], None, *frame[5:]) for frame in found], 1
    colours = [data[span.begin : span.end] for span in (index.palette, index.transparency)]
    return (index.width, index.height), *colours, found, plays, truncated, uncertain


def png_frame(frame, pieces):
    delay = frame.delay_numerator * 1_000_000_000 // (frame.delay_denominator or 100)
    place = frame.x, frame.y, frame.width, frame.height
    return (*place, delay, frame.disposal, frame.blend, pieces(frame.first_span, frame.span_count))


def python_png(data: bytes):
    try:
        index = scan_png(data)
    except ImageFormatError:
        return None
    frames = [tuple(frame) for frame in index.frames]
    return (
        index.size,
        index.palette,
        index.transparency,
        frames,
        index.loop_count,
        index.truncated,
        index.last_uncertain,
    )


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


HEADER = chunk(b"IHDR", struct.pack(">2I5B", 4, 3, 8, 6, 0, 0, 0))
ROW = zlib.compress(bytes(51))

pictures = st.builds(
    GifPicture,
    width=st.integers(0, 5),
    height=st.integers(0, 5),
    x=st.integers(0, 9),
    y=st.integers(0, 9),
    delay=st.none() | st.integers(0, 65535),
    disposal=st.integers(0, 7),
    transparent=st.none() | st.integers(0, 255),
    palette=st.none() | st.just(bytes(768)),
    interlaced=st.booleans(),
    before=st.sampled_from([b"", loop_extension(7), loop_extension(0, b"ANIMEXTS1.0"), b"!\xfe\3abc\0", b"!\xf9\0"]),
)

gif_files = st.builds(
    lambda frames, loop, after, trailer: build_gif(frames, loop=loop, after=after, trailer=trailer),
    st.lists(pictures, max_size=4),
    st.none() | st.integers(0, 65535),
    st.sampled_from([b"", loop_extension(3), b"\0", b"!"]),
    st.sampled_from([b";", b";more", b""]),
)


def controls(sequence: st.SearchStrategy[int]) -> st.SearchStrategy[bytes]:
    return st.builds(
        lambda *fields: chunk(b"fcTL", struct.pack(">5I2H2B", *fields)),
        sequence, *[st.integers(0, 5)] * 4, *[st.integers(0, 300)] * 2, st.integers(0, 3), st.integers(0, 2),
    )  # fmt: skip


chunks = st.one_of(
    st.builds(lambda n, p: chunk(b"acTL", struct.pack(">2I", n, p)), st.integers(0, 4), st.integers(0, 3)),
    st.builds(lambda d: chunk(b"fcTL", struct.pack(">5I2H2B", d, 4, 3, 0, 0, 1, 10, 0, 1)), st.integers(0, 4)),
    controls(st.integers(0, 4)),
    st.just(chunk(b"IDAT", ROW)),
    st.builds(lambda s: chunk(b"fdAT", struct.pack(">I", s) + ROW), st.integers(0, 5)),
    st.sampled_from([chunk(b"PLTE", b"abc"), chunk(b"tRNS", b"\0"), chunk(b"tEXt", b"x"), chunk(b"fdAT", b"a")]),
    st.sampled_from([chunk(b"acTL", b""), chunk(b"fcTL", b""), chunk(b"tRNS", b""), chunk(b"IDAT", b"")]),
    st.just(chunk(b"IEND", b"")),
)

png_files = st.lists(chunks, max_size=9).map(lambda parts: SIGNATURE + HEADER + b"".join(parts) + chunk(b"IEND", b""))


def animation(frames: int) -> bytes:
    parts, sequence = [chunk(b"acTL", struct.pack(">2I", frames, 2))], 0
    for number in range(frames):
        parts.append(chunk(b"fcTL", struct.pack(">5I2H2B", sequence, 4, 3, 0, 0, 1, number, number % 3, number % 2)))
        parts.append(chunk(b"fdAT", struct.pack(">I", sequence + 1) + ROW) if number else chunk(b"IDAT", ROW))
        sequence += 2 if number else 1
    return SIGNATURE + HEADER + b"".join(parts) + chunk(b"IEND", b"")


@given(gif_files, st.integers(1, 5))
@examples(200)
def test_gif_files(data, at_once):
    assert native_gif(data, at_once) == python_gif(data)


cuts = st.lists(st.integers(0, 400), max_size=6).map(lambda ends: tuple(sorted(ends)))


@given(gif_files, cuts)
@examples(200)
def test_gif_files_that_arrive_in_pieces(data, pieces):
    assert native_gif(data, 2, tuple(end for end in pieces if end < len(data))) == python_gif(data)


def test_a_gif_that_arrives_byte_by_byte():
    data = build_gif([GifPicture(), GifPicture(palette=bytes(768))], loop=4, after=loop_extension(2))
    assert native_gif(data, 1, tuple(range(len(data)))) == python_gif(data)


@given(gif_files, st.data())
@examples(200)
def test_damaged_gif_files(data, draw):
    damaged = bytearray(data)
    damaged[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    assert native_gif(bytes(damaged)) == python_gif(bytes(damaged))


def test_gif_cut_at_every_byte():
    data = build_gif([GifPicture(), GifPicture(palette=bytes(768))], loop=4, palette=None, after=loop_extension(2))
    for end in range(len(data)):
        assert native_gif(data[:end]) == python_gif(data[:end])


def test_last_frame_of_a_cut_gif_is_reported_as_not_whole():
    data = build_gif([GifPicture(), GifPicture(delay=9)])[:-6]
    index, frames = ffi.new("sddl_gif_index *"), ffi.new("sddl_gif_frame[]", 3)
    assert lib.sddl_gif_scan(ffi.from_buffer("uint8_t[]", data), len(data), index, frames, 3) == 2
    assert (frames[0].whole, frames[1].whole, frames[1].delay, frames[1].end) == (1, 0, 9, len(data))
    assert index.state == lib.SDDL_SCAN_BROKEN


@given(png_files, st.integers(1, 3))
@examples(400)
def test_png_files(data, step):
    assert native_png(data, step) == python_png(data)


@given(png_files, cuts)
@examples(200)
def test_png_files_that_arrive_in_pieces(data, pieces):
    assert native_png(data, 2, tuple(end for end in pieces if end < len(data))) == python_png(data)


@given(st.integers(1, 4), st.data())
@examples(200)
def test_damaged_png_files(frames, draw):
    damaged = bytearray(animation(frames))
    damaged[draw.draw(st.integers(8, len(damaged) - 1))] ^= draw.draw(st.integers(1, 255))
    assert native_png(bytes(damaged)) == python_png(bytes(damaged))


def test_png_cut_at_every_byte():
    data = animation(3)
    for end in range(8, len(data)):
        assert native_png(data[:end]) == python_png(data[:end])


def test_a_wrong_checksum_ends_the_animation_before_its_frame():
    data = animation(2)
    at = data.rindex(b"fcTL") + 25
    assert png_index(data)[0].frame_count == 2
    assert png_index(data[:at] + b"\7" + data[at + 1 :])[0].frame_count == 1


def test_frames_know_what_they_build_on():
    kinds = [(0, None), (3, 0), (0, 0), (2, 0), (0, 0), (0, None), (3, None), (3, 0), (0, 0)]
    data = build_gif([GifPicture(disposal=disposal, transparent=clear) for disposal, clear in kinds])
    index, frames = ffi.new("sddl_gif_index *"), ffi.new("sddl_gif_frame[]", 9)
    assert lib.sddl_gif_scan(ffi.from_buffer("uint8_t[]", data), len(data), index, frames, 9) == 9
    dependencies = [(frames[i].dependency.base, frames[i].dependency.key_frame) for i in range(9)]
    assert dependencies == [(-1, 0), (0, 0), (0, 0), (2, 0), (-1, 4), (-1, 5), (-1, 6), (5, 5), (5, 5)]


def test_a_frame_that_is_drawn_on_nothing_and_cleared_leaves_nothing_to_build_on():
    part = {"width": 2, "height": 2, "x": 1, "transparent": 0}
    data = build_gif([GifPicture(disposal=disposal, **part) for disposal in (2, 2, 3, 2, 0, 2, 0)])
    index, frames = ffi.new("sddl_gif_index *"), ffi.new("sddl_gif_frame[]", 7)
    assert lib.sddl_gif_scan(ffi.from_buffer("uint8_t[]", data), len(data), index, frames, 7) == 7
    dependencies = [(frames[i].dependency.base, frames[i].dependency.key_frame) for i in range(7)]
    assert dependencies == [(-1, 0), (-1, 1), (-1, 2), (-1, 3), (-1, 4), (4, 4), (5, 4)]


def test_wrong_arguments_are_refused():
    index, gif = ffi.new("sddl_png_index *"), ffi.new("sddl_gif_index *")
    memory = ffi.from_buffer("uint8_t[]", animation(1))
    refused = lib.SDDL_E_ARGUMENT
    assert lib.sddl_png_scan(memory, 20, index, ffi.NULL, 0, ffi.NULL, 0) == refused
    assert lib.sddl_png_scan(memory, len(memory), index, ffi.NULL, 1, ffi.NULL, 0) == refused
    assert lib.sddl_gif_scan(memory, len(memory), gif, ffi.NULL, 1) == refused
    assert lib.sddl_gif_scan(ffi.NULL, 0, gif, ffi.NULL, 0) == refused
    assert lib.sddl_gif_delays(ffi.NULL, 1, ffi.NULL) == lib.sddl_png_delays(ffi.NULL, 1, ffi.NULL) == refused


@pytest.mark.skipif(not CORPUS, reason="SDDISPLAYLINK_CORPUS names no corpus of real files")
@pytest.mark.extended
def test_real_files():
    scans = {b"GIF8": (native_gif, python_gif), SIGNATURE[:4]: (native_png, python_png)}
    compared = 0
    for path in sorted(Path(CORPUS or "").iterdir()):
        data = path.read_bytes()
        if data[:4] in scans:
            native, python = scans[data[:4]]
            assert native(data) == python(data), path.name
            compared += 1
    assert compared >= 200
