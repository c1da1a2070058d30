"""A Tk window for the scenes of support/window_scenes.py, and for tk_windows.py."""

from __future__ import annotations

import _tkinter
import time
import tkinter
from collections.abc import Callable
from typing import Any, Self

from PIL import Image, ImageTk

from sddisplaylink.views.tk.dispatcher import TkDispatcher
from sddisplaylink.views.tk.label import AnimatedLabel
from support import window_scenes
from support.window_driver import grab
from support.window_scenes import PATIENCE


class TkStage:
    """A window with labels below one another, each in a frame of its own."""

    background = "#30a0f0"

    def __enter__(self) -> Self:
        self.root = tkinter.Tk()
        self.root.geometry("+40+30")
        self.root.configure(background="#203040")
        return self

    def __exit__(self, *exception: object) -> None:
        self.root.destroy()

    def add(self, source: Any, **options: Any) -> AnimatedLabel:
        box = tkinter.Frame(self.root)
        label = AnimatedLabel(box, source, borderwidth=0, background=self.background, **options)
        box.pack()
        label.pack(padx=7, pady=5)
        return label

    def add_still(self, picture: Image.Image) -> tkinter.Label:
        box = tkinter.Frame(self.root)
        self._still = ImageTk.PhotoImage(picture.convert("RGB"), master=self.root)
        label = tkinter.Label(box, image=self._still, borderwidth=0, background=self.background)
        box.pack()
        label.pack(padx=7, pady=5)
        return label

    def natural_size(self, label: tkinter.Label) -> tuple[int, int]:
        return label.winfo_reqwidth(), label.winfo_reqheight()

    def watch(self, look: Callable[[], None]) -> None:
        while self.root.tk.dooneevent(_tkinter.DONT_WAIT):
            self.root.winfo_pointerxy()
            look()

    def photograph_if_shown(self, label: tkinter.Label) -> Image.Image | None:
        left, top, (width, height) = label.winfo_rootx(), label.winfo_rooty(), self.natural_size(label)
        return grab(box=(left, top, left + width, top + height)) if label.winfo_viewable() else None

    def update(self) -> None:
        self.root.update()
        self.root.winfo_pointerxy()  # with the answer the server has drawn what came before

    def until(self, condition: Callable[[], bool], patience: float = PATIENCE) -> bool:
        end = time.monotonic() + patience

        def look() -> None:
            if condition() or time.monotonic() > end:
                self.root.quit()
            else:
                self.root.after(2, look)

        self.root.after(0, look)
        self.root.mainloop()
        return condition()

    def call_later(self, seconds: float, callback: Callable[[], None]) -> None:
        self.root.after(round(seconds * 1000), callback)

    def photograph(self, label: AnimatedLabel) -> Image.Image:
        left, top, (width, height) = label.winfo_rootx(), label.winfo_rooty(), label.player.image.size
        return grab(box=(left, top, left + width, top + height))

    def hide(self, label: AnimatedLabel, what: str) -> None:
        if what == "window":
            self.root.withdraw()
        else:
            label.master.pack_forget()  # the frame that the label is in

    def show(self, label: AnimatedLabel, what: str) -> None:
        if what == "window":
            self.root.deiconify()
        else:
            label.master.pack()

    def dispatcher(self) -> TkDispatcher:
        return TkDispatcher.of(self.root)

    def end(self, labels: list[AnimatedLabel], how: str) -> None:
        for label in labels:
            (label if how == "close" else label.master).destroy()


if __name__ == "__main__":
    window_scenes.main(TkStage)
