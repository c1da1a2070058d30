"""Composition in recycled memory: the pixels are the same by every decode path, whatever happens to exported frames."""

from __future__ import annotations

import gc
import subprocess
import sys
import threading
from copy import copy
from pathlib import Path

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sddisplaylink.decoders.composition import buffers as frame_memory
from sddisplaylink.decoders.data.file import FileData
from sddisplaylink.decoders.data.limits import Limits
from sddisplaylink.decoders.opening import open_decoder
from sddisplaylink.errors import ImageFormatError
from sddisplaylink.native import lib
from support.decode_path import get, path_to, prepare
from support.extent import examples
from support.generated_images import apngs, gifs
from support.images import RED, GifPicture, PngPicture, build_apng, build_gif
from support.pillow_limits import pillow_cannot
from support.pillow_oracle import difference, frames_by_pillow

LIMITS = Limits(100_000)
PREVIOUS = [GifPicture(), *[GifPicture(2, 2, 1, 1, fill=at, disposal=3, transparent=0) for at in range(2, 8)]]


def opened(data, native=True):
    return open_decoder(FileData(data), LIMITS, native=native)


def straight(data):
    """The bytes of every frame, each composed from nothing."""
    decoder = opened(data)
    frames = []
    for index in range(len(decoder.info.delays_ns)):
        decoder.purge()
        frames.append(bytes(get(decoder, index)))
    return frames


steps = st.lists(st.tuples(st.integers(0, 9), st.sampled_from(["keep", "drop", "forget", "ahead"])), max_size=14)


@given(gifs() | apngs(), steps, st.booleans(), st.sampled_from([0, 300, 100_000]))
@examples(400)
def test_any_order_with_any_frames_held(data, order, native, undo):
    try:
        expected = straight(data)
    except ImageFormatError:
        return
    decoder, held = opened(data, native), {}
    decoder.keep_log(undo)
    for number, what in order:
        index = number % len(expected)
        if what == "ahead":
            prepare(decoder, index)
        view = get(decoder, index, held)
        assert bytes(view) == expected[index]
        assert decoder.log_bytes <= undo
        if what == "keep":
            held[index] = view
        elif what == "forget":
            held.clear()
        assert all(bytes(pixels) == expected[at] for at, pixels in held.items())


@given(gifs() | apngs())
@examples(200)
def test_frames_look_as_pillow_composes_them(data):
    if pillow_cannot(data):
        return
    try:
        decoder = opened(data)
        theirs = list(frames_by_pillow(decoder._reader))
    except ImageFormatError:
        return
    for index, expected in enumerate(theirs):
        ours = numpy.frombuffer(get(decoder, index), numpy.uint8).reshape(expected.shape)
        assert difference(ours, expected) <= 1.01


# decode paths


def test_the_decode_path_leaves_out_frames_that_leave_no_trace():
    decoder = opened(build_gif(PREVIOUS))
    assert path_to(decoder, 5) == (None, [0, 5])
    get(decoder, 5)
    assert path_to(decoder, 6) == (None, [6])
    assert path_to(decoder, 5) == (None, [5])


def test_the_decode_path_resumes_from_a_held_frame():
    decoder = opened(build_gif([GifPicture(transparent=0) for _ in range(9)]))
    assert path_to(decoder, 8, {3: b"", 5: b""}) == (5, [6, 7, 8])
    get(decoder, 6)
    assert path_to(decoder, 8, {3: b"", 5: b""}) == (None, [7, 8])
    assert path_to(decoder, 4, {3: b""}) == (3, [4])


def test_a_frame_that_needs_no_other_has_no_reference():
    pictures = [GifPicture(transparent=None if at in (0, 4) else 0) for at in range(7)]
    decoder = opened(build_gif(pictures))
    assert [decoder.reference(index) for index in range(7)] == [None, 0, 1, 2, None, 4, 5]


def test_another_decoder_of_the_same_image_has_composed_nothing():
    decoder = opened(LONG)
    view = get(decoder, 7)
    other = copy(decoder)
    assert path_to(other, 8)[1] == list(range(9))
    assert bytes(get(other, 7)) == bytes(view)
    assert path_to(decoder, 8)[1] == [8]


