"""An animated image in a Textual app, with keys for it: python textual_app.py [FILE] [--symbols NAME] [--seconds S]"""

import argparse
import os
from pathlib import Path

from textual.app import App, ComposeResult
from textual.widgets import Footer, Static

from sddisplaylink.views.textual import AnimatedImage

parser = argparse.ArgumentParser(description=__doc__)
parser.add_argument("file", nargs="?", type=Path, default=Path(__file__).with_name("ball.gif"))
parser.add_argument("--symbols", choices=("half", "quad", "sextant"), default="half")
parser.add_argument("--seconds", type=float, default=os.environ.get("SDDISPLAYLINK_EXAMPLE_SECONDS", 0), help="0: stay")
parser.add_argument("--svg", type=Path, help="a screenshot at the end")
options = parser.parse_args()


class Player(App[None]):
    """The image, and a line that says which frame is shown."""

    CSS = "AnimatedImage { width: 100%; height: 1fr; } Static { text-align: center; }"
    BINDINGS = [("space", "pause", "Pause"), ("f", "speed(2)", "Faster"), ("s", "speed(0.5)", "Slower")]  # noqa: RUF012

    def compose(self) -> ComposeResult:
        """The widgets, from the top; the app's timer ends it."""
        self.frames = 0
        self.image = AnimatedImage(options.file, symbols=options.symbols)
        yield self.image
        yield Static("", id="line")
        yield Footer()
        if options.seconds:
            self.set_timer(options.seconds, self.end)

    def on_animated_image_frame_shown(self, message: AnimatedImage.FrameShown) -> None:
        """Called in the app's loop, as every handler."""
        self.frames += 1
        self.query_one("#line", Static).update(f"frame {message.index}")

    def action_pause(self) -> None:
        """Pause, or go on."""
        self.image.playing = not self.image.playing

    def action_speed(self, factor: float) -> None:
        """Faster or slower."""
        self.image.rate *= factor

    def end(self) -> None:
        """Photograph the app and leave it."""
        if options.svg:
            options.svg.write_text(self.export_screenshot(), "utf-8")
        self.exit()


app = Player()
app.run(headless=bool(options.svg), size=(64, 28) if options.svg else None)
print(f"{app.frames} frames shown")
