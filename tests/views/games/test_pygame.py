"""What AnimatedSurface does beside what pictures of every toolkit do (see test_toolkits.py); and without a window."""

from __future__ import annotations

import gc
import os
import weakref
from collections.abc import Callable
from pathlib import Path

import pytest

import sddisplaylink as sd
from support.requirements import unavailable
from support.virtual_screen import VirtualScreen

try:
    os.environ.setdefault("PYGAME_HIDE_SUPPORT_PROMPT", "1")
    import pygame
except ImportError:
    unavailable("pygame is not installed", module=True)

from sddisplaylink.views.games.pygame import AnimatedSurface

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
WINDOWS = Path(__file__).with_name("pygame_windows.py")


def test_every_new_picture_is_reported_once(virtual_screen: VirtualScreen) -> None:
    seen = virtual_screen.run(WINDOWS, "counts")
    assert (seen["seen"], seen["counted"]) == (8, True)
    assert set(seen["threads"]) <= {"MainThread", "sddisplaylink-decode"}


def test_the_window_may_be_larger_than_its_pictures(virtual_screen: VirtualScreen) -> None:
    seen = virtual_screen.run(WINDOWS, "scaled")
    assert seen.pop("factor") >= 2
    assert max(seen.values()) <= 1  # which is how far pygame and Pillow are from each other where they blend


def test_plays_in_game_time_though_the_window_is_hidden(virtual_screen: VirtualScreen) -> None:
    assert virtual_screen.run(WINDOWS, "game_time") == "playing"


def test_example(virtual_screen: VirtualScreen, tmp_path: Path) -> None:
    said, picture = virtual_screen.run_example("pygame_surface.py", tmp_path / "window.png")
    assert int(said.split()[-3]) > 5  # "... frames shown"
    assert picture.size == (640, 400)
    assert len(picture.getcolors(1 << 20) or ()) > 50


# ---- without a window ----


def pixel(picture: AnimatedSurface) -> tuple[int, ...]:
    return tuple(picture.surface.get_at((0, 0)))


def first_pixel(image: sd.AnimatedImage, index: int) -> tuple[int, ...]:
    return tuple(image[index].rgba[0, 0, channel] for channel in range(4))


def test_update_returns_what_has_changed(clock: sd.ManualClock, make_gif: Callable[..., bytes]) -> None:
    with AnimatedSurface(make_gif([100, 100]), clock=clock) as picture:
        assert picture.surface.get_size() == (4, 3)
        assert (picture.update(), picture.changed) == (False, pygame.Rect(0, 0, 0, 0))
        clock.advance(0.05)
        assert (picture.update(), picture.changed) == (True, pygame.Rect(0, 0, 4, 3))
        assert pixel(picture) == first_pixel(picture.player.image, 0)
        assert (picture.update(), picture.changed) == (False, pygame.Rect(0, 0, 0, 0))
        clock.advance(0.1)
        assert picture.update()
        assert pixel(picture) == first_pixel(picture.player.image, 1)


@pytest.mark.parametrize("name", ["ball.gif", "spiral.png"])
def test_new_pictures_come_in_the_same_surface(clock: sd.ManualClock, name: str) -> None:
    with AnimatedSurface(EXAMPLES / name, clock=clock) as picture:
        surface = picture.surface
        for _ in range(60):
            clock.advance(1 / 60)
            assert picture.update() == bool(picture.changed)
        assert picture.surface is surface


def test_an_image_of_which_nothing_has_come(clock: sd.ManualClock, make_gif: Callable[..., bytes]) -> None:
    image = sd.IncrementalImage()
    with AnimatedSurface(image, clock=clock) as view:
        clock.advance(0.1)
        assert not view.update()
        assert (view.surface.get_size(), view.surface.get_at((0, 0))) == ((1, 1), (0, 0, 0, 0))
        image.feed(make_gif([50] * 3))
        clock.advance(0.1)
        assert view.update()
        assert (view.surface.get_size(), view.changed.size) == (image.size, image.size)


def test_an_image_of_which_nothing_has_come_waits(clock: sd.ManualClock, make_gif: Callable[..., bytes]) -> None:
    image = sd.IncrementalImage()
    with AnimatedSurface(image, clock=clock, autoplay=False) as view:
        image.feed(make_gif([50] * 3))
        clock.advance(0.1)
        assert not view.update()
        view.player.play()
        clock.advance(0.1)
        assert view.update()


def test_waits_with_its_first_frame(clock: sd.ManualClock, make_gif: Callable[..., bytes]) -> None:
    with AnimatedSurface(make_gif([100, 100]), autoplay=False, clock=clock) as picture:
        clock.advance(1)
        assert picture.update()
        assert picture.player.state is sd.PlayerState.STOPPED
        assert pixel(picture) == first_pixel(picture.player.image, 0)
        clock.advance(1)
        assert not picture.update()


def test_one_clock_is_the_time_of_the_game(clock: sd.ManualClock, make_gif: Callable[..., bytes]) -> None:
    threads = sd.diagnostics()["native_threads"]  # an earlier test's timer may be ending
    assert isinstance(threads, int)
    pictures = [AnimatedSurface(make_gif([50, 50]), clock=clock) for _ in range(20)]
    for _ in range(10):
        clock.advance(1 / 30)
        assert len({picture.player.frame_index for picture in pictures}) == 1
    assert sd.diagnostics()["native_threads"] <= max(threads, 1)  # no timer
    for picture in pictures:
        picture.close()


def test_an_error_comes_out_of_update_once(clock: sd.ManualClock, make_gif: Callable[..., bytes]) -> None:
    def broken(frame: sd.Frame) -> None:
        raise RuntimeError("broken")

    with AnimatedSurface(make_gif([100, 100]), clock=clock, on_frame=broken) as picture:
        clock.advance(0.05)
        with pytest.raises(RuntimeError, match="broken"):
            picture.update()
        picture.update()
        assert picture.player.state is sd.PlayerState.STOPPED


def test_an_error_goes_to_on_error_instead(clock: sd.ManualClock, make_gif: Callable[..., bytes]) -> None:
    errors: list[BaseException] = []

    def broken(frame: sd.Frame) -> None:
        raise RuntimeError("broken")

    picture = AnimatedSurface(make_gif([100]), clock=clock, on_frame=broken, on_error=errors.append)
    clock.advance(0.05)
    picture.update()
    assert [str(error) for error in errors] == ["broken"]
    with pytest.raises(RuntimeError, match="broken"):  # as AnimatedImagePlayer.close() says
        picture.close()
    with pytest.raises(sd.LinkClosedError):
        picture.update()


def test_dropping_it_ends_it(clock: sd.ManualClock, make_gif: Callable[..., bytes]) -> None:
    players = sd.diagnostics()["players"]
    picture = AnimatedSurface(make_gif([100, 100]), clock=clock)
    gone = weakref.ref(picture)
    surface = picture.surface
    assert sd.diagnostics()["players"] == players + 1
    del picture
    gc.collect()
    assert gone() is None
    assert sd.diagnostics()["players"] == players
    assert surface.get_size() == (4, 3)


def test_what_cannot_be_played_is_refused() -> None:
    players = sd.diagnostics()["players"]
    with pytest.raises(sd.ImageFormatError):
        AnimatedSurface(b"no image")
    with pytest.raises(TypeError):
        AnimatedSurface(EXAMPLES / "ball.gif", rte=2)
    assert sd.diagnostics()["players"] == players
