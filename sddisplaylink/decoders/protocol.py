"""What the rest of the library knows of a decoder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

__all__ = ["Decoder", "ImageInfo"]


@dataclass(frozen=True, slots=True)
class ImageInfo:
    """What a container says of its image, known without decoding it."""

    format: str
    """Pillow's name of the format, such as ``"GIF"``."""
    size: tuple[int, int]
    """(width, height) of every composed frame in pixels."""
    delays_ns: tuple[int | None, ...]
    """Delay of each frame as stored, in nanoseconds; None where the file gives none. Never empty."""
    loop_count: int
    """How often the animation is played; 0 = for ever."""
    truncated: bool
    """True if data is missing or broken after the frames that are there."""


class Decoder(Protocol):
    """Composes the frames of one image in order.

    Not thread-safe: one owner calls it under a lock. Every way in which content can be wrong is an ImageFormatError;
    after one the decoder can be used further, and `first_needed` says where to begin.
    """

    @property
    def info(self) -> ImageInfo:
        """What the container says; never changes."""

    def first_needed(self, index: int) -> int:
        """Where composing has to begin now so that `index` comes out: at most `index`; equal if one step does it."""

    def compose(self, index: int) -> None:
        """Compose frame `index`: what `first_needed` named, or the one after the last. The same again is free."""

    def pixels(self) -> bytes:
        """A copy of the frame composed last: width × height × 4 bytes, RGBA, straight alpha."""

    def close(self) -> None:
        """Let go of buffers. Nothing else may be called afterwards."""
