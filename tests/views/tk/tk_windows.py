"""Tk windows for test_tk.py: each function opens one, does something with it, and says what it saw."""

from __future__ import annotations

import _tkinter
import dis
import sys
import tkinter
from typing import Any

from PIL import Image
from tk_stage import TkStage

import sddisplaylink as sd
from sddisplaylink.views.tk import picture as tk_picture
from sddisplaylink.views.tk.label import AnimatedLabel
from support.window_driver import grab, main
from support.window_scenes import BALL, SPIRAL, difference, distance, expected

BEFORE_PICTURES = ("CallWrapper.__call__", "Misc.after.<locals>.callit")
OTHER_BACKGROUND = "#c01030"


def change_background(stage: TkStage, label: AnimatedLabel) -> int:
    """Give the label another colour; how far the screen is from the frame on it."""
    stage.background = label["background"] = OTHER_BACKGROUND
    stage.update()
    return difference(stage, label)


# ---- scenarios ----


def background() -> int:
    """The label's colour changes while a transparent image stands still."""
    clock = sd.ManualClock()
    with TkStage() as stage:
        label = stage.add(SPIRAL, clock=clock)
        stage.update()
        clock.advance(0.2)
        return change_background(stage, label)


def large() -> dict[str, object]:
    """Frames that are drawn in bands: only whole ones are seen."""
    tk_picture.WHOLE_PIXELS, tk_picture.BAND_PIXELS = 2000, 700
    clock = sd.ManualClock()
    with TkStage() as stage:
        label = stage.add(SPIRAL, clock=clock)
        stage.update()
        image, player = label.player.image, label.player
        whole = [expected(image, index, stage.background) for index in range(len(image))]
        clock.advance(0.05)
        stage.update()
        worst, halfway, torn = difference(stage, label), 0, 0
        for _ in range(15):
            before = player.frame_index
            clock.advance(0.1)
            while stage.root.tk.dooneevent(_tkinter.DONT_WAIT):
                stage.root.winfo_pointerxy()
                shot = stage.photograph(label)
                halfway += shot == whole[before]
                torn += shot not in whole
            stage.update()
            worst = max(worst, difference(stage, label))
        clock.advance(1.0)  # many frames, of which one is being drawn
        stage.update()
        worst = max(worst, difference(stage, label))
        worst = max(worst, change_background(stage, label))
        clock.advance(0.05)
        stage.update()
        return {"worst": max(worst, difference(stage, label)), "halfway": halfway, "torn": torn}


def zoomed() -> dict[str, object]:
    """With each pixel of the image on three by three of the screen: a frame drawn at once, and one in bands."""
    clock = sd.ManualClock()
    with TkStage() as stage:
        stage.root.tk.call("tk", "scaling", 2.67)  # as on a screen of 192 pixels to the inch
        whole, worst = tk_picture.WHOLE_PIXELS, []
        for limit in (whole, 2000):
            tk_picture.WHOLE_PIXELS = limit
            label = stage.add(SPIRAL, clock=clock, zoom=3)
            stage.update()
            for _ in range(3):
                worst.append(_distance_of_zoomed(stage, label))
                clock.advance(0.2)
                stage.update()
        return {"worst": max(worst), "pictures": len(worst), "size": (label.winfo_reqwidth(), label.winfo_reqheight())}


def _distance_of_zoomed(stage: TkStage, label: AnimatedLabel) -> int:
    wanted = expected(label.player.image, label.player.frame_index, stage.background)
    wanted = wanted.resize((3 * wanted.width, 3 * wanted.height), Image.Resampling.NEAREST)
    left, top = label.winfo_rootx(), label.winfo_rooty()
    return distance(grab(box=(left, top, left + wanted.width, top + wanted.height)), wanted)


class InterruptOnce:
    """A trace function that raises KeyboardInterrupt at the n-th point where a signal handler may run.

    That is after a call, or where a function begins, in the file of pictures or between Tk and that file.
    """

    def __init__(self, point: int) -> None:
        self.left = point
        self.has_begun = False
        """Whether it was raised in the file of pictures, behind the beginning of a function."""
        self._last: dict[Any, str] = {}

    def __call__(self, frame: Any, event: str, argument: object) -> Any:
        code = frame.f_code
        if code.co_filename != tk_picture.__file__ and code.co_qualname not in BEFORE_PICTURES:
            return None
        frame.f_trace_opcodes = True
        if event == "opcode":
            last = self._last.get(frame, "RESUME")
            self._last[frame] = dis.opname[code.co_code[frame.f_lasti]]
            self.left -= last.startswith(("CALL", "RESUME"))
            if not self.left and last.startswith(("CALL", "RESUME")):
                self.left = -1
                self.has_begun = code.co_filename == tk_picture.__file__ and last != "RESUME"
                raise KeyboardInterrupt
        return self


