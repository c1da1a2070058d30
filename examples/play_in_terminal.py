"""Plays an image in this terminal, by one call and by an event loop: python play_in_terminal.py [FILE]

The second part shows how to use a player in your own event loop: everything happens on this thread.
"""

import sys
from pathlib import Path

import sddisplaylink as sd

BALL = Path(__file__).with_name("ball.gif")
SHADES = " .:-=+*#%@"


def play_as_text(path: Path) -> None:
    """One loop, drawn with letters, by a player whose callbacks run in this loop."""
    dispatcher = sd.Dispatcher(thread=False)
    with sd.AnimatedImage.open(path) as image:
        player = sd.AnimatedImagePlayer(image, on_frame=print_frame, loop_count=1, dispatcher=dispatcher)
        player.play()
        while player.state is not sd.PlayerState.FINISHED:
            dispatcher.wait()
            dispatcher.run_pending()
        player.close()
    dispatcher.close()


def print_frame(frame: sd.Frame) -> None:
    """Twenty lines of forty letters, drawn over those before."""
    grey = frame.image.convert("L").resize((40, 20)).tobytes()
    letters = "".join(SHADES[value * len(SHADES) // 256] for value in grey)
    lines = [letters[start : start + 40] for start in range(0, len(letters), 40)]
    print("\x1b[H\x1b[J" + "\n".join(lines), f"\nframe {frame.index}, shown for {frame.duration * 1000:.0f} ms")


if __name__ == "__main__":
    file = Path(sys.argv[1]) if len(sys.argv) > 1 else BALL
    play_as_text(file)
    sd.play(file, loop_count=3)
