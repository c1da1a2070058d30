"""Sixels to pixels, as xterm reads them: defining a colour register does not select it, as on the VT340."""

from __future__ import annotations

import re

from PIL import Image

_IMAGE = re.compile(rb"\x1bP[\d;]*q([^\x1b]*)\x1b\\")
_TOKEN = re.compile(rb'"[\d;]+|#\d+(?:;\d+){0,4}|!\d+[?-~]|[$-]|[?-~]')


def sixel_pictures(data: bytes) -> list[Image.Image]:
    """Every sixel image in a terminal's input; what is not painted is transparent."""
    return [_decode(body) for body in _IMAGE.findall(data)]


def _decode(body: bytes) -> Image.Image:
    tokens = _TOKEN.findall(body)
    assert b"".join(tokens) == body.replace(b"\n", b"")
    _, _, width, height = map(int, tokens[0][1:].split(b";"))
    image = Image.new("RGBA", (width, height))
    pixels = image.load()
    assert pixels is not None
    registers: dict[int, tuple[int, int, int, int]] = {}
    x = y = register = 0
    for token in tokens[1:]:
        if token == b"$":
            x = 0
        elif token == b"-":
            x, y = 0, y + 6
        elif token[:1] == b"#":
            named, *colour = map(int, token[1:].split(b";"))
            if not colour:
                register = named
            else:
                assert colour[0] == 2
                red, green, blue = (round(percent * 255 / 100) for percent in colour[1:])
                registers[named] = (red, green, blue, 255)
        else:
            count = int(token[1:-1]) if token[:1] == b"!" else 1
            for column in range(x, x + count):
                for bit in range(6):
                    if token[-1] - 0x3F >> bit & 1:
                        pixels[column, y + bit] = registers[register]
            x += count
    return image
