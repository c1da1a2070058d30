"""A Textual widget that plays an animated image."""

from __future__ import annotations

import contextlib
import os
import time
import weakref
from typing import Any, BinaryIO, ClassVar, TypeAlias

from rich.style import Style
from textual.events import Hide
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

import sddisplaylink.images.image as images
from sddisplaylink.dispatch.dispatcher import Dispatcher
from sddisplaylink.frames.frame import Frame
from sddisplaylink.images.shared import open_shared
from sddisplaylink.playback.observer import PlayerObserver
from sddisplaylink.playback.options import PlayerState
from sddisplaylink.playback.player import AnimatedImagePlayer
from sddisplaylink.views.first_frame import begin, first_frame
from sddisplaylink.views.player_settings import settings_of
from sddisplaylink.views.terminal.symbols import SYMBOLS
from sddisplaylink.views.textual.strips import StripMaker

__all__ = ["AnimatedImage", "Playable"]

Playable: TypeAlias = "images.AnimatedImage | str | os.PathLike[str] | bytes | BinaryIO"

UNSEEN_FRAMES, UNSEEN_SECONDS = 3, 0.5
"""Frames that Textual has not asked for, and for how long, after which nobody is taken to see the widget."""


class _OfWidget(Message):
    """A message of an AnimatedImage."""

    def __init__(self, widget: AnimatedImage) -> None:
        super().__init__()
        self.widget = widget

    @property
    def control(self) -> AnimatedImage:
        """The widget, which the selector of ``@on(AnimatedImage.FrameShown, "#ball")`` is for."""
        return self.widget


