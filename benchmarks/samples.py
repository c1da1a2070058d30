"""The files that are measured."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import sddisplaylink as sd
from benchmarks.generate import Recipe, make

__all__ = ["Sample", "from_corpus", "from_recipes", "sample"]


@dataclass(frozen=True)
class Sample:
    """One animated file and what this library says of it."""

    path: Path
    name: str
    format: str
    size: tuple[int, int]
    frame_count: int

    @property
    def frame_bytes(self) -> int:
        """Of one frame as RGBA."""
        return self.size[0] * self.size[1] * 4

    @property
    def decoded_bytes(self) -> int:
        """Of all frames."""
        return self.frame_bytes * self.frame_count


def sample(path: Path) -> Sample:
    """Of any file that can be opened."""
    with sd.AnimatedImage.open(path) as image:
        return Sample(path, path.name, image.format, image.size, image.frame_count)


def from_corpus(folder: Path) -> list[Sample]:
    """The real files of a corpus, `real__*`, or all its files if none is called so; those that are animated."""
    paths = sorted(folder.glob("real__*")) or sorted(folder.glob("*"))
    found = [sample(path) for path in paths if path.suffix in {".gif", ".png", ".apng"}]
    return [each for each in found if each.frame_count > 1 and each.format in {"GIF", "PNG"}]


def from_recipes(recipes: Iterable[Recipe], folder: Path) -> list[Sample]:
    """Generated files, which are kept in `folder`."""
    return [sample(make(recipe, folder)) for recipe in recipes]
