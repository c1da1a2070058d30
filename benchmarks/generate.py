"""Generates files to measure where there is no corpus; each is generated once and kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image

from benchmarks import scenes

__all__ = ["RECIPES", "TINY", "Recipe", "make"]


@dataclass(frozen=True)
class Recipe:
    """A file to generate."""

    name: str
    scene: Callable[[tuple[int, int], int], Iterator[Image.Image]]
    size: tuple[int, int]
    count: int
    disposal: int = 1
    """Of a GIF: 1 keep, 2 background, 3 previous; of an APNG one less."""
    blend: int = 0
    """Of an APNG: 1 over."""
    colours: int = 255
    """Of a GIF's frame."""
    dither: Image.Dither = Image.Dither.FLOYDSTEINBERG
    """A GIF's pixels imitate colours it lacks, as those of most films do."""


RECIPES = (
    Recipe("recording.gif", scenes.typing, (1280, 720), 300),
    Recipe("scrolling.gif", scenes.scrolling, (1572, 828), 100),
    Recipe("video.gif", scenes.video, (640, 360), 60, colours=64),
    Recipe("video-1080p.gif", scenes.video, (1920, 1080), 12),
    Recipe("previous.gif", scenes.sprite, (640, 480), 120, disposal=3),
    Recipe("long.gif", scenes.video, (320, 240), 1000, colours=64, dither=Image.Dither.NONE),
    Recipe("noise.gif", scenes.noise, (640, 480), 20),
    Recipe("recording.png", scenes.typing, (1280, 720), 300),
    Recipe("scrolling.png", scenes.scrolling, (1572, 828), 40),
    Recipe("video.png", partial(scenes.video, grain=3), (640, 360), 40),
    Recipe("video-1080p.png", scenes.video, (1920, 1080), 12),
    Recipe("over.png", scenes.sprite, (640, 480), 120, disposal=2, blend=1),
    Recipe("long.png", scenes.video, (160, 120), 1000),
    Recipe("noise.png", scenes.noise, (640, 480), 20),
)
TINY = (Recipe("tiny.gif", scenes.typing, (64, 48), 4), Recipe("tiny.png", scenes.typing, (64, 48), 4))


def make(recipe: Recipe, folder: Path) -> Path:
    """The path of the file, which is generated if it does not exist."""
    path = folder / recipe.name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        unfinished = path.with_stem(f"{path.stem}-unfinished")
        first, *others = map(partial(_encodable, recipe), recipe.scene(recipe.size, recipe.count))
        first.save(unfinished, save_all=True, append_images=others, duration=40, loop=0, **_options(recipe))
        unfinished.rename(path)
    return path


def _options(recipe: Recipe) -> dict[str, Any]:
    if recipe.name.endswith(".gif"):
        return {"disposal": recipe.disposal, "optimize": False}
    return {"disposal": recipe.disposal - 1, "blend": recipe.blend, "compress_level": 6}


def _encodable(recipe: Recipe, picture: Image.Image) -> Image.Image:
    """For a GIF with 256 colours of its own; transparent pictures are left to the encoder."""
    if recipe.name.endswith(".png") or picture.mode == "RGBA":
        return picture
    palette = picture.reduce(4).quantize(recipe.colours, Image.Quantize.MEDIANCUT)
    return picture.quantize(palette=palette, dither=recipe.dither)
