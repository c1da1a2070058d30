"""Pictures of characters beside chafa's and timg's: how near they are to the frame, and what drawing them costs.

    python -m benchmarks.terminal_pictures [FILE...] [--columns N] [--seconds N]

Quality: every program draws the same frame into as many cells; each cell is painted as its glyph and colours say, and
the result is compared with the frame: PSNR in dB, more is nearer. Cost: processor time of playing the file for some
seconds in a terminal of 80 x 24 cells, with the start of the program. Programs that are not installed are left out.
"""

from __future__ import annotations

import argparse
import fcntl
import math
import os
import pty
import select
import shutil
import signal
import struct
import subprocess
import tempfile
import termios
import time
from pathlib import Path

import pyte
from PIL import Image, ImageChops, ImageStat

from sddisplaylink.images.image import AnimatedImage
from sddisplaylink.views.terminal.halfblock import HalfBlockRenderer
from sddisplaylink.views.terminal.layout import Area
from sddisplaylink.views.terminal.symbols import SYMBOLS

WIDTH, HEIGHT = 8, 24  # pixels that a cell is painted with
BALL = Path(__file__).resolve().parents[1] / "examples" / "ball.gif"
PEERS = {
    "chafa": ["chafa", "-f", "symbols", "-c", "full", "--stretch", "-s", "{columns}x{rows}", "{file}"],
    "timg, quarters": ["timg", "-pq", "-g{columns}x{rows}", "{file}"],
    "timg, halves": ["timg", "-ph", "-g{columns}x{rows}", "{file}"],
}
PLAYERS = {
    "sddisplaylink, half": ["sddisplaylink", "play", "{file}", "--loops", "0", "--symbols", "half"],
    "sddisplaylink, quad": ["sddisplaylink", "play", "{file}", "--loops", "0", "--symbols", "quad"],
    "sddisplaylink, sextant": ["sddisplaylink", "play", "{file}", "--loops", "0", "--symbols", "sextant"],
    "chafa": ["chafa", "-s", "80x24", "{file}"],
    "timg": ["timg", "-g80x24", "{file}"],
}
_QUADRANTS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"


