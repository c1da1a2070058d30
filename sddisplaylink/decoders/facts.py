"""What is said of an image, of which perhaps nothing has come yet."""

from __future__ import annotations

from typing import Protocol

from sddisplaylink.decoders.protocol import ImageInfo

__all__ = ["NOTHING_YET", "ImageFacts"]


class ImageFacts(Protocol):
    """The part of a decoder that composes nothing."""

    @property
    def format(self) -> str:
        """Pillow's name of the format."""

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of every frame in pixels."""

    @property
    def info(self) -> ImageInfo:
        """What the whole container says."""

    def has_frame(self, index: int) -> bool:
        """True if there is a frame `index`, so far; looks no further than that."""

    def delay_ns(self, index: int) -> int | None:
        """The delay of a frame that there is, as stored, in nanoseconds."""


class _NothingYet:
    """Of data in which no frame has been found so far."""

    format = ""
    size = 0, 0
    info = ImageInfo("", (0, 0), (), 1, False)

    def has_frame(self, index: int) -> bool:
        """False."""
        return False

    def delay_ns(self, index: int) -> int | None:
        """There is none."""
        raise IndexError(f"there is no frame {index}")


NOTHING_YET = _NothingYet()
