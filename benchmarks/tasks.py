"""The tasks that are timed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sized
from dataclasses import dataclass

from benchmarks.peers import Peer
from benchmarks.samples import Sample

__all__ = ["MEMORY", "TASKS", "Task", "WrongCountError"]

_SEEKS = 6


class WrongCountError(Exception):
    """A library gave fewer or more frames than the file has: its time says nothing."""


@dataclass(frozen=True)
class Task:
    """`run` is timed from opening the file to the end."""

    name: str
    title: str
    run: Callable[[Peer, Sample], None]


def _decode(peer: Peer, sample: Sample) -> None:
    _expect(sample.frame_count, _exhaust(peer.frames(sample.path)))


def _in_place(peer: Peer, sample: Sample) -> None:
    _expect(sample.frame_count, _exhaust(peer.in_place(sample.path)))


def _first(peer: Peer, sample: Sample) -> None:
    next(iter(peer.frames(sample.path)))


def _durations(peer: Peer, sample: Sample) -> None:
    durations: Sized = peer.durations(sample.path)
    _expect(sample.frame_count, len(durations))


def _last(peer: Peer, sample: Sample) -> None:
    _expect(1, _exhaust(peer.pick(sample.path, [sample.frame_count - 1])))


def _seeks(peer: Peer, sample: Sample) -> None:
    chance = random.Random(sample.name)
    indices = [chance.randrange(sample.frame_count) for _ in range(_SEEKS)]
    _expect(_SEEKS, _exhaust(peer.pick(sample.path, indices)))


def _exhaust(frames: Iterator[object]) -> int:
    return sum(1 for _ in frames)


def _expect(wanted: int, got: int) -> None:
    if got != wanted:
        raise WrongCountError(f"{got} instead of {wanted} frames")


MEMORY = "memory"
"""Not timed: see memory.py."""

TASKS = {
    task.name: task
    for task in (
        Task("decode", "decode all, each frame in memory of its own", _decode),
        Task("in_place", "decode all in place (ours: the decoder under the public API)", _in_place),
        Task("first", "first frame", _first),
        Task("durations", "frame count and all durations", _durations),
        Task("last", "last frame, from cold", _last),
        Task("seeks", f"{_SEEKS} random frames, from cold", _seeks),
    )
}
