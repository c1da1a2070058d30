"""Animations so small that they are kept whole: once they are decoded, players request nothing more."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import sddisplaylink as sd
from sddisplaylink.frames.reader import PoolReader

MakeImage = Callable[..., bytes]
COUNT = 10
SIZE = (8, 8)
FRAME = 8 * 8 * 4


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> list[PoolReader]:
    """The readers that have requested frames, once for each time."""
    noted: list[PoolReader] = []
    prefetch = PoolReader.prefetch

    def note(reader: PoolReader, *arguments: object, **options: bool) -> bool:
        noted.append(reader)
        return prefetch(reader, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(PoolReader, "prefetch", note)
    return noted


@pytest.fixture
def data(make_gif: MakeImage) -> bytes:
    return make_gif([50] * COUNT, size=SIZE, plays=0)


def test_nothing_is_requested_once_all_frames_are_decoded(
    data: bytes, clock: sd.ManualClock, requests: list[PoolReader]
) -> None:
    shown: list[int] = []
    with sd.AnimatedImagePlayer(data, clock=clock, on_frame=lambda frame: shown.append(frame.index)) as player:
        player.play()
        clock.advance(0.5)
        assert requests
        requests.clear()
        clock.advance(1.0)
        assert not requests
        assert shown[:30] == [*range(COUNT)] * 3
        assert player.stats.skipped == player.stats.late == 0


def test_frames_are_requested_again_after_a_purge(
    data: bytes, clock: sd.ManualClock, requests: list[PoolReader]
) -> None:
    shown: list[int] = []
    with (
        sd.AnimatedImage.open(data) as image,
        sd.AnimatedImagePlayer(image, clock=clock, on_frame=lambda frame: shown.append(frame.index)) as player,
    ):
        player.play()
        clock.advance(0.5)
        image.purge()
        assert sd.diagnostics()["pool_bytes"] == FRAME
        requests.clear()
        clock.advance(0.5)
        assert requests
        assert sd.diagnostics()["pool_bytes"] == COUNT * FRAME
        requests.clear()
        clock.advance(0.5)
        assert not requests
        assert shown == [at % COUNT for at in range(len(shown))]


def test_memory_is_watched_nevertheless(data: bytes, clock: sd.ManualClock, monkeypatch: pytest.MonkeyPatch) -> None:
    polls: list[None] = []
    with sd.AnimatedImagePlayer(data, clock=clock) as player:
        player.play()
        clock.advance(0.5)
        monkeypatch.setattr("sddisplaylink.machine.memory_monitor.monitor.poll", lambda: polls.append(None))
        clock.advance(0.5)
    assert len(polls) >= COUNT


@pytest.mark.parametrize("mode", list(sd.PlaybackMode))
def test_a_smaller_budget_holds(data: bytes, clock: sd.ManualClock, mode: sd.PlaybackMode) -> None:
    with sd.AnimatedImagePlayer(data, clock=clock, mode=mode, max_buffer_bytes=4 * FRAME) as player:
        player.play()
        for _ in range(4 * COUNT):
            clock.advance(0.05)
            assert sd.diagnostics()["pool_bytes"] <= 5 * FRAME
        assert player.stats.skipped == 0


def test_a_budget_holds_that_another_player_leaves_behind(data: bytes, clock: sd.ManualClock) -> None:
    with (
        sd.AnimatedImage.open(data) as image,
        sd.AnimatedImagePlayer(image, clock=clock, max_buffer_bytes=4 * FRAME) as lasting,
    ):
        with sd.AnimatedImagePlayer(image, clock=clock) as ending:
            lasting.play()
            ending.play()
            clock.advance(0.5)
            assert sd.diagnostics()["pool_bytes"] == COUNT * FRAME
        for _ in range(2 * COUNT):
            clock.advance(0.05)
        assert sd.diagnostics()["pool_bytes"] <= 5 * FRAME
        assert lasting.stats.skipped == 0


def test_an_image_that_grows_is_requested_as_it_comes(
    data: bytes, clock: sd.ManualClock, requests: list[PoolReader]
) -> None:
    image, shown = sd.IncrementalImage(), []
    half = len(data) * 2 // 3
    image.feed(data[:half])
    with sd.AnimatedImagePlayer(image, clock=clock, on_frame=lambda frame: shown.append(frame.index)) as player:
        player.play()
        clock.advance(1.0)
        assert 1 < len(shown) < COUNT
        requests.clear()
        image.feed(data[half:])
        image.finish()
        clock.advance(0.5)
        assert requests
        assert shown == [at % COUNT for at in range(len(shown))]
        assert len(shown) > COUNT
