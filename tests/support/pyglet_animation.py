"""An animation of pyglet's own, read by Pillow: pyglet itself reads GIF only where GTK 2's libraries are installed."""

from __future__ import annotations

from typing import Any

from PIL import Image, ImageSequence


def pyglet_animation(path: str) -> Any:
    """What ``pyglet.image.load_animation(path)`` gives."""
    import pyglet

    frames = []
    with Image.open(path) as file:
        for picture in ImageSequence.Iterator(file):
            pixels = picture.convert("RGBA")
            image = pyglet.image.ImageData(*pixels.size, "RGBA", pixels.tobytes(), -4 * pixels.width)
            frames.append(pyglet.image.AnimationFrame(image, picture.info["duration"] / 1000))
    return pyglet.image.Animation(frames)
