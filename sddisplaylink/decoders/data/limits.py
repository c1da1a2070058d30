"""How large an image may be."""

from __future__ import annotations

from typing import NamedTuple, Self

from PIL import Image

__all__ = ["Limits"]

_FRAMES = 1_000_000


class Limits(NamedTuple):
    """What an image may have at most."""

    pixels: int | None
    """In a frame; None = any number."""
    frames: int = _FRAMES
    chosen_size: bool = False
    """The user names a number of pixels, and so wants pictures of that size even if they look absurd."""
    chosen_count: bool = False
    """The user names a number of frames, so that they are counted as far as that when the file is opened."""

    @classmethod
    def of(cls, max_pixels: int | None, max_frames: int | None) -> Self:
        """Limits as the user gives them; None: Pillow's (any, if the program has lifted it), and a million frames."""
        _check("max_pixels", max_pixels)
        _check("max_frames", max_frames)
        pixels = Image.MAX_IMAGE_PIXELS if max_pixels is None else max_pixels
        frames = _FRAMES if max_frames is None else max_frames
        return cls(pixels, frames, max_pixels is not None, max_frames is not None)


def _check(name: str, value: int | None) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int):
        raise TypeError(f"{name} must be an int or None, not {type(value).__name__}")
    if value < 1:
        raise ValueError(f"{name} must be at least 1, not {value}")
