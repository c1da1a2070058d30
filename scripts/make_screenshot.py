"""Draws terminal.png: examples/ball.gif as the terminal shows it at five moments, read from an emulator.

    python scripts/make_screenshot.py [DIRECTORY]      by default docs/images

Needs what the tests need. The moments are of virtual time, so the same picture comes out every time.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pyte
from PIL import Image, ImageDraw, ImageFont

import sddisplaylink as sd
from sddisplaylink.views.terminal.halfblock import HalfBlockRenderer
from sddisplaylink.views.terminal.layout import Area

ROOT = Path(__file__).resolve().parents[1]
TERMINAL = Area(40, 20)
CELL_WIDTH, CELL_HEIGHT = 5, 10
MOMENTS = 5
INTERVAL = 0.2  # seconds
MARGIN, CAPTION = 10, 22
PICTURE = ROOT / "docs" / "images" / "terminal.png"
WINDOW, TEXT = (30, 30, 34), (176, 176, 184)


def read_screen(screen: pyte.Screen) -> Image.Image:
    """The half-block cells of the emulator's screen, as pixels."""
    picture = Image.new("RGB", (screen.columns * CELL_WIDTH, screen.lines * CELL_HEIGHT))
    draw = ImageDraw.Draw(picture)
    for row in range(screen.lines):
        for column in range(screen.columns):
            cell = screen.buffer[row][column]
            left, top = column * CELL_WIDTH, row * CELL_HEIGHT
            middle, right, bottom = top + CELL_HEIGHT // 2, left + CELL_WIDTH - 1, top + CELL_HEIGHT - 1
            upper, lower = (cell.fg, cell.bg) if cell.data == "▀" else (cell.bg, cell.bg)
            draw.rectangle((left, top, right, middle - 1), colour(upper))
            draw.rectangle((left, middle, right, bottom), colour(lower))
    return picture


def colour(name: str) -> str:
    """Pillow's colour for one of pyte's: six hexadecimal digits, or "default"."""
    return "black" if name == "default" else f"#{name}"


def shots(path: Path) -> list[Image.Image]:
    """The screen at each moment of playing the image."""
    screen = pyte.Screen(TERMINAL.columns, TERMINAL.rows)
    stream = pyte.ByteStream(screen)
    renderer = HalfBlockRenderer()
    renderer.resize(TERMINAL)
    clock = sd.ManualClock()
    taken = []
    with sd.AnimatedImage.open(path) as image:
        player = sd.AnimatedImagePlayer(
            image, on_frame=lambda frame: stream.feed(renderer.draw(frame.image)), clock=clock
        )
        player.play()
        for _ in range(MOMENTS):
            clock.advance(INTERVAL)
            taken.append(read_screen(screen))
        player.close()
    return taken


def left_edge(number: int, width: int) -> int:
    """Where that shot begins in the strip."""
    return MARGIN + number * (width + MARGIN)


def main() -> None:
    """Put the shots side by side, each over the time at which it was taken."""
    taken = shots(ROOT / "examples" / "ball.gif")
    width, height = taken[0].size
    strip = Image.new("RGB", (left_edge(MOMENTS, width), 2 * CAPTION + height), WINDOW)
    draw = ImageDraw.Draw(strip)
    font = ImageFont.load_default(12)
    draw.text((MARGIN, 4), "$ sddisplaylink play examples/ball.gif", TEXT, font)
    for number, shot in enumerate(taken):
        left = left_edge(number, width)
        strip.paste(shot, (left, CAPTION))
        draw.text((left, CAPTION + height + 4), f"{(number + 1) * INTERVAL:.1f} s", TEXT, font)
    path = Path(sys.argv[1]) / PICTURE.name if len(sys.argv) > 1 else PICTURE
    path.parent.mkdir(parents=True, exist_ok=True)
    strip.save(path, optimize=True)


if __name__ == "__main__":
    main()
