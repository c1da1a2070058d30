"""AnimatedImage.purge(): memory is freed, and nothing breaks."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator

import pytest

import sddisplaylink as sd
from support.pool_support import let_nothing_be_small

MakeImage = Callable[..., bytes]


@pytest.fixture(autouse=True)
def nothing_is_small(monkeypatch: pytest.MonkeyPatch) -> None:
    let_nothing_be_small(monkeypatch)


@pytest.fixture
def image(make_gif: MakeImage) -> Iterator[sd.AnimatedImage]:
    gc.collect()  # pools of other tests
    with sd.AnimatedImage.open(make_gif([50] * 40)) as image:
        yield image


def pool_bytes() -> int:
    held = sd.diagnostics()["pool_bytes"]
    assert isinstance(held, int)
    return held


def test_purge_frees_what_is_not_shown(image: sd.AnimatedImage) -> None:
    before = pool_bytes()
    frames = [image.frame(index) for index in (30, 29, 28)]
    pixels = [bytes(frame.rgba) for frame in frames]
    assert pool_bytes() > before
    image.purge()
    assert pool_bytes() == before
    assert [bytes(frame.rgba) for frame in frames] == pixels
    assert [bytes(image.frame(index).rgba) for index in (30, 29, 28)] == pixels


def test_a_player_keeps_what_it_shows_and_plays_on(image: sd.AnimatedImage, clock: sd.ManualClock) -> None:
    shown: list[sd.Frame] = []
    before = pool_bytes()
    with sd.AnimatedImagePlayer(image, clock=clock, mode=sd.PlaybackMode.REVERSE, on_frame=shown.append) as player:
        player.play()
        clock.advance(0.2)
        assert pool_bytes() > before + 4 * shown[0].nbytes
        image.purge()
        assert pool_bytes() == before + shown[0].nbytes
        assert player.current_frame is shown[-1]
        count = len(shown)
        clock.advance(0.5)
        assert [frame.index for frame in shown[count:]] == [shown[count - 1].index - step for step in range(1, 11)]
        assert player.stats.skipped == 0


def test_a_stopped_player_shows_nothing(image: sd.AnimatedImage, clock: sd.ManualClock) -> None:
    before = pool_bytes()
    with sd.AnimatedImagePlayer(image, clock=clock) as player:
        player.play()
        clock.advance(0.2)
        player.stop()
        image.purge()
        assert pool_bytes() == before
        player.play()
        clock.advance(0.2)
        assert player.frame_index == 3


def test_a_closed_image_has_nothing_to_give(image: sd.AnimatedImage) -> None:
    image.close()
    image.purge()


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_the_frames_of_the_parent_are_not_for_the_child_to_purge(image: sd.AnimatedImage) -> None:
    image.frame(3)
    child = os.fork()
    if child == 0:
        try:
            image.purge()
        except sd.ForkedProcessError:
            os._exit(0)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert image.frame(3).index == 3