def test_a_frame_whose_base_is_missing_is_refused():
    decoder = opened(build_gif([GifPicture(transparent=0) for _ in range(3)]))
    with pytest.raises(RuntimeError, match="depends on frame 1"):
        decoder.compose(2)
    with pytest.raises(RuntimeError, match="nothing"):
        decoder.pixels()


def test_a_broken_frame_that_leaves_no_trace_harms_no_other():
    broken = GifPicture(disposal=3, data=b"\x0c\x01\xff\0")
    decoder = opened(build_gif([GifPicture(fill=1), broken, GifPicture(1, 1, fill=2)]))
    get(decoder, 0)
    with pytest.raises(ImageFormatError, match="^frame 1: "):
        get(decoder, 1)
    assert path_to(decoder, 2) == (None, [2])
    assert bytes(get(decoder, 2)) == straight(build_gif([GifPicture(fill=1), GifPicture(1, 1, fill=2)]))[1]


# memory


@pytest.fixture
def buffers(monkeypatch):
    """Sizes of the pixel buffers that are allocated."""
    sizes, allocate = [], frame_memory.zeroed
    monkeypatch.setattr(frame_memory, "zeroed", lambda nbytes: sizes.append(nbytes) or allocate(nbytes))
    return sizes


MANY = [GifPicture(40, 30), *[GifPicture(3, 2, at % 37, at % 28, fill=at, transparent=0) for at in range(1, 60)]]
LONG = build_gif(MANY, size=(40, 30))


def test_frames_without_a_reference_are_drawn_in_one_buffer(buffers):
    decoder = opened(LONG)
    for index in range(60):
        decoder.compose(index)
    assert len(buffers) == 1


def test_frames_that_are_dropped_in_turn_take_two_buffers(buffers):
    decoder, expected = opened(LONG), straight(LONG)
    del buffers[:]
    last = None
    for index in range(60):
        last = get(decoder, index)
        assert bytes(last) == expected[index]
    assert len(buffers) == 2
    assert last.readonly


def test_only_what_changes_is_copied(monkeypatch):
    copied = []
    decoder = opened(LONG)
    restore = decoder._changes.between

    def between(content, other):
        rects = restore(content, other)
        copied.append(sum(width * height for _, _, width, height in rects))
        return rects

    monkeypatch.setattr(decoder._changes, "between", between)
    last = None
    for index in range(60):
        last = get(decoder, index)
    assert last is not None
    assert sum(copied[3:]) <= 57 * 2 * 6


def test_of_parts_that_are_drawn_on_nothing_only_they_are_cleared(monkeypatch):
    cleared = []
    parts = [GifPicture(1, 1, x=at % 4, y=at % 3, fill=at, disposal=2) for at in range(40)]
    decoder = opened(build_gif(parts, size=(20, 20)))
    between = decoder._changes.between
    monkeypatch.setattr(
        decoder._changes, "between", lambda *frames: cleared.append(between(*frames)) or between(*frames)
    )
    for index in range(40):
        last = bytes(get(decoder, index))
    assert cleared[1:] == [((at % 4, at % 3, 1, 1),) for at in range(39)]
    assert last == straight(build_gif([*parts[:1], parts[-1]], size=(20, 20)))[1]


@pytest.mark.parametrize("disposal", [0, 2, 3])
def test_full_frames_copy_nothing(monkeypatch, disposal):
    decoder = opened(build_gif([GifPicture(disposal=disposal, fill=at) for at in range(9)]))
    calls = []
    monkeypatch.setattr("sddisplaylink.decoders.composition.drawing.lib", Watched(calls))
    held = [get(decoder, index) for index in range(9)]
    assert not calls
    assert len({bytes(view) for view in held}) == 9


class Watched:
    """The native library; notes the calls that copy or clear."""

    def __init__(self, calls):
        self._calls = calls

    def __getattr__(self, name):
        if name == "sddl_restore":
            self._calls.append(name)
        return getattr(lib, name)


def test_few_buffers_are_kept_and_none_after_close(buffers):
    decoder = opened(LONG)
    held = [get(decoder, index) for index in range(9)]
    memory = decoder._memory
    del held[1:]
    assert len(memory._spare) == 2
    decoder.close()
    assert not memory._spare
    assert bytes(held[0]) == straight(LONG)[0]
    held.clear()
    gc.collect()
    assert not memory._spare


