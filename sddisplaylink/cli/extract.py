"""`sddisplaylink extract FILE -o DIR`: every frame as a PNG."""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

from sddisplaylink.cli.output import warn
from sddisplaylink.errors import SDDisplayLinkError
from sddisplaylink.frames.frame import Frame
from sddisplaylink.images.image import AnimatedImage

BAR = 30


def add_parser(commands: Any) -> None:
    """Add this command and its options."""
    parser = commands.add_parser("extract", help="write every frame as a PNG")
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("-o", "--output", required=True, metavar="DIR", help="where to; made if it does not exist")
    parser.add_argument("--force", action="store_true", help="overwrite files that exist")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the frames, telling how far it has got."""
    directory = Path(arguments.output)
    with AnimatedImage.open(arguments.file) as image:
        paths = frame_paths(directory, image.frame_count)
        existing = [path for path in paths if path.exists()]
        if existing and not arguments.force:
            raise SDDisplayLinkError(f"{existing[0]} exists; --force overwrites")
        directory.mkdir(parents=True, exist_ok=True)
        with contextlib.closing(progress(len(paths))) as bar:
            for index, path in enumerate(paths):
                next(bar)
                write_frame(image.frame(index), path)
        if image.truncated:
            warn(f"{arguments.file} is truncated: {len(paths)} whole frames were written")
    return 0


def frame_paths(directory: Path, count: int) -> list[Path]:
    """frame_0000.png and so on: as many digits as sort well, four at least."""
    digits = max(4, len(str(count - 1)))
    return [directory / f"frame_{index:0{digits}d}.png" for index in range(count)]


def write_frame(frame: Frame, path: Path) -> None:
    """All or nothing: a file of that name is never half written."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("xb") as file:
            frame.image.save(file, "PNG")
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def progress(total: int) -> Generator[None]:
    """Draws a bar on standard error, one step at each `next()`, if that is a terminal; wiped off when closed."""
    shown = sys.stderr.isatty()
    try:
        for done in range(total):
            if shown:
                bar = "#" * (BAR * done // total)
                print(f"\r[{bar:<{BAR}}] {done}/{total}", end="", file=sys.stderr, flush=True)
            yield
    finally:
        if shown:
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)
