"""Quadrants, sextants and dithering: the right glyphs, and pictures that are nearer to the frame."""

from __future__ import annotations

import random
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from PIL import Image

import sddisplaylink as sd
from sddisplaylink.views.terminal.cells import Cell, write_cells
from sddisplaylink.views.terminal.choice import SYMBOL_NAMES, TerminalOptions, choose_renderer
from sddisplaylink.views.terminal.colour import ColourDepth, dithered
from sddisplaylink.views.terminal.halfblock import HalfBlockRenderer
from sddisplaylink.views.terminal.layout import Area, Placement
from sddisplaylink.views.terminal.query import Capabilities
from sddisplaylink.views.terminal.symbols import SYMBOLS
from sddisplaylink.views.terminal.tmux import Tmux
from support.palette import palette_index

sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
from benchmarks.terminal_pictures import paint, psnr

BALL = Path(__file__).resolve().parents[3] / "examples" / "ball.gif"
DOTS = {"half": (1, 2), "quad": (2, 2), "sextant": (2, 3)}
COLUMNS, ROWS = 24, 12


def draw(image: Image.Image, name: str, **options: object) -> Image.Image:
    renderer = HalfBlockRenderer(symbols=SYMBOLS[name], **options)  # type: ignore[arg-type]
    renderer.resize(Area(COLUMNS, ROWS))
    return paint(renderer.draw(image.convert("RGBA")), COLUMNS, ROWS)


def checkers(name: str, seed: int) -> Image.Image:
    """Dots of two colours in each cell, of the shape that fills the terminal."""
    across, down = DOTS[name]
    chance = random.Random(seed)
    picture = Image.new("RGB", (COLUMNS * across, ROWS * down))
    for row in range(ROWS):
        for column in range(COLUMNS):
            pair = [tuple(chance.randrange(256) for _ in range(3)) for _ in range(2)]
            for dot in range(across * down):
                place = column * across + dot % across, row * down + dot // across
                picture.putpixel(place, chance.choice(pair))  # type: ignore[arg-type]
    return picture


@pytest.mark.parametrize("name", DOTS)
def test_two_colours_in_a_cell_are_shown_exactly(name: str) -> None:
    picture = checkers(name, 5)
    shape = SYMBOLS[name].dots
    fine = picture.resize((COLUMNS * shape.across, ROWS * shape.down), Image.Resampling.NEAREST).convert("RGBA")
    placement = Placement(0, 0, COLUMNS, ROWS, *fine.size)
    cells = SYMBOLS[name].make_cells(fine, False)
    data = write_cells(SYMBOLS[name], ColourDepth.TRUECOLOUR, placement, cells)
    large = picture.resize((COLUMNS * 8, ROWS * 24), Image.Resampling.NEAREST)
    assert paint(data, COLUMNS, ROWS).tobytes() == large.tobytes()


def shown(name: str, dots: Image.Image) -> Cell:
    """The cell that shows a picture of its very dots."""
    symbols = SYMBOLS[name]
    fine = dots.resize(symbols.dots, Image.Resampling.NEAREST)
    return symbols.cell(symbols.make_cells(fine, False))


def of_dots(across: int, down: int, mask: int, colour: tuple[int, ...], other: tuple[int, ...]) -> Image.Image:
    picture = Image.new("RGBA", (across, down))
    picture.putdata([colour if mask >> dot & 1 else other for dot in range(across * down)])  # type: ignore[list-item]
    return picture


RED, BLUE, NOTHING = (250, 0, 0, 255), (0, 0, 250, 255), (0, 0, 0, 0)


def test_the_glyphs_are_those_of_unicode() -> None:
    for mask in range(1, 63):
        glyph = shown("sextant", of_dots(2, 3, mask, RED, NOTHING))[0]
        named = "".join(str(dot + 1) for dot in range(6) if mask >> dot & 1)
        older = {"135": "LEFT HALF BLOCK", "246": "RIGHT HALF BLOCK"}
        assert unicodedata.name(glyph) == older.get(named, f"BLOCK SEXTANT-{named}")


@pytest.mark.parametrize(
    ("name", "glyphs"), [("quad", dict(zip((1, 2, 3, 5, 6, 7), "▁▂▃▅▆▇", strict=True))), ("sextant", {2: "▂", 6: "▆"})]
)
def test_heights_within_a_cell_are_seen(name: str, glyphs: dict[int, str]) -> None:
    for eighths, glyph in glyphs.items():
        lower = sum(1 << dot for dot in range(8 - eighths, 8))
        large = of_dots(1, 8, lower, RED, BLUE).resize((1, 24), Image.Resampling.NEAREST)
        assert shown(name, large) == (glyph, (250, 0, 0), (0, 0, 250))


@pytest.mark.parametrize("name", ["quad", "sextant"])
def test_widths_within_a_cell_are_seen(name: str) -> None:
    for mask, glyph in ((0b0001, "▎"), (0b0111, "▊")):
        assert shown(name, of_dots(4, 1, mask, RED, BLUE)) == (glyph, (250, 0, 0), (0, 0, 250))


def test_finer_symbols_are_nearer_to_the_frame() -> None:
    with sd.AnimatedImage.open(BALL) as image:
        frame = image.frame(3).image.convert("RGB")
    target = frame.resize((COLUMNS * 8, ROWS * 24), Image.Resampling.BICUBIC)
    quality = {name: psnr(draw(frame, name), target) for name in DOTS}
    assert quality["half"] < quality["quad"] < quality["sextant"]


