"""GIF's LZW kernel: equal to a slow reference and to Pillow, whole or damaged, never beyond its buffers."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import GifImagePlugin, Image

from sddisplaylink._native import ffi, lib
from support.extent import examples
from support.gif_oracle import scan_gif
from support.kernels import GifRegion, decode_lzw
from support.lzw_encoder import BitWriter, encode_lzw, sub_blocks

CORPUS = os.environ.get("SDDISPLAYLINK_CORPUS")
WHOLE, SHORT, CUT, BROKEN = lib.SDDL_PIXELS_WHOLE, lib.SDDL_PIXELS_SHORT, lib.SDDL_PIXELS_CUT, lib.SDDL_PIXELS_BROKEN


def codes(*pairs: tuple[int, int]) -> bytes:
    writer = BitWriter()
    for code, width in pairs:
        writer.put(code, width)
    return sub_blocks(writer.finish())


def slow_lzw(data: bytes, code_size: int, pixels: int) -> tuple[int, bytes]:
    """The textbook decoder, a table of strings and a code at a time."""
    clear, out = 1 << code_size, b""
    bits, have, at = int.from_bytes(data, "little"), len(data) * 8, 0
    table, width, last = {i: bytes([i & 255]) for i in range(clear)}, code_size + 1, b""
    while len(out) < pixels:
        if have - at < width:
            return CUT, out
        code = bits >> at & (1 << width) - 1
        at += width
        if code == clear:
            table, width, last = {i: bytes([i & 255]) for i in range(clear)}, code_size + 1, b""
            continue
        if code == clear + 1:
            return SHORT, out
        following = len(table) + 2
        if code not in table and not (last and code == following):
            return BROKEN, out
        string = table[code] if code in table else last + last[:1]
        out += string
        if last and following < 4096:
            table[following] = last + string[:1]
        if len(table) + 2 >= 1 << width and width < 12:
            width += 1
        last = string
    return WHOLE, out[:pixels]


def streams(code_size: int) -> st.SearchStrategy[bytes]:
    """Indices as pictures have them: noise, runs, repeated patterns."""
    value = st.integers(0, min(255, (1 << code_size) - 1))
    run = st.builds(lambda index, length: bytes([index]) * length, value, st.integers(1, 600))
    noise = st.lists(value, min_size=1, max_size=60).map(bytes)
    pattern = st.builds(lambda part, times: part * times, noise, st.integers(1, 40))
    return st.lists(st.one_of(run, noise, pattern), min_size=1, max_size=12).map(b"".join)


@given(st.data())
@examples(150)
def test_what_an_encoder_wrote_comes_back(data):
    code_size = data.draw(st.integers(1, 11))
    indices = data.draw(streams(code_size))
    clears = data.draw(st.sets(st.integers(1, len(indices)), max_size=4))
    stream = encode_lzw(indices, code_size, clears, end=data.draw(st.booleans()), first_clear=data.draw(st.booleans()))
    blocks = sub_blocks(stream, data.draw(st.integers(1, 255)))
    result = decode_lzw(blocks, code_size, len(indices))
    assert (result.status, result.indices) == (WHOLE, indices)


@given(st.binary(max_size=300), st.integers(0, 11), st.integers(0, 3000))
@examples(300)
def test_any_bytes_decode_as_the_textbook_says(stream, code_size, pixels):
    expected = slow_lzw(stream, code_size, pixels)
    result = decode_lzw(sub_blocks(stream), code_size, pixels)
    assert (result.status, result.indices) == expected


@given(st.data())
@examples(60)
def test_damaged_streams_decode_as_the_textbook_says(data):
    code_size = data.draw(st.integers(2, 8))
    indices = data.draw(streams(code_size))
    stream = bytearray(encode_lzw(indices, code_size))
    stream[data.draw(st.integers(0, len(stream) - 1))] ^= data.draw(st.integers(1, 255))
    result = decode_lzw(sub_blocks(bytes(stream)), code_size, len(indices))
    assert (result.status, result.indices) == slow_lzw(bytes(stream), code_size, len(indices))


def test_full_table_without_a_clear_code():
    indices = bytes((i * i >> 3) * 7 & 255 for i in range(40_000))
    result = decode_lzw(sub_blocks(encode_lzw(indices, 8)), 8, len(indices))
    assert (result.status, result.indices) == (WHOLE, indices)


def test_long_runs_of_one_colour():
    indices = bytes(3_000_000)
    result = decode_lzw(sub_blocks(encode_lzw(indices, 2, clears={1_000_000})), 2, len(indices))
    assert (result.status, result.indices) == (WHOLE, indices)


def test_every_truncation_gives_a_prefix():
    indices = bytes(i // 9 % 5 * 40 for i in range(900))
    blocks = sub_blocks(encode_lzw(indices, 8), 60)
    lengths = []
    for end in range(len(blocks)):
        result = decode_lzw(blocks[:end], 8, len(indices))
        assert indices.startswith(result.indices)
        assert result.status == (WHOLE if len(result.indices) == len(indices) else CUT)
        lengths.append(len(result.indices))
    assert lengths == sorted(lengths)
    assert lengths[-1] == len(indices)


def test_early_end_keeps_what_came_before():
    result = decode_lzw(codes((4, 3), (1, 3), (2, 3), (5, 3), (3, 3)), 2, 6)
    assert (result.status, result.indices) == (SHORT, b"\1\2")


def test_block_terminator_ends_the_data():
    blocks = codes((4, 3), (1, 3), (2, 3)) + codes((3, 3), (3, 3))
    assert decode_lzw(blocks, 2, 6).status == CUT


def test_what_follows_the_last_pixel_is_not_looked_at():
    result = decode_lzw(codes((4, 3), (1, 3), (2, 3), (7, 3), (7, 3)), 2, 2)
    assert (result.status, result.indices) == (WHOLE, b"\1\2")


def test_code_beyond_the_next_is_an_error_from_there_on():
    result = decode_lzw(codes((4, 3), (1, 3), (2, 3), (2, 3), (7 + 8, 4), (1, 4)), 2, 9)
    assert result.status == BROKEN
    assert result.indices == b"\1\2\2"


def test_first_code_must_be_a_single_index():
    assert decode_lzw(codes((4, 3), (6, 3)), 2, 9).status == BROKEN


@pytest.mark.parametrize("code_size", [12, 255])
def test_impossible_code_size(code_size):
    result = decode_lzw(codes((1, 8)), code_size, 4)
    assert (result.status, result.indices) == (BROKEN, b"")


def test_wrong_arguments_are_refused():
    work, region = ffi.new("uint8_t[]", 1000), GifRegion(codes((4, 3), (5, 3)), 2, (0, 0, 1, 1), b"")
    room = 1000 - lib.SDDL_LZW_LEAD - lib.SDDL_LZW_SLACK

    def refused(pixels=1, size=1000, data=region.data, memory=work):
        region.c.width = pixels
        return lib.sddl_gif_decode(data, len(region.data), region.c, memory, size) == lib.SDDL_E_ARGUMENT

    assert not refused(room)
    assert refused(room + 1)
    assert refused(size=10)
    assert refused(data=ffi.NULL)
    assert refused(memory=ffi.NULL)
    region.c.height = 0xFFFFFFFF
    assert refused(0xFFFFFFFF)
    region.c.height, region.c.end = 1, len(region.data) + 1
    assert refused()


def pillow_indices(data: bytes, frame) -> bytes:
    """Pillow's decoder on that frame alone: what its region has before any palette."""
    size = frame.width.to_bytes(2, "little") + frame.height.to_bytes(2, "little")
    greys = bytes(value for grey in range(256) for value in (grey, grey, grey))
    alone = b"".join([b"GIF89a", size, b"\xf7\0\0", greys, b",\0\0\0\0", size, b"\0", data[slice(*frame.codes)], b";"])
    with GifImagePlugin.GifImageFile(io.BytesIO(alone)) as picture:
        return picture.convert("L").tobytes()


