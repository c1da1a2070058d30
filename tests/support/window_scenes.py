"""What pictures in the windows of every toolkit must do, as scenes that each toolkit's program plays on its own Stage.

A program of a toolkit calls `main` with a class that is a Stage; views/test_windows.py runs these programs, each
scene in a process of its own, and says what must be seen.
"""

from __future__ import annotations

import functools
import gc
import threading
import time
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, Self

from PIL import Image, ImageChops

import sddisplaylink as sd
from support import window_driver
from support.window_driver import Lateness, resident_bytes, resources

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
BALL, SPIRAL = EXAMPLES / "ball.gif", EXAMPLES / "spiral.png"
PATIENCE = 30.0  # seconds for what must happen in a window
WATCHED = 0.3  # seconds for what must not happen


class Stage(Protocol):
    """A window of one toolkit, open between `__enter__` and `__exit__`; what plays in it has a `player`."""

    background: str
    """The colour of the window, "#rrggbb"."""

    def __enter__(self) -> Self: ...
    def __exit__(self, *exception: object) -> None: ...

    def add(self, source: object, **options: Any) -> Any:
        """Put a picture into the window and return it. The stage does not keep it alive."""

    def update(self) -> None:
        """Handle the events that are pending, draw, and wait until the result is on the screen."""

    def add_still(self, picture: Image.Image) -> Any:
        """Put a picture that the toolkit itself shows into the window."""

    def natural_size(self, view: Any) -> tuple[int, int]:
        """The size that the picture asks the toolkit's layout for."""

    def watch(self, look: Callable[[], None]) -> None:
        """Let the window appear, and call the function whenever the screen may have changed, until all is drawn."""

    def photograph_if_shown(self, view: Any) -> Image.Image | None:
        """What the screen shows where the picture, or a still one, is; None if it has no place yet."""

    def until(self, condition: Callable[[], bool], patience: float = PATIENCE) -> bool:
        """Run the event loop until then, or until patience ends; whether the condition came true."""

    def call_later(self, seconds: float, callback: Callable[[], None]) -> None:
        """Have the event loop call it."""

    def photograph(self, view: Any) -> Image.Image:
        """What the screen shows of the picture."""

    def hide(self, view: Any, what: str) -> None:
        """Hide the "window" of the picture, or the "view" in the window, or have the window "minimised"."""

    def show(self, view: Any, what: str) -> None:
        """Undo that."""

    def dispatcher(self) -> sd.Dispatcher | None:
        """The dispatcher that the pictures share, or None where the program calls each of them itself."""

    def end(self, views: list[Any], how: str) -> None:
        """End the pictures in that manner. "drop": clear the list, the only one that holds them."""


# ---- what is on the screen ----


def shows(stage: Stage, name: str) -> dict[str, object]:
    """Every frame of a second, in virtual time."""
    clock = sd.ManualClock()
    indices, worst = [], 0
    with stage:
        view = stage.add(EXAMPLES / name, clock=clock)
        stage.update()
        for _ in range(60):
            clock.advance(1 / 60)
            stage.update()
            indices.append(view.player.frame_index)
            worst = max(worst, difference(stage, view))
        stage.end([view], "close")
    return {"indices": indices, "worst": worst}


def appears(stage: Stage) -> dict[str, object]:
    """All that is seen of a picture from its creation on, before its clock ticks, beside a still picture of frame 0."""
    image = sd.AnimatedImage.open(BALL)
    with stage:
        view, still = stage.add(BALL, clock=sd.ManualClock()), stage.add_still(image[0].image)
        size = stage.natural_size(view)
        watch = AppearanceWatch(expected(image, 0, stage.background))
        stage.watch(lambda: watch.look(stage.photograph_if_shown(view), stage.photograph_if_shown(still)))
        return {"size": size, **watch.report()}


class AppearanceWatch:
    """Compares photographs of a view with the frame that is to be the first thing painted there."""

    def __init__(self, frame: Image.Image) -> None:
        self._frame = frame
        self._torn = self._late = self._complete = 0

    def look(self, view: Image.Image | None, still: Image.Image | None) -> None:
        """Look at photographs of the view and of a still picture in the same window; None: it has no place yet."""
        is_complete, is_still_there = self._is_frame(view), self._is_frame(still)
        self._complete += is_complete
        self._torn += view is not None and not is_complete and len(view.getcolors(1 << 20) or ()) > 1
        self._late += is_still_there and not is_complete

    def _is_frame(self, shot: Image.Image | None) -> bool:
        return shot is not None and shot.size == self._frame.size and distance(shot, self._frame) == 0

    def report(self) -> dict[str, object]:
        """How often something else was seen, and how often nothing where the toolkit shows a still picture already."""
        return {"torn": self._torn, "late": self._late, "seen": self._complete > 0}


