"""The container scanners in C say the same as those in Python, of good files and of damaged ones."""

from __future__ import annotations

import os
import struct
import zlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from images import GifPicture, build_gif, loop_extension
from sddisplaylink._native import ffi, lib
from sddisplaylink.decoders.apng_chunks import SIGNATURE, scan_png
from sddisplaylink.decoders.gif_blocks import scan_gif
from sddisplaylink.errors import ImageFormatError

CORPUS = os.environ.get("SDDISPLAYLINK_CORPUS")


def native_gif(data: bytes, at_once: int = 64):
    """What scan_gif() says, by the C scanner; None for a header that is cut off."""
    index, frames = ffi.new("sddl_gif_index *"), ffi.new("sddl_gif_frame[]", at_once)
    memory, found = ffi.from_buffer("uint8_t[]", data), []
    while index.state == lib.SDDL_SCAN_MORE:
        count = lib.sddl_gif_scan(memory, len(data), index, frames, at_once)
        if count < 0:
            return None
        found += [gif_frame(frames[i]) for i in range(count) if frames[i].whole]
        assert all(frames[i].whole for i in range(count - 1))
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


def native_png(data: bytes):
    """What scan_png() says, by the C scanner; None for a header that is cut off or broken."""
    index, memory = ffi.new("sddl_png_index *"), ffi.from_buffer("uint8_t[]", data)
    if lib.sddl_png_scan(memory, len(data), 1, index, ffi.NULL, 0, ffi.NULL, 0) < 0:
        return None
    frames, spans = ffi.new("sddl_png_frame[]", index.frame_count + 1), ffi.new("sddl_span[]", index.span_count + 1)
    lib.sddl_png_scan(memory, len(data), 1, index, frames, index.frame_count, spans, index.span_count)
    assert (frames[index.frame_count].width, spans[index.span_count].end) == (0, 0)

    def pieces(first: int, count: int):
        return tuple((spans[i].begin, spans[i].end) for i in range(first, first + count))

    found = [png_frame(frames[i], pieces) for i in range(index.frame_count)]
    complete, uncertain = index.state == lib.SDDL_SCAN_COMPLETE, bool(index.uncertain)
    truncated = not complete or (bool(index.animated) and len(found) < index.announced)
    if not found and index.still_count:
        found = [(0, 0, index.width, index.height, None, 0, 0, pieces(index.still_first, index.still_count))]
        uncertain = not complete
    plays = index.plays
    if index.announced == 1 or not index.animated:
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
@settings(deadline=None, max_examples=200)
def test_gif_files(data, at_once):
    assert native_gif(data, at_once) == python_gif(data)


@given(gif_files, st.data())
@settings(deadline=None, max_examples=200)
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


@given(png_files)
@settings(deadline=None, max_examples=400)
def test_png_files(data):
    assert native_png(data) == python_png(data)


@given(st.integers(1, 4), st.data())
@settings(deadline=None, max_examples=200)
def test_damaged_png_files(frames, draw):
    damaged = bytearray(animation(frames))
    damaged[draw.draw(st.integers(8, len(damaged) - 1))] ^= draw.draw(st.integers(1, 255))
    assert native_png(bytes(damaged)) == python_png(bytes(damaged))


def test_png_cut_at_every_byte():
    data = animation(3)
    for end in range(8, len(data)):
        assert native_png(data[:end]) == python_png(data[:end])


def test_checksums_are_only_compared_on_request():
    data = animation(2).replace(ROW, ROW[:-1] + bytes([ROW[-1] ^ 1]))
    index = ffi.new("sddl_png_index *")
    memory = ffi.from_buffer("uint8_t[]", data)
    for check, count in [(0, 2), (1, 0)]:
        assert lib.sddl_png_scan(memory, len(data), check, index, ffi.NULL, 0, ffi.NULL, 0) == 0
        assert index.frame_count == count


def test_wrong_arguments_are_refused():
    index, gif = ffi.new("sddl_png_index *"), ffi.new("sddl_gif_index *")
    memory = ffi.from_buffer("uint8_t[]", animation(1))
    refused = lib.SDDL_E_ARGUMENT
    assert lib.sddl_png_scan(memory, 20, 0, index, ffi.NULL, 0, ffi.NULL, 0) == refused
    assert lib.sddl_png_scan(memory, len(memory), 0, index, ffi.NULL, 1, ffi.NULL, 0) == refused
    assert lib.sddl_gif_scan(memory, len(memory), gif, ffi.NULL, 1) == refused
    assert lib.sddl_gif_scan(ffi.NULL, 0, gif, ffi.NULL, 0) == refused


@pytest.mark.skipif(not CORPUS, reason="SDDISPLAYLINK_CORPUS names no corpus of real files")
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
