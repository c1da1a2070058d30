"""pyglet windows for test_pyglet.py: each function opens one, does something with it, and says what it saw."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pyglet
from PIL import Image, ImageChops

import sddisplaylink as sd
from sddisplaylink.views.games.pyglet import AnimatedSprite, AnimatedTexture
from support.window_driver import grab, main, resident_bytes, resources

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
PATIENCE = 30.0
BACKGROUND = (0x30, 0xA0, 0xF0)
CORNER = (8, 6)  # of the picture in the window, from the bottom left
HEIGHT = 180


@contextmanager
def open_window() -> Iterator[pyglet.window.Window]:
    window = pyglet.window.Window(200, HEIGHT, style=pyglet.window.Window.WINDOW_STYLE_BORDERLESS, vsync=False)
    window.set_location(40, 30)
    window.set_mouse_visible(False)
    pyglet.gl.glClearColor(*(value / 255 for value in BACKGROUND), 1.0)
    try:
        yield window
    finally:
        window.close()


def draw(window: pyglet.window.Window, *shown: pyglet.sprite.Sprite) -> None:
    window.switch_to()
    window.dispatch_events()
    pyglet.clock.tick()
    window.clear()
    for sprite in shown:
        sprite.draw()
    window.flip()
    pyglet.gl.glFinish()


def draw_until(window: pyglet.window.Window, sprite: AnimatedSprite, condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < end:
        draw(window, sprite)
        time.sleep(0.002)
    return condition()


def photograph(window: pyglet.window.Window, size: tuple[int, int]) -> Image.Image:
    left, top = window.get_location()
    left, top = left + CORNER[0], top + HEIGHT - CORNER[1] - size[1]
    return grab(box=(left, top, left + size[0], top + size[1]))


def difference(window: pyglet.window.Window, player: sd.AnimatedImagePlayer) -> int:
    """How far the screen is from the frame that the player reports, at the worst pixel."""
    frame = player.image[player.frame_index].image
    wanted = Image.alpha_composite(Image.new("RGBA", frame.size, BACKGROUND), frame).convert("RGB")
    channels = ImageChops.difference(photograph(window, player.image.size), wanted).getextrema()
    return max(int(high) for _, high in channels)


# ---- scenarios ----


def pixels(name: str) -> dict[str, object]:
    """Every frame of a sprite, in virtual time."""
    clock = sd.ManualClock()
    with open_window() as window:
        sprite = AnimatedSprite(EXAMPLES / name, x=CORNER[0], y=CORNER[1], clock=clock)
        texture, indices, worst = sprite.image, [], 0
        for _ in range(60):
            clock.advance(1 / 60)
            draw(window, sprite)
            indices.append(sprite.frame_index)
            worst = max(worst, difference(window, sprite.player))
        in_place = sprite.image is texture
        sprite.delete()
        return {"indices": indices, "worst": worst, "in_place": in_place, "state": sprite.player.state.value}


def plays() -> dict[str, object]:
    """A texture in two plain sprites, in real time."""
    with open_window() as window, AnimatedTexture(EXAMPLES / "ball.gif") as ball:
        first, second = (pyglet.sprite.Sprite(ball.texture, x, CORNER[1]) for x in (CORNER[0], 500))
        seen, worst, updates = set(), 0, 0
        while len(seen) < 8:
            if ball.update():
                updates += 1
                seen.add(ball.player.frame_index)
                draw(window, second, first)
                worst = max(worst, difference(window, ball.player))
            time.sleep(0.002)
        return {"worst": worst, "counted": updates == ball.player.stats.shown}


def runs() -> dict[str, object]:
    """In pyglet's own event loop; and an error in a callback comes out of it."""
    with open_window() as window:
        sprite = AnimatedSprite(EXAMPLES / "ball.gif", x=CORNER[0], y=CORNER[1])
        window.push_handlers(on_draw=lambda: (window.clear(), sprite.draw()))

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
            told = str(error)
        sprite.delete()
        return {"shown": shown, "told": told}


def hides() -> dict[str, object]:
    """The sprite, then the window; and pyglet's words for pausing."""
    with open_window() as window:
        sprite = AnimatedSprite(EXAMPLES / "ball.gif")

        def shown_more() -> bool:
            before = sprite.player.stats.shown
            return draw_until(window, sprite, lambda: sprite.player.stats.shown > before + 3)

        def rests() -> bool:
            paused = draw_until(window, sprite, lambda: sprite.player.state is sd.PlayerState.PAUSED)
            return paused and draw_until(window, sprite, lambda: sd.diagnostics()["running_sources"] == 0)

        result = {"begun": shown_more()}
        sprite.visible = False
        result["sprite_hidden"] = rests()
        sprite.visible = True
        result["goes_on"] = shown_more()
        window.set_visible(False)
        result["window_hidden"] = rests()
        window.set_visible(True)
        result["again"] = shown_more()
        sprite.paused = True
        result["paused"] = rests() and sprite.paused
        sprite.frame_index = 7
        result["sought"] = draw_until(window, sprite, lambda: sprite.player.current_frame.index == 7)
        sprite.paused = False
        result["unpaused"] = shown_more() and not sprite.paused
        sprite.delete()
        return result


def closes() -> dict[str, object]:
    with open_window() as window:
        pyglet.sprite.Sprite(pyglet.image.Texture.create(1, 1)).draw()
        before = resources()
        for _ in range(3):
            sprites = [AnimatedSprite(EXAMPLES / name) for name in ("ball.gif", "spiral.png", "ball.gif")]
            for sprite in sprites:
                draw_until(window, sprite, lambda sprite=sprite: sprite.player.stats.shown > 2)
            during = resources()
            sprites[0].delete()
            del sprite, sprites  # dropping them is enough
            gc.collect()
        clock = pyglet.clock.get_default()
        end = time.monotonic() + PATIENCE
        while (resources() != before or clock._schedule_interval_items) and time.monotonic() < end:
            time.sleep(0.05)
            draw(window)  # a call that is scheduled ends when it is due for the last time
        return {
            "before": before,
            "during": during,
            "after": resources(),
            "scheduled": len(clock._schedule_interval_items),
        }


def grows(count: str) -> dict[str, object]:
    clock = sd.ManualClock()
    with open_window() as window:
        sprite = AnimatedSprite(EXAMPLES / "spiral.png", rate=10.0, late_policy="no_skip", clock=clock)

        def show(frames: int) -> int:
            goal = sprite.player.stats.shown + frames
            while sprite.player.stats.shown < goal:
                clock.advance(1 / 60)
                draw(window, sprite)
            return resident_bytes()

        before = show(500)
        growth = show(int(count)) - before
        sprite.delete()
        return {"growth": growth}


if __name__ == "__main__":
    main({name: value for name, value in vars(sys.modules[__name__]).items() if callable(value)})
