"""Going back over frames without decoding: what is recorded, which decode paths there are, and when memory is freed."""

from __future__ import annotations

import pytest

from sddisplaylink.decoders.composition import composer, edit_log
from sddisplaylink.decoders.composition.edit_log import EditRing
from sddisplaylink.decoders.data.file import FileData
from sddisplaylink.decoders.data.limits import Limits
from sddisplaylink.decoders.opening import open_decoder
from support.decode_path import get
from support.images import GifPicture, PngPicture, build_apng, build_gif
from support.kernels import Canvas

COUNT = 12
PICTURES = [GifPicture(), *[GifPicture(2, 1, at % 3, at % 3, fill=at, transparent=0) for at in range(1, COUNT)]]
DISPOSED = [
    GifPicture(),
    *[GifPicture(2, 1, at % 3, 0, fill=at, disposal=at % 4, transparent=0) for at in range(1, 12)],
]
TILES = [PngPicture(), *[PngPicture(2, 2, 1, 1, (at, 0, 0, 120), blend=1) for at in range(1, COUNT)]]
FILES = [build_gif(PICTURES), build_gif(DISPOSED), build_apng(TILES)]
ROOM = 1 << 16


class Counting:
    """A painter that counts."""

    def __init__(self, painter):
        self._painter = painter
        self.drawn = []

    def draw(self, region, *rest):
        self.drawn.append(region.number)
        return self._painter.draw(region, *rest)

    def __getattr__(self, name):
        return getattr(self._painter, name)


def opened(data=FILES[0], room=ROOM):
    decoder = open_decoder(FileData(data), Limits(100_000))
    decoder._painter = Counting(decoder._painter)
    decoder.keep_log(room)
    return decoder


def forwards(decoder):
    return [bytes(get(decoder, index)) for index in range(COUNT)]


@pytest.mark.parametrize("data", FILES)
def test_stepping_back_to_the_start_decodes_nothing(data):
    decoder = opened(data)
    expected = forwards(decoder)
    drawn = len(decoder._painter.drawn)
    for index in reversed(range(COUNT)):
        assert bytes(get(decoder, index)) == expected[index]
    assert len(decoder._painter.drawn) == drawn == COUNT


@pytest.mark.parametrize("data", FILES)
def test_frames_that_were_handed_out_are_not_undone(data):
    decoder = opened(data)
    frames = [get(decoder, index) for index in range(COUNT)]
    expected = [bytes(frame) for frame in frames]
    frames += [get(decoder, index) for index in reversed(range(COUNT))]
    assert [bytes(frame) for frame in frames] == [*expected, *reversed(expected)]


def test_forwards_again_from_where_it_went_back_to():
    decoder = opened()
    expected = forwards(decoder)
    get(decoder, 4)
    decoder._painter.drawn.clear()
    assert [bytes(get(decoder, index)) for index in (5, 6, 5)] == [expected[5], expected[6], expected[5]]
    assert decoder._painter.drawn == [5, 6]


def test_undoing_begins_at_the_nearest_frame_that_is_there():
    decoder = opened()
    forwards(decoder)
    held = {9: get(decoder, 9), 7: get(decoder, 7), 3: get(decoder, 3)}
    get(decoder, 0)
    assert decoder.path_back(5, held, 4) == (7, range(6, 4, -1))
    assert decoder.path_back(8, held, 4) == (9, range(8, 7, -1))
    assert decoder.path_back(4, held, 4) == (7, range(6, 3, -1))
    assert decoder.path_back(4, held, 2) is None
    assert decoder.path_back(4, {3: held[3]}, 4) is None
    assert bytes(get(decoder, 5, held)) == bytes(get(opened(), 5))


def test_a_path_leads_back_from_where_the_decoder_stands():
    decoder = opened()
    get(decoder, 11)
    assert decoder.path_back(8, {}, 4) == (None, range(10, 7, -1))
    assert decoder.path_back(11, {}, 4) is None
    decoder.purge()
    assert decoder.path_back(8, {}, 4) is None


def test_nothing_leads_back_over_a_frame_that_needs_no_other():
    decoder = opened(build_gif([GifPicture(), GifPicture(2, 1, transparent=0), GifPicture(fill=3), GifPicture(1, 1)]))
    get(decoder, 1)
    get(decoder, 3)
    assert decoder.path_back(2, {}, 4) == (None, range(2, 1, -1))
    assert decoder.path_back(1, {}, 4) is None
    assert [decoder.changed_bytes(index) for index in range(4)] == [0, 2 * 4, 0, 4]


