"""Sixels, decoded as a terminal would and compared with the picture."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from PIL import Image, ImageChops

import sddisplaylink as sd
from sddisplaylink.views.terminal import sixel
from sddisplaylink.views.terminal.choice import choose_renderer
from sddisplaylink.views.terminal.halfblock import HalfBlockRenderer
from sddisplaylink.views.terminal.layout import Area
from sddisplaylink.views.terminal.query import Capabilities
from sddisplaylink.views.terminal.sixel import SixelRenderer
from support.pty_process import PtyProcess, assert_given_back
from support.sixel_decoder import sixel_pictures
from support.terminal_support import PLAY, UPDATE_END, frames_of, mosaic, write_gif

SIXEL_TERMINAL = b"\x1b[?62;4;22c"
ROUNDING = 3  # a sixel's colours are in per cent
TERMINAL = Area(40, 10, 8, 16)

pytestmark = pytest.mark.extended


@pytest.fixture(scope="module", autouse=True)
def needs_the_library() -> None:
    pytest.importorskip("textual_image")


@pytest.fixture
def gif(tmp_path: Path) -> Path:
    return write_gif(tmp_path / "a.gif", [mosaic(seed, (70, 50)) for seed in range(3)])


def renderer_for(area: Area, **options: object) -> SixelRenderer:
    renderer = SixelRenderer(sixel.load_encoder(), **options)  # type: ignore[arg-type]
    renderer.resize(area)
    return renderer


def assert_alike(shown: Image.Image, expected: Image.Image) -> None:
    assert shown.size == expected.size
    difference = ImageChops.difference(shown.convert("RGBA"), expected.convert("RGBA"))
    assert max(high for _, high in difference.getextrema()) <= ROUNDING


def test_pixels_arrive() -> None:
    image = mosaic(1, (70, 50)).convert("RGBA")
    data = renderer_for(TERMINAL).draw(image)
    [shown] = sixel_pictures(data)
    assert_alike(shown, image)
    assert data.startswith(b"\x1b[3;16H")  # 9 x 4 cells of 40 x 9


def test_what_is_transparent_is_blended_over_the_terminals_background() -> None:
    image = Image.new("RGBA", (12, 12))
    image.paste((200, 0, 0, 255), (0, 0, 6, 12))
    image.paste((200, 0, 0, 51), (6, 6, 12, 12))
    [shown] = sixel_pictures(renderer_for(TERMINAL, background=(0, 100, 200)).draw(image))
    backdrop = Image.new("RGBA", (12, 12), (0, 100, 200, 255))
    assert_alike(shown, Image.alpha_composite(backdrop, image))
    [shown] = sixel_pictures(renderer_for(TERMINAL).draw(image))
    assert_alike(shown, Image.alpha_composite(Image.new("RGBA", (12, 12), (0, 0, 0, 255)), image))


def test_the_last_row_stays_free_so_that_nothing_scrolls() -> None:
    [shown] = sixel_pictures(renderer_for(TERMINAL).draw(mosaic(1, (320, 640)).convert("RGBA")))
    assert shown.size == (72, 144)


def test_a_frame_that_comes_again_is_not_encoded_again(monkeypatch: pytest.MonkeyPatch) -> None:
    encoded = []

    def encoder(image: Image.Image) -> str:
        encoded.append(image.size)
        return f"\x1bPq{len(encoded)}\x1b\\"

    monkeypatch.setattr(sixel, "MOST_KNOWN_BYTES", 12)
    renderer = SixelRenderer(encoder)
    one, other, third = (mosaic(seed).convert("RGBA") for seed in range(3))
    first = renderer.draw(one)
    assert [renderer.draw(image) == first for image in (one, other, one, third, one)] == [
        True,
        False,
        True,
        False,
        True,
    ]
    assert len(encoded) == 3
    renderer.draw(other)
    renderer.draw(third)  # of which there was no room to keep both
    assert len(encoded) == 4
    assert sum(map(len, renderer._known.values())) <= 12


def test_the_picture_is_on_the_terminal_and_stays(gif: Path) -> None:
    with PtyProcess(
        *PLAY, str(gif), "--loops", "1", "--late-policy", "no_skip", cell=(8, 16), answers=SIXEL_TERMINAL
    ) as process:
        process.ends_with(0)
        assert_given_back(process)
    shown = sixel_pictures(process.log)
    frames = frames_of(gif)
    assert len(shown) == 4
    for picture, frame in zip(shown, [*frames, frames[-1]], strict=True):
        assert_alike(picture, frame)


def test_it_can_be_forced(gif: Path) -> None:
    with PtyProcess(*PLAY, str(gif), "--rate", "0", "--renderer", "sixel", cell=(8, 16)) as process:
        process.read_until(lambda: UPDATE_END in process.log)
        [shown] = sixel_pictures(process.log)
        assert_alike(shown, frames_of(gif)[0])
        process.send(b"\x03")
        process.ends_with(130)
        assert_given_back(process)


def test_it_follows_the_terminals_size(gif: Path) -> None:
    with PtyProcess(*PLAY, str(gif), "--rate", "0", cell=(8, 16), answers=SIXEL_TERMINAL) as process:
        process.read_until(lambda: UPDATE_END in process.log)
        process.resize(5, 9)
        process.read_until(lambda: process.log.count(UPDATE_END) == 2)
        assert [picture.size for picture in sixel_pictures(process.log)] == [(70, 50), (40, 29)]


@pytest.mark.parametrize("name", ["textual_image", "textual_image._sixel"])
def test_without_the_library(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    monkeypatch.delitem(sys.modules, "textual_image._sixel", raising=False)
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(sd.SDDisplayLinkError, match=r"python -m pip install '\.\[sixel\]'"):
        choose_renderer("sixel", Capabilities())
    assert isinstance(choose_renderer("auto", Capabilities(sixel=True))(), HalfBlockRenderer)


def test_a_library_that_has_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr("textual_image._sixel.image_to_sixels")
    with pytest.raises(sd.SDDisplayLinkError, match="textual-image"):
        sixel.load_encoder()
