"""Light of HDR on a screen of sRGB: the curves PQ and HLG, and how more light than white has is brought below it.

As in Chromium, by the tone mapping for a reference white of SMPTE ST 2094-50: all channels of a pixel, as light of
BT.2020, are multiplied by one factor, which depends on the brightest of them, so that colours stay. White becomes the
darker, down to half of its light, the more light the brightest pixel of a file has, which becomes white.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from typing import NamedTuple

__all__ = ["HLG", "LUMINANCE", "NOMINAL", "PQ", "WHITE", "Tones", "hlg", "pq", "system_gain"]

PQ, HLG = 16, 18
"""Their numbers in ITU-T H.273."""

# of ITU-R BT.2100
_M1, _M2, _C1, _C2, _C3 = 0.1593017578125, 78.84375, 0.8359375, 18.8515625, 18.6875
_A, _B, _C = 0.17883277, 0.28466892, 0.55991073
_BRIGHTEST = 10_000.0  # candelas per square metre that PQ knows
LUMINANCE = 0.2627, 0.6780, 0.0593
"""The luminance of red, green and blue of BT.2020."""
NOMINAL, _SYSTEM_GAMMA = 1000.0, 1.2  # of a screen that HLG is made for
WHITE = 203.0
"""Candelas per square metre, of paper in the sun."""

# of SMPTE ST 2094-50
_BEND = 0.65
_POINTS = 8


def pq(value: float) -> float:
    """Light, of white 1, of a stored value from 0 to 1."""
    power = value ** (1 / _M2)
    light: float = (max(power - _C1, 0.0) / (_C2 - _C3 * power)) ** (1 / _M1)
    return _BRIGHTEST * light / WHITE


def hlg(value: float) -> float:
    """Light of the scene, from 0 to 1, of a stored value."""
    return value * value / 3 if value <= 0.5 else (math.exp((value - _C) / _A) + _B) / 12


def system_gain(luminance: float) -> float:
    """From HLG's light of the scene, by its luminance, to that of a screen, of white 1."""
    return float(luminance ** (_SYSTEM_GAMMA - 1)) * NOMINAL / WHITE


class _Point(NamedTuple):
    light: float
    stops: float
    """The factor as a power of two."""
    slope: float
    """Of `stops` over `light`."""


class Tones:
    """Factors for light, of white 1, of a file whose brightest pixel has `peak` candelas per square metre."""

    def __init__(self, peak: float) -> None:
        self._points = _curve(peak / WHITE)

    def factor(self, light: float) -> float:
        """By the brightest channel of a pixel."""
        if not self._points:
            return 1.0
        first, last = self._points[0], self._points[-1]
        if light <= first.light:
            return float(2**first.stops)
        if light >= last.light:
            return float(2**last.stops) * last.light / light
        at = bisect_right(self._points, light, key=lambda point: point.light)
        return float(2 ** _between(self._points[at - 1], self._points[at], light))


def _curve(peak: float) -> list[_Point]:
    """Points of a parabola from white, up to where all is darkened alike, to the brightest pixel.

    None if that is no brighter than white.
    """
    if peak <= 1:
        return []
    white = 1 - 0.5 * min(1.0, math.log(peak) / math.log(NOMINAL / WHITE))
    across = _parabola(1.0, 1 - _BEND + _BEND / white, peak)
    up = _parabola(white, (1 - _BEND) * white + _BEND, 1.0)
    points = []
    for step in range(_POINTS):
        at = step / (_POINTS - 1)
        light, shown = _value(across, at), _value(up, at)
        rise = _slope(up, at) / _slope(across, at)
        points.append(_Point(light, math.log2(shown / light), (light * rise - shown) / (math.log(2) * light * shown)))
    return points


def _parabola(begin: float, control: float, end: float) -> tuple[float, float, float]:
    """The coefficients of a quadratic Bezier curve."""
    return begin, 2 * (control - begin), begin - 2 * control + end


def _value(parabola: tuple[float, float, float], at: float) -> float:
    return parabola[0] + at * (parabola[1] + at * parabola[2])


def _slope(parabola: tuple[float, float, float], at: float) -> float:
    return parabola[1] + 2 * at * parabola[2]


def _between(first: _Point, second: _Point, light: float) -> float:
    """Stops between two points, by a cubic polynomial that has their slopes."""
    width = second.light - first.light
    at = (light - first.light) / width
    rest = 1 - at
    bend = rest * width * first.slope - at * width * second.slope
    jump = (second.stops - first.stops) * (rest - at)
    return rest * first.stops + at * second.stops + at * rest * (bend - jump)
