"""Half-block pictures, read back from a terminal emulator and compared with the scaled picture dot by dot."""

from __future__ import annotations

import random

import pytest
from PIL import Image, ImageDraw

from sddisplaylink.views.terminal.colour import ColourDepth, colour_depth
from sddisplaylink.views.terminal.halfblock import HalfBlockRenderer, flatten
from sddisplaylink.views.terminal.layout import Area, Dots, place, scaled
from support.palette import palette_index
from support.terminal_support import Emulator, expected_dots, picture_dots


def noise(size: tuple[int, int], seed: int, *, holes: bool = False) -> Image.Image:
    generator = random.Random(seed)
    data = bytearray(generator.randbytes(size[0] * size[1] * 4))
    data[3::4] = bytes(255 if not holes or generator.random() < 0.7 else 0 for _ in range(size[0] * size[1]))
    return Image.frombytes("RGBA", size, bytes(data))


def renderer_for(columns: int, rows: int, **options: object) -> HalfBlockRenderer:
    renderer = HalfBlockRenderer(**options)  # type: ignore[arg-type]
    renderer.resize(Area(columns, rows))
    return renderer


@pytest.mark.parametrize("size", [(40, 30), (40, 31), (7, 48), (48, 5), (1, 1), (300, 7)])
@pytest.mark.parametrize("holes", [False, True])
def test_every_dot_of_the_picture_is_on_the_screen(size: tuple[int, int], holes: bool) -> None:
    terminal = Emulator(40, 16)
    image = noise(size, 1, holes=holes)
    # Scaling would blend the holes' edges; a picture of the very size keeps alpha at 0 or 255.
    image = image.resize(_fitted(size), Image.Resampling.NEAREST)
    terminal.feed(renderer_for(40, 16).draw(image))
    assert terminal.dots() == expected_dots(image, 40, 16)


def _fitted(size: tuple[int, int]) -> tuple[int, int]:
    placement = place(size, Area(40, 16), Dots(1, 2))
    return placement.width, placement.height


def test_large_pictures_are_scaled_down() -> None:
    terminal = Emulator(60, 20)
    image = noise((400, 300), 2)
    terminal.feed(renderer_for(60, 20).draw(image))
    assert terminal.dots() == expected_dots(image, 60, 20)


def test_width_is_in_columns() -> None:
    terminal = Emulator(60, 20)
    image = noise((20, 10), 2)
    terminal.feed(renderer_for(60, 20, width=11).draw(image))
    assert terminal.dots() == expected_dots(image, 60, 20, width=11)
    assert sum(colour != "default" for colour in terminal.dots()[20]) == 11


def test_a_sequence_of_frames_shows_each_exactly() -> None:
    terminal = Emulator(40, 16)
    renderer = renderer_for(40, 16)
    generator = random.Random(5)
    image = Image.new("RGBA", (40, 32))
    for step in range(60):
        draw = ImageDraw.Draw(image)
        left, top = generator.randrange(40), generator.randrange(32)
        colour = generator.choice([(0, 0, 0, 0), (255, 0, 0, 255), (0, step, 90, 255)])
        draw.rectangle((left, top, left + generator.randrange(40), top + generator.randrange(12)), colour)
        terminal.feed(renderer.draw(image.copy()))
        assert terminal.dots() == expected_dots(image, 40, 16), step


def test_only_changed_cells_are_sent_again() -> None:
    renderer = renderer_for(40, 16)
    image = noise((40, 32), 3)
    whole = renderer.draw(image)
    changed = image.copy()
    changed.putpixel((5, 7), (1, 2, 3, 255))
    assert renderer.draw(image) == b""
    part = renderer.draw(changed)
    assert part.startswith(b"\x1b[4;6H")
    assert part.count("▀".encode()) == 1
    assert len(part) < 60 < len(whole)
    changed.putpixel((2, 7), (1, 2, 3, 255))
    changed.putpixel((9, 7), (1, 2, 3, 255))
    part = renderer.draw(changed)
    assert part.startswith(b"\x1b[4;3H")
    assert part.count(b"\x1b[6C") == 1
    assert part.count("▀".encode()) == 2


