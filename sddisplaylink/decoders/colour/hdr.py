"""Light of HDR on a screen of sRGB: the curves PQ and HLG, and what becomes of more light than white has.

Measured on greys that Chromium shows; each channel is mapped for itself, so that strong colours differ.
"""

from __future__ import annotations

import math
from itertools import pairwise

__all__ = ["hlg", "pq"]

# of ITU-R BT.2100
_M1, _M2, _C1, _C2, _C3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875
_A, _B, _C = 0.17883277, 0.28466892, 0.55991073
_BRIGHTEST = 10_000.0  # candelas per square metre that PQ knows
_NOMINAL, _SYSTEM_GAMMA = 1000.0, 1.2  # of a screen that HLG is made for

# candelas per square metre, and what part of a screen's white they become
_TONES = (
    (0.0, 0.0),
    (203.0, 0.5),
    (218.0, 0.533),
    (253.0, 0.5906),
    (294.0, 0.6445),
    (340.0, 0.6939),
    (394.0, 0.7379),
    (456.0, 0.7835),
    (527.0, 0.8228),
    (610.0, 0.8632),
    (705.0, 0.9047),
    (814.0, 0.9473),
    (940.0, 0.9823),
    (1000.0, 1.0),
)


def pq(value: float) -> float:
    """Light, of white 1, of a stored value from 0 to 1."""
    power = value ** (1 / _M2)
    light: float = (max(power - _C1, 0.0) / (_C2 - _C3 * power)) ** (1 / _M1)
    return _toned(_BRIGHTEST * light)


def hlg(value: float) -> float:
    """The same of the other curve."""
    scene = value * value / 3 if value <= 0.5 else (math.exp((value - _C) / _A) + _B) / 12
    light: float = scene**_SYSTEM_GAMMA
    return _toned(_NOMINAL * light)


def _toned(light: float) -> float:
    for (low, below), (high, above) in pairwise(_TONES):
        if light <= high:
            return below + (above - below) * (light - low) / (high - low)
    return 1.0
