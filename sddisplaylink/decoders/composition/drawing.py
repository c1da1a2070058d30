"""Draws a region in memory that already shows most of the frame below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sddisplaylink.decoders.tiles import Blend, Painter, Rect, Tile, contains
from sddisplaylink.native import check, ffi, lib

__all__ = ["Ground", "draw_tile"]


class Ground(NamedTuple):
    """The frame that a region is drawn over, and where the target differs from it."""

    base: Any
    """The sddl_canvas of the frame below; NULL = transparent black."""
    stale: Sequence[Rect]
    """The rectangles in which the target differs from `base`."""
    erased: Rect | None
    """The rectangle that is cleared before the region is drawn."""


def draw_tile(painter: Painter, tile: Tile, target: Any, ground: Ground) -> None:
    """Draw a region on `target`, an sddl_canvas."""
    flags, under = 0, ffi.NULL
    if ground.stale or ground.erased:
        flags, under = _make_ready(tile, target, ground)
    if tile.width and tile.height and not painter.draw(tile, target, under, flags):
        _lay_bare(target, ground)
        painter.draw_part(tile, target)


def _lay_bare(target: Any, ground: Ground) -> None:
    """Restore the frame below in the whole target."""
    base, stale, erased = ground
    if stale:
        check(lib.sddl_restore(target, base, ffi.new("sddl_rect[]", stale), len(stale), ffi.NULL))
    if erased:
        check(lib.sddl_restore(target, ffi.NULL, ffi.new("sddl_rect *", erased), 1, ffi.NULL))


def _make_ready(tile: Tile, target: Any, ground: Ground) -> tuple[int, Any]:
    """Restore the frame below, except where the region replaces it. Returns (flags, under) to draw with."""
    base, stale, erased = ground
    area, mask = tile.area, tile.blend is Blend.MASK
    flags, under, exclude = 0, ffi.NULL, ffi.NULL
    if erased and mask and area == erased:
        flags = lib.SDDL_DRAW_REPLACE
    outside = [rect for rect in stale if not contains(area, rect)]
    if flags or tile.blend is Blend.SOURCE:
        stale, exclude = outside, ffi.new("sddl_rect *", area)
        erased = None if erased and contains(area, erased) else erased
    elif mask and not erased and len(outside) < len(stale):
        stale, exclude = outside, ffi.new("sddl_rect *", area)
        flags, under = (0, base) if base else (lib.SDDL_DRAW_REPLACE, ffi.NULL)
    if stale:
        check(lib.sddl_restore(target, base, ffi.new("sddl_rect[]", stale), len(stale), exclude))
    if erased:
        check(lib.sddl_restore(target, ffi.NULL, ffi.new("sddl_rect *", erased), 1, exclude))
    return flags, under
