"""Plays images in a terminal. Everything, callbacks and signals included, happens on the calling thread."""

from __future__ import annotations

import contextlib
import select
from collections.abc import Sequence
from typing import Any

from sddisplaylink.dispatch.dispatcher import Dispatcher
from sddisplaylink.images.image import AnimatedImage
from sddisplaylink.playback.group import PlayerGroup
from sddisplaylink.playback.options import PlayerState
from sddisplaylink.views.controls import Command, apply_command
from sddisplaylink.views.signals import QUIT, Interrupted, SignalWatch
from sddisplaylink.views.terminal.choice import RendererFactory, TerminalOptions, choose_renderer
from sddisplaylink.views.terminal.keys import ESCAPE_DELAY, HELP, KeyReader
from sddisplaylink.views.terminal.layout import sheet, tiles
from sddisplaylink.views.terminal.screen import Screen
from sddisplaylink.views.terminal.tile import Tile

__all__ = ["PlayerView", "play_in_terminal"]


def play_in_terminal(images: Sequence[AnimatedImage], options: TerminalOptions, **playback: Any) -> int | None:
    """Play images side by side on the terminal behind standard output until all have finished or a signal comes.

    `playback` goes to each AnimatedImagePlayer; they are on one timeline. Keys pause, step and so on. The screen is
    restored in any case; pictures that have finished stay in the scrollback. A job in the background stops, like other
    jobs that write to the terminal, and draws nothing. Returns the number of the signal that ended it, QUIT for a key,
    or None. Raises SDDisplayLinkError if standard output is no terminal, and whatever stopped a player.
    """
    screen = Screen()
    with SignalWatch(lambda: screen.drawing) as signals:
        if screen.is_in_background():
            signals.stop_for_output()
        with screen:
            factory = choose_renderer(options, screen.capabilities)
            with PlayerView(images, screen, factory, signals, options.width, playback) as view:
                view.run()
            return QUIT if view.has_quit and signals.ended_by is None else signals.ended_by


class PlayerView:
    """Players on one screen. A context manager: the screen is left before an exception is raised."""

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
        self._keys = KeyReader()
        self._reads_keys = True
        self._shows_help = False
        self.has_quit = False
        """Whether a key has ended it."""
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
        """Play until the end, an error (raised by the closing player), a key or a signal."""
        try:
            self._draw()  # at once, so that the screen is not empty first
            self._group.play()
            while not (self._has_ended() or self.has_quit) and self._signals.ended_by is None:
                self._await_event()
                self._dispatcher.run_pending()
                self._follow_terminal()
                self._draw()
            self._leave_last_pictures()
        except Interrupted:
            self._screen.abandon_drawing()

    def _begin_drawing(self) -> bool:
        """Enter the screen if need be; False while the terminal belongs to another job."""
        if self._screen.is_in_background():
            self._screen.leave_to_other_job()
            return False
        if not self._screen.is_entered:
            self._screen.enter()
            self._resize()
        return True

    def _await_event(self) -> None:
        keyboard = self._screen.keyboard if self._reads_keys else None
        sources = [self._dispatcher.fileno(), self._signals.fileno(), *([] if keyboard is None else [keyboard])]
        ready, _, _ = select.select(sources, [], [], ESCAPE_DELAY if self._keys.is_waiting else None)
        if self._signals.fileno() in ready:
            self._signals.clear()
        if keyboard in ready:
            data = self._screen.read_keys()
            self._reads_keys = bool(data)  # no data: the terminal has been closed
            self._apply_commands(self._keys.feed(data))
        elif not ready:
            self._apply_commands(self._keys.flush())

    def _apply_commands(self, commands: list[Command]) -> None:
        for command in commands:
            if command is Command.QUIT:
                self.has_quit = True
            elif command is Command.HELP:
                self._shows_help = not self._shows_help
                self._signals.resized = True
            else:
                apply_command(command, self._group)

    def _has_ended(self) -> bool:
        return all(tile.has_ended for tile in self._tiles) or any(tile.has_failed for tile in self._tiles)

    def _erasure(self) -> bytes:
        return b"".join(tile.erase() for tile in self._tiles)

    def _resize(self) -> None:
        screen, renderer = self._screen.size(), self._factory()
        if self._shows_help:
            screen = screen.without_last_row()
        if renderer.passes_through_tmux:
            self._screen.await_terminal()
        areas = tiles([tile.size for tile in self._tiles], screen, renderer.dots(screen), width=self._width)
        for tile, area in zip(self._tiles, areas, strict=True):
            tile.resize(area)
        self._cleared = True

    def _follow_terminal(self) -> None:
        if self._signals.suspended and not self._has_ended():
            self._signals.suspended = False
            self._suspend()
        if self._signals.resized and self._begin_drawing():
            self._signals.resized = False
            self._resize()

    def _suspend(self) -> None:
        self._group.pause()
        self._screen.suspend(self._erasure())
        self._signals.stop_process()
        self._signals.resized = True
        self._group.play()

    def _draw(self) -> None:
        if not self._begin_drawing():
            self._await_foreground()
            return
        if self._cleared and any(tile.is_blank for tile in self._tiles):  # the first update shows all pictures
            return
        data = b"".join(tile.draw() for tile in self._tiles)
        if data:
            self._screen.update(data + self._help(), clear=self._cleared)
            self._cleared = False

    def _await_foreground(self) -> None:
        """Stop the job, and pause its players, until it has the terminal again."""
        is_playing = any(player.state is PlayerState.PLAYING for player in self._group.players)
        if is_playing:
            self._group.pause()
        self._signals.stop_for_output()
        if is_playing:
            self._group.play()

    def _help(self) -> bytes:
        if not self._shows_help:
            return b""
        size = self._screen.size()
        return b"\x1b[%d;1H\x1b[m%b\x1b[K" % (size.rows, HELP[: size.columns].encode())

    def _leave_last_pictures(self) -> None:
        """Draw the last pictures of finished players on the usual screen."""
        pictures = [picture for tile in self._tiles if (picture := tile.last_picture()) is not None]
        if not pictures or self.has_quit or self._signals.ended_by is not None or not self._begin_drawing():
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
