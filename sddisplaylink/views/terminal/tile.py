"""Tile: one of the pictures on a screen, with its player and renderer."""

from __future__ import annotations

from typing import Any

from PIL import Image

from sddisplaylink.dispatch.dispatcher import Dispatcher
from sddisplaylink.frames.frame import Frame
from sddisplaylink.images.image import AnimatedImage
from sddisplaylink.playback.player import AnimatedImagePlayer
from sddisplaylink.views.first_frame import first_frame
from sddisplaylink.views.terminal.layout import Area, Placement
from sddisplaylink.views.terminal.renderer import Renderer


class Tile:
    """Draws the latest frame of a player in its part of the screen."""

    def __init__(
        self, image: AnimatedImage, renderer: Renderer, dispatcher: Dispatcher, playback: dict[str, Any]
    ) -> None:
        self.size = image.size
        self.has_ended = self.has_failed = False
        self._renderer = renderer
        self._frame: Frame | None = None  # the latest that the player has shown
        self._drawn: int | None = None  # the index of the frame on the screen
        self.player = AnimatedImagePlayer(
            image,
            on_frame=self._keep,
            on_finish=self._finish,
            on_error=self._fail,
            dispatcher=dispatcher,
            **playback,
        )
        self.player.cache_all_frames = True
        self._first = first_frame(self.player)

    @property
    def is_blank(self) -> bool:
        """Whether no frame has come yet."""
        return self._frame is None and self._first is None and not self.has_ended

    def resize(self, area: Area) -> None:
        """The screen has been cleared, and this part of it is the tile's."""
        self._renderer.resize(area)
        self._drawn = None

    def draw(self) -> bytes:
        """The bytes that make the screen show the latest frame, or the first; none if the screen shows it already."""
        frame = self._frame or self._first
        if frame is None or frame.index == self._drawn:
            return b""
        self._drawn = frame.index
        return self._renderer.draw_frame(frame)

    def erase(self) -> bytes:
        """The bytes that remove what leaving the screen would not."""
        return self._renderer.erase()

    def last_picture(self) -> tuple[Image.Image, Placement] | None:
        """The picture on the screen, and its place; None before the player has shown a frame."""
        if self._frame is None:
            return None
        return self._frame.image, self._renderer.place(self._frame.size)

    def _keep(self, frame: Frame) -> None:
        self._frame, self._first = frame, None

    def _finish(self) -> None:
        self.has_ended = True

    def _fail(self, error: BaseException) -> None:
        self.has_ended = self.has_failed = True
