"""Limits of the size of an image."""

from __future__ import annotations

from typing import NamedTuple, Self

from PIL import Image

__all__ = ["Limits"]

_FRAMES = 1_000_000


class Limits(NamedTuple):
    """The limits of an image."""

    pixels: int | None
    """The largest number of pixels in a frame; None = no limit."""
    frames: int = _FRAMES
    chosen_size: bool = False
    """Whether the user has set the number of pixels: then pictures of implausible size are accepted."""
    chosen_count: bool = False
    """Whether the user has set the number of frames: then frames are counted up to it when the file is opened."""

    @classmethod
    def of(cls, max_pixels: int | None, max_frames: int | None) -> Self:
        """The limits set by the user; None: Pillow's number of pixels (None = no limit), and a million frames."""
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
