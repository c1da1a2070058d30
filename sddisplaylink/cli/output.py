"""What the commands print, and the argument types that they share."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Iterable
from typing import Any


def print_json(value: Any) -> None:
    """One JSON document on standard output."""
    print(json.dumps(value, indent=2))


def print_table(rows: Iterable[tuple[str, object]]) -> None:
    """Names and values in two columns."""
    lines = [(name, one_line(str(value))) for name, value in rows]
    width = max(len(name) for name, _ in lines)
    for name, value in lines:
        print(f"{name:<{width}}  {value}")


def one_line(text: str) -> str:
    """The text without anything that could end the line or steer a terminal; a file's name may hold all of it."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)


def warn(text: str) -> None:
    """One line on standard error; the command goes on."""
    print(f"sddisplaylink: {one_line(text)}", file=sys.stderr)


def format_bytes(count: int) -> str:
    """A size as people write it."""
    if count < 1000:
        return f"{count} bytes"
    value, unit = count / 1000, 0
    while value >= 999.95 and unit < 3:
        value, unit = value / 1000, unit + 1
    return f"{value:.1f} {('kB', 'MB', 'GB', 'TB')[unit]}"


def format_seconds(seconds: float) -> str:
    """Seconds, or milliseconds where that is easier to read."""
    return f"{seconds * 1000:.4g} ms" if seconds < 1 else f"{seconds:.4g} s"


def positive_int(text: str) -> int:
    """An argparse type: 1 and up."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, not {text}")
    return number


def finite_float(text: str) -> float:
    """An argparse type: any number but infinity and NaN."""
    number = float(text)
    if not math.isfinite(number):
        raise argparse.ArgumentTypeError(f"must be a finite number, not {text}")
    return number


def positive_float(text: str) -> float:
    """An argparse type: a finite number greater than 0."""
    number = finite_float(text)
    if number <= 0:
        raise argparse.ArgumentTypeError(f"must be greater than 0, not {text}")
    return number
