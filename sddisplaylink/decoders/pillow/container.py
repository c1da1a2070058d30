"""What a container says of frames that Pillow decodes one after the other."""

from __future__ import annotations

from collections.abc import Container as Indices
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Container"]


@dataclass(frozen=True, slots=True)
class Container:
    """Known without decoding, and of whole frames alone."""

    format: str
    """Pillow's name of it."""
    delays_ns: tuple[int | None, ...]
    """Of each frame, as stored; None where the file gives none."""
    loop_count: int
    """How often the animation is played; 0 = for ever."""
    data: bytes
    """The file as Pillow can read it."""
    truncated: bool = False
    """Whether frames are missing that were announced."""
    keys: Indices[int] = range(1)
    """Frames that can be decoded without those before them."""
    palettes: Sequence[bytes] = ()
    """Of each frame, instead of Pillow's: RGB of 256 colours."""
