"""Players in a terminal: everything, callbacks and signals included, happens on the calling thread."""

from __future__ import annotations

import contextlib
import select
from collections.abc import Sequence
from typing import Any

from sddisplaylink.dispatch.dispatcher import Dispatcher
from sddisplaylink.images.image import AnimatedImage
from sddisplaylink.playback.group import PlayerGroup
from sddisplaylink.views.signals import Interrupted, SignalWatch
from sddisplaylink.views.terminal.choice import RendererFactory, TerminalOptions, choose_renderer
from sddisplaylink.views.terminal.layout import sheet, tiles
from sddisplaylink.views.terminal.screen import Screen
from sddisplaylink.views.terminal.tile import Tile

__all__ = ["PlayerView", "play_in_terminal"]


def play_in_terminal(images: Sequence[AnimatedImage], options: TerminalOptions, **playback: Any) -> int | None:
    """Play images side by side on the terminal behind standard output until all have finished or a signal comes.

    `playback` goes to each AnimatedImagePlayer; they are on one timeline. The screen is given back whatever happens;
    pictures that have finished stay in the scrollback. Returns the number of the signal that ended it (Ctrl-C, SIGTERM,
    SIGHUP), or None. Raises SDDisplayLinkError if standard output is no terminal, and whatever stopped a player.
    """
    screen = Screen()
    with SignalWatch(lambda: screen.drawing) as signals, screen:
        factory = choose_renderer(options.renderer, screen.capabilities)
        with PlayerView(images, screen, factory, signals, options.width, playback) as view:
            view.run()
        return signals.ended_by


class PlayerView:
    """Players on one screen; a context manager, as the screen must be left before an error is told."""

    def __init__(
        self,
        images: Sequence[AnimatedImage],
        screen: Screen,
        factory: RendererFactory,
        signals: SignalWatch,
        width: int | None,
        playback: dict[str, Any],
    ) -> None:
        self._screen, self._signals = screen, signals
        self._factory, self._width = factory, width
        self._cleared = True
        self._group = PlayerGroup()
        self._tiles: list[Tile] = []
        with contextlib.ExitStack() as undo:
            self._dispatcher = undo.enter_context(contextlib.closing(Dispatcher(thread=False)))
            undo.callback(self._group.close)
            for image in images:
                self._tiles.append(Tile(image, factory(width=width), self._dispatcher, playback))
                self._group.add(self._tiles[-1].player)
            undo.pop_all()

    def __enter__(self) -> PlayerView:
        return self

    def __exit__(self, *exception: object) -> None:
        try:
            self._screen.leave(self._erasure())
        finally:
            with contextlib.closing(self._dispatcher):
                self._group.close()

    def run(self) -> None:
        """Play until the end, an error (raised by the closing player) or a signal."""
        try:
            self._screen.enter()
            self._resize()
            self._group.play()
            while not self._has_ended() and self._signals.ended_by is None:
                select.select([self._dispatcher.fileno(), self._signals.fileno()], [], [])
                self._signals.clear()
                self._dispatcher.run_pending()
                self._follow_terminal()
                self._draw()
            self._part()
        except Interrupted:
            self._screen.abandon_drawing()

    def _has_ended(self) -> bool:
        return all(tile.has_ended for tile in self._tiles) or any(tile.has_failed for tile in self._tiles)

    def _erasure(self) -> bytes:
        return b"".join(tile.erase() for tile in self._tiles)

    def _resize(self) -> None:
        screen, renderer = self._screen.size(), self._factory()
        if renderer.passes_through_tmux:
            self._screen.settle()
        areas = tiles([tile.size for tile in self._tiles], screen, renderer.dots(screen), width=self._width)
        for tile, area in zip(self._tiles, areas, strict=True):
            tile.resize(area)
        self._cleared = True

    def _follow_terminal(self) -> None:
        if self._signals.suspended and not self._has_ended():
            self._signals.suspended = False
            self._suspend()
        if self._signals.resized:
            self._signals.resized = False
            self._resize()

    def _suspend(self) -> None:
        self._group.pause()
        self._screen.suspend(self._erasure())
        self._signals.stop_process()
        self._screen.enter()
        self._signals.resized = True
        self._group.play()

    def _draw(self) -> None:
        data = b"".join(tile.draw() for tile in self._tiles)
        if data:
            self._screen.update(data, clear=self._cleared)
            self._cleared = False

    def _part(self) -> None:
        """Leave the last pictures of what has finished on the usual screen."""
        pictures = [picture for tile in self._tiles if (picture := tile.last_picture()) is not None]
        if not pictures or self._signals.ended_by is not None:
            return
        screen = self._screen.size()
        if len(pictures) == 1:
            last, columns = pictures[0][0], self._width
        else:
            last, columns = sheet(pictures, self._factory().dots(screen))
        renderer = self._factory(width=columns)
        inline = renderer.inline(last, screen)
        self._screen.draw(renderer.before_inline())
        self._screen.leave(self._erasure())
        self._screen.draw(inline)
