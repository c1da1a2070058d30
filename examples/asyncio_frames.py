"""Frames in asyncio, next to other tasks: python asyncio_frames.py [FILE] [--seconds S]"""

import argparse
import asyncio
import os
from contextlib import aclosing
from pathlib import Path

import sddisplaylink as sd

BALL = Path(__file__).with_name("ball.gif")


async def show_frames(player: sd.AnimatedImagePlayer) -> None:
    """The loop gets each frame when it is due; a slow loop gets the latest one."""
    async with aclosing(player.frames_async()) as frames:
        async for frame in frames:
            print(f"frame {frame.index:2} of loop {player.loop_index}")


async def count_refreshes(link: sd.DisplayLink) -> None:
    """Ticks of the display: every task with a loop gets all of them."""
    count_at = 60
    async for tick in link:
        if tick.sequence >= count_at:
            print(f"{tick.sequence} refreshes, {tick.missed} missed by this task")
            count_at += 60


async def main(file: str, seconds: float) -> None:
    """Run both at the same time, and a callback as well."""
    # Callbacks run in this loop as well if the player has a dispatcher for it.
    dispatcher = sd.Dispatcher.for_asyncio()
    with sd.AnimatedImagePlayer(file, dispatcher=dispatcher) as player, sd.DisplayLink() as link:
        player.on_loop = lambda loops: print(f"{loops} loops completed")
        tasks = asyncio.gather(show_frames(player), count_refreshes(link))
        try:
            await asyncio.wait_for(tasks, seconds)
        except TimeoutError:
            print(player.stats)
    dispatcher.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("file", nargs="?", default=BALL)
    parser.add_argument("--seconds", type=float, default=float(os.environ.get("SDDISPLAYLINK_EXAMPLE_SECONDS", "3")))
    arguments = parser.parse_args()
    asyncio.run(main(arguments.file, arguments.seconds))
