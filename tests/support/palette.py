"""The nearest colour of xterm's palette, found in the plainest way."""

from __future__ import annotations

from functools import lru_cache

RGB = tuple[int, int, int]

_CUBE = (0, 95, 135, 175, 215, 255)


@lru_cache(maxsize=1 << 14)
def palette_index(colour: RGB) -> int:
    """The nearest of xterm's 6x6x6 cube (16 ... 231) and 24 greys (232 ... 255)."""
    steps = [_nearest_step(value) for value in colour]
    grey = min(23, max(0, round((sum(colour) / 3 - 8) / 10)))
    in_cube = _distance(colour, (_CUBE[steps[0]], _CUBE[steps[1]], _CUBE[steps[2]]))
    in_greys = _distance(colour, (8 + 10 * grey,) * 3)
    return 232 + grey if in_greys < in_cube else 16 + 36 * steps[0] + 6 * steps[1] + steps[2]


def _nearest_step(value: int) -> int:
    return min(range(len(_CUBE)), key=lambda step: abs(_CUBE[step] - value))


def _distance(one: RGB, other: RGB) -> int:
    return sum((a - b) ** 2 for a, b in zip(one, other, strict=True))
