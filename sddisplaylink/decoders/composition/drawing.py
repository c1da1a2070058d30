"""A tile drawn in memory that shows most of what it goes over already."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sddisplaylink.decoders.tiles import Blend, Painter, Rect, Tile, contains
from sddisplaylink.native import check, ffi, lib

__all__ = ["Ground", "draw_tile"]


class Ground(NamedTuple):
    """What a tile is drawn over, and how much of it the memory that is drawn in shows."""

    base: Any
    """The sddl_canvas of the frame under it; NULL = transparent black."""
    stale: Sequence[Rect]
    """Where the memory differs from that."""
    erased: Rect | None
    """What goes from the base before the tile is drawn."""


def draw_tile(painter: Painter, tile: Tile, target: Any, ground: Ground) -> None:
    """Draw a tile on `target`, an sddl_canvas."""
    flags, under = 0, ffi.NULL
    if ground.stale or ground.erased:
        flags, under = _make_ready(tile, target, ground)
    if tile.width and tile.height and not painter.draw(tile, target, under, flags):
        _lay_bare(target, ground)
        painter.draw_part(tile, target)


def _lay_bare(target: Any, ground: Ground) -> None:
    """Make the target look like what the tile goes over, under it too."""
    base, stale, erased = ground
    if stale:
        check(lib.sddl_restore(target, base, ffi.new("sddl_rect[]", stale), len(stale), ffi.NULL))
    if erased:
        check(lib.sddl_restore(target, ffi.NULL, ffi.new("sddl_rect *", erased), 1, ffi.NULL))


def _make_ready(tile: Tile, target: Any, ground: Ground) -> tuple[int, Any]:
    """Make the target look like what the tile goes over, except under it. Returns (flags, under) to draw with."""
    base, stale, erased = ground
    area, mask = tile.area, tile.blend is Blend.MASK
    flags, under, hole = 0, ffi.NULL, ffi.NULL
    if erased and mask and area == erased:
        flags = lib.SDDL_DRAW_REPLACE
    outside = [rect for rect in stale if not contains(area, rect)]
    if flags or tile.blend is Blend.SOURCE:
        stale, hole = outside, ffi.new("sddl_rect *", area)
        erased = None if erased and contains(area, erased) else erased
    elif mask and not erased and len(outside) < len(stale):
        stale, hole = outside, ffi.new("sddl_rect *", area)
        flags, under = (0, base) if base else (lib.SDDL_DRAW_REPLACE, ffi.NULL)
    if stale:
        check(lib.sddl_restore(target, base, ffi.new("sddl_rect[]", stale), len(stale), hole))
    if erased:
        check(lib.sddl_restore(target, ffi.NULL, ffi.new("sddl_rect *", erased), 1, hole))
    return flags, under
