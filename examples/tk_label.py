"""An animated image in a Tk window, with a button and a slider: python tk_label.py [FILE] [--seconds S]"""

import argparse
import os
import tkinter
from pathlib import Path

from PIL import ImageGrab

import sddisplaylink as sd
from sddisplaylink.views.tk import AnimatedLabel


class Window(tkinter.Tk):
    """The image, a slider for its speed, and a button to pause it."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.title("sddisplaylink")
        self.configure(background="#2b3a4a", padx=24, pady=16)
        self.label = AnimatedLabel(self, path, background="#2b3a4a", borderwidth=0)
        self.label.pack()
        self.label.player.on_frame = self.count
        self.button = tkinter.Button(self, text="Pause", width=8, command=self.toggle)
        self.button.pack(side="left", pady=(16, 0))
        self.speed = tkinter.Scale(self, from_=-2, to=4, resolution=0.1, orient="horizontal", command=self.set_speed)
        self.speed.set(1)
        self.speed.pack(side="left", padx=(12, 0), pady=(16, 0))

    def count(self, frame: sd.Frame) -> None:
        """Called by the main loop: widgets may be used."""
        self.title(f"frame {frame.index}")

    def toggle(self) -> None:
        """Pause or resume."""
        player = self.label.player
        is_playing = player.state is sd.PlayerState.PLAYING
        (player.pause if is_playing else player.play)()
        self.button["text"] = "Play" if is_playing else "Pause"

    def set_speed(self, value: str) -> None:
        """Set the rate; negative plays backwards."""
        self.label.player.rate = float(value)


parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("file", nargs="?", type=Path, default=Path(__file__).with_name("ball.gif"))
parser.add_argument("--seconds", type=float, default=os.environ.get("SDDISPLAYLINK_EXAMPLE_SECONDS", 0), help="0: stay")
parser.add_argument("--screenshot", type=Path, help="a photograph of the window at the end")
options = parser.parse_args()
window = Window(options.file)
if options.seconds:
    window.after(round(options.seconds * 1000), window.quit)
window.mainloop()
if options.screenshot:
    left, top = window.winfo_rootx(), window.winfo_rooty()
    box = left, top, left + window.winfo_width(), top + window.winfo_height()
    ImageGrab.grab(box, xdisplay=os.environ.get("DISPLAY")).save(options.screenshot)
print(f"{window.label.player.stats.shown} frames shown")
