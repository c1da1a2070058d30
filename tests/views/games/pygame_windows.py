"""pygame windows for test_pygame.py: each function opens one, does something with it, and says what it saw."""

from __future__ import annotations

import sys

from pygame_stage import PygameStage

import sddisplaylink as sd
from sddisplaylink.views.games.pygame import AnimatedSurface
from support.window_driver import main, resources
from support.window_scenes import BALL, loop_until


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


def game_time() -> str:
    """The state of a player with the game's clock, in a hidden window."""
    with PygameStage() as stage:
        picture = stage.add(BALL, clock=sd.ManualClock())
        stage.hide(picture, "window")
        stage.update()
        return str(picture.player.state.value)


if __name__ == "__main__":
    main({name: value for name, value in vars(sys.modules[__name__]).items() if callable(value)})
