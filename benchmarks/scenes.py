"""What generated files show: kinds of pictures that people really have, the same on every machine."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import cache

from PIL import Image, ImageChops, ImageDraw

__all__ = ["noise", "scrolling", "sprite", "typing", "video"]

Size = tuple[int, int]

_PAPER, _INKS = (24, 26, 33), [(220, 223, 228), (152, 195, 121), (97, 175, 239), (224, 108, 117), (229, 192, 123)]
_LINE = 16  # pixels from one line of text to the next


def typing(size: Size, count: int) -> Iterator[Image.Image]:
    """A screen recording: one line of text changes from frame to frame."""
    width, height = size
    screen, chance = Image.new("RGB", size, _PAPER), random.Random(1)
    for _ in range(count):
        top = chance.randrange(0, height - _LINE, _LINE)
        left, right = sorted(chance.sample(range(0, width, 8), 2))
        ImageDraw.Draw(screen).rectangle((left, top, right, top + _LINE - 1), fill=_PAPER)
        _write(screen, left, right, top, chance)
        yield screen.copy()


def scrolling(size: Size, count: int) -> Iterator[Image.Image]:
    """A terminal whose whole window moves up by one line a frame."""
    width, height = size
    lines = Image.new("RGB", (width, 2 * height), _PAPER)
    chance = random.Random(2)
    for top in range(0, lines.height - _LINE, _LINE):
        _write(lines, 8 * (top // _LINE % 5), chance.randrange(width // 3, width), top, chance)
    for index in range(count):
        yield ImageChops.offset(lines, 0, -_LINE * index).crop((0, 0, width, height))


def video(size: Size, count: int, grain: int = 0) -> Iterator[Image.Image]:
    """Something filmed: soft colours that move, perhaps with film grain; every pixel changes."""
    light, grains = _clouds(size), _dust(size, grain)
    for index in range(count):
        bands = [ImageChops.offset(light, step * index, index) for step in (3, -5, 7)]
        picture = Image.merge("RGB", bands)
        dust = Image.merge("RGB", [ImageChops.offset(grains, 37 * index, 61 * index)] * 3)
        yield ImageChops.add(picture, dust, 1, -grain)


def noise(size: Size, count: int) -> Iterator[Image.Image]:
    """Noise, which cannot be compressed."""
    chance = random.Random(4)
    for _ in range(count):
        yield Image.frombytes("RGB", size, chance.randbytes(size[0] * size[1] * 3))


def sprite(size: Size, count: int) -> Iterator[Image.Image]:
    """A ball with soft edges that moves over a transparent background."""
    width, height = size
    radius = height // 5
    ball = Image.new("RGBA", (2 * radius, 2 * radius), (229, 90, 60, 255))
    ball.putalpha(ImageChops.invert(Image.radial_gradient("L").resize(ball.size)).point(lambda v: max(0, 3 * v - 256)))
    for index in range(count):
        picture = Image.new("RGBA", size)
        place = abs((5 * index) % (2 * (width - 2 * radius)) - (width - 2 * radius))
        picture.paste(ball, (place, (3 * index) % (height - 2 * radius)))
        yield picture


def _write(screen: Image.Image, left: int, right: int, top: int, chance: random.Random) -> None:
    """Words of blocks, like text seen from afar, whatever fonts there are."""
    draw, ink = ImageDraw.Draw(screen), chance.choice(_INKS)
    for x in range(left, right - 7, 8):
        if chance.random() < 0.15:
            ink = chance.choice(_INKS)
            continue
        for bar in range(3):
            y = top + 3 + 3 * bar + chance.randrange(2)
            draw.line((x + chance.randrange(3), y, x + 6, y), fill=ink)


@cache
def _clouds(size: Size) -> Image.Image:
    seed = Image.frombytes("L", (8, 6), random.Random(3).randbytes(8 * 6))
    return seed.resize(size, Image.Resampling.BICUBIC).point(lambda value: 16 + value * 7 // 8)


@cache
def _dust(size: Size, grain: int) -> Image.Image:
    width, height = size
    dust = Image.frombytes("L", size, random.Random(5).randbytes(width * height))
    return dust.point(lambda value: value * 2 * grain // 255)
