"""`sddisplaylink extract FILE... -o DIR`: every frame as a file, and a manifest with their durations."""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

from sddisplaylink.cli.inputs import STANDARD_INPUT, Failures, add_files, expand, open_image
from sddisplaylink.cli.output import warn
from sddisplaylink.errors import SDDisplayLinkError
from sddisplaylink.frames.frame import Frame
from sddisplaylink.images.image import AnimatedImage

BAR = 30
FORMATS: dict[str, dict[str, Any]] = {"png": {}, "webp": {"lossless": True}, "gif": {}}
"""Output formats, and Pillow's options for each."""
MANIFEST = "manifest.json"


def add_parser(commands: Any) -> None:
    """Add this command and its options."""
    parser = commands.add_parser("extract", help="write every frame as a file")
    add_files(parser, "; of several, each has a folder of its own in DIR")
    parser.add_argument("-o", "--output", required=True, metavar="DIR", help="where to; made if it does not exist")
    parser.add_argument(
        "--format",
        choices=tuple(FORMATS),
        default="png",
        help="of the frames: png, webp (lossless), gif (256 colours); default: %(default)s",
    )
    parser.add_argument("--force", action="store_true", help="overwrite files that exist")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the frames and the manifests, with a progress bar. Returns 1 if one of several files has failed."""
    files = expand(arguments.files)
    failures = Failures(files)
    for file, directory in zip(files, directories(Path(arguments.output), files), strict=True):
        with failures.reported(), open_image(file, arguments) as image:
            extract(image, file, directory, arguments)
    return int(failures.count > 0)


def directories(output: Path, files: list[str]) -> list[Path]:
    """The output folder of each file: `output` for a single file, else folders in it, named after the files."""
    if len(files) == 1:
        return [output]
    names: list[str] = []
    for file in files:
        stem = name = "standard_input" if file == STANDARD_INPUT else Path(file).stem
        while name in names:
            name = f"{stem}_{names.count(name) + len(names)}"
        names.append(name)
    return [output / name for name in names]


def extract(image: AnimatedImage, file: str, directory: Path, arguments: argparse.Namespace) -> None:
    """Write all frames of one image, and its manifest last."""
    paths = frame_paths(directory, image.frame_count, arguments.format)
    existing = [path for path in (*paths, directory / MANIFEST) if path.exists()]
    if existing and not arguments.force:
        raise SDDisplayLinkError(f"{existing[0]} exists; --force overwrites")
    directory.mkdir(parents=True, exist_ok=True)
    with contextlib.closing(progress(len(paths))) as bar:
        for index, path in enumerate(paths):
            next(bar)
            write_frame(image.frame(index), path)
    manifest = json.dumps(describe(image, file, paths), indent=2) + "\n"
    write_whole(directory / MANIFEST, manifest.encode())
    if image.truncated:
        warn(f"{file} is truncated: {len(paths)} whole frames were written")


def describe(image: AnimatedImage, file: str, paths: list[Path]) -> dict[str, Any]:
    """What the frames' files lack: durations, in seconds, and the number of plays."""
    timed = zip(paths, image.durations, strict=True)
    return {
        "source": file,
        "format": image.format,
        "width": image.width,
        "height": image.height,
        "loop_count": image.loop_count,
        "duration": image.duration,
        "truncated": image.truncated,
        "frames": [{"file": path.name, "duration": duration} for path, duration in timed],
    }


def frame_paths(directory: Path, count: int, suffix: str = "png") -> list[Path]:
    """frame_0000.png and so on: as many digits as sort well, four at least."""
    digits = max(4, len(str(count - 1)))
    return [directory / f"frame_{index:0{digits}d}.{suffix}" for index in range(count)]


def write_frame(frame: Frame, path: Path) -> None:
    """Write the frame in the format of the path's suffix."""
    kind = path.suffix[1:]
    data = io.BytesIO()
    frame.image.save(data, kind.upper(), **FORMATS[kind])
    write_whole(path, data.getvalue())


def write_whole(path: Path, data: bytes) -> None:
    """Write a frame to a file, which is never left incomplete."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("xb") as file:
            file.write(data)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def progress(total: int) -> Generator[None]:
    """Draws a progress bar on standard error if that is a terminal, one step a `next()`; erases it at the end."""
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
