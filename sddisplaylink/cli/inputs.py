"""The input files of a command: paths, patterns, and `-` for standard input."""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import sys
from collections.abc import Iterator

from sddisplaylink.cli.output import positive_int, report_error
from sddisplaylink.errors import SDDisplayLinkError
from sddisplaylink.images.image import AnimatedImage

__all__ = ["STANDARD_INPUT", "Failures", "add_files", "expand", "open_file", "open_image"]

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
    """The input files; a pattern is replaced by the files that match it, and stays if none does."""
    if names.count(STANDARD_INPUT) > 1:
        raise SDDisplayLinkError("standard input (-) can be read only once")
    return [file for name in names for file in _matches(name)]


def open_image(file: str, arguments: argparse.Namespace) -> AnimatedImage:
    """Open the image with the options of the command line. Raises OSError and SDDisplayLinkError."""
    source = _standard_input() if file == STANDARD_INPUT else _existing(file)
    return AnimatedImage.open(source, max_pixels=arguments.max_pixels)


def open_file(file: str) -> io.BytesIO:
    """The content of the file, with its name for messages. Raises OSError and SDDisplayLinkError."""
    if file == STANDARD_INPUT:
        return _standard_input()
    with open(_existing(file), "rb") as opened:  # importing pathlib takes milliseconds
        return _Content(opened.read(), file)


class Failures:
    """Reports what is wrong with single files, so that others can be read; the error of an only file is raised."""

    def __init__(self, files: list[str]) -> None:
        self._is_only = len(files) == 1
        self.count = 0

    @contextlib.contextmanager
    def reported(self) -> Iterator[None]:
        """Report an error of what is done with one file."""
        try:
            yield
        except BrokenPipeError:
            raise
        except (OSError, SDDisplayLinkError) as error:
            if self._is_only:
                raise
            report_error(error)
            self.count += 1


class _Content(io.BytesIO):
    def __init__(self, data: bytes, name: str) -> None:
        super().__init__(data)
        self.name = name


def _standard_input() -> _Content:
    if sys.stdin is None:  # as it is where the descriptor is closed
        raise SDDisplayLinkError("standard input is closed")
    return _Content(sys.stdin.buffer.read(), "standard input")


def _matches(name: str) -> list[str]:
    if not _is_pattern(name):
        return [name]
    import glob

    return sorted(glob.glob(name, recursive=True)) or [name]  # noqa: PTH207 -- names stay as they were written


def _existing(file: str) -> str:
    if _is_pattern(file):
        raise SDDisplayLinkError(f"{file}: no file matches")
    return file


def _is_pattern(name: str) -> bool:
    """Whether it is to be replaced by what matches it, and not the name of a file or `-`."""
    return name != STANDARD_INPUT and not _SPECIAL.isdisjoint(name) and not os.path.exists(name)  # noqa: PTH110
