"""Facts in a container about frames that Pillow decodes in order."""

from __future__ import annotations

from collections.abc import Container as Indices
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Container"]


@dataclass(frozen=True, slots=True)
class Container:
    """Read without decoding, for whole frames only."""

    format: str
    """Pillow's name of the format."""
    delays_ns: tuple[int | None, ...]
    """The stored delay of each frame; None if the file has none."""
    loop_count: int
    """How often the animation is played; 0 = for ever."""
    data: bytes
    """The file as Pillow can read it."""
    truncated: bool = False
    """Whether declared frames are missing."""
    keys: Indices[int] = range(1)
    """Frames that can be decoded without those before them."""
    palettes: Sequence[bytes] = ()
    """The palette of each frame, in place of Pillow's: RGB of 256 colours."""
