"""Finds the rectangles in which two frames of an animation may differ."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sddisplaylink.decoders.composition.buffers import EMPTY
from sddisplaylink.decoders.regions import Disposal, FrameRegion, Rect

__all__ = ["Changes"]

_FAR = 8  # frames apart: farther frames count as different everywhere
_REMEMBERED = 32  # frames


class Changes:
    """Computes from the regions of frames in which rectangles two frames may differ."""

    def __init__(self, region: Callable[[int], FrameRegion], size: tuple[int, int]) -> None:
        self._region = region
        self._everything: Sequence[Rect] = ((0, 0, *size),)
        self._pixels = size[0] * size[1]
        self._known: dict[int, tuple[Rect, ...]] = {}

    def between(self, content: int | None, other: int) -> Sequence[Rect]:
        """Where a picture of frame `content` (-1: empty; None: unknown) may differ from frame `other`."""
        if content == other:
            return ()
        if other == EMPTY and content is not None and (region := self._region(content)).base == EMPTY:
            return (region.area,) if region.area[2] else ()
        if content is None or abs(content - other) > _FAR:
            return self._everything
        first, last = (content, other) if content < other else (other, content)
        if last - first == 1:
            return self.by(last)
        known = self._known
        rects = {rect for index in range(first + 1, last + 1) for rect in known.get(index) or self.by(index)}
        if len(rects) > 1 and sum([width * height for _, _, width, height in rects]) >= self._pixels:
            return self._everything
        return tuple(rects)

    def by(self, index: int) -> tuple[Rect, ...]:
        """The rectangles in which frame `index` may differ from the one before."""
        if (rects := self._known.get(index)) is None:
            if len(self._known) >= _REMEMBERED:
                self._known.clear()
            rects = self._known[index] = self._compare(index)
        return rects

    def _compare(self, index: int) -> tuple[Rect, ...]:
        area = self._region(index).area
        rects = [area] if area[2] else []
        if index:
            before = self._region(index - 1)
            if before.disposal is not Disposal.KEEP and before.area[2] and before.area != area:
                rects.append(before.area)
        return tuple(rects)
