"""What is said of an image of which nothing has come yet."""

from __future__ import annotations

from sddisplaylink.decoders.protocol import ImageInfo

__all__ = ["NOTHING_YET"]


class _NothingYet:
    """Of data in which no frame has been found so far."""

    format = ""
    size = 0, 0
    loop_count = 1
    info = ImageInfo("", (0, 0), (), 1, False)

    def has_frame(self, index: int) -> bool:
        """False."""
        return False

    def delay_ns(self, index: int) -> int | None:
        """There is none."""
        raise IndexError(f"there is no frame {index}")


NOTHING_YET = _NothingYet()
