"""Frames in trio: pulled by a loop, and by callbacks in a task: python trio_frames.py [FILE] [--seconds S]"""

import argparse
import os
from contextlib import aclosing
from pathlib import Path

import trio

import sddisplaylink as sd

BALL = Path(__file__).with_name("ball.gif")


async def pull(file: str) -> None:
    """A loop over frames, as in asyncio; trio needs it to be closed, by aclosing()."""
    with sd.AnimatedImagePlayer(file, loop_count=0) as player:
        async with aclosing(player.frames_async()) as frames:
            async for frame in frames:
                print(f"pulled frame {frame.index}")


async def call_back(file: str) -> None:
    """Callbacks in this task: the dispatcher runs until the task is cancelled."""
    dispatcher = sd.Dispatcher(thread=False)
    with sd.AnimatedImagePlayer(file, loop_count=0, dispatcher=dispatcher) as player:
        player.on_frame = lambda frame: print(f"called with frame {frame.index}")
        player.play()
        await dispatcher.run_async()


async def main(file: str, seconds: float) -> None:
    """Run both at the same time."""
    with trio.move_on_after(seconds):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(pull, file)
            nursery.start_soon(call_back, file)
    print("ended", sd.diagnostics()["players"], "players left")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", default=BALL)
    parser.add_argument("--seconds", type=float, default=float(os.environ.get("SDDISPLAYLINK_EXAMPLE_SECONDS", "3")))
    arguments = parser.parse_args()
    trio.run(main, arguments.file, arguments.seconds)
