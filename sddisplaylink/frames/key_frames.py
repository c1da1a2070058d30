"""Which composed frames are held for the sake of others: whoever wants one of those begins at the nearest before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, comb, isqrt
from typing import Protocol

__all__ = ["NO_KEYS", "KeyFrames", "changed_frames", "key_spacing", "keys_along", "spacing_fits", "sweeps"]

_CHEAP_BYTES = 64 << 20  # so much is spent on key frames without asking whether fewer would do
_NEAREST = 4  # closer together they would save next to nothing
_LEAST_CHANGE = 4096  # bytes that are drawn in the time which any frame takes


class KeySource(Protocol):
    """What is asked of a decoder here."""

    def is_base(self, index: int) -> bool:
        """True if composing can go on from frame `index` alone."""

    def restart(self, index: int) -> int:
        """The nearest frame up to `index` that needs none before it."""

    def change_bytes(self, index: int) -> int:
        """How much of the picture frame `index` changes; 0 if it needs no frame before it."""


@dataclass(frozen=True, slots=True)
class KeyFrames:
    """The frames that are to be held as bases."""

    spacing: int
    indices: frozenset[int]
    longest_way: int
    """Frames to compose for the one that lies farthest from what it can be built on."""

    @classmethod
    def find(cls, source: KeySource, frame_count: int, frame_bytes: int, spacing: int) -> KeyFrames:
        """One after every `spacing` frames' worth of changes, or the next one that is a base.

        None where frames need nothing before them. At a multiple of the spacing there are some of the same.
        """
        indices, last, changed, longest = [], -1, 0, 1
        for index in range(frame_count):
            changed += _cost(source, index, frame_bytes)
            if source.restart(index) == index:
                last, changed = index - 1, frame_bytes
            elif changed >= spacing * frame_bytes and source.is_base(index):
                indices.append(index)
                last, changed = index, changed % (spacing * frame_bytes)
            longest = max(longest, index - last)
        return cls(spacing, frozenset(indices), longest)


def changed_frames(source: KeySource, frame_count: int, frame_bytes: int) -> int:
    """How many whole frames all changes from one frame to the next amount to, at least 1."""
    changed = sum([_cost(source, index, frame_bytes) for index in range(frame_count)])
    return max(1, min(frame_count, ceil(changed / frame_bytes)))


def _cost(source: KeySource, index: int, frame_bytes: int) -> int:
    """Of the smallest frames, the time that they take in any case counts as well."""
    return max(source.change_bytes(index), min(_LEAST_CHANGE, frame_bytes))


NO_KEYS = KeyFrames(0, frozenset(), 1)


def key_spacing(frame_count: int, frame_bytes: int, capacity: int) -> int:
    """How far apart key frames are, if `capacity` frames can be held.

    Going backwards, the frames between two keys are composed at a time and held until they are shown; keys and frames
    together are fewest at the square root. Where not even that fits, half of the room goes to each.
    """
    fewest = max(1, isqrt(frame_count))
    spacing = max(_NEAREST, min(fewest, ceil(frame_count * frame_bytes / _CHEAP_BYTES)))
    while spacing < fewest and not spacing_fits(spacing, frame_count, capacity):
        spacing += 1
    return spacing if spacing_fits(spacing, frame_count, capacity) else max(spacing, ceil(2 * frame_count / capacity))


def spacing_fits(spacing: int, frame_count: int, capacity: int) -> bool:
    """True if the key frames can be held, what lies between two of them, and a few ahead."""
    return frame_count // spacing + spacing + 4 <= capacity


def sweeps(length: int, slots: int) -> int:
    """How often each of `length` frames is composed at the most, going back with room for `slots` of them.

    With s held and each composed t times, the binomial coefficient of s + t over s tells how long the way may be.
    """
    if slots < 1:
        return length
    times = 1
    while comb(slots + times, slots) < length:
        times += 1
    return times


def keys_along(way: Sequence[int], slots: int) -> list[int]:
    """Which frames of a way to hold, so that going back all of it costs fewest, if there is no room for more.

    Each lies as early as lets the rest be gone back with one less.
    """
    keys: list[int] = []
    at, left = -1, len(way) - 1  # its end is held in any case
    while slots > 0 and left > 0:
        step = max(1, left + 1 - comb(slots - 1 + sweeps(left + 1, slots), slots - 1))
        at, left, slots = at + step, left - step, slots - 1
        keys.append(way[at])
    return keys
