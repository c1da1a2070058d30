"""pygame windows for test_pygame.py: each function opens one, does something with it, and says what it saw."""

from __future__ import annotations

import gc
import os
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pygame
from PIL import Image, ImageChops

import sddisplaylink as sd
from sddisplaylink.views.games.pygame import AnimatedSurface
from support.window_driver import grab, main, resident_bytes, resources

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
PATIENCE = 20.0
BACKGROUND = (0x30, 0xA0, 0xF0)
CORNER = (8, 6)  # of the picture in the window


@contextmanager
def window(size: tuple[int, int] = (200, 180)) -> Iterator[pygame.Surface]:
    os.environ["SDL_VIDEO_WINDOW_POS"] = "40,30"
    pygame.display.init()
    try:
        yield pygame.display.set_mode(size, pygame.NOFRAME)
    finally:
        pygame.quit()


def turn(screen: pygame.Surface, picture: AnimatedSurface) -> bool:
    """One turn of a game loop."""
    pygame.event.pump()
    is_new = picture.update()
    screen.fill(BACKGROUND)
    screen.blit(picture.surface, CORNER)
    pygame.display.flip()
    return is_new


def turn_until(screen: pygame.Surface, picture: AnimatedSurface, condition: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE
    while not condition() and time.monotonic() < end:
        turn(screen, picture)
        time.sleep(0.002)
    return condition()


def photograph(screen: pygame.Surface, size: tuple[int, int]) -> Image.Image:
    """What the X server shows of the picture, or, where there is none, the display surface."""
    width, height = size
    if pygame.display.get_driver() != "x11":
        whole = Image.frombytes("RGB", screen.get_size(), pygame.image.tobytes(screen, "RGB"))
        return whole.crop((*CORNER, CORNER[0] + width, CORNER[1] + height))
    pygame.display.flip()
    pygame.event.get()
    pygame.mouse.get_pos()
    left, top = pygame.display.get_window_position()
    left, top = left + CORNER[0], top + CORNER[1]
    return grab(box=(left, top, left + width, top + height))


def difference(screen: pygame.Surface, picture: AnimatedSurface) -> int:
    """How far the screen is from the frame that the player reports, at the worst pixel."""
    image = picture.player.image
    frame = image[picture.player.frame_index].image
    wanted = Image.alpha_composite(Image.new("RGBA", frame.size, BACKGROUND), frame).convert("RGB")
    channels = ImageChops.difference(photograph(screen, image.size), wanted).getextrema()
    return max(int(high) for _, high in channels)


# ---- scenarios ----


def pixels(name: str) -> dict[str, object]:
    """Every frame, in virtual time, and what update() says of it."""
    clock = sd.ManualClock()
    with window() as screen, AnimatedSurface(EXAMPLES / name, clock=clock) as picture:
        pygame.mouse.set_visible(False)
        surface, indices, worst, told = picture.surface, [], 0, []
        for _ in range(60):
            clock.advance(1 / 60)
            told.append(turn(screen, picture) == bool(picture.changed))
            indices.append(picture.player.frame_index)
            worst = max(worst, difference(screen, picture))
        in_place = picture.surface is surface
        return {"indices": indices, "worst": worst, "told": all(told), "in_place": in_place}


def plays() -> dict[str, object]:
    """In real time."""
    with window() as screen, AnimatedSurface(EXAMPLES / "ball.gif") as picture:
        seen, worst, updates = set(), 0, 0
        before = resources()
        while len(seen) < 8:
            if turn(screen, picture):
                updates += 1
                seen.add(picture.player.frame_index)
                worst = max(worst, difference(screen, picture))
            time.sleep(0.002)
        shown = picture.player.stats.shown
        return {"worst": worst, "counted": updates == shown, "threads": before["threads"]}


def hides() -> dict[str, object]:
    with window() as screen, AnimatedSurface(EXAMPLES / "ball.gif") as picture:
        begun = turn_until(screen, picture, lambda: picture.player.stats.shown > 3)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # there is no other way to hide this window
            own = pygame.Window.from_display_module()
        own.hide()
        hidden = turn_until(screen, picture, lambda: picture.player.state is sd.PlayerState.PAUSED)
        quiet = turn_until(screen, picture, lambda: sd.diagnostics()["running_sources"] == 0)
        with AnimatedSurface(EXAMPLES / "ball.gif", clock=sd.ManualClock()) as in_game_time:
            turn(screen, in_game_time)
            game_time = in_game_time.player.state.value
        before = picture.player.stats.shown
        own.show()
        goes_on = turn_until(screen, picture, lambda: picture.player.stats.shown > before + 3)
        return {"begun": begun, "hidden": hidden, "quiet": quiet, "goes_on": goes_on, "game_time": game_time}


def closes() -> dict[str, object]:
    with window() as screen:
        before = resources()
        for _ in range(3):
            pictures = [AnimatedSurface(EXAMPLES / name) for name in ("ball.gif", "spiral.png", "ball.gif")]
            for picture in pictures:
                turn_until(screen, picture, lambda picture=picture: picture.player.stats.shown > 2)
            during = resources()
            pictures[0].close()
            pictures[0].close()
            del picture, pictures  # dropping them is enough
            gc.collect()
        end = time.monotonic() + PATIENCE
        while resources() != before and time.monotonic() < end:
            time.sleep(0.05)
        return {"before": before, "during": during, "after": resources()}


def grows(count: str) -> dict[str, object]:
    clock = sd.ManualClock()
    every_tick = {"rate": 10.0, "late_policy": "no_skip", "clock": clock}
    with window() as screen, AnimatedSurface(EXAMPLES / "spiral.png", **every_tick) as picture:

        def show(frames: int) -> int:
            goal = picture.player.stats.shown + frames
            while picture.player.stats.shown < goal:
                clock.advance(1 / 60)
                turn(screen, picture)
            return resident_bytes()

        before = show(500)
        return {"growth": show(int(count)) - before}


if __name__ == "__main__":
    main({name: value for name, value in vars(sys.modules[__name__]).items() if callable(value)})
