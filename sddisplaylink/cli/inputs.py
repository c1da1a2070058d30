"""The input files of a command: paths, patterns, and `-` for standard input."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator

from sddisplaylink.cli.output import positive_int
from sddisplaylink.errors import SDDisplayLinkError
from sddisplaylink.images.image import AnimatedImage

__all__ = ["STANDARD_INPUT", "add_files", "expand", "open_image", "read_file"]

STANDARD_INPUT = "-"
_SPECIAL = frozenset("*?[")  # what makes a name a pattern


def add_files(parser: argparse.ArgumentParser, more: str = "") -> None:
    """Add the arguments of every command that reads images."""
    words = "a path, a quoted pattern such as '*.gif', or - for standard input"
    parser.add_argument("files", metavar="FILE", nargs="+", help=f"{words}{more}")
    parser.add_argument(
        "--max-pixels", type=positive_int, metavar="N", help="refuse frames of more pixels (default: Pillow's limit)"
    )


def expand(names: list[str]) -> list[str]:
    """The input files; a pattern is replaced by the files that match it. Raises SDDisplayLinkError if none does."""
    if names.count(STANDARD_INPUT) > 1:
        raise SDDisplayLinkError("standard input (-) can be read only once")
    return [file for name in names for file in _matches(name)]


def open_image(file: str, arguments: argparse.Namespace) -> AnimatedImage:
    """Open the image with the options of the command line."""
    source = read_file(file) if file == STANDARD_INPUT else file
    return AnimatedImage.open(source, max_pixels=arguments.max_pixels)


def read_file(file: str) -> bytes:
    """The content of the file."""
    if file == STANDARD_INPUT:
        return sys.stdin.buffer.read()
    with open(file, "rb") as opened:  # importing pathlib takes milliseconds
        return opened.read()


def _matches(name: str) -> Iterator[str]:
    if name == STANDARD_INPUT or not _SPECIAL.intersection(name) or os.path.exists(name):  # noqa: PTH110 -- as above
        yield name
        return
    import glob

    found = sorted(glob.glob(name, recursive=True))  # noqa: PTH207 -- names are to stay as they were written
    if not found:
        raise SDDisplayLinkError(f"{name}: no file matches")
    yield from found
