"""`sddisplaylink info FILE...`: the properties of image files. Starts no clock."""

from __future__ import annotations

import argparse
from typing import Any

from sddisplaylink.cli.inputs import Failures, add_files, expand, open_image
from sddisplaylink.cli.output import format_bytes, format_seconds, print_columns, print_json, print_table
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
"""How stored pictures are turned, by EXIF's number."""


def add_parser(commands: Any) -> None:
    """Add this command and its options."""
    parser = commands.add_parser("info", help="print what image files hold")
    add_files(parser)
    parser.add_argument("--frames", action="store_true", help="every frame: when it begins and how long it lasts")
    parser.add_argument(
        "--json", action="store_true", help="as JSON, with the duration of every frame; a list for several"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the properties of the files. Returns 1 if one of several cannot be read; the others are printed."""
    files = expand(arguments.files)
    found: list[dict[str, Any]] = []
    failures = Failures(files)
    for file in files:
        with failures.reported(), open_image(file, arguments) as image:
            found.append({"file": file, **describe(image), **({"frames": frames(image)} if arguments.frames else {})})
    if arguments.json:
        print_json(found[0] if len(files) == 1 else found)
    else:
        print_tables(found)
    return int(failures.count > 0)


def print_tables(found: list[dict[str, Any]]) -> None:
    """Print one description for each file, with an empty line between them."""
    for number, facts in enumerate(found):
        if number:
            print()
        print_table([("file", facts["file"]), *readable(facts)])
        if "frames" in facts:
            print()
            rows = [
                (str(frame["index"]), format_seconds(frame["timestamp"]), format_seconds(frame["duration"]))
                for frame in facts["frames"]
            ]
            print_columns(("frame", "begins", "lasts"), rows)


def frames(image: AnimatedImage) -> list[dict[str, Any]]:
    """When each frame begins in one showing, and how long it lasts, in seconds."""
    listed, begin = [], 0.0
    for index, duration in enumerate(image.durations):
        listed.append({"index": index, "timestamp": round(begin, 9), "duration": duration})
        begin += duration
    return listed


def describe(image: AnimatedImage) -> dict[str, Any]:
    """The properties of an image; `decoded_bytes` is the memory for all frames when decoded."""
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
    """The same as rows of text."""
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
    """The durations of frames, in one phrase."""
    shortest, longest = min(durations), max(durations)
    if shortest == longest:
        return f"{format_seconds(shortest)} per frame"
    return f"{format_seconds(shortest)} to {format_seconds(longest)} per frame"