class AnimatedImage(Widget):
    """Plays an animated image in a Textual app; its player is `player`, from being mounted on.

    ``source``: an open image, or anything that `sddisplaylink.AnimatedImage.open` takes. ``symbols``: "half", or where
    the terminal's font has them "quad" or "sextant". ``autoplay=False``: shows the first frame and waits for
    ``playing = True``. ``options``: those of `AnimatedImagePlayer` but for ``dispatcher``, and ``name``, ``id``,
    ``classes``, ``disabled`` of a widget.

    Everything happens in the app's own asyncio loop. The picture fills the widget's content, keeping its proportions; a
    size of ``auto`` is the image's, or what fits into the container. ``playing`` and ``rate`` are reactive: set them to
    pause, to go on, and to change the speed (1.0 is that of the image). The messages are FrameShown, LoopCompleted,
    Finished and Failed. While the widget cannot be seen (on another
    screen or tab, scrolled away, not displayed) its player pauses. Removing the widget ends playback. Raises what
    AnimatedImage.open() raises.
    """

    DEFAULT_CSS: ClassVar[str] = "AnimatedImage { width: auto; height: auto; }"

    playing: reactive[bool] = reactive(True, init=False)
    """Whether it plays as soon as it can be seen; set it to pause or to go on."""
    rate: reactive[float] = reactive(1.0, init=False)
    """Speed: 1.0 = as the image says."""

    class FrameShown(_OfWidget):
        """A frame is shown: its number is ``index``."""

        def __init__(self, widget: AnimatedImage, index: int) -> None:
            super().__init__(widget)
            self.index = index

    class LoopCompleted(_OfWidget):
        """So many ``loops`` have been completed."""

        def __init__(self, widget: AnimatedImage, loops: int) -> None:
            super().__init__(widget)
            self.loops = loops

    class Finished(_OfWidget):
        """The last loop has ended."""

    class Failed(_OfWidget):
        """The exception ``error`` has stopped playback."""

        def __init__(self, widget: AnimatedImage, error: BaseException) -> None:
            super().__init__(widget)
            self.error = error

    def __init__(
        self,
        source: Playable,
        *,
        symbols: str = "half",
        autoplay: bool = True,
        name: str | None = None,
        id: str | None = None,  # noqa: A002 -- Textual's name of it
        classes: str | None = None,
        disabled: bool = False,
        **options: Any,
    ) -> None:
        """The arguments are described with the class."""
        if symbols not in SYMBOLS:
            raise ValueError(f"symbols must be one of {', '.join(SYMBOLS)}, not {symbols!r}")
        super().__init__(name=name, id=id, classes=classes, disabled=disabled)
        self._image = open_shared(source)
        self._options = options
        self._strips = StripMaker(SYMBOLS[symbols])
        self._lines: list[Strip] = []
        self._lines_for: object = None
        self._frame: Frame | None = None
        self._unseen, self._seen_at = 0, 0.0
        self._observer = _Observer(self)
        self._dispatcher: Dispatcher | None = None
        self.player: AnimatedImagePlayer | None = None
        """Its player, to pause, seek, and so on; None before the widget is mounted, closed once it is removed."""
        self.set_reactive(AnimatedImage.playing, autoplay)
        self.set_reactive(AnimatedImage.rate, float(options.get("rate", 1.0)))

    # ---- what it plays ----

    def set_source(self, source: Playable) -> None:
        """Play another image; the old frame stays visible until the first new one has come.

        The new player has the settings and callbacks of the former one, which is closed. Raises what the constructor
        raises.
        """
        image, former = open_shared(source), self.player
        if former is not None:
            self._options = settings_of(former, self._options)
            former.detach(self._observer)
            former.close()
        self._image = image
        if former is not None:
            self._begin()
        self.refresh(layout=True)

    def _on_mount(self, event: Any) -> None:
        super()._on_mount(event)
        self._dispatcher = Dispatcher.for_asyncio()
        self._begin()

    def on_unmount(self) -> None:
        """Called by Textual: end playback."""
        if self.player is not None and self._dispatcher is not None:
            with contextlib.suppress(Exception):  # of which the message has told
                self.player.close()
            self._dispatcher.close()

    def _begin(self) -> None:
        self.player = player = AnimatedImagePlayer(self._image, dispatcher=self._dispatcher, **self._options)
        self._known_size = self._image.size
        player.attach(self._observer)
        begin(player, autoplay=False)
        if self.playing:
            player.play()
        player.update_visibility()

    def watch_playing(self, playing: bool) -> None:
        """Called when ``playing`` is set: play or pause."""
        if self.player is not None and not self.player.is_closed:
            (self.player.play if playing else self.player.pause)()

    def watch_rate(self, rate: float) -> None:
        """Called when ``rate`` is set: play at that speed."""
        self._options["rate"] = rate
        if self.player is not None and not self.player.is_closed:
            self.player.rate = rate

    # ---- from the player ----

    def show_frame(self, frame: Frame) -> None:
        """Called by the player's observer: have the frame drawn."""
        self._frame = frame
        self._unseen += 1
        if self._unseen > UNSEEN_FRAMES and time.monotonic() - self._seen_at > UNSEEN_SECONDS:
            self._set_visible(False)
        self.refresh(layout=frame.size != self._known_size)  # of an image that had not begun to come when it was opened
        self._known_size = frame.size
        self.post_message(self.FrameShown(self, frame.index))

    def follow_state(self) -> None:
        """Called by the player's observer: have ``playing`` follow the player, unless nobody sees the widget."""
        player = self.player
        if player is None or player.is_closed:
            return
        player.update_visibility()
        if player.state is PlayerState.FINISHED or (player.state is PlayerState.PAUSED and self._observer.is_visible):
            self.set_reactive(AnimatedImage.playing, False)
        elif player.state is PlayerState.PLAYING:
            self.set_reactive(AnimatedImage.playing, True)

    def _set_visible(self, is_visible: bool) -> None:
        self._unseen = 0
        if is_visible:
            self._seen_at = time.monotonic()
        if self._observer.is_visible is not is_visible:
            self._observer.is_visible = is_visible
            if self.player is not None and not self.player.is_closed:
                self.player.update_visibility()

    # ---- for Textual ----

    def on_hide(self, event: Hide) -> None:
        """Called by Textual: pause."""
        self._set_visible(False)

    def get_content_width(self, container: Size, viewport: Size) -> int:
        """Called by Textual: as wide as the image, a column for each pixel, or as fits."""
        size = self._picture_size()
        return self._strips.place(size, min(container.width, size[0]), _rows(container, viewport)).columns

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        """Called by Textual: as high as the image at that width."""
        size = self._picture_size()
        return self._strips.place(size, min(width, size[0]), _rows(container, viewport)).rows

    def _picture_size(self) -> tuple[int, int]:
        """The image's size; one pixel while it is not known, so that the widget is seen, and plays."""
        width, height = self._image.size
        return width or 1, height or 1

    def render_line(self, y: int) -> Strip:
        """Called by Textual: a line of the frame; the widget is seen, then."""
        self._set_visible(True)
        columns, rows = self.size
        base = self.rich_style
        if self._frame is None and self.player is not None:
            self._frame = first_frame(self.player)
        if self._frame is None or not columns or not rows:
            return Strip.blank(columns, base)
        wanted = self._frame, columns, rows, base
        if wanted != self._lines_for:
            self._lines, self._lines_for = self._draw(self._frame, columns, rows, base), wanted
        return self._lines[y] if y < len(self._lines) else Strip.blank(columns, base)

    def _draw(self, frame: Frame, columns: int, rows: int, base: Style) -> list[Strip]:
        red, green, blue = self.background_colors[1].rgb
        return self._strips.lines(frame.image, columns, rows, (red, green, blue), base)


def _rows(container: Size, viewport: Size) -> int:
    """Rows that there are room for: the screen's in a container whose height, 0 as yet, is that of what it holds."""
    return max(1, container.height or viewport.height)


class _Observer(PlayerObserver):
    """Hands the events of a player to a widget, which it holds weakly."""

    is_visible = False  # until a line is asked for

    def __init__(self, widget: AnimatedImage) -> None:
        self._widget = weakref.ref(widget)

    def frame_shown(self, frame: Frame) -> None:
        if (widget := self._widget()) is not None:
            widget.show_frame(frame)

    def loop_completed(self, loops: int) -> None:
        if (widget := self._widget()) is not None:
            widget.post_message(widget.LoopCompleted(widget, loops))

    def playback_finished(self) -> None:
        if (widget := self._widget()) is not None:
            widget.post_message(widget.Finished(widget))

    def playback_failed(self, error: BaseException) -> None:
        widget = self._widget()
        if widget is not None and widget.player is not None:
            widget.player.take_error()  # close() is not to raise it
            widget.post_message(widget.Failed(widget, error))

    def state_changed(self) -> None:
        if (widget := self._widget()) is not None:
            widget.follow_state()
