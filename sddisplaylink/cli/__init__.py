"""The command line: `sddisplaylink COMMAND …`, one module per command, imported when the command is used."""

from __future__ import annotations

import argparse
import contextlib
import errno
import importlib
import io
import os
import sys
from collections.abc import Sequence
from typing import Any

import sddisplaylink
from sddisplaylink.cli.output import describe_error as describe
from sddisplaylink.cli.output import report_error

__all__ = ["build_parser", "describe", "main"]

COMMANDS = ("play", "info", "probe", "extract", "bench", "doctor", "completion")
USUAL_WIDTH = 80
FAILED, INTERRUPTED, PIPE_BROKEN = 1, 130, 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that `argv` (default: sys.argv) names and return the exit code.

    Errors are printed in one line on standard error, exit code 1, also where output cannot be written; usage errors
    raise SystemExit(2), as in argparse, and what argparse prints ends with SystemExit(0).
    """
    words = sys.argv[1:] if argv is None else argv
    if sys.stdout is None:  # as it is where the descriptor is closed
        with contextlib.redirect_stdout(_ClosedOutput()):
            return main(words)
    try:
        code = _run(words)
        print(end="", flush=True)
    except KeyboardInterrupt:
        flush_output()
        return INTERRUPTED
    except BrokenPipeError:
        flush_output()
        return PIPE_BROKEN
    except Exception as error:
        if sys.flags.dev_mode:
            raise
        flush_output()
        report_error(error)
        return FAILED
    return code


def _run(words: Sequence[str]) -> int:
    try:
        arguments = build_parser(words[0] if words else None).parse_args(words)
    except SystemExit:
        print(end="", flush=True)  # argparse passes over errors of writing its help
        raise
    code: int = arguments.run(arguments)
    return code


class _ClosedOutput(io.StringIO):
    """In place of a standard output that is closed: what is written cannot be flushed."""

    def flush(self) -> None:
        if self.tell():
            raise OSError(errno.EBADF, "standard output is closed")


class _Parser(argparse.ArgumentParser):
    """argparse's, and that of each command, with lines as wide as the terminal."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"formatter_class": _Formatter, **options})


class _Formatter(argparse.HelpFormatter):
    """argparse's, which would import shutil for the width, and with it bz2 and lzma: milliseconds of every start."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_terminal_width() - 2)


def _terminal_width() -> int:
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns):
        return int(columns)
    try:
        return os.get_terminal_size(sys.stdout.fileno()).columns or USUAL_WIDTH
    except (AttributeError, OSError, ValueError):  # it is no terminal
        return USUAL_WIDTH


def build_parser(command: str | None = None) -> argparse.ArgumentParser:
    """The parser of the whole command line, or with the name of a command, of that one; each command adds its own."""
    parser = _Parser(prog="sddisplaylink", description=sddisplaylink.__doc__)
    parser.add_argument("--version", action="version", version=f"sddisplaylink {sddisplaylink.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    is_enough = command in COMMANDS and command != "completion"
    for name in (command,) if is_enough else COMMANDS:
        importlib.import_module(f"sddisplaylink.cli.{name}").add_parser(commands)
    if not is_enough:
        from sddisplaylink.cli import completion

        completion.describe(commands)
    return parser


def flush_output() -> None:
    """Flush standard output; if that fails, discard it, so that the interpreter's last flush prints no traceback."""
    try:
        print(end="", flush=True)
    except OSError:
        if isinstance(sys.stdout, _ClosedOutput):
            return
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
