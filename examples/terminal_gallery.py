"""Images side by side in this terminal, on one timeline: python terminal_gallery.py [FILE...] [--seconds S]"""

import argparse
import os
from pathlib import Path

import sddisplaylink as sd

HERE = Path(__file__).parent


def main() -> None:
    """Play all images for about so many seconds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", default=[HERE / "ball.gif", HERE / "spiral.png"])
    parser.add_argument("--seconds", type=float, default=float(os.environ.get("SDDISPLAYLINK_EXAMPLE_SECONDS", "6")))
    parser.add_argument("--renderer", default="auto", help="kitty, sixel, halfblock, window")
    arguments = parser.parse_args()
    images = [sd.AnimatedImage.open(file) for file in arguments.files]
    loops = max(1, round(arguments.seconds / max(image.duration for image in images)))
    finished = sd.play(images, renderer=arguments.renderer, loop_count=loops)
    print("finished" if finished else "ended by Ctrl-C")
    for image in images:
        image.close()


if __name__ == "__main__":
    main()
