"""Windows for test_sources.py, in which a view is given another source: each function says what it saw."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from pathlib import Path

import sddisplaylink as sd
from support.images import GifPicture, build_gif, colour
from support.pyglet_animation import pyglet_animation
from support.window_driver import main

BALL = str(Path(__file__).resolve().parents[2] / "examples" / "ball.gif")
RED = build_gif([GifPicture(20, 10, fill=1, delay=4), GifPicture(20, 10, fill=2, delay=4)], size=(20, 10), loop=0)
GREEN = build_gif([GifPicture(30, 15, fill=3, delay=4), GifPicture(30, 15, fill=4, delay=4)], size=(30, 15), loop=0)
PATIENCE = 20.0


def until(condition: Callable[[], bool], turn: Callable[[], object]) -> bool:
    end = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < end:
        turn()
    return condition()


def tk() -> dict[str, object]:
    import tkinter

    from sddisplaylink.views.tk import AnimatedLabel

    root = tkinter.Tk()
    label = AnimatedLabel(root, RED, rate=2.0, borderwidth=0)
    label.pack()
    loops: list[int] = []
    label.player.on_loop = loops.append
    plays = until(lambda: bool(loops), root.update)
    first, before = label.player, sd.diagnostics()["players"]
    try:
        label.set_source(b"no image")
    except sd.ImageFormatError:
        refused = label.player is first and first.state is sd.PlayerState.PLAYING
    seen = label["image"]
    label.set_source(GREEN)
    stays = label["image"] == seen
    count = len(loops)
    goes_on = until(lambda: len(loops) > count and label["image"] != seen, root.update)
    size = label.winfo_reqwidth(), label.winfo_reqheight()
    states = first.state.value, label.player.state.value, label.player.rate
    pictures = []
    for source in (BALL, RED) * 10:
        label.set_source(source)
        until(lambda: label.player.stats.shown > 0, root.update)
        pictures.append(len(root.image_names()))
    players = sd.diagnostics()["players"]
    label.destroy()
    left = len([name for name in root.image_names() if not name.startswith("::tk::")]), sd.diagnostics()["players"]
    return {
        "plays": plays,
        "refused": refused,
        "stays": stays,
        "goes on": goes_on,
        "size": size,
        "states": states,
        "players": (before, players),
        "pictures": max(pictures[2:]) == max(pictures[-2:]),
        "left": left,
    }


def break_down(frame: sd.Frame) -> None:
    raise ZeroDivisionError


def tk_after_a_failure() -> dict[str, object]:
    """A label whose player has failed, as Tk has reported, plays the next image."""
    import tkinter

    from sddisplaylink.views.tk import AnimatedLabel

    root, reported = tkinter.Tk(), []
    root.report_callback_exception = lambda kind, *_: reported.append(kind.__name__)  # type: ignore[method-assign]
    label = AnimatedLabel(root, RED, on_frame=break_down)
    label.pack()
    until(lambda: bool(reported), root.update)
    label.player.on_frame = None
    label.set_source(GREEN)
    plays = until(lambda: label.player.stats.shown > 1, root.update)
    players = sd.diagnostics()["players"]
    label.destroy()
    return {"reported": reported, "plays": plays, "players": players}


def pygame_after_a_failure() -> dict[str, object]:
    """A picture whose player has failed, which nobody knows yet, plays the next image, and says so."""
    from sddisplaylink.views.pygame import AnimatedSurface

    clock = sd.ManualClock()
    picture = AnimatedSurface(RED, on_frame=break_down, clock=clock)
    clock.advance(0.1)
    picture.player.on_frame = None
    try:
        picture.set_source(GREEN)
    except ZeroDivisionError:
        raised = True
    clock.advance(0.2)
    picture.update()
    seen = {"raised": raised, "shown": picture.player.stats.shown > 1, "players": sd.diagnostics()["players"]}
    picture.close()
    handled: list[BaseException] = []
    with AnimatedSurface(RED, on_frame=break_down, on_error=handled.append, clock=clock) as picture:
        clock.advance(0.1)
        picture.update()
        picture.player.on_frame = None
        picture.set_source(GREEN)  # raises nothing
        clock.advance(0.2)
    return {**seen, "handled": len(handled)}


def pygame() -> dict[str, object]:
    import pygame

    from sddisplaylink.views.pygame import AnimatedSurface

    clock = sd.ManualClock()
    shown = AnimatedSurface(RED, clock=clock, rate=2.0)
    clock.advance(0.03)
    shown.update()
    first, surface = shown.player, shown.surface
    try:
        shown.set_source("/not/here.gif")
    except FileNotFoundError:
        refused = shown.player is first
    shown.set_source(GREEN)
    kept = shown.surface is surface, pygame.Surface.get_at(shown.surface, (0, 0))[:3] == colour(1)[:3]
    clock.advance(0.03)
    changed = shown.update()
    states = first.state.value, shown.player.state.value, shown.player.rate
    size = shown.surface.get_size(), shown.changed.size
    shown.close()
    return {
        "refused": refused,
        "kept": kept,
        "changed": changed,
        "states": states,
        "size": size,
        "left": sd.diagnostics()["players"],
    }


def pyglet() -> dict[str, object]:
    import pyglet

    from sddisplaylink.views.pyglet import AnimatedSprite, AnimatedTexture

    window = pyglet.window.Window(120, 100)

    def turn() -> None:
        window.switch_to()
        window.dispatch_events()
        pyglet.clock.tick()
        time.sleep(0.005)

    sprite = AnimatedSprite(RED)
    first = sprite.player
    plays = until(lambda: first.stats.shown > 2, turn)
    sprite.set_source(GREEN)
    kept = sprite.width
    goes_on = until(lambda: sprite.player.stats.shown > 2, turn)
    seen = {"plays": plays, "kept": kept, "goes on": goes_on, "size": (sprite.width, sprite.height)}
    seen["states"] = first.state.value, sprite.player.state.value

    animation = pyglet_animation(BALL)
    sprite.image = animation
    indices: set[int] = set()
    seen["animation plays"] = until(lambda: indices.add(sprite.frame_index) or len(indices) > 3, turn)
    sprite.paused = True
    held = sprite.frame_index
    for _ in range(40):
        turn()
    seen["held"] = sprite.paused and sprite.frame_index == held
    sprite.frame_index = 7
    seen["sought"] = sprite.frame_index
    seen["image"] = sprite.image is animation
    seen["player"] = sprite.player.state.value
    sprite.delete()

    still = AnimatedSprite(RED)
    still.image = pyglet.image.SolidColorImagePattern((9, 9, 9, 255)).create_image(8, 8)
    seen["still"] = still.width, still.player.state.value
    still.delete()

    clock = sd.ManualClock()
    texture = AnimatedTexture(RED, clock=clock)
    clock.advance(0.1)
    texture.update()
    texture.set_source(GREEN)
    clock.advance(0.1)
    texture.update()
    seen["texture"] = texture.texture.width, texture.texture.height
    texture.close()
    seen["left"] = sd.diagnostics()["players"]
    return seen


if __name__ == "__main__":
    main({name: value for name, value in vars(sys.modules[__name__]).items() if callable(value)})
