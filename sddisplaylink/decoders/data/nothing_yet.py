"""The facts about an image of which no frame has come yet."""

from __future__ import annotations

from sddisplaylink.decoders.protocol import ImageInfo

__all__ = ["NOTHING_YET"]


class _NothingYet:
    """Facts about data in which no frame has been found so far."""

    format = ""
    size = 0, 0
    loop_count = 1
    info = ImageInfo("", (0, 0), (), 1, False)

    def has_frame(self, index: int) -> bool:
        """False: there are no frames yet."""
        return False

    def delay_ns(self, index: int) -> int | None:
        """IndexError: there are no frames yet."""
        raise IndexError(f"there is no frame {index}")


NOTHING_YET = _NothingYet()
