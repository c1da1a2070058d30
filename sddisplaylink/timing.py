"""How long frames are shown: the delay rules of the browsers, and the timeline that follows from them.

Delays are whole nanoseconds here, so that sums are exact; seconds as ``float`` are made from them for the public API.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate
from typing import Literal, get_args

__all__ = ["Timeline", "TimingRule"]

TimingRule = Literal["browser", "raw"]

_NANOSECONDS = 1_000_000_000
_TOO_SHORT_NS = 10_000_000  # Chromium, Firefox and WebKit agree: up to and including this, the delay is not meant
_BROWSER_DEFAULT_NS = 100_000_000


class Timeline:
    """Durations and start times of an image's frames under a timing rule.

    ``"browser"`` shows frames of 10 ms and less, 0 or no stored delay for 100 ms; longer delays are kept. ``"raw"``
    keeps what is stored: its zero (or missing) delays are 0.0 in :attr:`durations`, but one nanosecond in
    :attr:`durations_ns`, because a schedule needs every frame to end after it begins.
    """

    def __init__(self, stored_ns: Iterable[int | None], rule: TimingRule) -> None:
        """Apply `rule` to the delays as stored (nanoseconds; None = the file gives none). ValueError: no such rule."""
        if rule not in get_args(TimingRule):
            raise ValueError(f'timing must be "browser" or "raw", not {rule!r}')
        shown_ns = [_browser_delay(delay) if rule == "browser" else delay or 0 for delay in stored_ns]
        self.durations: tuple[float, ...] = tuple(seconds(delay) for delay in shown_ns)
        self.duration: float = seconds(sum(shown_ns))
        self.durations_ns: tuple[int, ...] = tuple(max(1, delay) for delay in shown_ns)
        self.starts: tuple[float, ...] = tuple(seconds(end) for end in accumulate(self.durations_ns[:-1], initial=0))


def seconds(nanoseconds: int) -> float:
    """The nearest float to a whole number of nanoseconds, in seconds."""
    return nanoseconds / _NANOSECONDS


def _browser_delay(stored_ns: int | None) -> int:
    return _BROWSER_DEFAULT_NS if stored_ns is None or stored_ns <= _TOO_SHORT_NS else stored_ns
