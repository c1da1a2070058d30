"""The first thing on a screen is the first frame; of several pictures, the first update shows all of them."""

from __future__ import annotations

import contextlib
import select
import signal
from unittest import mock

import pytest
from PIL import Image

import sddisplaylink as sd
from sddisplaylink.frames.frame import Frame
from sddisplaylink.views.terminal.layout import Area
from sddisplaylink.views.terminal.player_view import PlayerView
from sddisplaylink.views.terminal.renderer import Renderer
from sddisplaylink.views.terminal.tile import Tile
from support.images import GifPicture, build_gif

GIF = build_gif([GifPicture(fill=number, delay=5) for number in (1, 2)], loop=0)


class Dash(Renderer):
    """Draws a dash."""

    def draw(self, image: object) -> bytes:
        return b"-"

    def inline(self, image: object, screen: Area) -> bytes:
        return b""


@pytest.mark.parametrize("first", [0, 1, 2])
def test_nothing_is_drawn_before_every_picture_is_there(first: int) -> None:
    screen, signals = mock.Mock(), mock.Mock()
    screen.size.return_value = Area(30, 10)
    screen.is_in_background.return_value = False
    images = [sd.IncrementalImage() for _ in range(3)]  # of which nothing has come yet
    clock = sd.ManualClock()
    with PlayerView(images, screen, Dash, signals, None, {"clock": clock}) as view:
        tiles = view._tiles
        arrived = [first, *({0, 1, 2} - {first})]
        for count, number in enumerate(arrived):
            view._draw()
            assert screen.update.call_count == 0, f"with {count} of 3 pictures"
            tiles[number]._keep(Frame.of_pixels(0, 0.0, 0.05, (1, 1), bytes(4)))
        view._draw()
        screen.update.assert_called_once_with(b"---", clear=True)


class Pixels(Dash):
    """Draws the bytes of the pixels."""

    def draw(self, image: Image.Image) -> bytes:
        return image.tobytes()


def test_the_first_thing_drawn_is_the_first_frame() -> None:
    screen, signals = mock.Mock(is_entered=False), mock.Mock(ended_by=signal.SIGINT)
    screen.size.return_value = Area(30, 10)
    screen.is_in_background.return_value = False
    screen.enter.side_effect = lambda: setattr(screen, "is_entered", True)
    with (
        sd.AnimatedImage.open(GIF) as image,
        PlayerView([image, image], screen, Pixels, signals, None, {"clock": sd.ManualClock()}) as view,
    ):
        first = image[0].image.tobytes()
        view.run()
    calls = [name for name, _, _ in screen.mock_calls if name in ("enter", "update", "draw", "leave")]
    assert calls == ["enter", "update", "leave"]
    screen.update.assert_called_once_with(2 * first, clear=True)


def test_the_first_frame_is_not_drawn_again_when_the_player_shows_it() -> None:
    clock = sd.ManualClock()
    with sd.AnimatedImage.open(GIF) as image, contextlib.closing(sd.Dispatcher(thread=False)) as dispatcher:
        tile = Tile(image, Pixels(width=None), dispatcher, {"clock": clock})
        with contextlib.closing(tile.player):
            tile.resize(Area(30, 10))
            assert tile.draw()
            image.purge()  # as when memory is short: the frame is decoded once more
            tile.player.play()
            while tile.last_picture() is None:
                clock.advance(1 / 60)
                select.select([dispatcher.fileno()], [], [], 0.01)
                dispatcher.run_pending()
            assert tile.player.frame_index == 0
            assert not tile.draw()
            tile.resize(Area(30, 10))
            assert tile.draw()
