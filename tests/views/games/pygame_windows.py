"""pygame windows for test_pygame.py: each function opens one, does something with it, and says what it saw."""

from __future__ import annotations

import sys

import pygame
from PIL import Image
from pygame_stage import CORNER, PygameStage

import sddisplaylink as sd
from sddisplaylink.views.games.pygame import AnimatedSurface
from support.window_driver import grab, main, resources
from support.window_scenes import BALL, SPIRAL, distance, expected, loop_until


def counts() -> dict[str, object]:
    """How often update() says that the picture is new, in real time; and the threads meanwhile."""
    with PygameStage(), AnimatedSurface(BALL) as picture:
        seen, updates = set(), 0
        threads = resources()["threads"]

        def turn() -> None:
            nonlocal updates
            if picture.update():
                updates += 1
                seen.add(picture.player.frame_index)

        loop_until(turn, lambda: len(seen) >= 8, 60)
        return {"seen": len(seen), "counted": updates == picture.player.stats.shown, "threads": threads}


def scaled() -> dict[str, object]:
    """In a window that pygame scales to the screen, and on a surface that the program doubles: the window's pixels."""
    clock, stage = sd.ManualClock(), PygameStage()
    with stage:
        picture = stage.add(SPIRAL, clock=clock)
        clock.advance(0.3)
        picture.update()
        wanted = expected(picture.player.image, picture.player.frame_index, stage.background)
        stage.screen = pygame.display.set_mode((200, 180), pygame.SCALED | pygame.NOFRAME)
        stage.update()
        factor = pygame.display.get_window_size()[0] // 200
        by_pygame = distance(_window(factor, wanted.size), _enlarged(wanted, factor))
        stage.screen = pygame.display.set_mode((400, 360), pygame.NOFRAME)
        stage.screen.fill(stage.background)
        stage.screen.blit(pygame.transform.scale_by(picture.surface, 2), (2 * CORNER[0], 2 * CORNER[1]))
        pygame.display.flip()
        pygame.event.get()
        pygame.mouse.get_pos()
        by_program = distance(_window(2, wanted.size), _enlarged(wanted, 2))
        return {"factor": factor, "by pygame": by_pygame, "by the program": by_program}


def _window(factor: int, size: tuple[int, int]) -> Image.Image:
    """The screen where a picture of that size is, in the corner of a window that is enlarged so many times."""
    x, y = pygame.display.get_window_position()
    left, top = x + factor * CORNER[0], y + factor * CORNER[1]
    return grab(box=(left, top, left + factor * size[0], top + factor * size[1]))


def _enlarged(picture: Image.Image, factor: int) -> Image.Image:
    return picture.resize((factor * picture.width, factor * picture.height), Image.Resampling.NEAREST)


def game_time() -> str:
    """The state of a player with the game's clock, in a hidden window."""
    with PygameStage() as stage:
        picture = stage.add(BALL, clock=sd.ManualClock())
        stage.hide(picture, "window")
        stage.update()
        return str(picture.player.state.value)


if __name__ == "__main__":
    main({name: value for name, value in vars(sys.modules[__name__]).items() if callable(value)})
