"""Records the pacing of playback: python record_pacing.py [FILE] [--seconds S] [--plot CHART] [--csv TABLE]"""

import argparse
import os
import time
from pathlib import Path

import sddisplaylink as sd

BALL = Path(__file__).with_name("ball.gif")


def main() -> None:
    """Play with a callback that is slow now and then, and print the recorded figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", default=BALL)
    parser.add_argument("--seconds", type=float, default=float(os.environ.get("SDDISPLAYLINK_EXAMPLE_SECONDS", "5")))
    parser.add_argument("--plot", metavar="FILE", help="a chart; needs the extra 'plot'")
    parser.add_argument("--csv", metavar="FILE", help="every frame")
    arguments = parser.parse_args()
    with sd.AnimatedImagePlayer(arguments.file, loop_count=0) as player, player.record() as recorder:
        player.on_frame = lambda frame: time.sleep(0.15) if player.loop_index % 2 and frame.index == 5 else None
        player.play()
        player.wait(arguments.seconds)
    summary = recorder.summary()
    print(f"{summary.frames} frames in {summary.seconds:.1f} s, {summary.skipped} skipped, {summary.late} late")
    for name in ("lateness_p50", "lateness_p95", "lateness_p99", "lateness_max"):
        print(f"{name}: {1000 * getattr(summary, name):.2f} ms")
    if arguments.csv:
        recorder.to_csv(arguments.csv)
    if arguments.plot:
        recorder.plot(arguments.plot, f"{Path(arguments.file).name}, one frame of every other loop taking 150 ms")


if __name__ == "__main__":
    main()
