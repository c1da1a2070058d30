"""What a library is asked to do."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any, ClassVar

__all__ = ["NotOfferedError", "Peer", "Pixels"]

Pixels = Any
"""A picture in memory of its own: something `Peer.rgba` makes RGBA bytes of."""


class NotOfferedError(Exception):
    """The library has no call for that."""


class Peer(ABC):
    """One library, or one of its APIs. The constructor imports the library."""

    name: ClassVar[str]
    distribution: ClassVar[str]
    formats: ClassVar[frozenset[str]] = frozenset({"GIF", "PNG"})
    """What it can animate, by Pillow's names."""
    holds_everything: ClassVar[bool] = False
    """It decodes all frames into memory before it gives the first."""

    @property
    def version(self) -> str:
        """The version of the distribution that the library comes from."""
        return metadata.version(self.distribution)

    @abstractmethod
    def frames(self, path: Path) -> Iterator[Pixels]:
        """Every frame of the file in order, composed, RGBA, each in memory of its own."""

    def in_place(self, path: Path) -> Iterator[None]:
        """Every frame composed in memory that the next one overwrites: what playing costs."""
        raise NotOfferedError

    def durations(self, path: Path) -> Sequence[float]:
        """How long each frame is shown; one number for each frame."""
        raise NotOfferedError

    def pick(self, path: Path, indices: Sequence[int]) -> Iterator[Pixels]:
        """These frames, in this order. The default is for a library that can only decode forwards, or start again."""
        position, frames = 0, self.frames(path)
        for index in indices:
            if index < position:
                position, frames = 0, self.frames(path)
            picture = None
            while position <= index:
                picture = next(frames)
                position += 1
            yield picture

    def rgba(self, picture: Pixels) -> bytes:
        """The picture's bytes: rows without gaps, straight alpha."""
        return bytes(picture)
