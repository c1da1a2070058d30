"""A Gdk.Paintable that plays an animated image."""

from __future__ import annotations

import contextlib
import math
import os
import sys
import time
import weakref
from typing import Any, BinaryIO, TypeAlias

from sddisplaylink.frames.frame import Frame
from sddisplaylink.images.image import AnimatedImage
from sddisplaylink.images.shared import open_shared
from sddisplaylink.native import is_exiting
from sddisplaylink.playback.observer import PlayerObserver
from sddisplaylink.playback.options import PlayerState
from sddisplaylink.playback.player import AnimatedImagePlayer
from sddisplaylink.views.first_frame import begin, first_frame
from sddisplaylink.views.gtk.dispatcher import shared_dispatcher
from sddisplaylink.views.gtk.toolkit import Gdk, GLib, GObject
from sddisplaylink.views.player_settings import settings_of

__all__ = ["AnimatedPaintable", "Playable"]

Playable: TypeAlias = AnimatedImage | str | os.PathLike[str] | bytes | BinaryIO

UNSEEN_FRAMES, UNSEEN_SECONDS = 3, 0.5
"""Frames that nobody has drawn, and for how long, after which nobody is taken to see the paintable."""

READABLE = GObject.ParamFlags.READABLE
SETTABLE = GObject.ParamFlags.READWRITE | GObject.ParamFlags.EXPLICIT_NOTIFY
"""Of properties that notify when their value changes, and not whenever they are set."""


class AnimatedPaintable(GObject.Object, Gdk.Paintable):
    """Plays an animated image in any ``Gtk.Picture``, ``Gtk.Image``, or whatever else shows a paintable.

    ``source``: an `AnimatedImage`, or anything that `AnimatedImage.open` takes. ``image_scale``: pixels of the image to
    one of GTK's, 2.0 for an ``@2x`` image. ``autoplay=False``: shows the first frame and waits for ``player.play()``.
    ``player_options``: those of `AnimatedImagePlayer` but for ``dispatcher``.

    Everything happens on the thread of GLib's main loop. A paintable is not told who shows it: when some frames in a
    row have not been drawn, its player pauses, and goes on when the paintable is drawn again. Dropping the last
    reference, or `close`, ends playback.

    Properties: ``playing`` and ``rate`` can be set, ``frame`` is the number of the frame that is shown. Signals:
    ``frame-shown(int)``, ``loop-completed(int)``, ``finished()``, ``failed(exception)``. An exception that nobody hears
    of goes to ``sys.excepthook``. Raises what AnimatedImage.open() and the player do.
    """

    __gtype_name__ = "SDDisplayLinkAnimatedPaintable"
    __gsignals__ = {  # noqa: RUF012 -- which PyGObject reads when it makes the class
        "frame-shown": (GObject.SignalFlags.RUN_FIRST, None, (int,)),
        "loop-completed": (GObject.SignalFlags.RUN_FIRST, None, (int,)),
        "finished": (GObject.SignalFlags.RUN_FIRST, None, ()),
        "failed": (GObject.SignalFlags.RUN_FIRST, None, (object,)),
    }

    def __init__(
        self, source: Playable, *, autoplay: bool = True, image_scale: float = 1.0, **player_options: Any
    ) -> None:
        """The arguments are described with the class."""
        if not (math.isfinite(image_scale) and image_scale > 0):
            raise ValueError(f"image_scale must be a positive number, not {image_scale!r}")
        super().__init__()
        self._autoplay, self._options, self._scale = autoplay, player_options, image_scale
        self._texture: Gdk.Texture | None = None
        self._was_playing = False  # when "notify::playing" was last emitted
        self._unseen, self._seen_at = 0, 0.0
        self._observer = _Observer(self)
        player = AnimatedImagePlayer(open_shared(source), dispatcher=shared_dispatcher(), **player_options)
        self._begin(player)

    # ---- what it plays ----

    @property
    def player(self) -> AnimatedImagePlayer:
        """The paintable's player, to pause, seek, set the rate, and so on."""
        return self._player

    def set_source(self, source: Playable) -> None:
        """Play another image; the old frame stays visible until the first new one has come.

        The new player has the settings and callbacks of the former one, which is closed. Raises what the constructor
        raises, without changing anything.
        """
        former = self._player
        options = settings_of(former, self._options)
        player = AnimatedImagePlayer(open_shared(source), dispatcher=shared_dispatcher(), **options)
        self._ending.detach()
        former.detach(self._observer)
        former.close()
        self._begin(player)
        self.invalidate_size()

    def close(self) -> None:
        """End playback; the picture stays as it is. Idempotent."""
        self._player.close()

    def _begin(self, player: AnimatedImagePlayer) -> None:
        self._player = player
        self._known_size = player.image.size
        self._ending = weakref.finalize(self, _close, player)  # in place of the former player's
        self._ending.atexit = False
        player.attach(self._observer)
        begin(player, self._autoplay)
        player.update_visibility()

    # ---- properties ----

    @GObject.Property(type=bool, default=False, flags=SETTABLE)
    def playing(self) -> bool:
        """Whether the player plays, which it does only while it can be seen; set this to play or to pause."""
        return self._player.state is PlayerState.PLAYING

    @playing.setter  # type: ignore[no-redef]
    def playing(self, play: bool) -> None:
        if play:
            self._player.play()
        else:
            self._player.pause()
        self.follow_state()

    @GObject.Property(type=float, default=1.0, flags=SETTABLE)
    def rate(self) -> float:
        """Speed of playback: 1.0 is that of the image, negative plays backwards."""
        return self._player.rate

    @rate.setter  # type: ignore[no-redef]
    def rate(self, rate: float) -> None:
        former, self._player.rate = self._player.rate, rate
        if rate != former:
            self.notify("rate")

    @GObject.Property(type=int, default=0, flags=READABLE)
    def frame(self) -> int:
        """Number of the frame that is shown."""
        return self._player.frame_index

    # ---- visibility ----

    def set_visible(self, is_visible: bool) -> None:
        """Say whether anybody can see the paintable, which a widget that is mapped and unmapped knows for certain."""
        self._unseen = 0
        if is_visible:
            self._seen_at = time.monotonic()
        if self._observer.is_visible is not is_visible:
            self._observer.is_visible = is_visible
            if not is_exiting() and not self._player.is_closed:
                self._player.update_visibility()

    def show_frame(self, frame: Frame) -> None:
        """Called by the player's observer: make the frame the picture."""
        self._texture = _texture_of(frame)
        if frame.size != self._known_size:  # of an image that had not begun to come when it was opened
            self._known_size = frame.size
            self.invalidate_size()
        self.invalidate_contents()
        self._unseen += 1
        if self._unseen > UNSEEN_FRAMES and time.monotonic() - self._seen_at > UNSEEN_SECONDS:
            self.set_visible(False)
        self.emit("frame-shown", frame.index)
        self.notify("frame")

    def follow_state(self) -> None:
        """Called by the player's observer: notify ``playing`` if the player plays no more, or plays again."""
        playing = self.playing
        if playing is not self._was_playing:
            self._was_playing = playing
            self.notify("playing")

    # ---- for GTK ----

    def do_snapshot(self, snapshot: Any, width: float, height: float) -> None:
        """Called by GTK: draw the frame, and note that the paintable is seen."""
        self.set_visible(True)
        if self._texture is None:
            frame = first_frame(self._player)
            self._texture = None if frame is None else _texture_of(frame)
        if self._texture is not None:
            self._texture.snapshot(snapshot, width, height)

    def do_get_current_image(self) -> Any:
        """Called by GTK: the present frame, as a paintable that does not change."""
        if self._texture is not None:
            return self._texture
        return Gdk.Paintable.new_empty(self.do_get_intrinsic_width(), self.do_get_intrinsic_height())

    def do_get_flags(self) -> Any:
        """Called by GTK: neither size nor contents are fixed."""
        return Gdk.PaintableFlags(0)

    def do_get_intrinsic_width(self) -> int:
        """Called by GTK: the width of the image, in GTK's pixels."""
        return math.ceil(self._player.image.width / self._scale)

    def do_get_intrinsic_height(self) -> int:
        """Called by GTK: the height of the image, in GTK's pixels."""
        return math.ceil(self._player.image.height / self._scale)

    def do_get_intrinsic_aspect_ratio(self) -> float:
        """Called by GTK: width over height; 0, which is none for GTK, before the size is known."""
        width, height = self._player.image.size
        return width / height if height else 0.0


