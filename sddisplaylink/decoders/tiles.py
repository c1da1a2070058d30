"""Rectangles that animations are put together of."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, NamedTuple, Protocol, TypeAlias

from sddisplaylink.decoders.protocol import ImageFacts

__all__ = ["Blend", "Disposal", "Painter", "Rect", "Tile", "TileSource", "clipped", "contains"]

Rect: TypeAlias = tuple[int, int, int, int]
"""x, y, width, height."""


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
    base: int
    """The frame over which, once disposed of, this one is drawn; -1 = over nothing, or it replaces everything."""
    area: Rect
    """The part of it that lies on the canvas; of no size if none does."""
    number: int
    """The frame's."""
    record: Any
    """The scanner's structure of the frame."""
    data_size: int
    """About how many compressed bytes there are."""


def clipped(x: int, y: int, width: int, height: int, size: tuple[int, int]) -> Rect:
    """The part of a rectangle that lies on a canvas; of no size if none does."""
    if x + width > size[0]:
        width = size[0] - x
    if y + height > size[1]:
        height = size[1] - y
    return (x, y, width, height) if width > 0 and height > 0 else (0, 0, 0, 0)


def contains(outer: Rect, inner: Rect) -> bool:
    """True if all of `inner` lies in `outer`; nothing lies anywhere."""
    x, y, width, height = inner
    if not width:
        return True
    left, top, across, down = outer
    return left <= x and top <= y and x + width <= left + across and y + height <= top + down


class TileSource(ImageFacts, Protocol):
    """The frames of a container, in the order of the file."""

    def base(self, index: int) -> int:
        """The tile's `base` alone."""

    def tile(self, index: int) -> Tile:
        """Where and how a frame is drawn."""

    def close(self) -> None:
        """Let go of the data. Nothing else may be called afterwards."""


class Painter(Protocol):
    """Decodes tiles and draws them."""

    is_slow: bool
    """Whether drawing even a small tile takes longer than handing it to another thread."""
    prepared: tuple[int, object] | None
    """A frame's number, and the tile that :meth:`prepare` gave, which is drawn when that frame comes next."""

    def __copy__(self) -> Painter:
        """Another one of the same file, for another thread."""

    def draw(self, tile: Tile, target: Any, under: Any, flags: int) -> bool:
        """Draw a tile on `target`, an sddl_canvas, as sddl_gif_draw() does. Raises whatever Pillow raises.

        False: pixels are missing, and nothing was drawn; what there is can be drawn by `draw_part`.
        """

    def draw_part(self, tile: Tile, target: Any) -> None:
        """Draw as many pixels as there are. ImageFormatError, and nothing is drawn, if that would show no frame."""

    def prepare(self, index: int) -> object:
        """Decode frame `index` ahead; None if that cannot be done here. Any thread; never raises."""

    def worth_preparing(self, index: int) -> bool:
        """True if another thread would gain by it. Any thread."""

    def purge(self) -> None:
        """Give up all memory."""
