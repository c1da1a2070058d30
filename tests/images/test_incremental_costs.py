"""What an image that grows costs in time and memory, counted."""

from __future__ import annotations

import array
import random
import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import sddisplaylink as sd
from sddisplaylink.decoders.data.incoming import IncomingData
from sddisplaylink.native import ffi, lib
from support.images import (
    GifPicture,
    build_gif,
)


def test_bytes_are_moved_seldom_and_kept_once() -> None:
    data, places = IncomingData(), set()
    for _ in range(1 << 12):
        data.append(b"x" * 1024)
        places.add(id(data._memory))
    assert len(places) <= 7
    data.end()
    assert data.size == len(data.whole()) == 4 << 20
    assert not data._memory


def test_memory_while_it_grows() -> None:
    noise = random.Random(2).randbytes(255 * 350)
    codes = b"\x08" + b"".join(b"\xff" + noise[at : at + 255] for at in range(0, len(noise), 255)) + b"\0"
    data = build_gif([GifPicture(data=codes)] * 40)
    image = sd.IncrementalImage()
    tracemalloc.start()
    for begin in range(0, len(data), 4096):
        image.feed(data[begin : begin + 4096])
    held, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert image.frame_count == 40
    assert held < 1.2 * len(data)
    assert peak < 3.2 * len(data)


@pytest.mark.parametrize("size", [1, 16])
def test_tiny_pieces_of_a_large_frame_take_linear_time(size: int) -> None:
    """Counted in blocks skipped, not in seconds: each feed begins where the last one stopped."""
    large = GifPicture(data=b"\x08" + (b"\xff" + bytes(255)) * 400 + b"\0")
    data = build_gif([large])
    image = sd.IncrementalImage()
    skipped = []
    for begin in range(0, len(data) - 1, size):
        image.feed(data[begin : min(begin + size, len(data) - 1)])
        source = image._decoding._reader
        if source is not None and source.index.state.skipped_to > 1000:  # within the frame
            skipped.append(source.index.state.skipped_to)
    assert image.frame_count == 1
    assert skipped == sorted(skipped)
    assert max(skipped) > 100_000


@given(st.lists(st.binary(max_size=50_000), max_size=6))
@settings(deadline=None)
def test_pieces_are_one_after_the_other(pieces: list[bytes]) -> None:
    data = IncomingData()
    for piece in pieces:
        data.append(array.array("B", piece))
    whole = b"".join(pieces)
    assert (data.whole(), data.size, data[3:9]) == (whole, len(whole), whole[3:9])
    assert data.startswith(whole[:5])
    data.end()
    assert (data.whole(), data.is_growing) == (whole, False)
    data.close()
    with pytest.raises(sd.LinkClosedError):
        data.check()


def test_the_kernel_counts_a_frame_only_where_there_is_one() -> None:
    index, frame = ffi.new("sddl_png_index *"), ffi.new("sddl_png_frame *")
    assert lib.sddl_png_count_frame(ffi.NULL, frame) == lib.sddl_png_count_frame(index, ffi.NULL) == lib.SDDL_E_ARGUMENT
    assert lib.sddl_png_count_frame(index, frame) == 0
    index.animated = index.has_control = index.declared_frames = 1
    assert lib.sddl_png_count_frame(index, frame) == 0  # none of its data has come
    index.control.span_count = 1
    assert [lib.sddl_png_count_frame(index, frame), lib.sddl_png_count_frame(index, frame), index.frame_count] == [
        1,
        0,
        1,
    ]
