"""A painter that decodes regions with Pillow's codecs, and draws them with the native kernels."""

from __future__ import annotations

from typing import Any, Protocol

from PIL import Image

from sddisplaylink.decoders.pillow.rgba import rgba_bands
from sddisplaylink.decoders.regions import FrameRegion
from sddisplaylink.errors import ImageFormatError
from sddisplaylink.native import check, ffi, lib

__all__ = ["PillowPainter", "PillowRegions"]


class PillowRegions(Protocol):
    """A reader of a container whose regions Pillow can decode."""

    def check_size(self, index: int) -> None:
        """ImageFormatError if the region has more pixels than allowed."""

    def picture(self, index: int) -> Image.Image:
        """The picture of a frame's region, loaded, in any mode. May raise any exception that Pillow raises."""


class PillowPainter:
    """A Painter for any container. Decodes nothing ahead."""

    is_slow = True
    prepared: tuple[int, object] | None = None

    def __init__(self, reader: PillowRegions) -> None:
        self.reader = reader

    def __copy__(self) -> PillowPainter:
        return PillowPainter(self.reader)

    def draw(self, region: FrameRegion, target: Any, under: Any, flags: int) -> bool:
        """Decode the region and draw it. Always True."""
        self.reader.check_size(region.number)
        picture = self.reader.picture(region.number)
        if picture.size != (region.width, region.height):
            raise ImageFormatError("the picture has another size than its frame")
        rect = ffi.new("sddl_rect *", region[:4])
        if under or flags & lib.SDDL_DRAW_REPLACE:
            check(lib.sddl_restore(target, under, rect, 1, ffi.NULL))
        for top, band in rgba_bands(picture):
            rows = ffi.new("sddl_rect *", (region.x, region.y + top, region.width, band.height))
            pixels = ffi.from_buffer("uint8_t[]", band.tobytes())
            check(lib.sddl_draw_pixels(target, rows, pixels, len(pixels), region.width * 4, region.blend))
        return True

    def draw_part(self, region: FrameRegion, target: Any) -> None:
        """Never called: a region that Pillow cannot decode is an error."""
        raise ImageFormatError("Pillow's codecs do not tell which pixels are missing")

    def prepare(self, index: int) -> object:
        """None: nothing is decoded ahead."""
        return None

    def worth_preparing(self, index: int) -> bool:
        """False: nothing is decoded ahead."""
        return False

    def purge(self) -> None:
        """None: nothing is decoded ahead."""
