"""Animated images in pygame: surfaces to blit."""

from __future__ import annotations

from typing import Any

import pygame

from sddisplaylink.frames.frame import Frame
from sddisplaylink.views.games.game_loop import GameLoopView, Playable

__all__ = ["AnimatedSurface"]


class AnimatedSurface(GameLoopView):
    """A pygame surface that plays an animated image; its player is `player`.

    Call `update` once in each iteration of the game loop, and blit `surface` as any other::

        ball = AnimatedSurface("ball.gif")
        while running:
            ball.update()
            screen.blit(ball.surface, (0, 0))
            pygame.display.flip()

    ``source``: an `AnimatedImage`, or anything that `AnimatedImage.open` takes. ``options``: those of
    `AnimatedImagePlayer` but for ``dispatcher``. It plays in real time, however fast the loop is; a slow loop
    leaves out frames. While pygame's window is hidden or minimised, the player is PAUSED. With one `ManualClock`
    as the ``clock`` of all surfaces, they play in the game's time instead, by the seconds passed to ``advance()`` in
    each iteration. ``autoplay=False``: shows the first frame and waits for ``player.play()``.

    The player's callbacks are called by `update`, or by the clock's ``advance()``. Use everything on one thread.
    Dropping the object, or `close`, ends playback; the surface stays as it is.

    ``surface`` has per-pixel alpha and is always the same, until an image of another size is set, or the first frame of
    an image comes that is still being downloaded. ``changed`` is the part of it that the last update has changed, a
    Rect: all of the surface, or nothing.

    Raises what AnimatedImage.open() and the player do.
    """

    surface: pygame.Surface
    """The picture, with per-pixel alpha, in the layout that pygame blits fastest: always the same surface, until
    `set_source` brings an image of another size, or the first frame of an image comes that is still coming in."""
    changed: pygame.Rect
    """What the last `update` has changed: all of the surface, or an empty rectangle."""

    def __init__(self, source: Playable, *, autoplay: bool = True, **options: Any) -> None:
        """The arguments are described with the class."""
        super().__init__(source, autoplay, options)
        self.changed = pygame.Rect(0, 0, 0, 0)

    def update(self) -> bool:
        """Draw the frame that is due on the surface, and call the player's callbacks; whether the picture has changed.

        Never blocks. Without ``player.on_error``, raises, once, the exception that stopped playback. LinkClosedError
        once closed.
        """
        is_new = super().update()
        self.changed = self.surface.get_rect() if is_new else pygame.Rect(0, 0, 0, 0)
        return is_new

    def _can_be_seen(self) -> bool:
        return pygame.display.get_surface() is None or pygame.display.get_active()

    def _resize(self, size: tuple[int, int]) -> None:
        if not hasattr(self, "surface"):
            self._make_surface((size[0] or 1, size[1] or 1))  # one transparent pixel while no frame has come

    def _make_surface(self, size: tuple[int, int]) -> None:
        self._memory = bytearray(size[0] * size[1] * 4)
        self.surface = pygame.image.frombuffer(self._memory, size, "BGRA")

    def _show(self, frame: Frame) -> None:
        if self.surface.get_size() != frame.size:
            self._make_surface(frame.size)
        frame.buffer("BGRA", out=self._memory)
