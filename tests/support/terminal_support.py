"""What terminal tests need: an emulator whose cells are read as dots, graphics commands decoded, pictures."""

from __future__ import annotations

import base64
import copy
import random
import re
import zlib
from pathlib import Path
from typing import Any

import pyte
from PIL import Image

from sddisplaylink.images.image import AnimatedImage
from sddisplaylink.views.terminal.kitty import CHUNK
from sddisplaylink.views.terminal.layout import Area, Dots, place, scaled

Dot = str  # "rrggbb" or "default"

ATTRIBUTES = b"\x1b[?62;22c"
KITTY_OK = b"\x1b_Gi=31;OK\x1b\\"
UPDATE_BEGIN, UPDATE_END = b"\x1b[?2026h", b"\x1b[?2026l"
PLAY = ("-m", "sddisplaylink", "play")
ENTER, LEAVE = b"\x1b[?1049h", b"\x1b[?1049l"
LAST_WORDS = b"\x1b\\\x1b[?2026l\x1b[m\x1b[?25h" + LEAVE
KITTY_TERMINAL = KITTY_OK + ATTRIBUTES

_ALTERNATE = 1049
_COMMAND = re.compile(rb"\x1b_G([^;\x1b]*)(?:;([^\x1b]*))?\x1b\\")


class _Screen(pyte.Screen):
    """pyte's screen, with the alternate screen that it lacks; it ignores queries that it does not know."""

    usual: tuple[Any, Any] | None = None

    def set_mode(self, *modes: int, **options: Any) -> None:
        if options.get("private") and _ALTERNATE in modes:
            self.usual = (copy.deepcopy(self.buffer), copy.copy(self.cursor))
            self.erase_in_display(2)
        super().set_mode(*modes, **options)

    def reset_mode(self, *modes: int, **options: Any) -> None:
        super().reset_mode(*modes, **options)
        if options.get("private") and _ALTERNATE in modes and self.usual is not None:
            buffer, cursor = self.usual
            self.buffer.clear()
            self.buffer.update(buffer)
            self.cursor.x, self.cursor.y, self.usual = cursor.x, cursor.y, None

    def report_device_status(self, mode: int = 0, **options: Any) -> None:
        if not options.get("private"):  # tmux 3.8 asks for the theme of the terminal's colours
            super().report_device_status(mode)


class Emulator:
    """A terminal emulator whose cells can be read as dots."""

    def __init__(self, columns: int = 80, rows: int = 24) -> None:
        self.screen = _Screen(columns, rows)
        self.stream = pyte.ByteStream(self.screen)

    def feed(self, data: bytes) -> None:
        self.stream.feed(data)

    @property
    def in_alternate_screen(self) -> bool:
        return self.screen.usual is not None

    @property
    def cursor_hidden(self) -> bool:
        return bool(self.screen.cursor.hidden)

    def text(self) -> list[str]:
        return [line.rstrip() for line in self.screen.display]

    def dots(self) -> list[list[Dot]]:
        rows: list[list[Dot]] = []
        for number in range(self.screen.lines):
            cells = [self.screen.buffer[number][column] for column in range(self.screen.columns)]
            upper = [cell.fg if cell.data == "▀" else cell.bg for cell in cells]
            lower = [cell.fg if cell.data == "▄" else cell.bg for cell in cells]
            rows += [upper, lower]
        return rows


def expected_dots(image: Image.Image, columns: int, rows: int, width: int | None = None) -> list[list[Dot]]:
    """The screen that should be seen, from Pillow alone; alpha must be 0 or 255."""
    placement = place(image.size, Area(columns, rows), Dots(1, 2), width=width)
    canvas = Image.new("RGBA", (columns, 2 * rows))
    canvas.paste(scaled(image, placement), (placement.column, 2 * placement.row))
    return picture_dots(canvas)


def picture_dots(image: Image.Image) -> list[list[Dot]]:
    data = image.tobytes()
    dots = [data[start : start + 3].hex() if data[start + 3] else "default" for start in range(0, len(data), 4)]
    return [dots[start : start + image.width] for start in range(0, len(dots), image.width)]


def graphics_commands(data: bytes) -> list[tuple[dict[str, str], bytes]]:
    """The kitty graphics commands in a terminal's input, chunks of one image put together."""
    result: list[tuple[dict[str, str], bytes]] = []
    more = False
    for keys, payload in _COMMAND.findall(data):
        parsed = dict(pair.split("=") for pair in keys.decode().split(","))
        assert len(payload) <= CHUNK
        if more:
            assert set(parsed) <= {"m", "q"}
            result[-1] = (result[-1][0], result[-1][1] + payload)
        else:
            result.append((parsed, payload))
        more = parsed.get("m") == "1"
        assert not more or len(payload) % 4 == 0
    assert not more
    return result


def decode_graphics(keys: dict[str, str], payload: bytes) -> Image.Image:
    """The image that a transmission holds, as RGBA."""
    pixels = base64.b64decode(payload, validate=True)
    if keys.get("o") == "z":
        pixels = zlib.decompress(pixels)
    mode = {"24": "RGB", "32": "RGBA"}[keys["f"]]
    return Image.frombytes(mode, (int(keys["s"]), int(keys["v"])), pixels).convert("RGBA")


def mosaic(seed: int, size: tuple[int, int] = (40, 32)) -> Image.Image:
    """A picture without any two equal neighbours, of few colours, so that a GIF keeps it exactly."""
    return Image.frombytes("RGB", size, bytes(random.Random(seed).choices((0, 60, 120, 250), k=3 * size[0] * size[1])))


def write_gif(path: Path, pictures: list[Image.Image], duration: int = 100, **options: Any) -> Path:
    first, *others = pictures
    first.save(path, save_all=True, append_images=others, duration=duration, **{"loop": 0, **options})
    return path


def frames_of(path: Path) -> list[Image.Image]:
    with AnimatedImage.open(path) as image:
        return [frame.image for frame in image]