def interrupted() -> dict[str, object]:
    """Ctrl-C while a frame is drawn in bands: the frame is completed, and the next one shown in any case.

    If the Ctrl-C comes before the drawing of a band begins, the frame stays incomplete, as Tk forgets the call.
    """
    tk_picture.WHOLE_PIXELS, tk_picture.BAND_PIXELS = 2000, 4000
    unfinished, frozen, point, was_raised, clock = [], [], 0, True, sd.ManualClock()
    with TkStage() as stage:
        stage.root.report_callback_exception = lambda *_: None  # Tk reports a Ctrl-C as well
        label = stage.add(SPIRAL, clock=clock, autoplay=False)
        stage.update()
        while was_raised:
            point += 1
            label.player.seek(2 * point % 7)
            clock.advance(0)  # draws the first band
            sys.settrace(trace := InterruptOnce(point))
            try:
                while stage.root.tk.dooneevent(_tkinter.DONT_WAIT):
                    pass
            except KeyboardInterrupt:
                pass
            finally:
                sys.settrace(None)
            was_raised = trace.left < 0
            stage.update()
            if trace.has_begun and difference(stage, label):
                unfinished.append(point)
            label.player.seek((2 * point + 1) % 7)
            clock.advance(0)
            stage.update()
            if difference(stage, label):
                frozen.append(point)
                stage.end([label], "close")
                label = stage.add(SPIRAL, clock=clock, autoplay=False)
                stage.update()
    return {"points": point > 30, "unfinished": unfinished, "frozen": frozen}


def coming_in() -> dict[str, object]:
    """A label of an image of which nothing has come yet."""
    clock, image = sd.ManualClock(), sd.IncrementalImage()
    with TkStage() as stage:
        label = stage.add(image, clock=clock)
        waiting = stage.add(image, clock=clock, autoplay=False)
        stage.update()
        clock.advance(0.1)
        image.feed(BALL.read_bytes())
        clock.advance(0.1)
        stage.update()
        return {
            "worst": difference(stage, label),
            "shown": label.player.stats.shown > 0,
            "waiting": waiting.player.state.value,
        }


def destroyed_past_python() -> dict[str, object]:
    """The window is destroyed by Tk's own command, which does not notify Python's objects."""
    with TkStage() as stage:
        label = stage.add(BALL)
        stage.update()
    root = tkinter.Tk()
    last = AnimatedLabel(root, BALL)
    root.tk.call("destroy", ".")
    return {
        "with the window": label.player.state.value,
        "past Python": last.player.state.value,
        "players": sd.diagnostics()["players"],
    }


def image_names() -> int:
    """How many more of Tk's images there are after a thousand frames."""
    clock = sd.ManualClock()
    with TkStage() as stage:
        stage.add(SPIRAL, clock=clock, rate=10.0)
        names = []
        for _ in range(2):
            for _ in range(500):
                clock.advance(1 / 60)
                stage.update()
            names.append(stage.root.tk.splitlist(stage.root.tk.call("image", "names")))
        return len(names[1]) - len(names[0])


def fails() -> dict[str, object]:
    """Errors in callbacks, of files, and of options."""
    reported: list[str] = []
    with TkStage() as stage:
        root = stage.root
        root.report_callback_exception = lambda kind, error, traceback: reported.append(f"{kind.__name__}: {error}")
        before = set(root.winfo_children()), sd.diagnostics()["players"]

        def broken(frame: sd.Frame) -> None:
            raise RuntimeError(f"frame {frame.index}")

        label = stage.add(BALL, on_frame=broken)
        stage.until(lambda: bool(reported))
        state = label.player.state.value
        stage.end([label], "delete the parent")
        handled: list[str] = []
        label = stage.add(BALL, on_frame=broken, on_error=lambda error: handled.append(str(error)))
        stage.until(lambda: bool(handled))
        stage.end([label], "delete the parent")
        refused = []
        for options in ({"source": b"no image"}, {"source": BALL, "rte": 2}, {"source": BALL, "zoom": 0}):
            try:
                AnimatedLabel(root, **options)
            except Exception as error:
                refused.append(type(error).__name__)
        after = set(root.winfo_children()), sd.diagnostics()["players"]

        stage.add(BALL, on_frame=lambda frame: sys.exit("enough"))
        stage.dispatcher().post(lambda: 1 // 0)  # what is no player's
        try:
            stage.until(lambda: False)
        except SystemExit as error:
            reported.append(f"SystemExit: {error}")
        return {
            "reported": reported,
            "state": state,
            "handled": handled,
            "refused": refused,
            "clean": before == after,
        }


def polls() -> dict[str, object]:
    """A Tk that cannot watch descriptors."""

    class WithoutFileHandlers:
        def __init__(self, tk: Any) -> None:
            self._tk = tk

        def __getattr__(self, name: str) -> Any:
            if name == "createfilehandler":
                raise AttributeError(name)
            return getattr(self._tk, name)

    with TkStage() as stage:
        root = stage.root
        root.tk = WithoutFileHandlers(root.tk)
        label = stage.add(BALL)
        came = stage.until(lambda: label.player.stats.shown > 3)
        label.player.pause()
        stage.update()
        worst = difference(stage, label)
        label.destroy()
        stage.update()
        return {"came": came, "worst": worst, "timers": len(root.tk.splitlist(root.tk.call("after", "info")))}


if __name__ == "__main__":
    main({name: value for name, value in vars(sys.modules[__name__]).items() if callable(value)})
