"""Light of HDR on a screen of sRGB: the curves PQ and HLG, and what becomes of more light than white has.

White becomes the darker, down to half of its light, the more light the brightest pixel of a file has, which becomes
white; in between, light grows along one curve. Measured on greys that Chromium shows; each channel is mapped for
itself, so that strong colours differ.
"""

from __future__ import annotations

import math
from itertools import pairwise

__all__ = ["NOMINAL", "hlg", "pq"]

# of ITU-R BT.2100
_M1, _M2, _C1, _C2, _C3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875
_A, _B, _C = 0.17883277, 0.28466892, 0.55991073
_BRIGHTEST = 10_000.0  # candelas per square metre that PQ knows
NOMINAL, _SYSTEM_GAMMA = 1000.0, 1.2  # of a screen that HLG is made for

_WHITE = 203.0  # candelas per square metre, of paper in the sun

# from white to the brightest pixel, both as logarithms: how far the light is, and how far it is brought
_RISE = (
    (0.0, 0.0),
    (0.045, 0.093),
    (0.092, 0.1755),
    (0.139, 0.24),
    (0.185, 0.304),
    (0.232, 0.366),
    (0.278, 0.412),
    (0.324, 0.473),
    (0.416, 0.5615),
    (0.508, 0.648),
    (0.599, 0.7187),
    (0.69, 0.788),
    (0.78, 0.8555),
    (0.871, 0.9219),
    (0.961, 0.9742),
    (1.0, 1.0),
)


def pq(value: float, peak: float) -> float:
    """Light, of white 1, of a stored value from 0 to 1; `peak`: candelas per square metre of the brightest pixel."""
    power = value ** (1 / _M2)
    light: float = (max(power - _C1, 0.0) / (_C2 - _C3 * power)) ** (1 / _M1)
    return _toned(_BRIGHTEST * light / _WHITE, peak / _WHITE)


def hlg(value: float, peak: float) -> float:
    """The same of the other curve."""
    scene = value * value / 3 if value <= 0.5 else (math.exp((value - _C) / _A) + _B) / 12
    light: float = scene**_SYSTEM_GAMMA
    return _toned(NOMINAL * light / _WHITE, peak / _WHITE)


def _toned(light: float, peak: float) -> float:
    """Both in units of white's light."""
    if peak <= 1 or light >= peak:
        return min(light, 1.0)
    dimmed = min(1.0, math.log(peak) / math.log(NOMINAL / _WHITE))  # by how many halves white is
    if light <= 1:
        return light * float(0.5**dimmed)
    return float(0.5 ** (dimmed * (1 - _risen(math.log(light) / math.log(peak)))))


def _risen(place: float) -> float:
    for (low, below), (high, above) in pairwise(_RISE):
        if place <= high:
            return below + (above - below) * (place - low) / (high - low)
    return 1.0
