"""Output and argument types that the commands share."""

from __future__ import annotations

import argparse
import math
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from sddisplaylink.errors import SDDisplayLinkError


def print_json(value: Any) -> None:
    """Print one JSON document."""
    import json  # takes milliseconds to import, and playing needs none

    print(json.dumps(value, indent=2))


def print_table(rows: Iterable[tuple[str, object]]) -> None:
    """Print names and values in two columns."""
    lines = [(name, one_line(str(value))) for name, value in rows]
    width = max(len(name) for name, _ in lines)
    for name, value in lines:
        print(f"{name:<{width}}  {value}")


def print_columns(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """A table with a head, its columns aligned to the right."""
    widths = [max(map(len, column)) for column in zip(head, *rows, strict=True)]
    for row in (head, *rows):
        print("  ".join(f"{cell:>{width}}" for cell, width in zip(row, widths, strict=True)))


def describe_error(error: Exception) -> str:
    """The error as one line."""
    if isinstance(error, OSError) and error.strerror:
        name = "" if error.filename is None else f"{error.filename or repr('')}: "
        return one_line(name + error.strerror)
    if isinstance(error, SDDisplayLinkError) and str(error):
        return one_line(str(error))
    return one_line(f"internal error, please report it: {type(error).__name__}: {error} (traceback: python -X dev)")


def report_error(error: Exception) -> None:
    """One line on standard error."""
    warn(describe_error(error))


def one_line(text: str) -> str:
    """The text with line ends, control characters and what cannot be printed escaped: names of files have them."""
    printable = "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    return printable.encode(encoding, "backslashreplace").decode(encoding)


def warn(text: str) -> None:
    """Print one line on standard error."""
    if sys.stderr is not None:  # as it is where the descriptor is closed; print() would take standard output
        print(f"sddisplaylink: {one_line(text)}", file=sys.stderr)


def format_bytes(count: int) -> str:
    """A number of bytes with a unit."""
    if count < 1000:
        return f"{count} bytes"
    value, unit = count / 1000, 0
    while value >= 999.95 and unit < 3:
        value, unit = value / 1000, unit + 1
    return f"{value:.1f} {('kB', 'MB', 'GB', 'TB')[unit]}"


def format_seconds(seconds: float) -> str:
    """A duration in seconds, or in milliseconds if it is short."""
    return f"{seconds * 1000:.4g} ms" if seconds < 1 else f"{seconds:.4g} s"


def whole_number(text: str) -> int:
    """An argparse type: a whole number."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a whole number, not {text!r}") from None


def positive_int(text: str) -> int:
    """An argparse type: 1 and up."""
    number = whole_number(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, not {text}")
    return number


def finite_float(text: str) -> float:
    """An argparse type: any number but infinity and NaN."""
    try:
        number = float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a number, not {text!r}") from None
    if not math.isfinite(number):
        raise argparse.ArgumentTypeError(f"must be a finite number, not {text}")
    return number


def positive_float(text: str) -> float:
    """An argparse type: a finite number greater than 0."""
    number = finite_float(text)
    if number <= 0:
        raise argparse.ArgumentTypeError(f"must be greater than 0, not {text}")
    return number
