"""A pygame window for the scenes of support/window_scenes.py, and for pygame_windows.py."""

from __future__ import annotations

import os
import warnings
import weakref
from collections.abc import Callable
from typing import Any, Self

import pygame
from PIL import Image

from sddisplaylink.views.games.pygame import AnimatedSurface
from support import window_scenes
from support.window_driver import grab
from support.window_scenes import PATIENCE, loop_until

CORNER = (8, 6)  # of the pictures in the window


class PygameStage:
    """A window with surfaces on top of one another."""

    background = "#30a0f0"

    def __enter__(self) -> Self:
        os.environ["SDL_VIDEO_WINDOW_POS"] = "40,30"
        pygame.display.init()
        self.screen = pygame.display.set_mode((400, 180), pygame.NOFRAME)
        pygame.mouse.set_visible(False)
        self._pictures: weakref.WeakSet[AnimatedSurface] = weakref.WeakSet()
        self._still: pygame.Surface | None = None
        return self

    def __exit__(self, *exception: object) -> None:
        pygame.quit()

    def add(self, source: Any, **options: Any) -> AnimatedSurface:
        picture = AnimatedSurface(source, **options)
        self._pictures.add(picture)
        return picture

    def add_still(self, picture: Image.Image) -> pygame.Surface:
        self._still = pygame.image.frombytes(picture.tobytes(), picture.size, "RGBA")
        return self._still

    def natural_size(self, picture: AnimatedSurface) -> tuple[int, int]:
        return picture.surface.get_size()

    def watch(self, look: Callable[[], None]) -> None:
        """In a game that draws before it updates."""
        for _ in range(5):
            self._draw()
            look()
            self.update()
            look()

    def photograph_if_shown(self, view: AnimatedSurface | pygame.Surface) -> Image.Image:
        x, y = pygame.display.get_window_position()
        left, top = x + CORNER[0] + (200 if view is self._still else 0), y + CORNER[1]
        width, height = self._still.get_size()
        return grab(box=(left, top, left + width, top + height))

    def update(self) -> None:
        """One turn of a game loop; the answer to the last question comes when the server has drawn."""
        pygame.event.pump()
        for picture in self._pictures:
            picture.update()
        self._draw()

    def _draw(self) -> None:
        self.screen.fill(self.background)
        for picture in self._pictures:
            self.screen.blit(picture.surface, CORNER)
        if self._still is not None:
            self.screen.blit(self._still, (CORNER[0] + 200, CORNER[1]))
        pygame.display.flip()
        pygame.event.get()
        pygame.mouse.get_pos()

    def until(self, condition: Callable[[], bool], patience: float = PATIENCE) -> bool:
        return loop_until(self.update, condition, patience)

    def photograph(self, picture: AnimatedSurface) -> Image.Image:
        """What the X server shows of the picture, or, where there is none, the display surface."""
        (left, top), (width, height) = CORNER, picture.player.image.size
        if pygame.display.get_driver() != "x11":
            whole = Image.frombytes("RGB", self.screen.get_size(), pygame.image.tobytes(self.screen, "RGB"))
            return whole.crop((left, top, left + width, top + height))
        x, y = pygame.display.get_window_position()
        return grab(box=(x + left, y + top, x + left + width, y + top + height))

    def hide(self, picture: AnimatedSurface, what: str) -> None:
        self._window().hide()

    def show(self, picture: AnimatedSurface, what: str) -> None:
        self._window().show()

    def _window(self) -> pygame.Window:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # nothing else hides this window
            return pygame.Window.from_display_module()

    def dispatcher(self) -> None:
        return None

    def end(self, pictures: list[AnimatedSurface], how: str) -> None:
        for picture in pictures if how == "close" else ():
            self._pictures.discard(picture)
            picture.close()
            picture.close()
        picture = None
        if how == "drop":
            pictures.clear()


if __name__ == "__main__":
    window_scenes.main(PygameStage)