def generated_gifs() -> list[bytes]:
    files = []
    for seed, (width, height) in enumerate([(1, 1), (7, 3), (64, 48), (301, 200)]):
        for spread in (1, 3, 17, 255):
            pixels = bytes((x * (seed + 3) + (x * y >> 3)) % (spread + 1) for y in range(height) for x in range(width))
            with Image.frombytes("P", (width, height), pixels) as picture, io.BytesIO() as file:
                picture.putpalette(bytes(range(256)) * 3)
                picture.save(file, "GIF", optimize=False, interlace=False)
                files.append(file.getvalue())
    return files


@pytest.mark.parametrize("data", generated_gifs())
def test_equal_to_pillow_on_generated_files(data):
    (frame,) = scan_gif(data).frames
    begin, end = frame.codes
    result = decode_lzw(data[begin + 1 : end], data[begin], frame.width * frame.height)
    assert (result.status, result.indices) == (WHOLE, pillow_indices(data, frame))


def corpus_gifs() -> list[Path]:
    return sorted(Path(CORPUS).glob("*.gif")) if CORPUS else []


@pytest.mark.skipif(not CORPUS, reason="SDDISPLAYLINK_CORPUS names no corpus of real files")
@pytest.mark.extended
def test_equal_to_pillow_on_real_files():
    compared = 0
    for path in corpus_gifs():
        data = path.read_bytes()
        for frame in scan_gif(data).frames[:40]:
            if not frame.width * frame.height or frame.codes[1] - frame.codes[0] < 3:
                continue
            begin, end = frame.codes
            result = decode_lzw(data[begin + 1 : end], data[begin], frame.width * frame.height)
            if result.status == WHOLE:
                assert result.indices == pillow_indices(data, frame), path.name
                compared += 1
    assert compared > 500
