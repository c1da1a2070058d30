"""An animation that takes time to decode: full HD, a hundred frames, each pixel changing with each."""

from __future__ import annotations

from pathlib import Path

from PIL import Image, ImageChops

from support.images import GifPicture, build_gif

SIZE = (1920, 1080)
FRAMES = 100
DISTINCT = 4  # encoding takes longer than decoding, which does not notice that it has seen this before


def write_large_gif(path: Path, *, delay: int = 4) -> None:
    """Write the animation, 50 MB, with frames of that many hundredths of a second."""
    slope = Image.linear_gradient("L").resize(SIZE)
    waves = ImageChops.add_modulo(slope, Image.radial_gradient("L").resize(SIZE))
    steps = [waves.point(lambda value, step=step: (value + 37 * step) % 256) for step in range(DISTINCT)]
    codes = [b"\x08" + step.tobytes("gif", "L", 8, 0) + b"\0" for step in steps]
    pictures = [GifPicture(*SIZE, delay=delay, data=codes[index % DISTINCT]) for index in range(FRAMES)]
    path.write_bytes(build_gif(pictures, size=SIZE, loop=0))
