"""A widget that shows an animated image, and knows when nobody can see it."""

from __future__ import annotations

import weakref
from typing import Any

from sddisplaylink.playback.player import AnimatedImagePlayer
from sddisplaylink.views.gtk.paintable import AnimatedPaintable, Playable
from sddisplaylink.views.gtk.toolkit import Gdk, Gtk

__all__ = ["AnimatedPicture"]


class AnimatedPicture(Gtk.Box):
    """Shows an animated image, and pauses as soon as it is unmapped or its window is minimised or suspended.

    The arguments are those of `AnimatedPaintable`, which is `paintable`, with its properties and signals;
    `picture` is the ``Gtk.Picture`` in it, which says how the image is fitted (``set_content_fit()``) and whether
    it shrinks. Dropping the widget with its window ends playback.
    """

    __gtype_name__ = "SDDisplayLinkAnimatedPicture"

    def __init__(
        self, source: Playable, *, autoplay: bool = True, image_scale: float = 1.0, **player_options: Any
    ) -> None:
        """The arguments are described with the class."""
        super().__init__()
        self.paintable = AnimatedPaintable(source, autoplay=autoplay, image_scale=image_scale, **player_options)
        self.picture = Gtk.Picture(paintable=self.paintable, can_shrink=False, hexpand=True, vexpand=True)
        self.append(self.picture)
        self._watched: tuple[Any, int] | None = None

    @property
    def player(self) -> AnimatedImagePlayer:
        """The player, to pause, seek, set the rate, and so on."""
        return self.paintable.player

    def set_source(self, source: Playable) -> None:
        """Play another image, as `AnimatedPaintable.set_source` does."""
        self.paintable.set_source(source)

    def do_map(self) -> None:
        """Called by GTK: play on."""
        Gtk.Box.do_map(self)
        surface = self.get_native().get_surface()
        reference = weakref.ref(self)
        self._watched = surface, surface.connect("notify::state", lambda *_: _window_changed(reference))
        self.follow_window()

    def do_unmap(self) -> None:
        """Called by GTK: pause."""
        if self._watched is not None:
            surface, handler = self._watched
            surface.disconnect(handler)
            self._watched = None
        self.paintable.set_visible(False)
        Gtk.Box.do_unmap(self)

    def follow_window(self) -> None:
        """Called when the window's state changes: pause while it is minimised, or suspended, as GTK 4.12 reports."""
        if self._watched is None:
            return
        hidden = Gdk.ToplevelState.MINIMIZED | getattr(Gdk.ToplevelState, "SUSPENDED", Gdk.ToplevelState(0))
        surface, _ = self._watched
        state = surface.get_state() if isinstance(surface, Gdk.Toplevel) else Gdk.ToplevelState(0)
        self.paintable.set_visible(not state & hidden)


def _window_changed(reference: weakref.ref[AnimatedPicture]) -> None:
    picture = reference()
    if picture is not None:
        picture.follow_window()
