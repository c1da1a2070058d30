"""Animations that are kept whole, as they are small or a player says so: once decoded, nothing is requested."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

import sddisplaylink as sd
from sddisplaylink.frames.reader import PoolReader
from support.pool_support import PATIENCE

MakeImage = Callable[..., bytes]
COUNT = 10
SIZE = (8, 8)
FRAME = 8 * 8 * 4
LARGE = (160, 120)
LARGE_FRAME = 160 * 120 * 4


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


def wait_for_eviction(most: int) -> None:
    """Return when at most so many bytes are held: the worker evicts."""
    end = time.monotonic() + PATIENCE
    while sd.diagnostics()["pool_bytes"] > most and time.monotonic() < end:
        time.sleep(0.001)
    assert sd.diagnostics()["pool_bytes"] <= most


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
        wait_for_eviction(5 * FRAME)
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


# ---- larger ones whose player caches all frames ----


def test_one_that_takes_little_of_the_budget_is_kept_whole(make_gif: MakeImage, clock: sd.ManualClock) -> None:
    for count, is_kept in [(32, True), (33, False)]:
        data = make_gif([50] * count, size=(64, 64), plays=0)
        with sd.AnimatedImagePlayer(data, clock=clock, max_buffer_bytes=256 << 20) as player:
            player.play()
            clock.advance(0.05 * 2 * count)
            assert (sd.diagnostics()["pool_bytes"] == 64 * 64 * 4 * count) is is_kept


@pytest.mark.parametrize("mode", [mode for mode in sd.PlaybackMode if mode is not sd.PlaybackMode.NORMAL])
def test_nothing_is_requested_either_by_a_player_that_goes_back(
    large: bytes, clock: sd.ManualClock, requests: list[PoolReader], mode: sd.PlaybackMode
) -> None:
    with sd.AnimatedImagePlayer(large, clock=clock, mode=mode) as player:
        player.play()
        clock.advance(1.5)
        requests.clear()
        clock.advance(1.0)
        assert not requests
        assert player.stats.skipped == player.stats.late == 0
        player.mode = sd.PlaybackMode.NORMAL
        clock.advance(0.5)
        assert requests


@pytest.fixture
def large(make_gif: MakeImage) -> bytes:
    return make_gif([50] * COUNT, size=LARGE, plays=0)


def test_all_frames_are_cached_if_the_player_says_so(
    large: bytes, clock: sd.ManualClock, requests: list[PoolReader]
) -> None:
    shown: list[int] = []
    with sd.AnimatedImagePlayer(large, clock=clock, on_frame=lambda frame: shown.append(frame.index)) as player:
        assert player.cache_all_frames is False
        player.play()
        clock.advance(0.5)
        assert sd.diagnostics()["pool_bytes"] < COUNT * LARGE_FRAME
        player.cache_all_frames = True
        clock.advance(0.5)
        assert sd.diagnostics()["pool_bytes"] == COUNT * LARGE_FRAME
        requests.clear()
        clock.advance(1.0)
        assert not requests
        assert shown == [at % COUNT for at in range(len(shown))]


def test_frames_are_evicted_once_no_player_wants_them_cached(large: bytes, clock: sd.ManualClock) -> None:
    with sd.AnimatedImagePlayer(large, clock=clock) as player:
        player.cache_all_frames = True
        player.play()
        clock.advance(0.5)
        assert sd.diagnostics()["pool_bytes"] == COUNT * LARGE_FRAME
        player.cache_all_frames = False
        clock.advance(0.1)
        wait_for_eviction(4 * LARGE_FRAME)


def test_one_of_several_players_may_want_all_frames_cached(large: bytes, clock: sd.ManualClock) -> None:
    with sd.AnimatedImage.open(large) as image, sd.AnimatedImagePlayer(image, clock=clock) as lasting:
        with sd.AnimatedImagePlayer(image, clock=clock) as ending:
            ending.cache_all_frames = True
            lasting.play()
            ending.play()
            clock.advance(1.0)
            assert sd.diagnostics()["pool_bytes"] == COUNT * LARGE_FRAME
        clock.advance(0.5)
        wait_for_eviction(4 * LARGE_FRAME)
        assert lasting.stats.skipped == 0


def test_a_budget_goes_before_the_wish_to_cache_all_frames(large: bytes, clock: sd.ManualClock) -> None:
    with sd.AnimatedImagePlayer(large, clock=clock, max_buffer_bytes=4 * LARGE_FRAME) as player:
        player.cache_all_frames = True
        player.play()
        for _ in range(2 * COUNT):
            clock.advance(0.05)
            assert sd.diagnostics()["pool_bytes"] <= 5 * LARGE_FRAME
        assert player.stats.skipped == 0


def test_frames_of_an_image_that_grows_can_be_cached_before_there_are_any(large: bytes, clock: sd.ManualClock) -> None:
    image = sd.IncrementalImage()
    with sd.AnimatedImagePlayer(image, clock=clock) as player:
        player.cache_all_frames = True
        player.play()
        image.feed(large)
        image.finish()
        clock.advance(1.0)
        assert sd.diagnostics()["pool_bytes"] == COUNT * LARGE_FRAME


def test_a_closed_player_caches_nothing_more(large: bytes, clock: sd.ManualClock) -> None:
    player = sd.AnimatedImagePlayer(large, clock=clock)
    player.close()
    with pytest.raises(sd.LinkClosedError):
        player.cache_all_frames = True
    assert player.cache_all_frames is False


# ---- players at different places ----


def test_players_that_are_apart_request_nothing_once_each_frame_is_decoded(
    large: bytes, clock: sd.ManualClock, requests: list[PoolReader]
) -> None:
    shown: list[int] = []
    with (
        sd.AnimatedImage.open(large) as image,
        sd.AnimatedImagePlayer(image, clock=clock, on_frame=lambda frame: shown.append(frame.index)) as lasting,
    ):
        with sd.AnimatedImagePlayer(image, clock=clock) as ending:
            lasting.play()
            ending.play()
            ending.seek(COUNT // 2)
            clock.advance(1.5)
            requests.clear()
            clock.advance(1.0)
            assert not requests
            assert sd.diagnostics()["pool_bytes"] == COUNT * LARGE_FRAME
        clock.advance(1.0)
        assert requests
        wait_for_eviction(4 * LARGE_FRAME)
        assert shown == [at % COUNT for at in range(len(shown))]
        assert lasting.stats.skipped == 0
