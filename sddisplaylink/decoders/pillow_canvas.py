"""A canvas of Pillow's."""

from __future__ import annotations

from PIL import Image

from sddisplaylink.decoders.tiles import Blend, Disposal, Tile

__all__ = ["PillowCanvas"]


class PillowCanvas:
    """A Canvas on which RGBA pictures are drawn by Pillow."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._image = Image.new("RGBA", size)
        self._under: Image.Image | None = None

    def clear(self) -> None:
        """Make all of it transparent black."""
        self._image = Image.new("RGBA", self._image.size)

    def dispose(self, tile: Tile) -> None:
        """Do with the tile that was drawn last what its disposal says."""
        if tile.disposal is Disposal.BACKGROUND:
            self._image.paste((0, 0, 0, 0), (tile.x, tile.y, tile.x + tile.width, tile.y + tile.height))
        elif tile.disposal is Disposal.PREVIOUS and self._under is not None:
            self._image.paste(self._under, (tile.x, tile.y))
        self._under = None

    def draw(self, tile: Tile, picture: Image.Image) -> None:
        """Draw the tile, keeping what is under it where that is to come back."""
        self._under = self._region(tile) if tile.disposal is Disposal.PREVIOUS else None
        at = tile.x, tile.y
        if tile.blend is Blend.MASK:
            self._image.paste(picture, at, picture)
        elif tile.blend is Blend.OVER:
            self._image.paste(Image.alpha_composite(self._region(tile), picture), at)
        else:
            self._image.paste(picture, at)

    def pixels(self) -> bytes:
        """A copy."""
        return self._image.tobytes()

    def _region(self, tile: Tile) -> Image.Image:
        """A copy of the tile's part of the image. (Image.crop() would warn about sizes that our limit allows.)"""
        region = Image.new("RGBA", (tile.width, tile.height))
        region.paste(self._image, (-tile.x, -tile.y))
        return region
