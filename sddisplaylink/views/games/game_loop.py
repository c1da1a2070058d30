"""The common part of views that are updated in each iteration of a game's own loop."""

from __future__ import annotations

import os
from typing import Any, BinaryIO, Self, TypeAlias

from sddisplaylink.clocks.manual import ManualClock
from sddisplaylink.dispatch.closing import ClosedByWith
from sddisplaylink.dispatch.dispatcher import Dispatcher
from sddisplaylink.frames.frame import Frame
from sddisplaylink.images.image import AnimatedImage
from sddisplaylink.images.shared import open_shared
from sddisplaylink.playback.observer import PlayerObserver
from sddisplaylink.playback.player import AnimatedImagePlayer
from sddisplaylink.views.first_frame import begin, first_frame
from sddisplaylink.views.player_settings import settings_of

__all__ = ["GameLoopView", "Playable"]

Playable: TypeAlias = AnimatedImage | str | os.PathLike[str] | bytes | BinaryIO


class GameLoopView(ClosedByWith, PlayerObserver):
    """A view whose player shows frames when `update` is called; has no thread or file descriptor of its own."""

    player: AnimatedImagePlayer
    """The view's player, to pause, seek, set the rate, and so on."""

    def __init__(self, source: Playable, autoplay: bool, options: dict[str, Any]) -> None:
        self._dispatcher = Dispatcher(thread=False)
        self._autoplay, self._options = autoplay, options
        self._has_game_time = isinstance(options.get("clock"), ManualClock)
        self._is_new = False
        self._begin(AnimatedImagePlayer(open_shared(source), dispatcher=self._dispatcher, **options))
        frame = first_frame(self.player)
        if frame is not None:
            self._show(frame)

    def set_source(self, source: Playable) -> None:
        """Play another image; the old frame stays visible until the first new one has come.

        The new player has the settings and callbacks of the former one, which is closed. Raises the exceptions of the
        constructor, without changing anything; and, when the new image plays, an exception that has stopped the former
        player, unless it was raised or passed to ``on_error``.
        """
        former = self.player
        options = settings_of(former, self._options)
        player = AnimatedImagePlayer(open_shared(source), dispatcher=self._dispatcher, **options)
        former.detach(self)
        self._begin(player)
        if former.on_error is not None:
            former.take_error()
        former.close()

    def _begin(self, player: AnimatedImagePlayer) -> None:
        self.player = player
        self._resize(player.image.size)
        player.attach(self)
        begin(player, self._autoplay)

    def update(self) -> bool:
        """Show the frame that is due, and call the player's callbacks; whether the picture has changed. Never blocks.

        Without ``player.on_error``, raises, once, the exception that stopped playback. LinkClosedError once closed.
        """
        is_visible = self._has_game_time or self._can_be_seen()
        if is_visible is not self.is_visible:
            self.is_visible = is_visible
            self.player.update_visibility()
        self._dispatcher.run_pending()
        error = self.player.take_error() if self.player.on_error is None else None
        if error is not None:
            raise error
        is_new, self._is_new = self._is_new, False
        return is_new

    def close(self) -> None:
        """End playback; the picture stays as it is. Idempotent.

        Raises, once, the exception that has stopped the player, unless `update` has raised it.
        """
        try:
            self.player.close()
        finally:
            self._dispatcher.close()

    def __enter__(self) -> Self:
        """The view, which is closed at the end of the ``with`` block."""
        return self

    def _can_be_seen(self) -> bool:
        """Whether the toolkit has a visible window, or no window at all."""
        raise NotImplementedError

    def _resize(self, size: tuple[int, int]) -> None:
        """Create a picture of that size, which replaces the former one with the first frame."""
        raise NotImplementedError

    def _show(self, frame: Frame) -> None:
        """Make the frame the picture."""
        raise NotImplementedError

    # ---- for the player ----

    def frame_shown(self, frame: Frame) -> None:
        """Called by the player: show the frame."""
        self._show(frame)
        self._is_new = True

    def state_changed(self) -> None:
        """Called by the player: pause a player that was started while no window is visible."""
        self.player.update_visibility()
