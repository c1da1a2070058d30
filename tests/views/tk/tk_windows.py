"""Tk windows for test_tk.py: each function opens one, does something with it, and says what it saw."""

from __future__ import annotations

import _tkinter
import sys
import threading
import time
import tkinter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PIL import Image, ImageChops

import sddisplaylink as sd
from sddisplaylink.views.tk import picture as tk_picture
from sddisplaylink.views.tk.dispatcher import TkDispatcher
from sddisplaylink.views.tk.label import AnimatedLabel
from support.window_driver import grab, main

EXAMPLES = Path(__file__).resolve().parents[3] / "examples"
PATIENCE = 20.0


@contextmanager
def window() -> Iterator[tkinter.Tk]:
    root = tkinter.Tk()
    root.geometry("+40+30")
    root.configure(background="#203040")
    try:
        yield root
    finally:
        root.destroy()


@contextmanager
def shown_label(source: object, **options: Any) -> Iterator[tuple[tkinter.Tk, AnimatedLabel]]:
    with window() as root:
        label = AnimatedLabel(root, source, borderwidth=0, **options)
        label.pack(padx=7, pady=5)
        root.update()
        yield root, label


def run_until(root: tkinter.Tk, condition: Callable[[], bool]) -> bool:
    """Run the main loop until then, or until patience ends."""
    end = time.monotonic() + PATIENCE

    def look() -> None:
        if condition() or time.monotonic() > end:
            root.quit()
        else:
            root.after(2, look)

    root.after(0, look)
    root.mainloop()
    return condition()


def photograph(label: tkinter.Label, size: tuple[int, int], *, update: bool = True) -> Image.Image:
    if update:
        label.update()
    label.winfo_pointerxy()  # the server has drawn what came before
    left, top = label.winfo_rootx(), label.winfo_rooty()
    return grab(box=(left, top, left + size[0], top + size[1]))


def expected(image: sd.AnimatedImage, index: int, background: str) -> Image.Image:
    frame = image[index].image
    return Image.alpha_composite(Image.new("RGBA", frame.size, background), frame).convert("RGB")


def difference(label: AnimatedLabel, background: str) -> int:
    """How far the label on the screen is from the frame that its player reports, at the worst pixel."""
    image = label.player.image
    index = label.player.frame_index
    shot = photograph(label, image.size)
    channels = ImageChops.difference(shot, expected(image, index, background)).getextrema()
    return max(int(high) for _, high in channels)


# ---- scenarios ----


def pixels(name: str) -> dict[str, object]:
    """Every frame of two loops, and after a change of the background."""
    clock = sd.ManualClock()
    with shown_label(EXAMPLES / name, clock=clock, background="#30a0f0") as (_, label):
        indices, worst = [], 0
        for _ in range(60):
            clock.advance(1 / 60)
            indices.append(label.player.frame_index)
            worst = max(worst, difference(label, "#30a0f0"))
        label["background"] = "#c01030"
        return {"indices": indices, "worst": worst, "other_background": difference(label, "#c01030")}


def large() -> dict[str, object]:
    """Frames that are drawn in bands: only whole ones are seen."""
    tk_picture.WHOLE_PIXELS, tk_picture.BAND_PIXELS = 2000, 700
    clock = sd.ManualClock()
    with shown_label(EXAMPLES / "spiral.png", clock=clock, background="#30a0f0") as (root, label):
        image, player = label.player.image, label.player
        whole = [expected(image, index, "#30a0f0") for index in range(len(image))]
        clock.advance(0.05)
        worst, halfway, torn = difference(label, "#30a0f0"), 0, 0
        for _ in range(15):
            before = player.frame_index
            clock.advance(0.1)
            while root.tk.dooneevent(_tkinter.DONT_WAIT):
                shot = photograph(label, image.size, update=False)
                halfway += shot == whole[before]
                torn += shot not in whole
            worst = max(worst, difference(label, "#30a0f0"))
        clock.advance(1.0)  # many frames, of which one is being drawn
        worst = max(worst, difference(label, "#30a0f0"))
        label["background"] = "#c01030"
        clock.advance(0.05)
        return {"worst": max(worst, difference(label, "#c01030")), "halfway": halfway, "torn": torn}


def plays() -> dict[str, object]:
    """In real time, under the main loop."""
    threads, seen, worst = set(), [], []
    with shown_label(EXAMPLES / "ball.gif") as (root, label):

        def on_frame(frame: sd.Frame) -> None:
            threads.add(threading.get_ident())
            seen.append(frame.index)
            if len(seen) % 8 == 0:
                worst.append(difference(label, "#ffffff"))

        label.player.on_frame = on_frame
        came = run_until(root, lambda: len(worst) >= 4)
        return {
            "came": came,
            "own_thread": threads == {threading.get_ident()},
            "different": len(set(seen)),
            "worst": max(worst),
        }


def hides() -> dict[str, object]:
    """The window, then only the frame that the label is in; and what the user does meanwhile."""
    calls = 0

    def count(*arguments: object) -> None:
        nonlocal calls
        calls += 1

    with window() as root:
        box = tkinter.Frame(root)
        label = AnimatedLabel(box, EXAMPLES / "ball.gif", on_frame=count)
        player = label.player
        states = {"unmapped": player.state.value}
        box.pack()
        label.pack()
        states["begun"] = run_until(root, lambda: calls > 3)

        root.withdraw()
        root.update()
        states["withdrawn"] = player.state.value
        states["quiet"] = run_until(root, lambda: sd.diagnostics()["running_sources"] == 0)
        before, dispatcher, attended = calls, TkDispatcher.of(root), 0
        run_pending = dispatcher.run_pending

        def attend() -> int:
            nonlocal attended
            attended += 1
            return run_pending()

        dispatcher.run_pending = attend  # type: ignore[method-assign]
        root.after(300, root.quit)
        root.mainloop()
        states["calls_while_hidden"], states["wakes_while_hidden"] = calls - before, attended

        root.deiconify()
        states["goes_on"] = run_until(root, lambda: calls > before + 3)
        box.pack_forget()
        root.update()
        states["frame_hidden"] = player.state.value
        player.pause()
        box.pack()
        root.update()
        states["paused_by_user"] = player.state.value
        box.pack_forget()
        root.update()
        player.play()
        root.update()
        states["played_while_hidden"] = player.state.value
        box.pack()
        root.update()
        states["seen_again"] = player.state.value
        return states


def waits_for_play() -> dict[str, object]:
    """autoplay=False: the first frame of the mode, and then play()."""
    clock = sd.ManualClock()
    options = {"clock": clock, "autoplay": False, "mode": sd.PlaybackMode.REVERSE}
    with shown_label(EXAMPLES / "ball.gif", **options) as (_, label):
        clock.advance(0)
        still = difference(label, "#ffffff"), label.player.frame_index, label.player.state.value
        label.player.play()
        clock.advance(0.5)
        return {"still": still, "then": (difference(label, "#ffffff"), label.player.frame_index)}


if __name__ == "__main__":
    main({name: value for name, value in vars(sys.modules[__name__]).items() if callable(value)})
