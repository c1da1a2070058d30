"""Facts in a container about frames that Pillow decodes in order."""

from __future__ import annotations

from collections.abc import Container as Indices
from collections.abc import Sequence
from typing import NamedTuple, Protocol

from sddisplaylink.decoders.protocol import Buffer

__all__ = ["Container", "Since"]


class Since(Protocol):
    """Makes a file of the frames from one on."""

    def __call__(self, index: int, pixels: Buffer | None = None) -> tuple[bytes, int]:
        """A file that begins with frame `index`, which is a key or given as `pixels` (RGBA); the frame it ends before.

        What it ends before is a key, or the end.
        """


class Container(NamedTuple):
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
    since: Since | None = None
    """For formats that Pillow decodes from the first frame only."""
    can_resume: bool = False
    """Whether frames can be decoded from the pixels of the one before them, by `since`."""
