"""`sddisplaylink bench FILE...`: how fast this library decodes files on this machine."""

from __future__ import annotations

import argparse
import statistics
import time
from dataclasses import dataclass
from typing import Any

from sddisplaylink.cli.inputs import Failures, add_files, expand, open_file
from sddisplaylink.cli.output import format_seconds, positive_int, print_json, print_table
from sddisplaylink.images.image import AnimatedImage


@dataclass(frozen=True)
class Run:
    """One decoding of the whole file, in seconds since it was opened."""

    first_frame: float
    all_frames: float


def add_parser(commands: Any) -> None:
    """Add this command and its options."""
    parser = commands.add_parser("bench", help="measure how fast files are decoded")
    add_files(parser)
    parser.add_argument("--repeat", type=positive_int, default=5, metavar="N", help="how often (default: %(default)s)")
    parser.add_argument("--json", action="store_true", help="as JSON, times in seconds")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Time each file and print the figures; with --json, those of several files as a list. Returns 1 if one fails."""
    files = expand(arguments.files)
    found: list[dict[str, Any]] = []
    failures = Failures(files)
    for file in files:
        with failures.reported():
            found.append({"file": file, **time_file(file, arguments)})
            if not arguments.json:
                if len(found) > 1:
                    print()
                print_table([("file", file), *readable(found[-1])])
    if arguments.json:
        print_json(found[0] if len(files) == 1 else found)
    return int(failures.count > 0)


def time_file(file: str, arguments: argparse.Namespace) -> dict[str, Any]:
    """The figures of one file."""
    content = open_file(file)  # before the measurement, so that reading the disk is not included
    data = content.getvalue()
    with AnimatedImage.open(content, max_pixels=arguments.max_pixels) as image:
        frames, pixels = image.frame_count, image.width * image.height * image.frame_count
    return summarise([measure(data, arguments.max_pixels) for _ in range(arguments.repeat)], frames, pixels)


def measure(data: bytes, max_pixels: int | None) -> Run:
    """Open the image and decode every frame once, in order, as a player does."""
    begin = time.perf_counter()
    with AnimatedImage.open(data, max_pixels=max_pixels) as image:
        image.frame(0)
        first = time.perf_counter()
        for index in range(1, image.frame_count):
            image.frame(index)
        return Run(first - begin, time.perf_counter() - begin)


def summarise(runs: list[Run], frames: int, pixels: int) -> dict[str, Any]:
    """Fastest and median run: the fastest is the least disturbed, the median is typical."""
    first, every = [run.first_frame for run in runs], [run.all_frames for run in runs]
    return {
        "runs": len(runs),
        "frames": frames,
        "first_frame_min": min(first),
        "first_frame_median": statistics.median(first),
        "all_frames_min": min(every),
        "all_frames_median": statistics.median(every),
        "frames_per_second": frames / statistics.median(every),
        "megapixels_per_second": pixels / statistics.median(every) / 1e6,
    }


def readable(facts: dict[str, Any]) -> list[tuple[str, object]]:
    """The same as rows of text."""
    rate = f"{facts['frames_per_second']:.0f} frames/s, {facts['megapixels_per_second']:.1f} megapixels/s (median)"
    return [
        ("runs", f"{facts['runs']} of {facts['frames']} frames"),
        ("first frame", spread(facts, "first_frame")),
        ("all frames", spread(facts, "all_frames")),
        ("throughput", rate),
    ]


def spread(facts: dict[str, Any], name: str) -> str:
    """Both figures of one measurement."""
    return f"min {format_seconds(facts[f'{name}_min'])}, median {format_seconds(facts[f'{name}_median'])}"
