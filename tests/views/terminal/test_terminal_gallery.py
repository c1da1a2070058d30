"""Several pictures in one terminal: where they stand, and that all of them are there."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

import sddisplaylink as sd
from sddisplaylink.views.terminal.layout import Area, Dots, Placement, place, scaled, sheet, tiles
from support.pty_process import PtyProcess, assert_empty, assert_given_back
from support.terminal_support import (
    KITTY_TERMINAL,
    LAST_WORDS,
    PLAY,
    UPDATE_END,
    Emulator,
    decode_graphics,
    frames_of,
    graphics_commands,
    mosaic,
    picture_dots,
    write_gif,
)

HALF = Dots(1, 2)


@pytest.fixture
def gifs(tmp_path: Path) -> list[Path]:
    """Three animations of two frames, 13 x 20 dots each: a terminal of 40 x 16 cells shows them best in a row."""
    return [
        write_gif(tmp_path / f"{name}.gif", [mosaic(10 * name + seed, (13, 20)) for seed in range(2)])
        for name in range(3)
    ]


def expected_screen(pictures: list[Image.Image], areas: list[Area], width: int | None = None) -> list[list[str]]:
    canvas = Image.new("RGBA", (40, 32))
    for picture, area in zip(pictures, areas, strict=True):
        placement = place(picture.size, area, HALF, width=width)
        canvas.paste(scaled(picture, placement), (placement.column, 2 * placement.row))
    return picture_dots(canvas)


# ---- the layout ----


@pytest.mark.parametrize(
    ("sizes", "screen", "width", "corners", "tile"),
    [
        ([(10, 10)], (40, 16), None, [(0, 0)], (40, 16)),
        ([(13, 20)] * 3, (40, 16), None, [(0, 0), (13, 0), (26, 0)], (13, 16)),
        ([(40, 10)] * 3, (40, 18), None, [(0, 0), (0, 6), (0, 12)], (40, 6)),
        ([(20, 16)] * 4, (40, 16), None, [(0, 0), (20, 0), (0, 8), (20, 8)], (20, 8)),
        ([(20, 16)] * 3, (40, 16), None, [(0, 0), (20, 0), (0, 8)], (20, 8)),
        ([(5, 5)] * 5, (40, 16), 10, [(0, 0), (10, 0), (20, 0), (30, 0), (0, 8)], (10, 8)),
        ([(5, 5)] * 2, (40, 16), 99, [(0, 0), (0, 8)], (40, 8)),
        ([(5, 5)] * 3, (1, 1), None, [(0, 0), (0, 1), (0, 2)], (1, 1)),
    ],
)
def test_composition_through_pillow(
    sizes: list[tuple[int, int]],
    screen: tuple[int, int],
    width: int | None,
    corners: list[tuple[int, int]],
    tile: tuple[int, int],
) -> None:
    found = tiles(sizes, Area(*screen, 8, 16), HALF, width=width)
    assert [(area.column, area.row) for area in found] == corners
    assert {(area.columns, area.rows, area.cell_width, area.cell_height) for area in found} == {(*tile, 8, 16)}


def test_a_picture_is_in_the_middle_of_its_area() -> None:
    area = Area(20, 10, column=30, row=5)
    assert place((10, 10), area, HALF, enlarge=False) == Placement(35, 7, 10, 5, 10, 10)
    assert place((10, 10), area, HALF) == Placement(30, 5, 20, 10, 20, 20)


def test_sheet() -> None:
    red, blue = Image.new("RGBA", (4, 6), "red"), Image.new("RGBA", (2, 2), "blue")
    found, columns = sheet([(red, Placement(3, 2, 4, 3, 4, 6)), (blue, Placement(9, 4, 2, 1, 2, 2))], HALF)
    assert (found.size, columns) == ((8, 6), 8)
    expected = Image.new("RGBA", (8, 6))
    expected.paste(red, (0, 0))
    expected.paste(blue, (6, 4))
    assert found.tobytes() == expected.tobytes()


# ---- in a terminal ----


def test_all_pictures_are_on_the_screen_and_follow_its_size(gifs: list[Path]) -> None:
    first = [frames_of(gif)[0] for gif in gifs]
    with PtyProcess(*PLAY, *map(str, gifs), "--rate", "0") as process:
        process.read_until(lambda: UPDATE_END in process.log)
        assert process.log.count(UPDATE_END) == 1  # one clock, one dispatcher: they come together
        assert process.terminal.dots() == expected_screen(first, tiles([(13, 20)] * 3, Area(40, 16), HALF))
        process.resize(13, 30)
        process.read_until(lambda: process.log.count(UPDATE_END) == 2)
        assert [row[0] for row in process.terminal.dots()[::20]] == [picture_dots(frame)[0][0] for frame in first]
        process.send(b"\x03")
        process.ends_with(130)
        assert_given_back(process)
        assert_empty(process)


def test_width_wraps_them_to_rows(gifs: list[Path]) -> None:
    first = [frames_of(gif)[0] for gif in gifs]
    areas = [Area(20, 8, 0, 0, column, row) for column, row in ((0, 0), (20, 0), (0, 8))]
    with PtyProcess(*PLAY, *map(str, gifs), "--rate", "0", "--width", "14") as process:
        process.read_until(lambda: UPDATE_END in process.log)
        assert process.terminal.dots() == expected_screen(first, areas, width=14)


def test_all_show_the_same_instant(gifs: list[Path]) -> None:
    areas = tiles([(13, 20)] * 3, Area(40, 16), HALF)
    expected = [expected_screen([frames_of(gif)[index] for gif in gifs], areas) for index in range(2)]
    with PtyProcess(*PLAY, *map(str, gifs), "--loops", "2", "--late-policy", "no_skip") as process:
        process.ends_with(0)
    terminal, shown = Emulator(40, 16), []
    *updates, _ = process.log[: process.log.index(LAST_WORDS)].split(UPDATE_END)
    for update in updates:
        terminal.feed(update + UPDATE_END)
        shown.append(expected.index(terminal.dots()))
    assert shown == [0, 1] * 2


def test_the_last_pictures_stay(gifs: list[Path]) -> None:
    with PtyProcess(*PLAY, *map(str, gifs), "--loops", "1", cell=(8, 16), answers=KITTY_TERMINAL) as process:
        process.ends_with(0)
        assert_given_back(process)
    *_, last = graphics_commands(process.log)
    stays = decode_graphics(*last)
    areas = tiles([(13, 20)] * 3, Area(40, 16, 8, 16), Dots(8, 16))
    corners = [place((13, 20), area, Dots(8, 16), enlarge=False) for area in areas]
    for gif, corner in zip(gifs, corners, strict=True):
        left, top = (corner.column - corners[0].column) * 8, (corner.row - corners[0].row) * 16
        assert stays.crop((left, top, left + 13, top + 20)).tobytes() == frames_of(gif)[1].tobytes()


def test_kitty_pictures_have_ids_of_their_own(gifs: list[Path]) -> None:
    with PtyProcess(*PLAY, *map(str, gifs), "--rate", "0", cell=(8, 16), answers=KITTY_TERMINAL) as process:
        process.read_until(lambda: UPDATE_END in process.log)
        _, *drawn = graphics_commands(process.log)
        assert [decode_graphics(*picture).tobytes() for picture in drawn] == [
            frames_of(gif)[0].tobytes() for gif in gifs
        ]
        assert len({keys["i"] for keys, _ in drawn}) == 3
        process.send(b"\x03")
        process.ends_with(130)
        erased = [keys["i"] for keys, _ in graphics_commands(process.log) if keys["a"] == "d"]
        assert erased == [keys["i"] for keys, _ in drawn]


def test_it_ends_when_the_longest_has_ended(tmp_path: Path) -> None:
    short = write_gif(tmp_path / "short.gif", [mosaic(1), mosaic(2)], duration=20)
    long = write_gif(tmp_path / "long.gif", [mosaic(seed) for seed in range(3, 7)], duration=60)
    with PtyProcess(*PLAY, str(short), str(long), "--loops", "1", "--late-policy", "no_skip") as process:
        process.ends_with(0)
    assert process.log.count(UPDATE_END) >= 4


def test_the_api_takes_a_list(gifs: list[Path]) -> None:
    program = "import sys, sddisplaylink as sd; print(sd.play(sys.argv[1:], loop_count=1))"
    with PtyProcess("-c", program, *map(str, gifs)) as process:
        process.ends_with(0)
    assert process.log.endswith(b"True\r\n")


def test_one_that_cannot_be_played_ends_it_before_the_screen_is_entered(gifs: list[Path], tmp_path: Path) -> None:
    (tmp_path / "text").write_text("hello")
    with PtyProcess(*PLAY, str(gifs[0]), str(tmp_path / "text")) as process:
        process.ends_with(1)
    assert process.errors.count("\n") == 1
    assert process.log == b""


def test_nothing_to_play() -> None:
    with pytest.raises(ValueError, match="nothing to play"):
        sd.play([])


def test_a_player_that_cannot_be_made_leaves_none_behind(gifs: list[Path]) -> None:
    program = "import sys, sddisplaylink as sd\ntry: sd.play(sys.argv[1:], rate='fast')\nexcept TypeError: pass\n"
    with PtyProcess("-c", program + "print(sd.diagnostics()['players'])", *map(str, gifs)) as process:
        process.ends_with(0)
        assert_given_back(process)
    assert process.log.endswith(b"0\r\n")