def begins(stage: Stage) -> dict[str, object]:
    """Drawn before the player has shown anything: no tick comes."""
    with stage:
        view = stage.add(BALL, clock=sd.ManualClock())
        stage.update()
        is_drawn = stage.until(lambda: difference(stage, view) == 0, WATCHED * 10)
        return {"drawn": is_drawn, "shown": view.player.stats.shown}


def waits(stage: Stage) -> dict[str, object]:
    """autoplay=False: the first frame of the mode, and then play()."""
    clock = sd.ManualClock()
    with stage:
        view = stage.add(BALL, clock=clock, autoplay=False, mode=sd.PlaybackMode.REVERSE)
        stage.update()
        clock.advance(0)
        stage.update()
        still = difference(stage, view), view.player.frame_index, view.player.state.value
        view.player.play()
        clock.advance(0.5)
        stage.update()
        return {"still": still, "then": (difference(stage, view), view.player.frame_index)}


def plays(stage: Stage) -> dict[str, object]:
    """In real time, in the event loop."""
    threads, seen, worst = set(), [], []

    def on_frame(frame: sd.Frame) -> None:
        threads.add(threading.get_ident())
        seen.append(frame.index)

    with stage:
        view = stage.add(BALL, on_frame=on_frame)
        while stage.until(lambda: len(seen) >= 8 * (len(worst) + 1)) and len(worst) < 4:
            view.player.pause()  # so that the photograph is of the frame that the player reports
            stage.update()
            worst.append(difference(stage, view))
            view.player.play()
    here = threads == {threading.get_ident()}
    return {"own_thread": here, "different": len(set(seen)), "photographs": len(worst), "worst": max(worst)}


# ---- pictures that are not visible ----


def hides(stage: Stage, what: str) -> dict[str, object]:
    """The picture disappears and comes back; and what the user asks of the player meanwhile."""
    frames: list[int] = []
    with stage:
        view = stage.add(BALL, on_frame=lambda frame: frames.append(frame.index))
        player = view.player
        seen: dict[str, object] = {"at first": player.state.value}
        seen["begun"] = stage.until(lambda: len(frames) > 3)
        stage.hide(view, what)
        seen["hidden"] = state_of(stage, view)
        seen["quiet"] = stage.until(lambda: sd.diagnostics()["running_sources"] == 0)
        seen |= activity(stage, frames)
        before = len(frames)
        stage.show(view, what)
        seen["shown"] = state_of(stage, view)
        seen["goes on"] = stage.until(lambda: len(frames) > before + 3)
        stage.hide(view, what)
        player.pause()
        stage.show(view, what)
        seen["paused meanwhile"] = state_of(stage, view)
        stage.hide(view, what)
        player.play()
        seen["played meanwhile"] = state_of(stage, view)
        stage.show(view, what)
        seen["seen again"] = state_of(stage, view)
        return seen


def state_of(stage: Stage, view: Any) -> str:
    """The state of the player two refreshes later, when the toolkit has handled what has happened."""
    stage.until(lambda: False, 2 * view.player.refresh_period)
    stage.update()
    return str(view.player.state.value)


def activity(stage: Stage, frames: list[int]) -> dict[str, int]:
    """How many frames come, and how often the dispatcher is woken, in a while."""
    dispatcher, woken, before = stage.dispatcher(), 0, len(frames)
    if dispatcher is not None:
        run_pending = dispatcher.run_pending

        def count() -> int:
            nonlocal woken
            woken += 1
            return run_pending()

        dispatcher.run_pending = count  # type: ignore[method-assign]
    stage.until(lambda: False, WATCHED)
    if dispatcher is not None:
        del dispatcher.run_pending
    return {"frames while hidden": len(frames) - before, "wake-ups while hidden": woken}


# ---- what is left ----


