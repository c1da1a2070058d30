"""Profiles of three curves and a matrix, and of HDR, read into a table for the kernel, the fastest path to sRGB."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from sddisplaylink.decoders.colour.cicp import primaries_of, whole_profile
from sddisplaylink.decoders.colour.hdr import HLG, LUMINANCE, NOMINAL, PQ, Tones, hlg, pq, system_gain
from sddisplaylink.decoders.colour.icc import BT_2020, SRGB, Primaries, inverse, product, to_d50
from sddisplaylink.native import ffi

__all__ = ["colour_table"]

_UNIT, _STEPS, _LEVELS = 65536, 4096, 256
_MOST_LIGHT = 1 << 24
_MOST_TAGS = 100
_SCENE_BITS, _SCREEN_BITS = 16, 22  # light up to 1 of the scene, and up to 64 of a screen, which is more than PQ knows
_TABLES = frozenset((b"A2B0", b"A2B1"))  # browsers do not look at others
_FULL_RGB = b"\0\1"
_PARAMETERS = (1, 3, 4, 5, 7)  # of each kind of parametric curve

_Curve = Callable[[float], float]


def colour_table(profile: bytes, peak: float = 0.0) -> Any:
    """An sddl_colours of a profile of RGB or grey; None if that has no matrix and curves, or others as well.

    Numbers of ITU-T H.273 in a profile have priority, as in Chromium. `peak`: candelas per square metre of the
    brightest pixel, 0 if that is not known, which matters to HDR alone.

    ValueError, struct.error, ArithmeticError: the profile is broken.
    """
    tags = _tags(profile)
    table = _table_of_numbers(tags.get(b"cicp", b"")[8:12], peak or NOMINAL)
    if table is not None:
        return table
    has_tables, is_grey = not _TABLES.isdisjoint(tags), profile[16:20] == b"GRAY"
    if is_grey and not has_tables and profile[20:24] != b"XYZ ":
        raise ValueError("a curve to Lab, which browsers do not know")
    if profile[20:24] != b"XYZ " or has_tables:
        return None
    if is_grey:
        curves, matrix = [tags.get(b"kTRC", b"")] * 3, [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]
    else:
        curves = [tags.get(name, b"") for name in (b"rTRC", b"gTRC", b"bTRC")]
        columns = [struct.unpack(">3i", tags.get(name, b"")[8:20]) for name in (b"rXYZ", b"gXYZ", b"bXYZ")]
        rows = [[value / _UNIT for value in row] for row in zip(*columns, strict=True)]
        matrix = product(inverse(to_d50(SRGB)), rows)
    return _table([_curve(curve) for curve in curves], matrix)


def _tags(profile: bytes) -> dict[bytes, bytes]:
    (count,) = struct.unpack_from(">I", profile, 128)
    tags: dict[bytes, bytes] = {}
    for number in range(min(count, _MOST_TAGS)):
        name, begin, size = struct.unpack_from(">4sII", profile, 132 + 12 * number)
        tags.setdefault(name, profile[begin : begin + size])
    return tags


def _table_of_numbers(numbers: bytes, peak: float) -> Any:
    """Of primaries, curve, matrix and range; None if they mean nothing for RGB."""
    primaries = primaries_of(numbers[0]) if numbers[2:] == _FULL_RGB else None
    if primaries is None:
        return None
    if numbers[1] in (PQ, HLG):
        return _hdr_table(numbers[1], primaries, peak)
    named = whole_profile(numbers[0], numbers[1])
    return None if named is None else colour_table(named)


def _table(curves: list[_Curve], matrix: list[list[float]]) -> Any:
    table = ffi.new("sddl_colours *")
    for channel, curve in enumerate(curves):
        for level in range(_LEVELS):
            light = round(_UNIT * curve(level / (_LEVELS - 1)))
            table.light[channel][level] = max(0, min(_MOST_LIGHT, light))
    table.matrix = _in_units(matrix)
    table.encoded = _encodings()
    return table


def _hdr_table(transfer: int, primaries: Primaries, peak: float) -> Any:
    light, tones = (pq, hlg)[transfer == HLG], Tones(peak)
    table = _table([light] * 3, product(inverse(to_d50(SRGB)), to_d50(BT_2020)))
    table.wide = _in_units(product(inverse(to_d50(BT_2020)), to_d50(primaries)))
    if transfer == HLG:
        _add_gain(table, system_gain, _SCENE_BITS, LUMINANCE)
    _add_gain(table, tones.factor, _SCREEN_BITS)
    return table


def _add_gain(
    table: Any, factor: Callable[[float], float], range_bits: int, weights: tuple[float, ...] = (0, 0, 0)
) -> None:
    gain, most = table.gains[table.gain_count], (1 << range_bits) / _UNIT
    gain.range_bits = range_bits
    gain.weights = _in_units([weights])
    gain.factors = [round(_UNIT * factor(most * step / _STEPS)) for step in range(_STEPS + 1)]
    table.gain_count += 1


def _in_units(matrix: Sequence[Sequence[float]]) -> list[int]:
    return [max(-_MOST_LIGHT, min(_MOST_LIGHT, round(_UNIT * value))) for row in matrix for value in row]


@cache
def _encodings() -> list[int]:
    return [_encoded(step / _STEPS) for step in range(_STEPS + 1)]


def _encoded(light: float) -> int:
    """The value of sRGB."""
    return round(255 * (12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055))


def _curve(tag: bytes) -> _Curve:
    """A curve of a profile: sampled, or one of five formulas."""
    if tag[:4] == b"curv":
        (count,) = struct.unpack_from(">I", tag, 8)
        samples = struct.unpack_from(f">{count}H", tag, 12)
        if count == 0:
            return lambda value: value
        if count == 1:
            return lambda value: value ** (samples[0] / 256)
        return lambda value: _sample(samples, value)
    if tag[:4] != b"para":
        raise ValueError("no curve that is known")
    (kind,) = struct.unpack_from(">H", tag, 8)
    if kind >= len(_PARAMETERS):
        raise ValueError("no formula that is known")
    numbers = [number / _UNIT for number in struct.unpack_from(f">{_PARAMETERS[kind]}i", tag, 12)]
    return _formula(kind, numbers)


def _sample(samples: tuple[int, ...], value: float) -> float:
    place = value * (len(samples) - 1)
    low = min(int(place), len(samples) - 2)
    return (samples[low] + (samples[low + 1] - samples[low]) * (place - low)) / 65535


def _formula(kind: int, numbers: list[float]) -> _Curve:
    """(a x + b) ^ g + e from x = d on, and c x + f below."""
    g, a, b, c, d, e, f = 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0
    if kind == 0:
        (g,) = numbers
    elif kind in (1, 2):
        g, a, b = numbers[:3]
        e = f = numbers[3] if kind == 2 else 0.0
        d = -b / a
    elif kind == 3:
        g, a, b, c, d = numbers
    else:
        g, a, b, c, d, e, f = numbers
    if min(g, a, c, d, a * d + b) < 0:  # as for Chromium
        raise ValueError("a formula that makes no sense")
    return lambda value: max(0.0, a * value + b) ** g + e if value >= d else c * value + f
