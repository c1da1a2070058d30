"""Writes ICC profiles of three primaries and a curve, for files that give their colours as numbers."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import NamedTuple

__all__ = ["BT_2020", "SRGB", "Gamma", "Primaries", "Sampled", "inverse", "product", "rgb_profile", "to_d50"]


class Primaries(NamedTuple):
    """Chromaticities (x, y) of the three primaries and of white."""

    red: tuple[float, float]
    green: tuple[float, float]
    blue: tuple[float, float]
    white: tuple[float, float]


class Gamma(NamedTuple):
    """Linear light = scale * stored value ^ exponent."""

    exponent: float
    scale: float = 1.0
    """The result may exceed 1, as for cinema colours."""


class Sampled(NamedTuple):
    """Linear light, from 0 to 1, of stored values at equal distances from 0 to 1."""

    values: Sequence[float]


SRGB = Primaries((0.64, 0.33), (0.30, 0.60), (0.15, 0.06), (0.3127, 0.3290))
BT_2020 = Primaries((0.708, 0.292), (0.170, 0.797), (0.131, 0.046), (0.3127, 0.3290))

_D50 = (0.9642, 1.0, 0.8249)
_BRADFORD = ((0.8951, 0.2664, -0.1614), (-0.7502, 1.7135, 0.0367), (0.0389, -0.0685, 1.0296))
_MOST = 32767.0  # the largest number of the format

_Matrix = Sequence[Sequence[float]]
_Vector = Sequence[float]


def rgb_profile(primaries: Primaries, curve: Gamma | Sampled, code_points: tuple[int, int] | None = None) -> bytes:
    """The profile. ValueError if the primaries and white are invalid, or out of the range of profiles.

    `code_points`: of primaries and curve, which have priority for those who know them, as for HDR.
    """
    scale = curve.scale if isinstance(curve, Gamma) else 1.0
    columns = [[value * scale for value in column] for column in zip(*to_d50(primaries), strict=True)]
    tags = [(name, b"XYZ \0\0\0\0" + _numbers(column)) for name, column in zip(("r", "g", "b"), columns, strict=True)]
    entries = [(f"{name}XYZ".encode(), content) for name, content in tags]
    entries.append((b"wtpt", b"XYZ \0\0\0\0" + _numbers(_D50)))
    entries += [(f"{name}TRC".encode(), _curve(curve)) for name in "rgb"]
    entries += [(b"desc", _text("primaries and a curve")), (b"cprt", _text("none"))]
    if code_points is not None:
        entries.append((b"cicp", struct.pack(">4s4x4B", b"cicp", *code_points, 0, 1)))
    return _file(entries)


def to_d50(primaries: Primaries) -> _Matrix:
    """The matrix from RGB to XYZ, with white adapted to that of profiles."""
    if not all(0 <= value <= 1 for point in primaries for value in point) or not primaries.white[1]:
        raise ValueError("chromaticities that cannot be")
    matrix = list(zip(*[(x, y, 1 - x - y) for x, y in primaries[:3]], strict=True))
    x, y = primaries.white
    white = x / y, 1.0, (1 - x - y) / y
    scale = _times(inverse(matrix), white)
    scaled = [[value * factor for value, factor in zip(row, scale, strict=True)] for row in matrix]
    return product(_adaptation(white), scaled)


def _adaptation(white: _Vector) -> _Matrix:
    here, there = _times(_BRADFORD, white), _times(_BRADFORD, _D50)
    scaled = [
        [value * after / before for value in row] for row, before, after in zip(_BRADFORD, here, there, strict=True)
    ]
    return product(inverse(_BRADFORD), scaled)


def _times(matrix: _Matrix, vector: _Vector) -> list[float]:
    return [sum(a * b for a, b in zip(row, vector, strict=True)) for row in matrix]


def product(first: _Matrix, second: _Matrix) -> list[list[float]]:
    """One matrix after the other."""
    columns = list(zip(*second, strict=True))
    return [[sum(a * b for a, b in zip(row, column, strict=True)) for column in columns] for row in first]


def inverse(matrix: _Matrix) -> list[list[float]]:
    """Of three by three. ValueError if there is none."""
    (a, b, c), (d, e, f), (g, h, i) = matrix
    first, second, third = e * i - f * h, f * g - d * i, d * h - e * g
    determinant = a * first + b * second + c * third
    if abs(determinant) < 1e-9:
        raise ValueError("primaries on a line")
    rows = (
        (first, c * h - b * i, b * f - c * e),
        (second, a * i - c * g, c * d - a * f),
        (third, b * g - a * h, a * e - b * d),
    )
    return [[value / determinant for value in row] for row in rows]


# ---- the format ----


def _numbers(values: _Vector) -> bytes:
    """A fixed-point number of 16 integer and 16 fractional bits."""
    if not all(-_MOST < value < _MOST for value in values):
        raise ValueError("a number too large for a profile")
    return struct.pack(f">{len(values)}i", *[round(value * 65536) for value in values])


def _curve(curve: Gamma | Sampled) -> bytes:
    if isinstance(curve, Gamma):
        return struct.pack(">4sIHH", b"para", 0, 0, 0) + _numbers([min(curve.exponent, _MOST - 1)])
    samples = [round(65535 * min(1.0, max(0.0, value))) for value in curve.values]
    return struct.pack(f">4sII{len(samples)}H", b"curv", 0, len(samples), *samples)


def _text(text: str) -> bytes:
    encoded = text.encode("utf-16-be")
    return struct.pack(">4sIII4sII", b"mluc", 0, 1, 12, b"enUS", len(encoded), 28) + encoded


def _file(entries: Sequence[tuple[bytes, bytes]]) -> bytes:
    table, contents = struct.pack(">I", len(entries)), b""
    begin = 128 + 4 + 12 * len(entries)
    for name, content in entries:
        table += struct.pack(">4sII", name, begin + len(contents), len(content))
        contents += content + b"\0" * (-len(content) % 4)
    size = begin + len(contents)
    # version 4.3, of a monitor
    header = struct.pack(">I4xI4s4s4s12x4s28x", size, 0x04300000, b"mntr", b"RGB ", b"XYZ ", b"acsp") + _numbers(_D50)
    return header.ljust(128, b"\0") + table + contents
