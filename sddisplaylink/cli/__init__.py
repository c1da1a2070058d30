"""The command line: `sddisplaylink COMMAND …`, one module per command."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

import sddisplaylink
from sddisplaylink.cli import bench, doctor, extract, info, play, probe
from sddisplaylink.cli.output import one_line
from sddisplaylink.errors import SDDisplayLinkError

COMMANDS = (play, info, probe, extract, bench, doctor)
FAILED, INTERRUPTED, PIPE_BROKEN = 1, 130, 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that `argv` (default: sys.argv) names and return the exit code.

    Errors are one line on standard error: 1; usage errors leave by SystemExit(2), as argparse has it.
    """
    try:
        arguments = build_parser().parse_args(argv)
        code: int = arguments.run(arguments)
        print(end="", flush=True)
    except KeyboardInterrupt:
        settle_output()
        return INTERRUPTED
    except BrokenPipeError:
        settle_output()
        return PIPE_BROKEN
    except Exception as error:
        if sys.flags.dev_mode:
            raise
        settle_output()
        print(f"sddisplaylink: {describe(error)}", file=sys.stderr)
        return FAILED
    return code


def build_parser() -> argparse.ArgumentParser:
    """The parser of the whole command line; each command adds its own."""
    parser = argparse.ArgumentParser(prog="sddisplaylink", description=sddisplaylink.__doc__)
    parser.add_argument("--version", action="version", version=f"sddisplaylink {sddisplaylink.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add_parser(commands)
    return parser


def describe(error: Exception) -> str:
    """One line that says what went wrong."""
    if isinstance(error, OSError) and error.strerror:
        return one_line(f"{error.filename}: {error.strerror}" if error.filename is not None else error.strerror)
    if isinstance(error, SDDisplayLinkError) and str(error):
        return one_line(str(error))
    return one_line(f"internal error, please report it: {type(error).__name__}: {error} (traceback: python -X dev)")


def settle_output() -> None:
    """Write what is still buffered, or nowhere if that fails: the interpreter's last flush would complain at length."""
    try:
        print(end="", flush=True)
    except OSError:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
