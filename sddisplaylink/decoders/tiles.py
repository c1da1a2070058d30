"""Composition: animations whose frames are rectangles drawn over what is already there."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple, Protocol

from PIL import Image

from sddisplaylink.decoders.pillow_guard import content_errors
from sddisplaylink.decoders.protocol import ImageInfo
from sddisplaylink.errors import ImageFormatError

__all__ = ["Blend", "Disposal", "Tile", "TileDecoder", "TileSource"]


class Disposal(IntEnum):
    """What happens to a frame's rectangle before the next frame is drawn."""

    KEEP = 0
    BACKGROUND = 1
    PREVIOUS = 2


class Blend(IntEnum):
    """How a tile is drawn."""

    SOURCE = 0
    """Replaces what is there, its alpha included."""
    MASK = 1
    """Pixels are either copied or left out."""
    OVER = 2
    """Source over destination, with alpha."""


class Tile(NamedTuple):
    """Where and how a frame is drawn; the rectangle may reach beyond the canvas."""

    x: int
    y: int
    width: int
    height: int
    disposal: Disposal
    blend: Blend

    def covers(self, size: tuple[int, int]) -> bool:
        """True if the rectangle holds the whole canvas."""
        return self.x == self.y == 0 and self.width >= size[0] and self.height >= size[1]


class TileSource(Protocol):
    """The frames of a container, each decodable on its own."""

    @property
    def info(self) -> ImageInfo:
        """What the container says."""

    @property
    def tiles(self) -> Sequence[Tile]:
        """One a frame."""

    def picture(self, index: int) -> Image.Image:
        """The tile's pixels, mode RGBA, of the tile's size. May raise anything that Pillow raises."""


class TileDecoder:
    """A Decoder that draws the tiles of a source, beginning at the nearest frame that needs no other before it."""

    def __init__(self, source: TileSource) -> None:
        self._source = source
        self.info = source.info
        self._tiles = source.tiles
        self._keys = _key_frames(self._tiles, self.info.size)
        self._canvas: Image.Image | None = None
        self._composed = -1
        self._under: Image.Image | None = None

    def first_needed(self, index: int) -> int:
        """The next frame, or a key frame where that is nearer to `index` (or `index` lies behind)."""
        key = self._keys[bisect_right(self._keys, index) - 1]
        if index == self._composed:
            return index
        return max(key, self._composed + 1) if self._composed < index else key

    def compose(self, index: int) -> None:
        """Draw frame `index` over what the frames before it left."""
        if index == self._composed:
            return
        with content_errors(f"frame {index}"):
            picture = self._decoded(index)
        last, self._composed = self._composed, -1  # whatever interrupts the drawing, half a frame is not built upon
        if index == last + 1 and self._canvas is not None:
            self._dispose(self._canvas, self._tiles[last])
        else:
            self._canvas, self._under = Image.new("RGBA", self.info.size), None
        self._draw(self._canvas, self._tiles[index], picture)
        self._composed = index

    def pixels(self) -> bytes:
        """A copy of the canvas."""
        if self._canvas is None:
            raise RuntimeError("nothing has been composed")
        return self._canvas.tobytes()

    def close(self) -> None:
        """Let go of the canvas."""
        self._canvas = self._under = None
        self._composed = -1

    def _decoded(self, index: int) -> Image.Image | None:
        tile = self._tiles[index]
        if not (tile.width and tile.height):
            return None
        picture = self._source.picture(index)
        if picture.mode != "RGBA" or picture.size != (tile.width, tile.height):
            raise ImageFormatError("not of the size that was announced")
        return picture

    def _dispose(self, canvas: Image.Image, tile: Tile) -> None:
        if tile.disposal is Disposal.BACKGROUND:
            canvas.paste((0, 0, 0, 0), (tile.x, tile.y, tile.x + tile.width, tile.y + tile.height))
        elif self._under is not None:
            canvas.paste(self._under, (tile.x, tile.y))
        self._under = None

    def _draw(self, canvas: Image.Image, tile: Tile, picture: Image.Image | None) -> None:
        if picture is None:
            return
        self._under = _region(canvas, tile) if tile.disposal is Disposal.PREVIOUS else None
        at = tile.x, tile.y
        if tile.blend is Blend.MASK:
            canvas.paste(picture, at, picture)
        elif tile.blend is Blend.OVER:
            canvas.paste(Image.alpha_composite(_region(canvas, tile), picture), at)
        else:
            canvas.paste(picture, at)


def _region(canvas: Image.Image, tile: Tile) -> Image.Image:
    """A copy of the tile's part of the canvas. (Image.crop() would warn about sizes that our limit allows.)"""
    region = Image.new("RGBA", (tile.width, tile.height))
    region.paste(canvas, (-tile.x, -tile.y))
    return region


def _key_frames(tiles: Sequence[Tile], size: tuple[int, int]) -> list[int]:
    """Frames that come out right on an empty canvas, and after which everything does."""
    keys = [0]
    for index in range(1, len(tiles)):
        before, tile = tiles[index - 1], tiles[index]
        erased = before.disposal is Disposal.BACKGROUND and before.covers(size)
        replaced = tile.blend is Blend.SOURCE and tile.covers(size) and tile.disposal is not Disposal.PREVIOUS
        if erased or replaced:
            keys.append(index)
    return keys
