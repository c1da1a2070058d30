"""Animated sprites in a pyglet window: python pyglet_sprite.py [FILE] [--seconds S] [--screenshot FILE.png]

The same image forwards, backwards and bouncing, decoded once. Space pauses, Escape ends the program.
"""

import argparse
import os
from pathlib import Path

import pyglet

import sddisplaylink as sd
from sddisplaylink.views.pyglet import AnimatedSprite

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("file", nargs="?", type=Path, default=Path(__file__).with_name("ball.gif"))
parser.add_argument("--seconds", type=float, default=os.environ.get("SDDISPLAYLINK_EXAMPLE_SECONDS", 0), help="0: stay")
parser.add_argument("--screenshot", type=Path, help="a photograph of the window at the end")
options = parser.parse_args()

window = pyglet.window.Window(560, 240, "sddisplaylink")
pyglet.gl.glClearColor(0.17, 0.23, 0.29, 1.0)
batch = pyglet.graphics.Batch()
image = sd.AnimatedImage.open(options.file)
modes = sd.PlaybackMode.NORMAL, sd.PlaybackMode.REVERSE, sd.PlaybackMode.BOUNCE
sprites = [AnimatedSprite(image, x=20 + 180 * column, y=40, batch=batch, mode=modes[column]) for column in range(3)]


def on_draw() -> None:
    """Draw the sprites, which pyglet's clock has updated."""
    window.clear()
    batch.draw()


def on_key_press(symbol: int, modifiers: int) -> None:
    """Pause or resume on Space; pyglet handles Escape."""
    if symbol == pyglet.window.key.SPACE:
        for sprite in sprites:
            sprite.paused = not sprite.paused


window.push_handlers(on_draw, on_key_press)
if options.seconds:
    pyglet.clock.schedule_once(lambda elapsed: pyglet.app.exit(), options.seconds)
pyglet.app.run()
if options.screenshot:
    window.switch_to()
    on_draw()
    with options.screenshot.open("wb") as file:
        pyglet.image.get_buffer_manager().get_color_buffer().save(options.screenshot.name, file)
print(f"{sum(sprite.player.stats.shown for sprite in sprites)} frames shown")
for sprite in sprites:
    sprite.delete()
