"""`sddisplaylink doctor`: prints the facts for a bug report."""

from __future__ import annotations

import argparse
import contextlib
import os
import platform
from collections.abc import Iterator
from typing import Any

from sddisplaylink.cli import probe_corevideo
from sddisplaylink.cli.output import print_json, print_table
from sddisplaylink.clocks.displays import available_clocks, displays
from sddisplaylink.diagnostics import diagnostics
from sddisplaylink.errors import SDDisplayLinkError
from sddisplaylink.views.terminal.colour import colour_depth
from sddisplaylink.views.terminal.screen import Screen
from sddisplaylink.views.terminal.tmux import Tmux

PACKAGES = (
    "deflate",
    "PySide6-Essentials",
    "PySide6",
    "PyQt6",
    "PyGObject",
    "pygame-ce",
    "pygame",
    "pyglet",
    "textual",
    "textual-image",
    "anywidget",
    "jupyterlab",
    "matplotlib",
    "numpy",
    "pyobjc-framework-Cocoa",
)
VARIABLES = ("TERM", "COLORTERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "TMUX", "QT_API", "SDDISPLAYLINK_CLOCK")


def add_parser(commands: Any) -> None:
    """Add this command and its options."""
    parser = commands.add_parser("doctor", help="print what a bug report needs: versions, clocks, displays, terminal")
    parser.add_argument("--json", action="store_true", help="as JSON")
    parser.add_argument(
        "--probe-corevideo",
        action="store_true",
        help="measure what this Mac's display links do, as a table for an issue",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Print the report, or the measurements of CoreVideo."""
    if arguments.probe_corevideo:
        return probe_corevideo.run()
    report = examine()
    if arguments.json:
        print_json(report)
    else:
        print_table(flatten(report))
    return 0


def examine() -> dict[str, Any]:
    """All facts, by topic."""
    found = diagnostics()
    return {
        "versions": found.pop("versions"),
        "python": {"implementation": platform.python_implementation(), "machine": platform.machine()},
        "packages": examine_packages(),
        "clocks": list(available_clocks()),
        "displays": examine_displays(),
        "terminal": examine_terminal(),
        "environment": {name: os.environ[name] for name in VARIABLES if name in os.environ},
        "diagnostics": found,
    }


def examine_packages() -> dict[str, str]:
    """Versions of the installed libraries that the views and the decoders use, with Tk's and its picture format's."""
    import importlib.metadata  # not worth loading for the other commands

    found = {}
    for name in PACKAGES:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    try:
        import tkinter
    except ImportError:
        return found
    return {**found, "Tk": str(tkinter.TkVersion)}


def examine_displays() -> list[dict[str, Any]] | str:
    """The displays, or the reason why they are not known."""
    try:
        return [display._asdict() for display in displays()]
    except SDDisplayLinkError as error:
        return f"unknown: {error}"


def examine_terminal() -> dict[str, Any] | str:
    """The capabilities of the terminal, or the reason why they are not known."""
    try:
        with Screen() as screen:
            size, found = screen.size(), screen.capabilities
            return {
                "columns": size.columns,
                "rows": size.rows,
                "cell_width": size.cell_width,
                "cell_height": size.cell_height,
                "answers": found.answered,
                "name": found.name or (None if found.tmux is None else "tmux"),
                "kitty_graphics": found.kitty_graphics,
                "sixel": found.sixel,
                "background": found.background,
                "colours": colour_depth(os.environ).value,
                "placeholders": found.tmux is not None and found.tmux.shows_placeholders,
                "tmux": None if found.tmux is None else examine_tmux(found.tmux),
            }
    except SDDisplayLinkError as error:
        return str(error)


def examine_tmux(tmux: Tmux) -> dict[str, Any]:
    """Whether tmux passes pictures on, and the terminal around it; None for what is not known."""
    return {"passes": tmux.passes, "terminal": tmux.terminal or None, "term": tmux.term or None}


def flatten(report: Any, prefix: str = "") -> Iterator[tuple[str, object]]:
    """Rows of a table for nested values, named by their paths."""
    if isinstance(report, dict):
        for name, value in report.items():
            yield from flatten(value, f"{prefix}.{name}" if prefix else name)
    elif isinstance(report, list) and any(isinstance(value, dict) for value in report):
        for number, value in enumerate(report):
            yield from flatten(value, f"{prefix}.{number}")
    else:
        yield prefix, ", ".join(map(str, report)) if isinstance(report, (list, tuple)) else report
