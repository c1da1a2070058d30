"""Opaque regions brought to sRGB where they have been drawn: what does not change is not converted again."""

from __future__ import annotations

from typing import Any

from sddisplaylink.decoders.regions import FrameRegion, Painter
from sddisplaylink.native import check, ffi, lib

__all__ = ["ColourPainter"]

_PIXEL = 4  # bytes


class ColourPainter:
    """A Painter around that of a file whose regions are all opaque: nothing of what is under one shows through."""

    def __init__(self, painter: Painter, table: Any) -> None:
        """`table`: an sddl_colours."""
        self._painter = painter
        self._table = table
        self.is_slow = painter.is_slow

    @property
    def prepared(self) -> tuple[int, object] | None:
        """The other painter's."""
        return self._painter.prepared

    @prepared.setter
    def prepared(self, prepared: tuple[int, object] | None) -> None:
        self._painter.prepared = prepared

    def __copy__(self) -> ColourPainter:
        return ColourPainter(self._painter.__copy__(), self._table)

    def draw(self, region: FrameRegion, target: Any, under: Any, flags: int) -> bool:
        """Draw the region, then convert it."""
        is_whole = self._painter.draw(region, target, under, flags)
        if is_whole:
            self._convert(region, target)
        return is_whole

    def draw_part(self, region: FrameRegion, target: Any) -> None:
        """Never asked for: a region is whole, or an error."""
        self._painter.draw_part(region, target)

    def prepare(self, index: int) -> object:
        """As the other painter does: rows that are drawn later."""
        return self._painter.prepare(index)

    def worth_preparing(self, index: int) -> bool:
        """As for the other painter."""
        return self._painter.worth_preparing(index)

    def purge(self) -> None:
        """Give up all memory."""
        self._painter.purge()

    def _convert(self, region: FrameRegion, target: Any) -> None:
        x, y, width, height = region.area
        begin = y * target.stride + x * _PIXEL
        part = ffi.new("sddl_canvas *", (target.pixels + begin, target.size - begin, target.stride, width, height))
        check(lib.sddl_convert_colours(part, part, self._table))
