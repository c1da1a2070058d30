"""The first update of a screen with several pictures shows all of them, whichever is decoded first."""

from __future__ import annotations

from unittest import mock

import pytest

import sddisplaylink as sd
from sddisplaylink.frames.frame import Frame
from sddisplaylink.views.terminal.layout import Area
from sddisplaylink.views.terminal.player_view import PlayerView
from sddisplaylink.views.terminal.renderer import Renderer
from support.images import GifPicture, build_gif


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
    data = build_gif([GifPicture(fill=1, delay=5), GifPicture(fill=2, delay=5)], loop=0)
    images = [sd.AnimatedImage.open(data) for _ in range(3)]
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
