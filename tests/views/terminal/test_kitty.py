"""Kitty graphics: what is sent is decoded as a terminal would and compared with the picture, pixel by pixel."""

from __future__ import annotations

import random

import pytest
from PIL import Image

from sddisplaylink.views.terminal.kitty import KittyRenderer
from sddisplaylink.views.terminal.layout import Area
from support.terminal_support import decode_graphics, graphics_commands


def noise(size: tuple[int, int], *, opaque: bool) -> Image.Image:
    image = Image.frombytes("RGBA", size, random.Random(1).randbytes(size[0] * size[1] * 4))
    if opaque:
        image.putalpha(255)
    return image


def renderer_for(terminal: Area, width: int | None = None) -> KittyRenderer:
    renderer = KittyRenderer(width=width)
    renderer.resize(terminal)
    return renderer


@pytest.mark.parametrize("size", [(1, 1), (100, 80), (33, 7)])
@pytest.mark.parametrize("opaque", [False, True])
def test_pixels_arrive_as_they_are(size: tuple[int, int], opaque: bool) -> None:
    image = noise(size, opaque=opaque)
    [(keys, payload)] = graphics_commands(renderer_for(Area(80, 24, 10, 20)).draw(image))
    assert decode_graphics(keys, payload).tobytes() == image.tobytes()
    assert keys["f"] == ("24" if opaque else "32")
    assert (keys["a"], keys["o"], keys["q"], keys["C"], keys["p"]) == ("T", "z", "2", "1", "1")


def test_large_pictures_are_scaled_to_the_screens_pixels() -> None:
    renderer = renderer_for(Area(40, 10, 8, 16))
    [(keys, _)] = graphics_commands(renderer.draw(noise((1000, 500), opaque=True)))
    assert (keys["s"], keys["v"]) == ("320", "160")


def test_width_is_in_columns() -> None:
    renderer = renderer_for(Area(40, 20, 8, 16), width=10)
    data = renderer.draw(noise((20, 20), opaque=True))
    [(keys, _)] = graphics_commands(data)
    assert (keys["s"], keys["v"]) == ("80", "80")
    assert data.startswith(b"\x1b[8;16H")


def test_frames_of_a_player_replace_each_other_and_players_do_not() -> None:
    terminal, image = Area(80, 24, 10, 20), noise((9, 9), opaque=True)
    one, other = renderer_for(terminal), renderer_for(terminal)
    ids = [graphics_commands(renderer.draw(image))[0][0]["i"] for renderer in (one, one, other)]
    assert ids[0] == ids[1] != ids[2]
    assert all(0 < int(number) < 2**32 for number in ids)


def test_erase_frees_the_players_image() -> None:
    renderer = renderer_for(Area(80, 24, 10, 20))
    [(drawn, _)] = graphics_commands(renderer.draw(noise((9, 9), opaque=True)))
    [(keys, _)] = graphics_commands(renderer.erase())
    assert keys == {"a": "d", "d": "I", "i": drawn["i"], "q": "2"}


def test_inline_picture_outlives_the_player() -> None:
    terminal = Area(80, 24, 10, 20)
    renderer, image = renderer_for(terminal), noise((30, 50), opaque=False)
    [(drawn, _)] = graphics_commands(renderer.draw(image))
    data = renderer.inline(image, terminal)
    [(keys, payload)] = graphics_commands(data)
    assert decode_graphics(keys, payload).tobytes() == image.tobytes()
    assert keys["i"] != drawn["i"]
    assert data.startswith(b"\n\n\n\x1b[3A\r")
    assert data.endswith(b"\x1b[3B")


def test_unknown_cell_size_still_fits() -> None:
    renderer = renderer_for(Area(40, 10))
    [(keys, _)] = graphics_commands(renderer.draw(noise((1000, 500), opaque=True)))
    assert (keys["s"], keys["v"]) == ("400", "200")
