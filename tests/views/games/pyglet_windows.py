"""pyglet windows for test_pyglet.py: each function opens one, does something with it, and says what it saw."""

from __future__ import annotations

import gc
import sys

import pyglet
from PIL import Image
from pyglet_stage import CORNER, HEIGHT, PygletStage

import sddisplaylink as sd
from sddisplaylink.views.games.pyglet import AnimatedTexture
from support.window_driver import grab, main
from support.window_scenes import BALL, SPIRAL, difference, distance, expected, loop_until


def texture() -> dict[str, object]:
    """A texture in two plain sprites, in real time."""
    with PygletStage() as stage, AnimatedTexture(BALL) as ball:
        first, second = (pyglet.sprite.Sprite(ball.texture, x, CORNER[1]) for x in (CORNER[0], 500))
        seen, worst, updates = set(), 0, 0

        def turn() -> None:
            nonlocal updates, worst
            if ball.update():
                updates += 1
                seen.add(ball.player.frame_index)
                stage.draw(second, first)
                worst = max(worst, difference(stage, ball))

        loop_until(turn, lambda: len(seen) >= 8, 60)
        return {"seen": len(seen), "worst": worst, "counted": updates == ball.player.stats.shown}


def dense(scaling: str) -> dict[str, object]:
    """On a screen of twice the usual density, for each of pyglet's ways to deal with that."""
    pyglet.display.xlib.XlibScreen.get_dpi = lambda screen: 192
    pyglet.options.dpi_scaling = scaling
    pyglet.image.Texture.default_mag_filter = pyglet.gl.GL_NEAREST
    clock = sd.ManualClock()
    with PygletStage() as stage:
        sprite = stage.add(BALL, clock=clock)
        if scaling == "scaled":
            sprite.scale = stage.window.scale
        stage.update()
        clock.advance(0.5)
        stage.update()
        factor = stage.window.get_framebuffer_size()[0] // 200
        wanted = expected(sprite.player.image, sprite.player.frame_index, stage.background)
        size = factor * wanted.width, factor * wanted.height
        ratio = factor if scaling == "stretch" else 1  # of the corner, which "scaled" leaves where it is
        x, y = stage.window.get_location()
        left, top = x + ratio * CORNER[0], y + factor * HEIGHT - ratio * CORNER[1] - size[1]
        shot = grab(box=(left, top, left + size[0], top + size[1]))
        return {"factor": factor, "worst": distance(shot, wanted.resize(size, Image.Resampling.NEAREST))}


def runs() -> dict[str, object]:
    """In pyglet's own event loop; and an error in a callback comes out of it."""
    with PygletStage() as stage:
        sprite = stage.add(BALL)
        stage.window.push_handlers(on_draw=lambda: (stage.window.clear(), sprite.draw()))

        def look(elapsed: float) -> None:
            if sprite.player.stats.shown > 5:
                pyglet.app.exit()

        def broken(frame: sd.Frame) -> None:
            raise RuntimeError("broken")

        pyglet.clock.schedule_interval(look, 0.01)
        pyglet.app.run()
        shown = sprite.player.stats.shown > 5
        pyglet.clock.unschedule(look)
        sprite.player.on_frame = broken
        try:
            pyglet.app.run()
        except RuntimeError as error:
            raised = str(error)
        sprite.delete()
        return {"shown": shown, "raised": raised}


def words() -> dict[str, object]:
    """pyglet's own words for pausing and seeking; and the texture stays the same one."""
    with PygletStage() as stage:
        sprite = stage.add(BALL)
        image, player = sprite.image, sprite.player
        result = {"begun": stage.until(lambda: player.stats.shown > 3)}
        sprite.paused = True
        result["quiet"] = stage.until(lambda: sd.diagnostics()["running_sources"] == 0)
        result["paused"] = sprite.paused and player.state is sd.PlayerState.PAUSED
        sprite.frame_index = 7
        result["sought"] = stage.until(lambda: player.current_frame.index == 7)
        sprite.paused, before = False, player.stats.shown
        result["unpaused"] = stage.until(lambda: player.stats.shown > before + 3) and not sprite.paused
        return result | {"in place": sprite.image is image}


def scheduled() -> list[int]:
    """The calls that pyglet's clock holds: while sprites play, and once one was deleted and the others dropped."""
    with PygletStage() as stage:
        sprites = [stage.add(path) for path in (BALL, SPIRAL, BALL)]
        calls = pyglet.clock.get_default()._schedule_interval_items
        counts = [len(calls)]
        stage.end(sprites[:1], "close")
        stage.end(sprites, "drop")
        gc.collect()
        stage.until(lambda: not calls)  # a call that is scheduled ends when it is due for the last time
        return [*counts, len(calls)]


if __name__ == "__main__":
    main({name: value for name, value in vars(sys.modules[__name__]).items() if callable(value)})
