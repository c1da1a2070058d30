"""A player in a terminal: everything, callbacks and signals included, happens on the calling thread."""

from __future__ import annotations

import os
import select
from dataclasses import dataclass
from typing import Any, Protocol

from PIL import Image

from sddisplaylink.dispatcher import Dispatcher
from sddisplaylink.errors import SDDisplayLinkError
from sddisplaylink.frame import Frame
from sddisplaylink.image import AnimatedImage
from sddisplaylink.player import AnimatedImagePlayer
from sddisplaylink.views.terminal.colour import ColourDepth, colour_depth
from sddisplaylink.views.terminal.halfblock import HalfBlockRenderer
from sddisplaylink.views.terminal.kitty import KittyRenderer
from sddisplaylink.views.terminal.layout import TerminalSize
from sddisplaylink.views.terminal.query import Capabilities
from sddisplaylink.views.terminal.screen import Screen
from sddisplaylink.views.terminal.signals import Interrupted, SignalWatch

RENDERERS = ("auto", "kitty", "halfblock")


class Renderer(Protocol):
    """Turns RGBA pictures into the bytes that make a terminal show them."""

    def resize(self, terminal: TerminalSize) -> None: ...
    def draw(self, image: Image.Image) -> bytes: ...
    def erase(self) -> bytes: ...
    def inline(self, image: Image.Image, terminal: TerminalSize) -> bytes: ...


@dataclass(frozen=True)
class TerminalOptions:
    """How a picture is drawn: `renderer` is one of RENDERERS, `width` its columns (None: as many as fit)."""

    renderer: str = "auto"
    width: int | None = None

    def __post_init__(self) -> None:
        if self.renderer == "window":
            raise SDDisplayLinkError("the window renderer is not available: this version plays in a terminal only")
        if self.renderer not in RENDERERS:
            raise ValueError(f"renderer must be one of {', '.join(RENDERERS)}, not {self.renderer!r}")
        if self.width is not None and self.width < 1:
            raise ValueError(f"width must be at least 1 column, not {self.width}")


def play_in_terminal(image: AnimatedImage, options: TerminalOptions, **playback: Any) -> int | None:
    """Play an image on the terminal behind standard output until it has finished or a signal comes.

    `playback` goes to AnimatedImagePlayer. The screen is given back whatever happens; a picture that has finished stays
    in the scrollback. Returns the number of the signal that ended it (Ctrl-C, SIGTERM, SIGHUP), or None. Raises
    SDDisplayLinkError if standard output is no terminal, and whatever stopped the player.
    """
    screen = Screen()
    with SignalWatch(lambda: screen.drawing) as signals, screen:
        renderer = choose_renderer(options, screen.capabilities)
        with PlayerView(image, screen, renderer, signals, playback) as view:
            view.run()
        return signals.ended_by


def choose_renderer(options: TerminalOptions, capabilities: Capabilities) -> Renderer:
    """Kitty graphics where the terminal has said that it knows them, else half blocks."""
    if options.renderer == "kitty" or (options.renderer == "auto" and capabilities.kitty_graphics):
        return KittyRenderer(width=options.width)
    # What can show pictures can show every colour, whatever TERM says.
    depth = ColourDepth.TRUECOLOUR if capabilities.kitty_graphics else colour_depth(os.environ)
    return HalfBlockRenderer(depth=depth, background=capabilities.background, width=options.width)


class PlayerView:
    """One player on one screen; a context manager, as the screen must be left before an error is told."""

    def __init__(
        self, image: AnimatedImage, screen: Screen, renderer: Renderer, signals: SignalWatch, playback: dict[str, Any]
    ) -> None:
        self._screen, self._renderer, self._signals = screen, renderer, signals
        self._frame: Frame | None = None
        self._drawn: Frame | None = None
        self._cleared = True
        self._ended = False
        self._dispatcher = Dispatcher(thread=False)
        self._player = AnimatedImagePlayer(
            image,
            on_frame=self._take,
            on_finish=self._end,
            on_error=lambda error: self._end(),
            dispatcher=self._dispatcher,
            **playback,
        )

    def __enter__(self) -> PlayerView:
        return self

    def __exit__(self, *exception: object) -> None:
        try:
            self._screen.leave(self._renderer.erase())
        finally:
            self._player.close()
            self._dispatcher.close()

    def run(self) -> None:
        """Play until the end, an error (raised by the closing player) or a signal."""
        try:
            self._screen.enter()
            self._renderer.resize(self._screen.size())
            self._player.play()
            while not self._ended and self._signals.ended_by is None:
                select.select([self._dispatcher.fileno(), self._signals.fileno()], [], [])
                self._signals.clear()
                self._dispatcher.run_pending()
                self._follow_terminal()
                self._draw()
            self._part()
        except Interrupted:
            self._screen.abandon_drawing()

    def _take(self, frame: Frame) -> None:
        self._frame = frame

    def _end(self) -> None:
        self._ended = True

    def _follow_terminal(self) -> None:
        if self._signals.suspended and not self._ended:
            self._signals.suspended = False
            self._suspend()
        if self._signals.resized:
            self._signals.resized = False
            self._renderer.resize(self._screen.size())
            self._cleared, self._drawn = True, None

    def _suspend(self) -> None:
        self._player.pause()
        self._screen.suspend(self._renderer.erase())
        self._signals.stop_process()
        self._screen.enter()
        self._signals.resized = True
        self._player.play()

    def _draw(self) -> None:
        if self._frame is None or self._frame is self._drawn:
            return
        data = self._renderer.draw(self._frame.image)
        if data:
            self._screen.update(data, clear=self._cleared)
        self._drawn, self._cleared = self._frame, False

    def _part(self) -> None:
        """Leave the last picture of an animation that has finished on the usual screen."""
        if self._frame is not None and self._signals.ended_by is None:
            self._screen.leave(self._renderer.erase())
            self._screen.draw(self._renderer.inline(self._frame.image, self._screen.size()))


__all__ = ["RENDERERS", "PlayerView", "TerminalOptions", "choose_renderer", "play_in_terminal"]