def ends(stage: Stage, how: str) -> dict[str, object]:
    """What is left of pictures that were playing: they are ended three times, in a window that stays."""
    with stage:
        stage.update()
        before = resources()
        for _ in range(3):
            views = [stage.add(path) for path in (BALL, SPIRAL, BALL)]
            players = [view.player for view in views]
            stage.until(lambda players=players: all(player.stats.shown > 2 for player in players))
            during, images = resources(), len({player.image for player in players})
            remaining = [weakref.ref(player) for player in players] if how == "drop" else players
            del players
            stage.end(views, how)
            views.clear()
            gc.collect()
            stage.update()
            states = [ended_state(player) for player in remaining]
            del remaining
        gc.collect()
        stage.until(lambda: resources() == before)
        return {"before": before, "during": during, "after": resources(), "images": images, "states": states}


def ended_state(player: Any) -> str:
    """The state of a player, or "gone" for a reference to one that is no more."""
    known = player() if isinstance(player, weakref.ref) else player
    return "gone" if known is None else str(known.state.value)


def grows(stage: Stage, count: str) -> dict[str, object]:
    """Memory over that many frames, transparent ones."""
    clock = sd.ManualClock()
    every_tick = {"mode": sd.PlaybackMode.BOUNCE, "rate": 10.0, "late_policy": "no_skip", "clock": clock}
    with stage:
        view = stage.add(SPIRAL, **every_tick)
        stage.update()

        def show(frames: int) -> int:
            goal = view.player.stats.shown + frames
            while view.player.stats.shown < goal:
                clock.advance(1 / 60)
                stage.update()
            return resident_bytes()

        before = show(500)
        return {"growth": show(int(count)) - before, "shown": view.player.stats.shown}


# ---- threads ----


def responds(stage: Stage, path: str) -> dict[str, object]:
    """How late an event is handled that is due every 5 ms, while a large animation decodes and plays."""
    with stage:
        view = stage.add(path)
        lateness = Lateness()

        def tick() -> None:
            stage.call_later(lateness.arrived(), tick)

        stage.call_later(lateness.period, tick)
        came = stage.until(lambda: view.player.loop_index > 0)
        return {"came": came, "shown": view.player.stats.shown, **lateness.report()}


def clock_elsewhere(stage: Stage) -> dict[str, object]:
    """Virtual time that another thread lets pass, while the event loop runs."""
    clock = sd.ManualClock()
    threads, shown = set(), []
    with stage:
        view = stage.add(BALL, clock=clock, on_frame=lambda frame: threads.add(threading.get_ident()))
        stage.update()

        def advance() -> None:
            for _ in range(5):
                clock.advance(0.2)
                shown.append(view.player.stats.shown)

        thread = threading.Thread(target=advance)
        thread.start()
        stage.until(lambda: not thread.is_alive())
        return {"shown": shown, "own_thread": threads == {threading.get_ident()}}


SCENES = (shows, appears, begins, waits, plays, hides, ends, grows, responds, clock_elsewhere)


def main(make_stage: Callable[[], Stage]) -> None:
    """Play the scene that the command line names, with its arguments, and print what was seen."""
    window_driver.main(
        {
            scene.__name__: functools.partial(lambda scene, *arguments: scene(make_stage(), *arguments), scene)
            for scene in SCENES
        }
    )


# ---- for stages and other programs ----


def loop_until(turn: Callable[[], object], condition: Callable[[], bool], patience: float) -> bool:
    """Repeat a turn of a loop until the condition is true, or until patience ends; whether it came true."""
    end = time.monotonic() + patience
    while not condition() and time.monotonic() < end:
        turn()
        time.sleep(0.002)
    return condition()


def expected(image: sd.AnimatedImage, index: int, background: str) -> Image.Image:
    """That frame on that colour, by Pillow."""
    frame = image[index].image
    return Image.alpha_composite(Image.new("RGBA", frame.size, background), frame).convert("RGB")


def difference(stage: Stage, view: Any) -> int:
    """How far the screen is from the frame that the player reports, at the worst pixel."""
    wanted = expected(view.player.image, view.player.frame_index, stage.background)
    return distance(stage.photograph(view), wanted)


def distance(one: Image.Image, other: Image.Image) -> int:
    """How far the two are from each other, at the worst pixel of the worst channel."""
    assert one.size == other.size, (one.size, other.size)
    return max(int(high) for _, high in ImageChops.difference(one, other).getextrema())