def _texture_of(frame: Frame) -> Any:
    """A Gdk.Texture with a copy of the frame."""
    buffer = frame.buffer("BGRa")
    layout = Gdk.MemoryFormat.B8G8R8A8_PREMULTIPLIED
    return Gdk.MemoryTexture.new(*buffer.size, layout, GLib.Bytes.new(bytes(buffer.data)), buffer.stride)


def _close(player: AnimatedImagePlayer) -> None:
    """The paintable has gone; nobody is there to hear of errors."""
    with contextlib.suppress(Exception):
        player.close()


class _Observer(PlayerObserver):
    """Hands the events of a player to a paintable, which it holds weakly."""

    is_visible = False  # until it is drawn for the first time

    def __init__(self, paintable: AnimatedPaintable) -> None:
        self._paintable = weakref.ref(paintable)

    def frame_shown(self, frame: Frame) -> None:
        paintable = self._paintable()
        if paintable is not None:
            paintable.show_frame(frame)

    def loop_completed(self, loops: int) -> None:
        paintable = self._paintable()
        if paintable is not None:
            paintable.emit("loop-completed", loops)

    def playback_finished(self) -> None:
        paintable = self._paintable()
        if paintable is not None:
            paintable.emit("finished")

    def playback_failed(self, error: BaseException) -> None:
        paintable = self._paintable()
        if paintable is None:
            return
        player = paintable.player
        player.take_error()  # close() is not to raise it
        is_heard = GObject.signal_has_handler_pending(paintable, GObject.signal_lookup("failed", paintable), 0, False)
        if player.on_error is None and not is_heard:
            sys.excepthook(type(error), error, error.__traceback__)
        paintable.emit("failed", error)

    def state_changed(self) -> None:
        paintable = self._paintable()
        if paintable is not None and not is_exiting():
            paintable.player.update_visibility()
            paintable.follow_state()
