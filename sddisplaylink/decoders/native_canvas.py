"""A canvas in the library's own memory, on which the native kernels draw; only what changes is touched."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from PIL import Image

from sddisplaylink.core import check, ffi, lib
from sddisplaylink.decoders.tiles import Blend, Disposal, Tile

__all__ = ["NativeCanvas", "NativePicture", "Surface", "TileIndices", "WorkBuffer"]

_PIXEL = 4


@dataclass(frozen=True, slots=True)
class TileIndices:
    """A GIF's tile as it is stored: colour indices, and what they mean."""

    indices: Any
    """uint8_t *, width × height in the order stored."""
    palette: Any
    """uint8_t *, 256 RGBA colours."""
    transparent: int
    """-1 = none."""
    interlaced: bool


class Surface:
    """RGBA rows without gaps, as the kernels take them. MemoryError if there is not so much."""

    __slots__ = ("_pointer", "c", "memory", "size")

    def __init__(self, size: tuple[int, int], pixels: bytes | bytearray | None = None) -> None:
        """Transparent black, or over `pixels`, which are shared; of those there may be more than needed."""
        width, height = self.size = size
        nbytes = width * height * _PIXEL
        self.memory = bytearray(nbytes) if pixels is None else pixels
        self._pointer = ffi.from_buffer("uint8_t[]", self.memory)
        self.c = ffi.new("sddl_canvas *", (self._pointer, nbytes, width * _PIXEL, width, height))

    def view(self) -> Image.Image:
        """Pillow's view of the pixels, which are shared."""
        return Image.frombuffer("RGBA", self.size, self.memory, "raw", "RGBA", 0, 1)


NativePicture: TypeAlias = TileIndices | Surface


class WorkBuffer:
    """Memory that is kept from tile to tile and grows with them."""

    def __init__(self) -> None:
        self._memory = bytearray()

    def at_least(self, size: int) -> bytearray:
        """`size` bytes or more of any content; what was given before is not to be used any more."""
        if len(self._memory) < size:
            self._memory = bytearray()  # the old one goes first
            self._memory = bytearray(size)
        return self._memory


class NativeCanvas:
    """A Canvas for the pictures of the native sources; gives the same bytes as PillowCanvas."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._surface = Surface(size)
        self._under: Surface | None = None

    def clear(self) -> None:
        """Make all of it transparent black."""
        check(lib.sddl_clear(self._surface.c, _rect(0, 0, *self._surface.size)))

    def dispose(self, tile: Tile) -> None:
        """Do with the tile that was drawn last what its disposal says."""
        if tile.disposal is Disposal.BACKGROUND:
            check(lib.sddl_clear(self._surface.c, _rect(*tile[:4])))
        elif tile.disposal is Disposal.PREVIOUS and self._under is not None:
            check(lib.sddl_copy(self._surface.c, self._under.c, _rect(*tile[:4])))

    def draw(self, tile: Tile, picture: NativePicture) -> None:
        """Draw the tile, keeping what is under it where that is to come back."""
        rect = _rect(*tile[:4])
        if tile.disposal is Disposal.PREVIOUS:
            self._under = self._under or Surface(self._surface.size)
            check(lib.sddl_copy(self._under.c, self._surface.c, rect))
        if isinstance(picture, TileIndices):
            self._draw_indices(rect, tile.width * tile.height, picture)
        elif tile.blend is Blend.OVER:
            self._draw_pixels(rect, self._blended(tile, picture), Blend.SOURCE)
        else:
            self._draw_pixels(rect, picture, tile.blend)

    def pixels(self) -> bytes:
        """A copy."""
        return bytes(self._surface.memory)

    def _draw_indices(self, rect: Any, count: int, picture: TileIndices) -> None:
        canvas, flags = self._surface.c, lib.SDDL_DRAW_INTERLACED if picture.interlaced else 0
        indices, palette, transparent = picture.indices, picture.palette, picture.transparent
        check(lib.sddl_draw_indices(canvas, ffi.NULL, rect, indices, count, palette, transparent, flags))

    def _draw_pixels(self, rect: Any, picture: Surface, blend: Blend) -> None:
        source = picture.c
        check(lib.sddl_draw_pixels(self._surface.c, rect, source.pixels, source.size, source.stride, blend))

    def _blended(self, tile: Tile, picture: Surface) -> Surface:
        """By Pillow, whose rounding the kernel does not share."""
        region = Image.new("RGBA", picture.size)
        region.paste(self._surface.view(), (-tile.x, -tile.y))
        return Surface(picture.size, Image.alpha_composite(region, picture.view()).tobytes())


def _rect(x: int, y: int, width: int, height: int) -> Any:
    return ffi.new("sddl_rect *", (x, y, width, height))
