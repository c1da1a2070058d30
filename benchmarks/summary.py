"""Ratios between libraries, over files."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from benchmarks.measuring import Measurement
from benchmarks.peers.ours import Ours

__all__ = ["BEST_OTHER", "Ratio", "against_ours"]

BEST_OTHER = "best other of each file"


@dataclass(frozen=True)
class Ratio:
    """How many times as much as this library another one needs: geometric mean, least and most over the files."""

    peer: str
    task: str
    format: str
    mean: float
    least: float
    most: float
    files: int


def against_ours(measurements: Iterable[Measurement], formats: dict[str, str]) -> list[Ratio]:
    """For each format, task and library; `formats` gives that of each file."""
    ratios: dict[tuple[str, str, str], list[float]] = {}
    for file, task, values in _by_file_and_task(measurements):
        ours = values.pop(Ours.name, 0.0)
        others = [value for peer, value in values.items() if not peer.startswith(Ours.name)]
        if others:
            values[BEST_OTHER] = min(others)
        for peer, value in values.items():
            if ours > 0 and value > 0:
                ratios.setdefault((formats[file], task, peer), []).append(value / ours)
    return [_ratio(key, values) for key, values in ratios.items()]


def _by_file_and_task(measurements: Iterable[Measurement]) -> Iterable[tuple[str, str, dict[str, float]]]:
    found: dict[tuple[str, str], dict[str, float]] = {}
    for each in measurements:
        if each.values:
            found.setdefault((each.file, each.task), {})[each.peer] = each.best
    return ((file, task, values) for (file, task), values in found.items())


def _ratio(key: tuple[str, str, str], values: Sequence[float]) -> Ratio:
    image_format, task, peer = key
    mean = math.exp(sum(map(math.log, values)) / len(values))
    return Ratio(peer, task, image_format, mean, min(values), max(values), len(values))
