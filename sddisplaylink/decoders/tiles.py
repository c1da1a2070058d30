"""Composition: animations whose frames are rectangles drawn over what is already there."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from enum import IntEnum
from typing import Generic, NamedTuple, Protocol, TypeVar

from sddisplaylink.decoders.pillow_guard import content_errors
from sddisplaylink.decoders.protocol import ImageInfo

__all__ = ["Blend", "Canvas", "Disposal", "Tile", "TileDecoder", "TileSource"]

_Picture = TypeVar("_Picture")
_Picture_co = TypeVar("_Picture_co", covariant=True)
_Picture_contra = TypeVar("_Picture_contra", contravariant=True)


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


class TileSource(Protocol[_Picture_co]):
    """The frames of a container, each decodable on its own."""

    @property
    def info(self) -> ImageInfo:
        """What the container says."""

    @property
    def tiles(self) -> Sequence[Tile]:
        """One a frame."""

    def picture(self, index: int) -> _Picture_co:
        """A tile that has any pixels, decoded, of the size announced. May raise anything that Pillow raises."""

    def close(self) -> None:
        """Let go of the data. Nothing else may be called afterwards."""


class Canvas(Protocol[_Picture_contra]):
    """What tiles are drawn on: RGBA, straight alpha, transparent black at first."""

    def clear(self) -> None:
        """Make all of it transparent black."""

    def dispose(self, tile: Tile) -> None:
        """Do with the tile that was drawn last what its disposal says."""

    def draw(self, tile: Tile, picture: _Picture_contra) -> None:
        """Draw the tile, keeping what is under it where that is to come back."""

    def pixels(self) -> bytes:
        """A copy: width × height × 4 bytes."""


class TileDecoder(Generic[_Picture]):
    """A Decoder that draws the tiles of a source, beginning at the nearest frame that needs no other before it."""

    def __init__(
        self, source: TileSource[_Picture], make_canvas: Callable[[tuple[int, int]], Canvas[_Picture]]
    ) -> None:
        self._source = source
        self._make_canvas = make_canvas
        self.info = source.info
        self._tiles = source.tiles
        self._keys = _key_frames(self._tiles, self.info.size)
        self._canvas: Canvas[_Picture] | None = None
        self._composed = -1

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
        tile = self._tiles[index]
        with content_errors(f"frame {index}"):
            picture = self._source.picture(index) if tile.width and tile.height else None
        last, self._composed = self._composed, -1  # whatever interrupts the drawing, half a frame is not built upon
        canvas = self._prepared(last, index)
        if picture is not None:
            canvas.draw(tile, picture)
        self._composed = index

    def pixels(self) -> bytes:
        """A copy of the canvas."""
        if self._canvas is None:
            raise RuntimeError("nothing has been composed")
        return self._canvas.pixels()

    def close(self) -> None:
        """Let go of the canvas and the data."""
        self._canvas = None
        self._composed = -1
        self._source.close()

    def _prepared(self, last: int, index: int) -> Canvas[_Picture]:
        """The canvas as the frames before `index` leave it; `last` is the one that it shows."""
        if self._canvas is None:
            self._canvas = self._make_canvas(self.info.size)
        elif index == last + 1 and last >= 0:
            self._canvas.dispose(self._tiles[last])
        else:
            self._canvas.clear()
        return self._canvas


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
