"""Durations of frames by the delay rules of browsers, and the timeline of an image.

Delays are whole nanoseconds here, so that sums are exact; the public API converts them to seconds as ``float``.
"""

from __future__ import annotations

from functools import cached_property
from typing import Literal, Protocol, get_args

from sddisplaylink.decoders.protocol import ImageInfo

__all__ = ["TIMING_RULES", "Delays", "Timeline", "TimingRule"]

TimingRule = Literal["browser", "raw"]
TIMING_RULES = get_args(TimingRule)

_NANOSECONDS = 1_000_000_000
_LEAST_NS = 11_000_000  # in Chromium, Firefox and WebKit 10 ms and less count as unintended
_BROWSER_DEFAULT_NS = 100_000_000


class Delays(Protocol):
    """Knows the stored delays of an image: a decoder."""

    @property
    def info(self) -> ImageInfo:
        """The delays of all frames, among others; reads the whole file."""

    def delay_ns(self, index: int) -> int | None:
        """The delay of one frame; reads the file no further than that frame."""


class Timeline:
    """Durations and start times of an image's frames under a timing rule, computed when they are needed.

    ``"browser"`` shows frames of less than 11 ms, 0 or no stored delay for 100 ms; longer delays are kept. ``"raw"``
    keeps what is stored: its zero (or missing) delays are 0.0 in `durations`, but one nanosecond in
    `durations_ns`, because a schedule needs every frame to end after it begins.
    """

    def __init__(self, stored: Delays, rule: TimingRule) -> None:
        """Apply `rule` to the delays as stored. ValueError: no such rule."""
        if rule not in TIMING_RULES:
            raise ValueError(f'timing must be "browser" or "raw", not {rule!r}')
        self._stored = stored
        self._rule = rule
        self.known_frames = 0
        """How many frames there are; 0 before they are counted. Of data that is still coming in: so far."""
        self._begins = {0: 0}  # of the first frames, in nanoseconds; grows as far as span() is asked

    def count_frames(self) -> int:
        """How many frames there are; the first call may read the whole file."""
        if not self.known_frames:
            self.known_frames = len(self._stored.info.delays_ns)
        return self.known_frames

    @cached_property
    def durations(self) -> tuple[float, ...]:
        """How long each frame is shown, in seconds."""
        known = {delay: seconds(delay) for delay in set(self._shown_ns)}
        return tuple([known[delay] for delay in self._shown_ns])

    @cached_property
    def duration(self) -> float:
        """The duration of all frames together, in seconds."""
        return seconds(sum(self._shown_ns))

    @cached_property
    def durations_ns(self) -> tuple[int, ...]:
        """The same in whole nanoseconds, none of them zero."""
        return self._shown_ns if all(self._shown_ns) else tuple([delay or 1 for delay in self._shown_ns])

    def span(self, index: int) -> tuple[float, float]:
        """(start, duration) of a frame in seconds; reads the file no further than that frame. Any thread."""
        begins = self._begins
        end = begins.get(index + 1)
        if end is not None and self._rule == "browser":
            return begins[index] / _NANOSECONDS, (end - begins[index]) / _NANOSECONDS
        shown = self._shown(self._stored.delay_ns(index))
        for at in range(len(begins), index + 1):
            begins[at] = begins[at - 1] + self.duration_ns(at - 1)
        begins[index + 1] = begins[index] + max(1, shown)  # two threads at once store the same
        return begins[index] / _NANOSECONDS, shown / _NANOSECONDS

    def duration_ns(self, index: int) -> int:
        """The duration of one frame as in `durations_ns`; reads the file no further than that frame."""
        return max(1, self._shown(self._stored.delay_ns(index)))

    @cached_property
    def _shown_ns(self) -> tuple[int, ...]:
        stored = self._stored.info.delays_ns
        known = {delay: self._shown(delay) for delay in set(stored)}
        return tuple([known[delay] for delay in stored])

    def _shown(self, stored_ns: int | None) -> int:
        if self._rule == "raw":
            return stored_ns or 0
        return _BROWSER_DEFAULT_NS if stored_ns is None or stored_ns < _LEAST_NS else stored_ns


def seconds(nanoseconds: int) -> float:
    """The nearest float to a whole number of nanoseconds, in seconds."""
    return nanoseconds / _NANOSECONDS
