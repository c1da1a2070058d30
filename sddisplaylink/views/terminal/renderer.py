"""Renderer: the base class of all renderers for terminals."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

from PIL import Image

from sddisplaylink.frames.frame import Frame
from sddisplaylink.views.terminal.layout import Area, Dots, Placement, Size, place

_USUAL_CELL = Dots(across=10, down=20)


class Renderer(ABC):
    """Turns the frames of one picture into the bytes that make a terminal show them."""

    enlarges: ClassVar[bool] = False
    """Whether a picture smaller than its area is enlarged."""
    dot_aspect: float = 1.0
    """The width of a dot over its height."""
    passes_through_tmux: ClassVar[bool] = False
    """Whether the renderer's output passes through tmux, which works only while tmux has nothing to redraw."""

    def __init__(self, *, width: int | None = None) -> None:
        self._width = width
        self._area = Area(80, 24)

    def resize(self, area: Area) -> None:
        """The screen has been cleared, and this part of it is for the picture."""
        self._area = area

    def dots(self, area: Area) -> Dots:
        """The dots of one cell: its pixels as the terminal reports them, or the usual number."""
        known = area.cell_width > 0 and area.cell_height > 0
        return Dots(area.cell_width, area.cell_height) if known else _USUAL_CELL

    def place(self, size: Size, area: Area | None = None) -> Placement:
        """The place of a picture of that size in an area, by default the renderer's own."""
        area = self._area if area is None else area
        return place(size, area, self.dots(area), width=self._width, enlarge=self.enlarges, dot_aspect=self.dot_aspect)

    @abstractmethod
    def draw(self, image: Image.Image) -> bytes:
        """The bytes that make the screen show this RGBA picture; none if the screen shows it already."""

    def draw_frame(self, frame: Frame) -> bytes:
        """The same for a frame; all frames that a renderer is given are of one animation."""
        return self.draw(frame.image)

    def erase(self) -> bytes:
        """The bytes that remove what leaving the screen would not."""
        return b""

    @abstractmethod
    def inline(self, image: Image.Image, screen: Area) -> bytes:
        """The bytes that draw the picture at the cursor for good, and move the cursor to the line after it."""

    def before_inline(self) -> bytes:
        """The bytes to be sent before those of the last inline(), and before the screen changes."""
        return b""
