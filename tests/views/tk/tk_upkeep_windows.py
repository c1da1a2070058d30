"""More Tk windows for test_tk.py: what they cost, what they leave behind, and what goes wrong in them."""

from __future__ import annotations

import sys
import threading
import tkinter
from typing import Any

from tk_windows import EXAMPLES, difference, run_until, shown_label, window

import sddisplaylink as sd
from sddisplaylink.views.tk.label import AnimatedLabel
from support.window_driver import Lateness, main, resident_bytes, resources


def closes() -> dict[str, object]:
    """What is left after labels, and after the window."""
    with window() as root:
        root.update()
        before = resources()
        for _ in range(3):
            labels = [AnimatedLabel(root, EXAMPLES / name) for name in ("ball.gif", "spiral.png", "ball.gif")]
            for label in labels:
                label.pack()
            run_until(root, lambda labels=labels: all(label.player.stats.shown > 2 for label in labels))
            shared = (
                len({label.player.engine.binding.current for label in labels}),
                len({label.player.image for label in labels}),
            )
            during = resources()
            for label in labels:
                label.destroy()
        states = [label.player.state.value for label in labels]
        del label, labels
        run_until(root, lambda: resources() == before)
        after = resources()
    last = AnimatedLabel(other := tkinter.Tk(), EXAMPLES / "ball.gif")
    other.tk.call("destroy", ".")  # past Python
    return {
        "before": before,
        "during": during,
        "after": after,
        "shared": shared,
        "states": states,
        "past_python": last.player.state.value,
        "players": sd.diagnostics()["players"],
    }


def grows(count: str) -> dict[str, object]:
    """Memory over that many frames, transparent ones."""
    clock = sd.ManualClock()
    every_tick = {"mode": sd.PlaybackMode.BOUNCE, "rate": 10.0, "late_policy": "no_skip", "clock": clock}
    with shown_label(EXAMPLES / "spiral.png", **every_tick) as (root, label):

        def show(frames: int) -> int:
            goal = label.player.stats.shown + frames
            while label.player.stats.shown < goal:
                clock.advance(1 / 60)
                root.update()
            return resident_bytes()

        before = show(500)
        images = len(root.tk.splitlist(root.tk.call("image", "names")))
        after = show(int(count))
        return {"growth": after - before, "images": len(root.tk.splitlist(root.tk.call("image", "names"))) - images}


def responds(path: str) -> dict[str, object]:
    """How late an event is handled that is due every 5 ms, while a large animation decodes and plays."""
    with window() as root:
        label = AnimatedLabel(root, path)
        label.pack()
        lateness = Lateness()

        def tick() -> None:
            root.after(round(lateness.arrived() * 1000), tick)

        root.after(5, tick)
        came = run_until(root, lambda: label.player.loop_index > 0)
        return {"came": came, "shown": label.player.stats.shown, **lateness.report()}


def fails() -> dict[str, object]:
    """Errors in callbacks, of files, and of options."""
    told: list[str] = []
    with window() as root:
        root.report_callback_exception = lambda kind, error, traceback: told.append(f"{kind.__name__}: {error}")
        before = set(root.winfo_children()), sd.diagnostics()["players"]

        def broken(frame: sd.Frame) -> None:
            raise RuntimeError(f"frame {frame.index}")

        label = AnimatedLabel(root, EXAMPLES / "ball.gif", on_frame=broken)
        label.pack()
        run_until(root, lambda: bool(told))
        state = label.player.state.value
        label.destroy()
        user_told: list[str] = []
        label = AnimatedLabel(
            root, EXAMPLES / "ball.gif", on_frame=broken, on_error=lambda error: user_told.append(str(error))
        )
        label.pack()
        run_until(root, lambda: bool(user_told))
        label.destroy()
        refused = []
        for options in ({"source": b"no image"}, {"source": EXAMPLES / "ball.gif", "rte": 2}):
            try:
                AnimatedLabel(root, **options)
            except Exception as error:
                refused.append(type(error).__name__)
        after = set(root.winfo_children()), sd.diagnostics()["players"]

        label = AnimatedLabel(root, EXAMPLES / "ball.gif", on_frame=lambda frame: sys.exit("enough"))
        label.pack()
        label.player.engine.binding.current.post(lambda: 1 // 0)  # what is no player's
        try:
            run_until(root, lambda: False)
        except SystemExit as error:
            told.append(f"SystemExit: {error}")
        return {"told": told, "state": state, "user_told": user_told, "refused": refused, "clean": before == after}


def polls() -> dict[str, object]:
    """A Tk that cannot watch descriptors."""

    class WithoutFileHandlers:
        def __init__(self, tk: Any) -> None:
            self._tk = tk

        def __getattr__(self, name: str) -> Any:
            if name == "createfilehandler":
                raise AttributeError(name)
            return getattr(self._tk, name)

    with window() as root:
        root.tk = WithoutFileHandlers(root.tk)
        label = AnimatedLabel(root, EXAMPLES / "ball.gif", borderwidth=0)
        label.pack()
        came = run_until(root, lambda: label.player.stats.shown > 3)
        worst = difference(label, "#ffffff")
        label.destroy()
        root.update()
        left = len(root.tk.splitlist(root.tk.call("after", "info")))
        return {"came": came, "worst": worst, "timers": left}


def clock_elsewhere() -> dict[str, object]:
    """Virtual time that another thread lets pass, while the main loop runs."""
    clock = sd.ManualClock()
    threads = set()
    with shown_label(EXAMPLES / "ball.gif", clock=clock) as (root, label):
        label.player.on_frame = lambda frame: threads.add(threading.get_ident())
        shown: list[int] = []

        def advance() -> None:
            for _ in range(5):
                clock.advance(0.2)
                shown.append(label.player.stats.shown)

        thread = threading.Thread(target=advance)
        thread.start()
        run_until(root, lambda: not thread.is_alive())
        return {"shown": shown, "here": threads == {threading.get_ident()}}


if __name__ == "__main__":
    main({name: value for name, value in vars(sys.modules[__name__]).items() if callable(value)})
