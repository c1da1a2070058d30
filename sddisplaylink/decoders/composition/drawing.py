"""Draws a region in memory that already shows most of the frame below."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sddisplaylink.decoders.regions import Blend, FrameRegion, Painter, Rect, contains
from sddisplaylink.native import check, ffi, lib

__all__ = ["CompositionBase", "draw_region"]


class CompositionBase(NamedTuple):
    """The frame that a region is drawn over, and where the target differs from it."""

    base: Any
    """The sddl_canvas of the frame below; NULL = transparent black."""
    stale: Sequence[Rect]
    """The rectangles in which the target differs from `base`."""
    erased: Rect | None
    """The rectangle that is cleared before the region is drawn."""


def draw_region(painter: Painter, region: FrameRegion, target: Any, onto: CompositionBase) -> None:
    """Draw a region on `target`, an sddl_canvas."""
    flags, under = 0, ffi.NULL
    if onto.stale or onto.erased:
        flags, under = _restore_outside(region, target, onto)
    if region.width and region.height and not painter.draw(region, target, under, flags):
        _restore_all(target, onto)
        painter.draw_part(region, target)


def _restore_all(target: Any, onto: CompositionBase) -> None:
    """Restore the frame below in the whole target."""
    base, stale, erased = onto
    if stale:
        check(lib.sddl_restore(target, base, ffi.new("sddl_rect[]", stale), len(stale), ffi.NULL))
    if erased:
        check(lib.sddl_restore(target, ffi.NULL, ffi.new("sddl_rect *", erased), 1, ffi.NULL))


def _restore_outside(region: FrameRegion, target: Any, onto: CompositionBase) -> tuple[int, Any]:
    """Restore the frame below, except where the region replaces it. Returns (flags, under) to draw with."""
    base, stale, erased = onto
    area, mask = region.area, region.blend is Blend.MASK
    flags, under, exclude = 0, ffi.NULL, ffi.NULL
    if erased and mask and area == erased:
        flags = lib.SDDL_DRAW_REPLACE
    outside = [rect for rect in stale if not contains(area, rect)]
    if flags or region.blend is Blend.SOURCE:
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
