"""Playback backwards, bouncing and with jumps, over frames that change little: cost, memory, and what is shown."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest

import sddisplaylink as sd
from sddisplaylink.decoders.composition import composer
from sddisplaylink.decoders.data.file import FileData
from sddisplaylink.decoders.data.limits import Limits
from sddisplaylink.decoders.gif.painter import NativeGifPainter
from sddisplaylink.decoders.opening import open_decoder
from sddisplaylink.decoders.regions import FrameRegion
from sddisplaylink.frames import retention
from sddisplaylink.frames.pool import FramePool
from support.extent import some_of
from support.images import GifPicture, build_gif
from support.pool_support import let_nothing_be_small

COUNT, SIZE = 120, (40, 30)
FRAME = SIZE[0] * SIZE[1] * 4


def changing(width: int, height: int) -> bytes:
    """A GIF of which each frame changes a rectangle of that size."""
    regions = [GifPicture(width, height, at % 20, at % 15, fill=at, transparent=0, delay=5) for at in range(1, COUNT)]
    return build_gif([GifPicture(*SIZE), *regions], size=SIZE, loop=0)


PLAIN = changing(3, 2)


@pytest.fixture(autouse=True)
def nothing_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if frames were too large for anything to be held just because it is cheap."""
    let_nothing_be_small(monkeypatch)
    monkeypatch.setattr(retention, "CHEAP_BYTES", 0)
    monkeypatch.setattr(retention, "LOG_BYTES", 4 * FRAME)
    monkeypatch.setattr(composer, "LEAST_CHANGE", 0)


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The frames that were decoded, in order."""
    indices: list[int] = []
    draw = NativeGifPainter.draw

    def counted(painter: NativeGifPainter, region: FrameRegion, *others: object) -> bool:
        indices.append(region.number)
        return draw(painter, region, *others)

    monkeypatch.setattr(NativeGifPainter, "draw", counted)
    return indices


@pytest.fixture
def image() -> Iterator[sd.AnimatedImage]:
    with sd.AnimatedImage.open(PLAIN) as image:
        yield image


@pytest.fixture(scope="module")
def expected() -> list[bytes]:
    with sd.AnimatedImage.open(PLAIN) as image:
        return [bytes(frame.rgba) for frame in image]


Play = Callable[..., sd.AnimatedImagePlayer]


class Watch:
    """Looks at every frame that is shown, and how much the pool holds meanwhile."""

    def __init__(self, image: sd.AnimatedImage, expected: list[bytes]) -> None:
        self.indices: list[int] = []
        self.most = 0
        self._pool: FramePool = image.pool
        self._expected = expected

    def __call__(self, frame: sd.Frame) -> None:
        assert bytes(frame.rgba) == self._expected[frame.index]
        self.indices.append(frame.index)
        self.most = max(self.most, self._pool.nbytes)


def play(
    image: sd.AnimatedImage, clock: sd.ManualClock, watch: Watch, mode: str, frames: int, **options: object
) -> None:
    with sd.AnimatedImagePlayer(
        image, on_frame=watch, clock=clock, mode=sd.PlaybackMode(mode), late_policy="no_skip", **options
    ) as player:
        player.play()
        while len(watch.indices) < frames:
            clock.advance(1 / 60)
        assert player.stats.skipped == 0


@pytest.mark.parametrize(("mode", "step"), [("reverse", -1), ("bounce", None), ("reversed_bounce", None)])
def test_each_frame_is_decoded_about_once_a_loop(image, clock, decoded, expected, mode, step) -> None:
    watch = Watch(image, expected)
    play(image, clock, watch, mode, 3 * COUNT)
    steps = {second - first for first, second in pairwise(watch.indices)}
    assert steps <= ({step, COUNT - 1} if step else {1, -1})
    # once to get to the end, and once a loop
    assert len(decoded) <= (4 * COUNT if step else 3 * COUNT) + 8


def test_with_room_for_all_changes_no_key_frames_are_held(image, clock, expected) -> None:
    watch = Watch(image, expected)
    play(image, clock, watch, "reverse", 2 * COUNT)
    decoder = open_decoder(FileData(PLAIN), Limits(10_000))
    changes = sum(decoder.changed_bytes(index) for index in range(COUNT))
    assert watch.most <= changes + 5 * FRAME  # what is shown and comes next, and what has not been given up yet
    assert changes < FRAME


@pytest.mark.parametrize("budget", some_of([1, 3, 5, 6, 8, 12, 20, 40], step=3))
@pytest.mark.parametrize("mode", ["reverse", "bounce"])
@pytest.mark.parametrize("region", [(3, 2), (18, 12)])
def test_never_more_than_the_budget_and_the_frame_in_the_making(clock, mode, budget, region) -> None:
    with sd.AnimatedImage.open(changing(*region)) as image:
        watch = Watch(image, [bytes(frame.rgba) for frame in image])
        play(image, clock, watch, mode, 2 * COUNT, max_buffer_bytes=budget * FRAME)
    assert watch.most <= budget * FRAME


def test_sent_about_and_back_it_keeps_to_the_budget(clock) -> None:
    with sd.AnimatedImage.open(changing(18, 12)) as image:
        watch = Watch(image, [bytes(frame.rgba) for frame in image])
        with sd.AnimatedImagePlayer(
            image, on_frame=watch, clock=clock, mode="reverse", late_policy="no_skip", max_buffer_bytes=20 * FRAME
        ) as player:
            player.play()
            for step in range(40):
                player.seek(100 - step * 37 % 90)
                clock.advance(0.2)
    assert 10 * FRAME < watch.most <= 20 * FRAME


def test_two_that_go_back_at_different_places_do_not_undo_each_others_frames(image, clock, decoded, expected) -> None:
    first, second = Watch(image, expected), Watch(image, expected)
    with sd.AnimatedImagePlayer(image, on_frame=first, clock=clock, mode="reverse", late_policy="no_skip") as one:
        one.play()
        clock.advance(2.0)
        play(image, clock, second, "reverse", 2 * COUNT)
    assert min(len(first.indices), len(second.indices)) >= 2 * COUNT
    assert len(decoded) <= 9 * COUNT


def test_what_is_for_going_back_is_given_up_when_it_goes_forwards(image, clock, expected) -> None:
    watch = Watch(image, expected)
    with sd.AnimatedImagePlayer(image, on_frame=watch, clock=clock, mode="reverse", late_policy="no_skip") as player:
        player.play()
        clock.advance(3.0)
        assert image.pool.cache.log_bytes > 0
        player.mode = sd.PlaybackMode.NORMAL
        clock.advance(1.0)
        assert image.pool.cache.log_bytes == 0
        # a frame that was just left may be there until the next one is composed
        assert any(not clock.advance(0.05) and image.pool.nbytes <= 3 * FRAME for _ in range(20))


def test_what_is_for_going_back_is_given_up_with_the_player(image, clock, expected) -> None:
    play(image, clock, Watch(image, expected), "reverse", COUNT)
    end = time.monotonic() + 10
    while image.pool.cache.log_bytes and time.monotonic() < end:
        threading.Event().wait(0.01)  # the worker may be at it still
    assert image.pool.cache.log_bytes == 0
    assert image.pool.nbytes <= 3 * FRAME


def test_a_thread_that_uses_the_decoder_when_the_player_is_dropped_discards_the_log_afterwards(
    image, clock, expected
) -> None:
    with sd.AnimatedImagePlayer(image, clock=clock, mode="reverse") as player:
        player.play()
        clock.advance(3.0)
        player.pause()
        pool = image.pool
        decoding = pool.decoder.borrow(10)
        player.close()
        assert pool.cache.log_bytes > 0
        pool.decoder.give_back(decoding)
        pool.work()
        assert pool.cache.log_bytes == 0


def test_what_is_for_going_back_is_given_up_when_it_is_purged(image, clock, expected) -> None:
    watch = Watch(image, expected)
    with sd.AnimatedImagePlayer(image, on_frame=watch, clock=clock, mode="reverse", late_policy="no_skip") as player:
        player.play()
        clock.advance(3.0)
        image.purge()
        assert image.pool.nbytes == FRAME
        clock.advance(1.0)
        assert player.stats.skipped == 0


def test_frames_asked_for_backwards_are_decoded_once(image, decoded, expected) -> None:
    for index in reversed(range(COUNT)):
        assert bytes(image.frame(index).rgba) == expected[index]
    assert len(decoded) <= 2 * COUNT
    assert image.pool.nbytes <= 8 * FRAME