def test_log_reach(monkeypatch):
    monkeypatch.setattr(composer, "LEAST_CHANGE", 0)
    small = [GifPicture(1, 1, fill=at, transparent=0) for at in range(1, 8)]
    assert opened(build_gif([GifPicture(), *small])).log_reach(8, 400) == 400 // 3  # 7 of 8 frames change 4 bytes
    large = [GifPicture(fill=at, transparent=0) for at in range(1, 8)]
    assert opened(build_gif([GifPicture(), *large])).log_reach(8, 400) == 0  # to copy whole frames is as good
    assert opened(build_gif([GifPicture()] * 8)).log_reach(8, 0) == 8  # no frame needs another


def test_with_little_room_the_first_is_given_up_first():
    decoder = opened(room=3 * 8)
    expected = forwards(decoder)
    assert decoder.log_bytes == 3 * 8
    assert decoder.path_back(8, {}, 9) == (None, range(10, 7, -1))
    assert decoder.path_back(7, {}, 9) is None
    assert bytes(get(decoder, 7)) == expected[7]
    assert decoder.log_bytes == 3 * 8


def test_nothing_is_recorded_unless_it_is_asked_for():
    decoder = opened(room=0)
    forwards(decoder)
    assert decoder.log_bytes == 0
    assert decoder.path_back(10, {}, 9) is None
    decoder.keep_log(ROOM)
    forwards(decoder)
    assert decoder.log_bytes > 0
    decoder.keep_log(0)
    assert decoder.log_bytes == 0
    assert decoder.path_back(10, {}, 9) is None


def test_without_memory_to_record_in_it_decodes(monkeypatch):
    def refuse(nbytes):
        if nbytes:
            raise MemoryError

    decoder = opened(room=0)
    monkeypatch.setattr(edit_log, "zeroed", refuse)
    decoder.keep_log(ROOM)
    expected = forwards(decoder)
    assert decoder.log_bytes == 0
    assert bytes(get(decoder, 5)) == expected[5]


def test_a_frame_that_leaves_no_trace_is_not_built_upon_after_going_back_to_it():
    decoder = opened(FILES[1])
    expected = forwards(decoder)
    restored = next(index for index in range(3, COUNT) if DISPOSED[index].disposal == 3)
    get(decoder, restored + 1)
    assert bytes(get(decoder, restored)) == expected[restored]
    assert bytes(get(decoder, restored + 1)) == expected[restored + 1]


# the log itself


def canvas(value):
    return Canvas(4, 4, bytes([value]) * 64)


def recorded(room, sizes):
    log = EditRing()
    log.room = room
    for index, width in enumerate(sizes, 1):
        before = canvas(index)
        log.record(index, before.c, [(0, 0, width, 1)] if width else [])
    return log


@pytest.mark.parametrize(("sizes", "kept"), [
    ([1, 1, 1, 1], [1, 2, 3, 4]),
    ([1, 1, 1, 1, 1], [2, 3, 4, 5]),
    ([1, 1, 1, 1, 2], [3, 4, 5]),
    ([3, 2], [2]),
    ([1, 3, 4], [3]),
    ([2, 1, 2, 1, 1], [3, 4, 5]),
    ([4, 0, 0], [1, 2, 3]),
    ([1, 3, 1, 3], [3, 4]),
])  # fmt: skip
def test_the_memory_is_a_ring(sizes, kept):
    log = recorded(4 * 4, sizes)
    assert [index for index in range(9) if index in log] == kept
    assert log.nbytes <= 16
    for index in kept:
        target = canvas(99)
        log.undo(index, target.c)
        width = sizes[index - 1]
        assert target.read()[: 4 * width + 1] == bytes([index]) * 4 * width + b"\x63"


def test_what_is_larger_than_the_room_is_not_recorded():
    log = recorded(12, [1, 4, 1])
    assert [index for index in range(4) if index in log] == [1, 3]


def test_what_is_recorded_already_is_not_recorded_again():
    log = recorded(16, [2])
    another = canvas(50)
    log.record(1, another.c, [(0, 0, 1, 1)])
    assert log.rects(1) == [(0, 0, 2, 1)]
