"""A pyglet window for the scenes of support/window_scenes.py, and for pyglet_windows.py."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any, Self

import pyglet
from PIL import Image, ImageColor

from sddisplaylink.views.games.pyglet import AnimatedSprite
from support import window_scenes
from support.window_driver import grab
from support.window_scenes import PATIENCE, loop_until

CORNER = (8, 6)  # of the pictures in the window, from the bottom left
HEIGHT = 180


class PygletStage:
    """A window with sprites on top of one another."""

    background = "#30a0f0"

    def __enter__(self) -> Self:
        style = pyglet.window.Window.WINDOW_STYLE_BORDERLESS
        self.window = pyglet.window.Window(200, HEIGHT, style=style, vsync=False)
        self.window.set_location(40, 30)
        self.window.set_mouse_visible(False)
        pyglet.gl.glClearColor(*(value / 255 for value in ImageColor.getrgb(self.background)), 1.0)
        pyglet.sprite.Sprite(pyglet.image.Texture.create(1, 1)).draw()  # what pyglet keeps from then on
        self._sprites: weakref.WeakSet[AnimatedSprite] = weakref.WeakSet()
        return self

    def __exit__(self, *exception: object) -> None:
        self.window.close()

    def add(self, source: Any, **options: Any) -> AnimatedSprite:
        sprite = AnimatedSprite(source, x=CORNER[0], y=CORNER[1], **options)
        self._sprites.add(sprite)
        return sprite

    def add_still(self, picture: Image.Image) -> pyglet.sprite.Sprite:
        self.window.set_size(400, HEIGHT)
        data = pyglet.image.ImageData(*picture.size, "RGBA", picture.tobytes(), -4 * picture.width)
        self._still = pyglet.sprite.Sprite(data, CORNER[0] + 200, CORNER[1])
        return self._still

    def natural_size(self, sprite: pyglet.sprite.Sprite) -> tuple[int, int]:
        return sprite.width, sprite.height

    def watch(self, look: Callable[[], None]) -> None:
        """In a program that draws before pyglet's clock ticks."""
        for _ in range(5):
            self.window.switch_to()
            self.window.dispatch_events()
            self.draw(*self._sprites, self._still)
            look()
            pyglet.clock.tick()
            self.draw(*self._sprites, self._still)
            look()

    def photograph_if_shown(self, sprite: pyglet.sprite.Sprite) -> Image.Image:
        (x, y), (width, height) = self.window.get_location(), self.natural_size(sprite)
        left, top = x + sprite.x, y + HEIGHT - sprite.y - height
        return grab(box=(left, top, left + width, top + height))

    def update(self) -> None:
        self.window.switch_to()
        self.window.dispatch_events()
        pyglet.clock.tick()
        self.draw(*self._sprites)

    def draw(self, *sprites: pyglet.sprite.Sprite) -> None:
        """The sprites and nothing else, on the screen."""
        self.window.clear()
        for sprite in sprites:
            sprite.draw()
        self.window.flip()
        pyglet.gl.glFinish()

    def until(self, condition: Callable[[], bool], patience: float = PATIENCE) -> bool:
        return loop_until(self.update, condition, patience)

    def photograph(self, view: Any) -> Image.Image:
        """What the screen shows of a sprite or a texture in the corner."""
        (left, bottom), (width, height) = CORNER, view.player.image.size
        x, y = self.window.get_location()
        left, top = x + left, y + HEIGHT - bottom - height
        return grab(box=(left, top, left + width, top + height))

    def hide(self, sprite: AnimatedSprite, what: str) -> None:
        self._set_visible(sprite, what, False)

    def show(self, sprite: AnimatedSprite, what: str) -> None:
        self._set_visible(sprite, what, True)

    def _set_visible(self, sprite: AnimatedSprite, what: str, visible: bool) -> None:
        if what == "window":
            self.window.set_visible(visible)
        else:
            sprite.visible = visible

    def dispatcher(self) -> None:
        return None

    def end(self, sprites: list[AnimatedSprite], how: str) -> None:
        for sprite in sprites if how == "close" else ():
            self._sprites.discard(sprite)
            sprite.delete()
        sprite = None
        if how == "drop":
            sprites.clear()


if __name__ == "__main__":
    window_scenes.main(PygletStage)
