"""Small frames are composed on the thread that shows them, two at a time; others by the worker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import pytest

import sddisplaylink as sd
from sddisplaylink.decoders.composition import composer
from sddisplaylink.frames import pool as frame_pool
from sddisplaylink.machine.workers import shared_worker
from support.pool_support import let_nothing_be_small

COUNT = 30


class Counting:
    """The shared worker, counted."""

    def __init__(self) -> None:
        self.submitted = 0

    def submit(self, workload: object) -> None:
        self.submitted += 1
        shared_worker().submit(workload)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def worker(monkeypatch: pytest.MonkeyPatch) -> Counting:
    let_nothing_be_small(monkeypatch)
    counting = Counting()
    monkeypatch.setattr(frame_pool, "shared_worker", lambda: counting)
    return counting


@pytest.fixture
def image(make_gif: Callable[..., bytes]) -> Iterator[sd.AnimatedImage]:
    with sd.AnimatedImage.open(make_gif([50] * COUNT)) as image:
        yield image


def test_no_other_thread_is_woken_for_small_frames(image, clock, worker) -> None:
    shown: list[int] = []
    with sd.AnimatedImagePlayer(image, on_frame=lambda frame: shown.append(frame.index), clock=clock) as player:
        player.play()
        clock.advance(0.2)
        before = worker.submitted
        clock.advance(0.8)
        assert worker.submitted == before
        assert shown == list(range(20))
        assert player.stats.buffer_misses <= 1


def test_large_ones_are_left_to_the_worker(image, clock, worker, monkeypatch) -> None:
    monkeypatch.setattr(frame_pool, "CHEAP_COST", 0)
    with sd.AnimatedImagePlayer(image, clock=clock) as player:
        player.play()
        clock.advance(0.2)
        before = worker.submitted
        clock.advance(0.8)
        assert worker.submitted - before >= 12
        assert player.stats.shown == 20


def test_every_second_time_there_is_nothing_to_do(image, clock, monkeypatch) -> None:
    composed: list[int] = []
    compose = composer.ComposingDecoder.compose

    def counted(decoder: composer.ComposingDecoder, index: int) -> None:
        composed.append(index)
        compose(decoder, index)

    monkeypatch.setattr(composer.ComposingDecoder, "compose", counted)
    known: list[int] = []
    with sd.AnimatedImagePlayer(image, on_frame=lambda frame: known.append(len(composed)), clock=clock) as player:
        player.play()
        clock.advance(1.0)
    steps = [after - before for before, after in pairwise(known[4:])]
    assert set(steps) == {0, 2}


def test_a_dispatcher_with_many_events_composes_nothing(clock, worker, make_gif) -> None:
    images = [sd.AnimatedImage.open(make_gif([50] * COUNT)) for _ in range(5)]
    players = [sd.AnimatedImagePlayer(image, clock=clock) for image in images]
    with sd.PlayerGroup(players) as group:
        group.play()
        clock.advance(0.2)
        before = worker.submitted
        clock.advance(0.8)
        assert worker.submitted - before >= 40
        assert all(player.stats.shown == 20 for player in players)
    for opened in (*players, *images):
        opened.close()


def test_the_callback_comes_first(image, clock, monkeypatch) -> None:
    order: list[str] = []
    compose = frame_pool.FramePool.compose

    def noted(pool: frame_pool.FramePool, indices: tuple[int, ...]) -> None:
        order.append("compose")
        compose(pool, indices)

    monkeypatch.setattr(frame_pool.FramePool, "compose", noted)
    with sd.AnimatedImagePlayer(image, on_frame=lambda frame: order.append("shown"), clock=clock) as player:
        player.play()
        clock.advance(1.0)
    assert order.count("compose") >= 8
    assert all(order[at - 1] == "shown" for at, what in enumerate(order) if what == "compose")


def test_a_callback_that_raises_or_closes_leaves_nothing_undone(image, clock) -> None:
    player = sd.AnimatedImagePlayer(image, clock=clock)

    def close(frame: sd.Frame) -> None:
        if frame.index == 7:
            player.close()

    player.on_frame = close
    player.play()
    clock.advance(1.0)
    assert player.state is sd.PlayerState.CLOSED
    assert image.frame(8).index == 8


def test_a_broken_frame_is_reported_as_ever(clock, make_gif) -> None:
    data = bytearray(make_gif([50] * COUNT))
    at = data.rindex(b"\x2c")  # the last image: its codes become nonsense
    data[at + 11 : at + 13] = b"\xff\xff"
    with sd.AnimatedImage.open(bytes(data)) as image, sd.AnimatedImagePlayer(image, clock=clock) as player:
        player.play()
        clock.advance(COUNT * 0.05 + 0.5)
        if image.frame_count == COUNT:
            with pytest.raises(sd.ImageFormatError):
                player.wait(0)


def test_while_another_thread_decodes_it_is_not_waited_for(image, clock, worker) -> None:
    with sd.AnimatedImagePlayer(image, clock=clock) as player:
        player.play()
        clock.advance(0.5)
        reader = image.open_reader(None)
        decoding = image.pool.decoder.borrow(10)
        before = worker.submitted
        reader.prefetch([20, 21], inline=True)
        reader.compose()
        assert worker.submitted > before
        image.pool.decoder.give_back(decoding)
