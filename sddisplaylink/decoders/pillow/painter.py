"""Tiles decoded by Pillow's codecs, drawn by our kernels."""

from __future__ import annotations

import sys
from typing import Any, Protocol

from PIL import Image

from sddisplaylink.decoders.pillow.rgba import rgba_bands
from sddisplaylink.decoders.tiles import Tile
from sddisplaylink.errors import ImageFormatError
from sddisplaylink.native import check, ffi, lib

__all__ = ["PillowPainter", "PillowTiles"]


class PillowTiles(Protocol):
    """A TileSource whose tiles Pillow can decode."""

    def tile(self, index: int) -> Tile:
        """Where and how a frame is drawn."""

    def check_size(self, index: int) -> None:
        """ImageFormatError for a tile of more pixels than allowed."""

    def picture(self, index: int) -> Image.Image:
        """The tile of a frame, loaded, in any mode. May raise anything that Pillow raises."""


class PillowPainter:
    """A Painter for any file of tiles. It prepares nothing ahead."""

    def __init__(self, source: PillowTiles) -> None:
        self._source = source

    def draw(self, index: int, target: Any, under: Any, flags: int) -> bool:
        """Decode the tile, and draw it: True."""
        tile = self._source.tile(index)
        self._source.check_size(index)
        picture = self._source.picture(index)
        if picture.size != (tile.width, tile.height):
            raise ImageFormatError("not of the size that was announced")
        rect = ffi.new("sddl_rect *", tile[:4])
        if under or flags & lib.SDDL_DRAW_REPLACE:
            check(lib.sddl_restore(target, under, rect, 1, ffi.NULL))
        for top, band in rgba_bands(picture):
            rows = ffi.new("sddl_rect *", (tile.x, tile.y + top, tile.width, band.height))
            pixels = ffi.from_buffer("uint8_t[]", band.tobytes())
            check(lib.sddl_draw_pixels(target, rows, pixels, len(pixels), tile.width * 4, tile.blend))
        return True

    def draw_part(self, index: int, target: Any) -> None:
        """Never asked for: a tile of which Pillow makes nothing is an error."""
        raise ImageFormatError("Pillow's codecs do not tell which pixels are missing")

    def prepare(self, index: int) -> None:
        """Nothing."""

    def worth_preparing(self, index: int) -> bool:
        """False."""
        return False

    def data_size(self, index: int) -> int:
        """Not told: Pillow takes its time in any case."""
        return sys.maxsize

    def purge(self) -> None:
        """Nothing."""