def test_what_is_handed_out_twice_comes_back_once(buffers):
    decoder, expected = opened(LONG), straight(LONG)
    first = get(decoder, 0)
    second = decoder.pixels()
    del first
    get(decoder, 1)
    assert bytes(second) == expected[0]


def test_views_dropped_on_other_threads_while_others_are_composed():
    decoder, expected = opened(LONG), straight(LONG)
    waiting, done = [], threading.Event()

    def drop():
        while not done.is_set():
            if waiting:
                waiting.pop()

    droppers = [threading.Thread(target=drop) for _ in range(3)]
    for thread in droppers:
        thread.start()
    try:
        for index in [*range(60), *range(59, -1, -1), *range(60)]:
            view = get(decoder, index)
            assert bytes(view) == expected[index]
            waiting.append(view)
    finally:
        done.set()
        for thread in droppers:
            thread.join()


def test_purge_gives_everything_up_and_it_goes_on(buffers):
    decoder, expected = opened(LONG), straight(LONG)
    held = get(decoder, 7)
    decoder.purge()
    assert path_to(decoder, 8)[1] == list(range(9))
    assert bytes(get(decoder, 8)) == expected[8]
    assert bytes(held) == expected[7]


# regions decoded ahead


@pytest.mark.parametrize("data", [LONG, build_apng([PngPicture(), *[PngPicture(2, 2, 1, 1, RED, blend=1)] * 5])])
def test_prepared_regions_give_the_same(data):
    decoder, expected = opened(data), straight(data)
    decoder.has_frame(6)
    for index in range(6):
        made = []
        thread = threading.Thread(target=lambda index=index, made=made: made.append(prepare(decoder, index)))
        thread.start()
        thread.join()
        assert made[0] is not None
        assert bytes(get(decoder, index)) == expected[index]
    decoder.close()


def test_a_prepared_region_is_used_for_its_own_frame_alone():
    decoder, expected = opened(LONG), straight(LONG)
    decoder.has_frame(6)
    prepare(decoder, 2)
    assert bytes(get(decoder, 6)) == expected[6]


def test_prepare_takes_anything():
    decoder = opened(build_gif([GifPicture(), GifPicture(data=b"\x0c\x01\xff\0"), *[GifPicture()] * 20]))
    assert not decoder.prefetch.painter.worth_preparing(0)
    assert not decoder.prefetch.painter.worth_preparing(1_000_000)
    assert decoder.has_frame(21)
    assert prepare(decoder, 1) is prepare(decoder, 1_000_000) is None
    assert prepare(decoder, 21) is not None
    with pytest.raises(ImageFormatError):
        get(decoder, 1)
    decoder._reader.close()
    assert prepare(decoder, 3) is None


@pytest.mark.parametrize("data", [LONG, build_apng([PngPicture(), PngPicture(), PngPicture()])])
@pytest.mark.parametrize("native", [True, False])
def test_a_dropped_decoder_goes_at_once(data, native):
    source = bytes(bytearray(data))  # not shared
    references = sys.getrefcount(source)
    gc.disable()
    try:
        decoder = opened(source, native)
        for index in range(3):
            get(decoder, index)
        del decoder
        assert sys.getrefcount(source) == references
    finally:
        gc.enable()


BROKEN_AND_COLLECTED = """
import gc, sys
sys.path.insert(0, sys.argv[1])
from support.images import GifPicture, build_gif
import sddisplaylink as sd
size = 1024, 600
data = build_gif([GifPicture(*size), GifPicture(*size, data=b"\\x08\\x01\\x00\\x00")], size=size)
try:
    with sd.AnimatedImage.open(data) as image:
        list(image)
except sd.ImageFormatError as error:
    print(error)
    error.itself = error
del image
gc.collect()
print("collected")
"""


def test_the_memory_of_large_frames_can_be_collected_in_a_cycle():
    """What must not be in one is a buffer of cffi's over a memoryview: the interpreter crashes."""
    done = subprocess.run(
        [sys.executable, "-c", BROKEN_AND_COLLECTED, str(Path(__file__).parents[1])],
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "collected"
