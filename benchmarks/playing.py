"""What playing costs: each file at its own speed, next to a loop over Pillow, and each API to go through frames.

    python -m benchmarks.playing FILE [FILE …]

Every figure is the processor time of a separate process, so that it includes nothing of the others.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from PIL import Image

import sddisplaylink as sd

_MODES = ("normal", "reverse", "bounce")
_LOOPS = 2
_STILL = 0.1  # seconds that frames without a delay are shown


def player_at_its_own_speed(path: Path, seconds: float) -> float:
    """The part of a processor that a player takes, whose callback does nothing."""
    with sd.AnimatedImagePlayer(path, on_frame=lambda frame: None, loop_count=0) as player:
        player.play()
        return _busy_part(time.sleep, seconds)


def pillow_at_its_own_speed(path: Path, seconds: float) -> float:
    """The same for a loop over Pillow's frames, converted to RGBA, that sleeps between them."""

    def play(duration: float) -> None:
        due = time.monotonic()
        end = due + duration
        for delay in _pillow_frames(path):
            due += delay if delay > 0.01 else _STILL
            if due >= end:
                return
            time.sleep(max(0.0, due - time.monotonic()))

    return _busy_part(play, seconds)


def _pillow_frames(path: Path) -> Iterator[float]:
    """The delay of each frame, once it is decoded; for ever. Opened anew for each loop: some files cannot go back."""
    while True:
        with Image.open(path) as image:
            for index in range(getattr(image, "n_frames", 1)):
                image.seek(index)
                image.convert("RGBA")
                yield float(image.info.get("duration", 0)) / 1000


def _busy_part(play: Callable[[float], None], seconds: float) -> float:
    """Processor time of `play`, which lasts so many seconds, after it has begun."""
    play(1.0)
    began, worked = time.monotonic(), time.process_time()
    play(seconds)
    return (time.process_time() - worked) / (time.monotonic() - began)


def seconds_a_frame(path: Path, mode: str) -> float:
    """Processor time for each frame of two loops, as fast as they can be decoded, none left out."""
    shown = 0

    def count(frame: sd.Frame) -> None:
        nonlocal shown
        shown += 1

    clock = sd.ManualClock()
    with sd.AnimatedImagePlayer(
        path, on_frame=count, mode=sd.PlaybackMode(mode), loop_count=_LOOPS, late_policy="no_skip", clock=clock
    ) as player:
        began = time.process_time()
        player.play()
        while player.state is sd.PlayerState.PLAYING:
            clock.advance(1 / 60)
        return (time.process_time() - began) / shown


def _measure(task: str, path: Path, seconds: float) -> float:
    if task in _MODES:
        return seconds_a_frame(path, task)
    at_its_own_speed = player_at_its_own_speed if task == "player" else pillow_at_its_own_speed
    return at_its_own_speed(path, seconds)


def _apart(task: str, path: Path, seconds: float) -> float:
    command = [sys.executable, "-m", "benchmarks.playing", str(path), "--task", task, "--seconds", str(seconds)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def _report(path: Path, seconds: float, rounds: int) -> str:
    """The least of so many rounds, each of which measures everything once."""
    tasks = ("player", "pillow", *_MODES)
    best = dict.fromkeys(tasks, float("inf"))
    for _ in range(rounds):
        for task in tasks:
            best[task] = min(best[task], _apart(task, path, seconds))
    forwards = best["normal"]
    return (
        f"{path.name:28} {best['player']:8.2%} {best['pillow']:8.2%}   {forwards * 1e6:7.0f} us"
        f" {best['reverse'] / forwards:8.2f} {best['bounce'] / forwards:8.2f}"
    )


def main(arguments: list[str] | None = None) -> None:
    """Measure, and print a line for each file."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--seconds", type=float, default=8.0, help="how long each file is played")
    parser.add_argument("--rounds", type=int, default=3, help="how often everything is measured (the least counts)")
    parser.add_argument("--task", choices=("player", "pillow", *_MODES), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.task:
        print(_measure(options.task, options.files[0], options.seconds))
        return
    print(f"{'':28} {'player':>8} {'Pillow':>8}   {'forwards':>10} {'back':>8} {'and back':>8}")
    for path in options.files:
        print(_report(path, options.seconds, options.rounds))


if __name__ == "__main__":
    main()
