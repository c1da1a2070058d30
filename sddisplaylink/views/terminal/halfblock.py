"""Pictures of block characters: by default every cell shows two dots, one above the other."""

from __future__ import annotations

from collections.abc import Hashable

from PIL import Image

from sddisplaylink.frames.frame import Frame
from sddisplaylink.views.terminal.cells import HALF, Symbols, write_cells
from sddisplaylink.views.terminal.colour import BLACK, RGB, ColourDepth
from sddisplaylink.views.terminal.layout import Area, Dots, Placement, scaled
from sddisplaylink.views.terminal.renderer import Renderer

__all__ = ["FAINTEST", "HalfBlockRenderer", "flatten"]

FAINTEST = 64  # alpha below which a dot is left out if the background is not known

_KNOWN_FRAMES = 256
_KNOWN_BYTES = 8_000_000  # of changes from frame to frame


class HalfBlockRenderer(Renderer):
    """Draws the first frame whole, then only cells that have changed. Transparent dots stay unpainted.

    What an animation has changed from one frame to the next is remembered, as every loop changes the same again.
    """

    enlarges = True

    def __init__(
        self,
        *,
        depth: ColourDepth = ColourDepth.TRUECOLOUR,
        background: RGB | None = None,
        width: int | None = None,
        symbols: Symbols | None = None,
        dither: bool = False,
    ) -> None:
        super().__init__(width=width)
        self._background = background
        self._symbols = symbols = HALF if symbols is None else symbols
        self.dot_aspect = symbols.dots.down / (2 * symbols.dots.across)  # of cells that are twice as high as wide
        self._dithers = dither and depth is ColourDepth.PALETTE
        self._depth = depth
        self._shown: bytes | None = None
        self._shown_key: Hashable = None
        self._known_cells: dict[Hashable, bytes] = {}
        self._known_changes: dict[tuple[Hashable, Hashable], bytes] = {}
        self._known_bytes = 0

    def resize(self, area: Area) -> None:
        """The screen has been cleared, and this part of it is for the picture."""
        super().resize(area)
        self._shown = self._shown_key = None
        self._known_cells.clear()
        self._known_changes.clear()
        self._known_bytes = 0

    def dots(self, area: Area) -> Dots:
        """As many in each cell as its symbols show, whatever the size of a cell."""
        return self._symbols.dots

    def draw_frame(self, frame: Frame) -> bytes:
        """The same for a frame of one animation."""
        change = self._known_changes.get((self._shown_key, frame.index))
        if change is None:
            change = self._remember(frame, self._shown_key, self._shown)
        self._shown, self._shown_key = self._known_cells.get(frame.index, self._shown), frame.index
        return change

    def _remember(self, frame: Frame, former_key: Hashable, former: bytes | None) -> bytes:
        change, shown = self.draw(frame.image), self._shown
        if shown is not None and (len(self._known_cells) < _KNOWN_FRAMES or frame.index in self._known_cells):
            self._known_cells[frame.index] = shown
            is_known = former is not None and self._known_cells.get(former_key) is former
            if is_known and self._known_bytes + len(change) <= _KNOWN_BYTES:
                self._known_changes[former_key, frame.index] = change
                self._known_bytes += len(change)
        return change

    def draw(self, image: Image.Image) -> bytes:
        """The bytes that make the screen show this RGBA picture; none if the screen shows it already."""
        placement = self.place(image.size)
        new, old = self._cells(image, placement), self._shown
        self._shown, self._shown_key = new, None
        if new == old:
            return b""
        if old is not None and len(old) != len(new):
            old = None
        return write_cells(self._symbols, self._depth, placement, new, old)

    def inline(self, image: Image.Image, screen: Area) -> bytes:
        """The picture as lines of text at the cursor, at most one row less than the screen."""
        placement = self.place(image.size, screen.without_last_row())
        return write_cells(self._symbols, self._depth, placement, self._cells(image, placement), in_lines=True)

    def _cells(self, image: Image.Image, placement: Placement) -> bytes:
        across, down = self._symbols.dots
        size = (placement.columns * across, placement.rows * down)
        flat = flatten(scaled(image, placement), self._background, size[1])
        if flat.width < size[0]:
            flat = flat.crop((0, 0, *size))
        return self._symbols.make_cells(flat, self._dithers)


def flatten(image: Image.Image, background: RGB | None, height: int) -> Image.Image:
    """The picture with every dot either opaque, blended over `background`, or all zero; padded to `height`.

    If the background is not known (None), black is assumed, and faint dots are left out, which would darken soft edges.
    """
    alpha = image.getchannel("A")
    if image.height == height and alpha.getextrema() == (255, 255):
        return image
    opaque = Image.alpha_composite(Image.new("RGBA", image.size, (*(background or BLACK), 255)), image)
    canvas = Image.new("RGBA", (image.width, height))
    least = FAINTEST if background is None else 1
    canvas.paste(opaque, (0, 0), alpha.point(lambda value: 255 if value >= least else 0))
    return canvas