def test_the_smaller_of_whole_and_part_is_sent() -> None:
    """From a checkerboard to one colour: half the cells change, but the flat picture is the shorter one."""
    board = Image.new("RGBA", (40, 32), (0, 0, 255, 255))
    for x in range(40):
        for y in range(32):
            if (x + y // 2) % 2:
                board.putpixel((x, y), (255, 0, 0, 255))
    flat = Image.new("RGBA", (40, 32), (0, 0, 255, 255))
    renderer, fresh, terminal = renderer_for(40, 16), renderer_for(40, 16), Emulator(40, 16)
    terminal.feed(renderer.draw(board))
    data = renderer.draw(flat)
    assert data == fresh.draw(flat)
    terminal.feed(data)
    assert terminal.dots() == expected_dots(flat, 40, 16)


def test_a_run_of_one_colour_sets_it_once() -> None:
    data = renderer_for(40, 16).draw(Image.new("RGBA", (40, 32), (9, 8, 7, 255)))
    assert data.count(b"48;2;9;8;7") == 1
    assert b"38;2" not in data


def test_after_resizing_the_whole_picture_is_sent() -> None:
    renderer, image = renderer_for(40, 16), noise((40, 32), 4)
    renderer.draw(image)
    renderer.resize(Area(20, 16))
    terminal = Emulator(20, 16)
    terminal.feed(renderer.draw(image))
    assert terminal.dots() == expected_dots(image, 20, 16)


def test_transparent_dots_keep_the_terminals_own_background() -> None:
    data = renderer_for(4, 2).draw(Image.new("RGBA", (4, 4), (255, 0, 0, 0)))
    assert b"m" not in data
    assert data.count(b" ") == 8


@pytest.mark.parametrize(("background", "expected"), [(None, (127, 0, 0)), ((0, 0, 200), (127, 0, 100))])
def test_partial_alpha_is_blended(background: tuple[int, int, int] | None, expected: tuple[int, int, int]) -> None:
    terminal = Emulator(4, 2)
    terminal.feed(renderer_for(4, 2, background=background).draw(Image.new("RGBA", (4, 4), (255, 0, 0, 127))))
    seen = bytes.fromhex(terminal.dots()[0][0])
    assert all(abs(a - b) <= 1 for a, b in zip(seen, expected, strict=True))


@pytest.mark.parametrize(("background", "least"), [((1, 2, 3), 1), (None, 64)])
def test_flatten_leaves_only_opaque_and_empty_dots(background: tuple[int, int, int] | None, least: int) -> None:
    image = noise((16, 15), 6)
    image.putalpha(Image.frombytes("L", (16, 15), bytes(range(240))))
    flat = flatten(image, background, 16)
    assert flat.size == (16, 16)
    assert flat.getchannel("A").tobytes() == bytes(least) + bytes([255]) * (240 - least) + bytes(16)
    assert flat.getpixel((0, 0)) == (0, 0, 0, 0)


def test_inline_picture_is_text_that_ends_on_a_line_of_its_own() -> None:
    terminal, image = Emulator(40, 16), noise((40, 32), 7)
    terminal.feed(renderer_for(40, 16).inline(image, Area(40, 16)))
    small = scaled(image, place(image.size, Area(40, 15), Dots(1, 2)))
    assert [row[: small.width] for row in terminal.dots()[: small.height]] == picture_dots(small)
    assert (terminal.screen.cursor.y, terminal.screen.cursor.x) == (15, 0)


def test_palette_colours() -> None:
    terminal = Emulator(4, 2)
    image = Image.new("RGBA", (4, 4), (255, 95, 0, 255))
    data = renderer_for(4, 2, depth=ColourDepth.PALETTE).draw(image)
    assert b"48;5;202" in data
    assert b";2;" not in data
    terminal.feed(data)
    assert terminal.dots()[0][0] == "ff5f00"


@pytest.mark.parametrize(
    ("colour", "index"),
    [((0, 0, 0), 16), ((255, 255, 255), 231), ((95, 135, 175), 67), ((8, 8, 8), 232), ((238, 238, 238), 255)],
)
def test_palette_index(colour: tuple[int, int, int], index: int) -> None:
    assert palette_index(colour) == index


@pytest.mark.parametrize(
    ("environ", "depth"),
    [
        ({"TERM": "xterm-256color"}, ColourDepth.PALETTE),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, ColourDepth.TRUECOLOUR),
        ({"TERM": "xterm-256color", "COLORTERM": "24bit", "NO_COLOR": "1"}, ColourDepth.TRUECOLOUR),
        ({"TERM": "xterm-kitty"}, ColourDepth.TRUECOLOUR),
        ({"TERM": "xterm-direct256"}, ColourDepth.TRUECOLOUR),
        ({"TERM": "linux"}, ColourDepth.TRUECOLOUR),
        ({}, ColourDepth.TRUECOLOUR),
    ],
)
def test_colour_depth(environ: dict[str, str], depth: ColourDepth) -> None:
    assert colour_depth(environ) is depth


@pytest.mark.parametrize(
    ("size", "terminal", "width", "enlarge", "expected"),
    [
        ((100, 100), (80, 24), None, True, (16, 0, 48, 24, 48, 48)),
        ((200, 50), (80, 24), None, True, (0, 7, 80, 10, 80, 20)),
        ((10, 10), (80, 24), None, False, (35, 9, 10, 5, 10, 10)),
        ((10, 10), (80, 24), 20, False, (30, 7, 20, 10, 20, 20)),
        ((10, 10), (80, 24), 200, True, (16, 0, 48, 24, 48, 48)),
        ((1, 9999), (80, 24), None, True, (39, 0, 1, 24, 1, 48)),
        ((9999, 1), (80, 24), None, True, (0, 11, 80, 1, 80, 1)),
        ((5, 5), (1, 1), None, True, (0, 0, 1, 1, 1, 1)),
    ],
)
def test_place(
    size: tuple[int, int], terminal: tuple[int, int], width: int | None, enlarge: bool, expected: tuple[int, ...]
) -> None:
    placement = place(size, Area(*terminal), Dots(1, 2), width=width, enlarge=enlarge)
    assert tuple(placement) == expected
