"""Code points of colours (ITU-T H.273), as PNG's cICP and AVIF's nclx have them, read as Chromium reads them."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from sddisplaylink.decoders.colour.hdr import HLG, PQ
from sddisplaylink.decoders.colour.icc import BT_2020, SRGB, Gamma, Primaries, Sampled, rgb_profile

__all__ = ["cicp_name", "cicp_profile", "primaries_of", "whole_profile"]

_D65, _C, _DCI = (0.3127, 0.3290), (0.310, 0.316), (0.314, 0.351)
_SMPTE = Primaries((0.630, 0.340), (0.310, 0.595), (0.155, 0.070), _D65)

_PRIMARIES = {
    1: ("BT.709", SRGB),
    4: ("BT.470 M", Primaries((0.67, 0.33), (0.21, 0.71), (0.14, 0.08), _C)),
    5: ("BT.470 BG", Primaries((0.64, 0.33), (0.29, 0.60), (0.15, 0.06), _D65)),
    6: ("SMPTE 170M", _SMPTE),
    7: ("SMPTE 240M", _SMPTE),
    8: ("film", Primaries((0.681, 0.319), (0.243, 0.692), (0.145, 0.049), _C)),
    9: ("BT.2020", BT_2020),
    10: ("XYZ", Primaries((1.0, 0.0), (0.0, 1.0), (0.0, 0.0), (1 / 3, 1 / 3))),
    11: ("DCI P3", Primaries((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _DCI)),
    12: ("Display P3", Primaries((0.680, 0.320), (0.265, 0.690), (0.150, 0.060), _D65)),
    22: ("EBU 3213", Primaries((0.630, 0.340), (0.295, 0.605), (0.155, 0.077), _D65)),
}
_SAMPLES = 4096
_PAIRS = 16  # remembered
_USUAL_GAMMA = 2.2  # for those who do not know the curves of HDR


def _sampled(function: Callable[[float], float]) -> Sampled:
    return Sampled([function(index / (_SAMPLES - 1)) for index in range(_SAMPLES)])


def _srgb(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else float(((value + 0.055) / 1.055) ** 2.4)


def _smpte_240(value: float) -> float:
    return value / 4 if value < 4 * 0.0228 else float(((value + 0.1115) / 1.1115) ** (1 / 0.45))


_CURVES: dict[int, tuple[str, Callable[[], Gamma | Sampled]]] = {
    4: ("gamma 2.2", lambda: Gamma(2.2)),
    5: ("gamma 2.8", lambda: Gamma(2.8)),
    7: ("SMPTE 240M", lambda: _sampled(_smpte_240)),
    8: ("linear", lambda: Gamma(1.0)),
    13: ("sRGB", lambda: _sampled(_srgb)),
    17: ("SMPTE 428", lambda: Gamma(2.6, 52.37 / 48)),
    # of cameras: shown as on a television screen
    **dict.fromkeys((1, 6, 11, 14, 15), ("gamma 2.4", lambda: Gamma(2.4))),
}
_SRGB = 1, 13
_HDR = {PQ: "PQ", HLG: "HLG"}


def primaries_of(number: int) -> Primaries | None:
    """Those of that number; None if there are none."""
    return _PRIMARIES[number][1] if number in _PRIMARIES else None


def cicp_profile(primaries: int, transfer: int) -> bytes | None:
    """The profile that those two numbers mean, empty for sRGB; None if one of them means nothing here."""
    return b"" if (primaries, transfer) == _SRGB else whole_profile(primaries, transfer)


@lru_cache(_PAIRS)
def whole_profile(primaries: int, transfer: int) -> bytes | None:
    """The same, and for sRGB that of sRGB."""
    if primaries not in _PRIMARIES or transfer not in (*_CURVES, *_HDR):
        return None
    try:
        if transfer in _HDR:
            return rgb_profile(_PRIMARIES[primaries][1], Gamma(_USUAL_GAMMA), (primaries, transfer))
        return rgb_profile(_PRIMARIES[primaries][1], _CURVES[transfer][1]())
    except ValueError:
        return None


def cicp_name(primaries: int, transfer: int) -> str:
    """The usual name of the colour space."""
    name, curve = _PRIMARIES[primaries][0], _HDR.get(transfer) or _CURVES[transfer][0]
    if curve == "sRGB":
        return {"BT.709": "sRGB"}.get(name, name)
    return f"{name}, {curve}"
