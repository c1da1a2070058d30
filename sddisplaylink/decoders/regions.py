"""Regions of frames: the rectangles from which animations are composed."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, NamedTuple, Protocol, TypeAlias

from sddisplaylink.decoders.protocol import ImageFacts

__all__ = ["Blend", "ContainerReader", "Disposal", "FrameRegion", "Painter", "Rect", "clipped", "contains"]

Rect: TypeAlias = tuple[int, int, int, int]
"""x, y, width, height."""


class Disposal(IntEnum):
    """What happens to a frame's rectangle before the next frame is drawn."""

    KEEP = 0
    BACKGROUND = 1
    PREVIOUS = 2


class Blend(IntEnum):
    """How the pixels of a region are drawn."""

    SOURCE = 0
    """Pixels replace those of the canvas, alpha included."""
    MASK = 1
    """Pixels are copied, transparent ones left out."""
    OVER = 2
    """Pixels are blended: source over destination, with alpha."""


class FrameRegion(NamedTuple):
    """The rectangle that a frame draws, and how; it may reach beyond the canvas."""

    x: int
    y: int
    width: int
    height: int
    disposal: Disposal
    blend: Blend
    base: int
    """The frame that this one is drawn over, after its disposal; -1 if no frame is needed."""
    area: Rect
    """The part of the rectangle that lies on the canvas; its width is 0 if no part does."""
    number: int
    """The index of the frame."""
    record: Any
    """The scanner's structure of the frame."""
    data_size: int
    """The approximate number of compressed bytes."""


def clipped(x: int, y: int, width: int, height: int, size: tuple[int, int]) -> Rect:
    """The part of a rectangle that lies on a canvas of that size; all 0 if no part does."""
    if x + width > size[0]:
        width = size[0] - x
    if y + height > size[1]:
        height = size[1] - y
    return (x, y, width, height) if width > 0 and height > 0 else (0, 0, 0, 0)


def contains(outer: Rect, inner: Rect) -> bool:
    """True if all of `inner` lies in `outer`; an empty `inner` always does."""
    x, y, width, height = inner
    if not width:
        return True
    left, top, across, down = outer
    return left <= x and top <= y and x + width <= left + across and y + height <= top + down


class ContainerReader(ImageFacts, Protocol):
    """Reads the frames of a container, in the order of the file."""

    def region(self, index: int) -> FrameRegion:
        """The region of frame `index`."""

    def close(self) -> None:
        """Release the data. No other method may be called afterwards."""


class Painter(Protocol):
    """Decodes regions and draws them."""

    is_slow: bool
    """Whether drawing even a small region takes longer than waking another thread."""
    prepared: tuple[int, object] | None
    """A frame's index and its region from `prepare`, which is drawn if that frame is drawn next."""

    def __copy__(self) -> Painter:
        """Another painter of the same file, for another thread."""

    def draw(self, region: FrameRegion, target: Any, under: Any, flags: int) -> bool:
        """Draw a region on `target`, an sddl_canvas, as sddl_gif_draw() does.

        May raise any exception that Pillow raises.

        False if pixels are missing and nothing was drawn; `draw_part` draws the pixels there are.
        """

    def draw_part(self, region: FrameRegion, target: Any) -> None:
        """Draw the pixels there are. ImageFormatError, and nothing is drawn, if they are too few for a frame."""

    def prepare(self, index: int) -> object:
        """Decode frame `index` ahead; None if that is impossible. Any thread; never raises."""

    def worth_preparing(self, index: int) -> bool:
        """True if decoding the frame on another thread saves time. Any thread."""

    def purge(self) -> None:
        """Release all memory."""
