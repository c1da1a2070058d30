"""The command line: `sddisplaylink COMMAND …`, one module per command, imported when the command is used."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

import sddisplaylink
from sddisplaylink.cli.output import describe_error as describe
from sddisplaylink.cli.output import report_error

__all__ = ["build_parser", "describe", "main"]

COMMANDS = ("play", "info", "probe", "extract", "bench", "doctor", "completion")
FAILED, INTERRUPTED, PIPE_BROKEN = 1, 130, 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command that `argv` (default: sys.argv) names and return the exit code.

    Errors are printed in one line on standard error, exit code 1; usage errors raise SystemExit(2), as in argparse.
    """
    words = sys.argv[1:] if argv is None else argv
    try:
        arguments = build_parser(words[0] if words else None).parse_args(words)
        code: int = arguments.run(arguments)
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


def build_parser(command: str | None = None) -> argparse.ArgumentParser:
    """The parser of the whole command line, or with the name of a command, of that one; each command adds its own."""
    parser = argparse.ArgumentParser(prog="sddisplaylink", description=sddisplaylink.__doc__)
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
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)