def paint_cell(glyph: str, front: tuple[int, ...], back: tuple[int, ...]) -> Image.Image:
    """A cell as a font would show it. What is no block is half front, half back."""
    cell = Image.new("RGB", (WIDTH, HEIGHT), back)
    if glyph in _QUADRANTS:
        _fill(cell, front, _QUADRANTS.index(glyph), 2)
    elif 0x1FB00 <= ord(glyph) <= 0x1FB3B:
        mask = ord(glyph) - 0x1FB00 + 1
        mask += mask >= 0b010101
        _fill(cell, front, mask + (mask >= 0b101010), 3)
    elif "▁" <= glyph <= "▇":
        cell.paste(front, (0, HEIGHT - HEIGHT * (ord(glyph) - 0x2580) // 8, WIDTH, HEIGHT))
    elif "▉" <= glyph <= "▏":
        cell.paste(front, (0, 0, WIDTH * (0x2590 - ord(glyph)) // 8, HEIGHT))
    elif glyph == "▔":
        cell.paste(front, (0, 0, WIDTH, HEIGHT // 8))
    elif glyph == "▕":
        cell.paste(front, (WIDTH - WIDTH // 8, 0, WIDTH, HEIGHT))
    else:
        mixed = tuple((one + other) // 2 for one, other in zip(front, back, strict=True))
        cell.paste(mixed, (0, 0, WIDTH, HEIGHT))
    return cell


def _fill(cell: Image.Image, colour: tuple[int, ...], mask: int, down: int) -> None:
    for dot in range(2 * down):
        if mask >> dot & 1:
            left, top = dot % 2 * WIDTH // 2, dot // 2 * HEIGHT // down
            cell.paste(colour, (left, top, left + WIDTH // 2, top + HEIGHT // down))


def paint(data: bytes, columns: int, rows: int) -> Image.Image:
    """What a terminal shows that was sent that."""
    screen = pyte.Screen(columns + 1, rows + 2)
    screen.set_mode(pyte.modes.LNM)
    pyte.ByteStream(screen).feed(data.replace(b"\x1b[?25l", b"").replace(b"\x1b[?25h", b""))
    picture = Image.new("RGB", (columns * WIDTH, rows * HEIGHT))
    for row in range(rows):
        for column in range(columns):
            cell = screen.buffer[row][column]
            front, back = _rgb(cell.fg, (200, 200, 200)), _rgb(cell.bg, (0, 0, 0))
            if cell.reverse:
                front, back = back, front
            picture.paste(paint_cell(cell.data, front, back), (column * WIDTH, row * HEIGHT))
    return picture


def _rgb(colour: str, default: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(bytes.fromhex(colour)) if len(colour) == 6 and colour != "default" else default


def psnr(one: Image.Image, other: Image.Image) -> float:
    """The peak signal-to-noise ratio of two RGB pictures in dB."""
    error = sum(ImageStat.Stat(ImageChops.difference(one, other)).sum2) / (3 * one.width * one.height)
    return 10 * math.log10(255**2 / error) if error else math.inf


def qualities(path: Path, columns: int) -> dict[str, float]:
    """Of a frame in the middle of the file, by who has drawn it."""
    with AnimatedImage.open(path) as image:
        frame = image.frame(image.frame_count // 2).image
    picture = Image.alpha_composite(Image.new("RGBA", frame.size, "black"), frame)
    rows = max(1, round(columns * picture.height / picture.width / 2))
    size = (columns * WIDTH, rows * HEIGHT)
    target = picture.convert("RGB").resize(size, Image.Resampling.BOX if picture.width > size[0] else None)
    found = {}
    for name, symbols in SYMBOLS.items():
        renderer = HalfBlockRenderer(symbols=symbols)
        renderer.resize(Area(columns, rows))
        found[f"sddisplaylink, {name}"] = psnr(paint(renderer.draw(picture), columns, rows), target)
    with tempfile.TemporaryDirectory() as folder:
        picture.convert("RGB").save(file := Path(folder) / "frame.png")
        for name, command in PEERS.items():
            if shutil.which(command[0]):
                words = [word.format(columns=columns, rows=rows, file=file) for word in command]
                environment = {**os.environ, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
                data = subprocess.run(words, capture_output=True, env=environment).stdout
                found[name] = psnr(paint(data, columns, rows), target)
    return found


def cost(command: list[str], seconds: float) -> float:
    """Processor time of that program in a terminal, interrupted after so many seconds."""
    child, master = pty.fork()
    if not child:
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
        os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # installed modules are compiled once
        os.execvp(command[0], command)
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    _read_for(master, seconds)
    os.kill(child, signal.SIGINT)
    _read_for(master, 1.0)
    _, _, usage = os.wait4(child, 0)
    os.close(master)
    return usage.ru_utime + usage.ru_stime


def _read_for(master: int, seconds: float) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0 and select.select([master], [], [], left)[0]:
        try:
            data = os.read(master, 65536)
        except OSError:
            return
        if b"\x1b[c" in data:
            os.write(master, b"\x1b[?62;22c")


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("files", nargs="*", type=Path, default=[BALL])
    parser.add_argument("--columns", type=int, default=40)
    parser.add_argument("--seconds", type=float, default=10.0)
    options = parser.parse_args()
    for path in options.files:
        print(f"{path.name}, {options.columns} columns: PSNR in dB")
        for name, value in qualities(path, options.columns).items():
            print(f"  {name:<24} {value:6.2f}")
        if options.seconds:
            print(f"{path.name}, {options.seconds:g} s in 80 x 24 cells: processor seconds")
            for name, command in PLAYERS.items():
                if shutil.which(command[0]):
                    words = [word.format(file=path) for word in command]
                    cost(words, 0.5)  # to compile what has not been yet
                    print(f"  {name:<24} {cost(words, options.seconds):6.2f}")


if __name__ == "__main__":
    main()
