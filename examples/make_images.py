"""Draws ball.gif and spiral.png, the images of this directory. Needs Pillow only."""

import colorsys
import itertools
import math
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

HERE = Path(__file__).parent
NIGHT, FLOOR = (18, 20, 38), (34, 38, 66)
STRIPES = ((238, 76, 82), (250, 244, 230), (255, 186, 58), (44, 168, 190)) * 2


def ball(radius: int, spin: float) -> Image.Image:
    """A beach ball, lit from the upper left."""
    size = 2 * radius
    picture = Image.new("RGBA", (size, size))
    tilt = (math.cos(0.5), math.sin(0.5))
    for row in range(size):
        for column in range(size):
            x, y = (column + 0.5) / radius - 1, (row + 0.5) / radius - 1
            if (depth := 1 - x * x - y * y) <= 0:
                continue
            z = math.sqrt(depth)
            u, v = x * tilt[0] + y * tilt[1], y * tilt[0] - x * tilt[1]
            colour = STRIPES[int((math.atan2(u, z) + spin) / math.tau * 8) % 8] if abs(v) < 0.93 else (250, 244, 230)
            light = max(0.0, -0.45 * x - 0.6 * y + 0.66 * z)
            shine = 190 * light**28
            shade = (0.3 + 0.75 * light) * (0.75 + 0.25 * z)
            picture.putpixel((column, row), (*(min(255, int(part * shade + shine)) for part in colour), 255))
    return picture


def ball_frame(time: float) -> Image.Image:
    """The ball at `time`, from 0 to 1: falls, is squashed, rises."""
    scale, width, height, radius = 3, 160, 160, 30
    frame = Image.new("RGB", (width * scale, height * scale), NIGHT)
    ImageDraw.Draw(frame).rectangle((0, 124 * scale, width * scale, height * scale), FLOOR)
    fall = 1 - (2 * time - 1) ** 2  # height above the floor, from 0 to 1
    squash = 1 - 0.22 * max(0.0, 1 - fall / 0.16)
    across, down = int(radius * scale * (2 - squash)), int(radius * scale * squash)
    bottom = (136 - 66 * fall) * scale
    shadow = Image.new("L", frame.size)
    spread = (0.75 + 0.35 * fall) * across
    ImageDraw.Draw(shadow).ellipse(
        (80 * scale - spread, 130 * scale, 80 * scale + spread, 142 * scale), int(190 - 110 * fall)
    )
    frame.paste((8, 9, 20), mask=shadow.filter(ImageFilter.GaussianBlur((2 + 4 * fall) * scale)))
    sphere = ball(radius * scale, time * math.pi).resize((2 * across, 2 * down), Image.Resampling.LANCZOS)
    frame.paste(sphere, (80 * scale - across, int(bottom) - 2 * down), sphere)
    return frame.resize((width, height), Image.Resampling.LANCZOS)


def make_ball() -> None:
    """One bounce in 20 frames of 30 to 60 ms: they are denser near the floor, where the ball is fast."""
    count, seconds = 20, 1.0
    times = [0.6 * n / count + 0.4 * (0.5 - 0.5 * math.cos(math.pi * n / count)) for n in range(count + 1)]
    ends = [round(100 * seconds * time) * 10 for time in times]
    delays = [after - before for before, after in itertools.pairwise(ends)]
    frames = [ball_frame(time) for time in times[:-1]]
    indexed = [frame.quantize(255, Image.Quantize.MEDIANCUT, kmeans=1, dither=Image.Dither.NONE) for frame in frames]
    indexed[0].save(HERE / "ball.gif", save_all=True, append_images=indexed[1:], duration=delays, loop=0, optimize=True)


def spiral_frame(turn: float) -> Image.Image:
    """Six arms of dots, larger and bluer outwards, and a wave of light that runs along them. `turn` is from 0 to 1."""
    scale, size, arms, dots = 4, 96, 6, 10
    frame = Image.new("RGBA", (size * scale, size * scale))
    for arm in range(arms):
        for number in range(1, dots + 1):
            angle = (arm + turn) * math.tau / arms + 0.19 * number
            distance = 4.3 * number
            wave = 0.5 + 0.5 * math.cos(math.tau * (turn - number / dots))
            x, y = (scale * (size / 2 + distance * part) for part in (math.cos(angle), math.sin(angle)))
            radius = scale * (0.7 + 0.22 * number + 0.5 * wave)
            rgb = colorsys.hsv_to_rgb(0.92 - 0.042 * number, 0.5 + 0.4 * number / dots, 1)
            colour = (*(int(255 * part) for part in rgb), int(70 + 185 * wave))
            ImageDraw.Draw(frame).ellipse((x - radius, y - radius, x + radius, y + radius), colour)
    return frame.resize((size, size), Image.Resampling.LANCZOS)


def make_spiral() -> None:
    """Soft edges over transparency; every fourth frame is held for longer."""
    frames = [spiral_frame(number / 12) for number in range(12)]
    delays = [120 if number % 4 == 0 else 70 for number in range(12)]
    first, *others = frames
    first.save(HERE / "spiral.png", save_all=True, append_images=others, duration=delays, loop=0, disposal=1, blend=0)


if __name__ == "__main__":
    make_ball()
    make_spiral()
