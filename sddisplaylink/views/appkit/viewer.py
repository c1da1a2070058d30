"""Connects a player to the view that shows its frames."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from sddisplaylink.frames.frame import Frame
from sddisplaylink.playback.observer import PlayerObserver
from sddisplaylink.playback.player import AnimatedImagePlayer
from sddisplaylink.views.appkit.picture import PictureMaker
from sddisplaylink.views.first_frame import begin, first_frame

if TYPE_CHECKING:
    from Quartz import CGImageRef


class Canvas(Protocol):
    """A view that frames are painted in."""

    def shows(self, viewer: object) -> bool:
        """Whether the view still shows the player of this viewer."""

    def paint(self, picture: object) -> None:
        """Show this CGImage."""


class Viewer(PlayerObserver):
    """Paints a player's frames in a view, and pauses the player while the view cannot be seen or may not be animated.

    The view is held weakly: Objective-C counts references, so that a cycle would never be freed.
    """

    def __init__(self, view: Callable[[], Canvas | None], player: AnimatedImagePlayer) -> None:
        self._view = view
        self._player = player
        self._can_be_seen = self._may_animate = False
        self._has_shown = False
        self._pictures = PictureMaker()
        player.attach(self)

    def begin(self, autoplay: bool) -> None:
        """Play, or show the first frame only."""
        begin(self._player, autoplay)

    def update(self, can_be_seen: bool, *, may_animate: bool) -> None:
        """Update visibility and the permission to animate. The first frame is shown even without that permission."""
        self._can_be_seen, self._may_animate = can_be_seen, may_animate
        self.is_visible = can_be_seen and (may_animate or not self._has_shown)
        self._player.update_visibility()

    def frame_shown(self, frame: Frame) -> None:
        """Paint the frame in the view."""
        view = self._view()
        if view is not None and view.shows(self):
            view.paint(self._pictures.image_of(frame))
        if not self._has_shown:
            self._has_shown = True
            self.update(self._can_be_seen, may_animate=self._may_animate)

    def first_picture(self) -> CGImageRef | None:
        """A CGImage of the frame that the player is at; None if there is none yet."""
        frame = first_frame(self._player)
        return None if frame is None else self._pictures.image_of(frame)

    def state_changed(self) -> None:
        """Pause a player that was started while its view cannot be seen."""
        self._player.update_visibility()