def test_transparent_dots_stay_unpainted() -> None:
    assert shown("quad", of_dots(2, 2, 0b0101, RED, NOTHING)) == ("▌", (250, 0, 0), None)
    assert shown("quad", of_dots(2, 2, 0, RED, NOTHING)) == (" ", None, None)


@pytest.mark.parametrize("name", DOTS)
def test_256_colours_are_mixed_from_cell_to_cell(name: str) -> None:
    colour = (100, 150, 200)
    renderer = HalfBlockRenderer(symbols=SYMBOLS[name], depth=ColourDepth.PALETTE, dither=True)
    renderer.resize(Area(COLUMNS, ROWS))
    found = paint(renderer.draw(Image.new("RGBA", (COLUMNS, ROWS * 2), (*colour, 255))), COLUMNS, ROWS)
    seen = found.getcolors()
    assert seen is not None
    assert len(seen) > 1
    mean = [sum(count * shade[channel] for count, shade in seen) / (found.width * found.height) for channel in range(3)]  # type: ignore[index]
    assert _distance(mean, colour) <= 150


@pytest.mark.parametrize("name", DOTS)
def test_what_changed_is_remembered_for_the_next_loop(name: str) -> None:
    with sd.AnimatedImage.open(BALL) as image:
        frames = [image.frame(index) for index in range(4)]
    renderer, fresh = (HalfBlockRenderer(symbols=SYMBOLS[name]) for _ in range(2))
    for each in (renderer, fresh):
        each.resize(Area(COLUMNS, ROWS))
    for turn in range(3):
        for frame in frames:
            assert renderer.draw_frame(frame) == fresh.draw(frame.image), turn
    assert renderer.draw_frame(frames[-1]) == b""
    renderer.resize(Area(COLUMNS, ROWS))
    assert len(renderer.draw_frame(frames[0])) > COLUMNS * ROWS


def test_dithering_mixes_the_palettes_colours() -> None:
    for colour in ((100, 150, 200), (20, 40, 30), (128, 64, 200)):
        mixed = dithered(Image.new("RGBA", (32, 32), (*colour, 255)))
        seen = mixed.convert("RGB").getcolors()
        assert seen is not None
        assert all(_is_in_palette(found) for _, found in seen)
        mean = [sum(count * found[channel] for count, found in seen) / 1024 for channel in range(3)]
        nearest = _palette_colour(palette_index(colour))
        assert _distance(mean, colour) <= max(_distance(nearest, colour), 100)
    assert dithered(Image.new("RGBA", (8, 8))).getextrema() == ((0, 0),) * 4


def _palette_colour(index: int) -> tuple[int, int, int]:
    if index >= 232:
        return (8 + 10 * (index - 232),) * 3
    steps = (0, 95, 135, 175, 215, 255)
    index -= 16
    return steps[index // 36], steps[index // 6 % 6], steps[index % 6]


def _is_in_palette(colour: object) -> bool:
    return any(_palette_colour(index) == colour for index in range(16, 256))


def _distance(one: object, other: object) -> float:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))  # type: ignore[call-overload]


@pytest.mark.parametrize(
    ("capabilities", "symbols"),
    [
        (Capabilities(), "half"),
        (Capabilities(answered=True, name="xterm"), "half"),
        (Capabilities(answered=True, name="foot"), "sextant"),
        (Capabilities(answered=True, name="vte"), "sextant"),
        (
            Capabilities(answered=True, name="tmux", tmux=Tmux(terminal="wezterm 20240203", term="xterm-256color")),
            "sextant",
        ),
        (Capabilities(answered=True, name="tmux", tmux=Tmux(terminal="xterm(380)", term="xterm-256color")), "half"),
        (Capabilities(answered=True, name="foot", tmux=Tmux()), "half"),
    ],
)
def test_sextants_are_drawn_where_the_terminal_draws_them_whatever_its_font(
    capabilities: Capabilities, symbols: str
) -> None:
    assert choose_renderer(TerminalOptions(), capabilities)().dots(Area(1, 1)) == SYMBOLS[symbols].dots


def test_symbols_are_chosen_by_name() -> None:
    foot = Capabilities(answered=True, name="foot")
    assert choose_renderer(TerminalOptions(symbols="half"), foot)().dots(Area(1, 1)) == SYMBOLS["half"].dots
    kitty = Capabilities(answered=True, kitty_graphics=True)
    assert choose_renderer(TerminalOptions(symbols="sextant"), kitty)().dots(Area(1, 1)) == SYMBOLS["sextant"].dots
    with pytest.raises(ValueError, match="symbols must be one of auto, half, quad, sextant"):
        TerminalOptions(symbols="braille")


def test_a_width_is_a_number_of_columns() -> None:
    with pytest.raises(TypeError, match="width must be an int or None, not str"):
        TerminalOptions(width="9")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="width must be at least 1 column, not 0"):
        TerminalOptions(width=0)


def test_every_set_of_symbols_can_be_named() -> None:
    assert ("auto", *SYMBOLS) == SYMBOL_NAMES


def test_half_blocks_import_no_other_renderer() -> None:
    program = """
import sys
from sddisplaylink.views.terminal.cells import Cell, write_cells
from sddisplaylink.views.terminal.choice import TerminalOptions, choose_renderer
from sddisplaylink.views.terminal.query import Capabilities
choose_renderer(TerminalOptions(symbols="half"), Capabilities())()
rooms = "sddisplaylink.views.terminal."
print([name for name in ("placeholders", "sixel", "symbols") if rooms + name in sys.modules])
"""
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout == "[]\n"
