"""`sddisplaylink info FILE`: what a file holds. No clock is started."""

from __future__ import annotations

import argparse
from typing import Any

from sddisplaylink.cli.output import format_bytes, format_seconds, print_json, print_table
from sddisplaylink.images.image import AnimatedImage

UPRIGHT = 1
ORIENTATIONS = {
    2: "mirrored from left to right",
    3: "upside down",
    4: "mirrored from top to bottom",
    5: "mirrored from left to right, then turned left",
    6: "turned right",
    7: "mirrored from left to right, then turned right",
    8: "turned left",
}
"""What is done to the stored pictures, by EXIF's number."""


def add_parser(commands: Any) -> None:
    """Add this command and its options."""
    parser = commands.add_parser("info", help="tell what an image file holds")
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--json", action="store_true", help="as JSON, with the duration of every frame")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print what is known of the file."""
    with AnimatedImage.open(arguments.file) as image:
        facts = describe(image)
    if arguments.json:
        print_json({"file": arguments.file, **facts})
    else:
        print_table([("file", arguments.file), *readable(facts)])
    return 0


def describe(image: AnimatedImage) -> dict[str, Any]:
    """All that is known of an image; `decoded_bytes` is what its frames take in memory when all are decoded."""
    return {
        "format": image.format,
        "width": image.width,
        "height": image.height,
        "frame_count": image.frame_count,
        "is_animated": image.is_animated,
        "loop_count": image.loop_count,
        "duration": image.duration,
        "durations": list(image.durations),
        "truncated": image.truncated,
        "orientation": image.orientation,
        "colour_profile": image.colour_profile,
        "decoded_bytes": image.width * image.height * 4 * image.frame_count,
    }


def readable(facts: dict[str, Any]) -> list[tuple[str, object]]:
    """The same for people."""
    loops = facts["loop_count"]
    rows: list[tuple[str, object]] = [
        ("format", facts["format"]),
        ("size", f"{facts['width']} x {facts['height']} pixels"),
        ("frames", facts["frame_count"]),
        ("duration", f"{format_seconds(facts['duration'])} ({summarise(facts['durations'])})"),
        ("loops", "for ever" if loops == 0 else "once" if loops == 1 else f"{loops} times"),
        ("truncated", "yes: what is missing is not counted" if facts["truncated"] else "no"),
        ("decoded", format_bytes(facts["decoded_bytes"])),
    ]
    if facts["orientation"] != UPRIGHT:
        rows.append(("orientation", ORIENTATIONS[facts["orientation"]]))
    if facts["colour_profile"]:
        rows.append(("colours", facts["colour_profile"]))
    return rows


def summarise(durations: list[float]) -> str:
    """How long frames last, in one phrase."""
    shortest, longest = min(durations), max(durations)
    if shortest == longest:
        return f"{format_seconds(shortest)} per frame"
    return f"{format_seconds(shortest)} to {format_seconds(longest)} per frame"
