"""The delay rules, and the timeline made of them."""

from __future__ import annotations

import pytest

from sddisplaylink.decoders.protocol import ImageInfo
from sddisplaylink.frames.timeline import Timeline

MS = 1_000_000


class Stored:
    """Delays as a decoder knows them; remembers how far it was asked."""

    def __init__(self, delays):
        self._delays = tuple(delays)
        self.asked = -1

    @property
    def info(self):
        self.asked = len(self._delays)
        return ImageInfo("TEST", (1, 1), self._delays, 0, False)

    def delay_ns(self, index):
        self.asked = max(self.asked, index)
        return self._delays[index]


def timeline_of(delays, rule):
    return Timeline(Stored(delays), rule)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [(None, 100), (0, 100), (1, 100), (9, 100), (10, 100), (11, 11), (19, 19), (20, 20), (655_350, 655_350)],
)
def test_browsers_show_ten_milliseconds_and_less_for_a_hundred(stored, shown):
    timeline = timeline_of([None if stored is None else stored * MS], "browser")
    assert timeline.durations_ns == (shown * MS,)
    assert timeline.durations == (shown / 1000,)


def test_whole_milliseconds_decide_as_in_chromium():
    stored = [10 * MS, 10 * MS + 1, 11 * MS - 1, 11 * MS, 11 * MS + 1]
    assert timeline_of(stored, "browser").durations_ns == (100 * MS, 100 * MS, 100 * MS, 11 * MS, 11 * MS + 1)
    assert timeline_of(stored, "raw").durations_ns == tuple(stored)


def test_raw_keeps_what_is_stored():
    timeline = timeline_of([10 * MS, 0, None, 50 * MS], "raw")
    assert timeline.durations == (0.01, 0.0, 0.0, 0.05)
    assert timeline.duration == pytest.approx(0.06)


def test_raw_zeros_are_scheduled_as_one_nanosecond():
    timeline = timeline_of([0, None, 50 * MS], "raw")
    assert timeline.durations_ns == (1, 1, 50 * MS)
    assert [timeline.span(index)[0] for index in range(3)] == [0.0, 1e-9, 2e-9]


def test_starts_are_sums_that_do_not_drift():
    timeline = timeline_of([100 * MS] * 100_000, "browser")
    assert timeline.span(99_999)[0] == 9999.9
    assert timeline.duration == 10_000.0


def test_another_rule_is_refused():
    with pytest.raises(ValueError, match="timing"):
        timeline_of([0], "fast")


@pytest.mark.parametrize("rule", ["browser", "raw"])
def test_a_span_is_had_without_looking_further(rule):
    delays = [0, None, 50 * MS, 5 * MS, 20 * MS]
    stored, whole = Stored(delays), timeline_of(delays, rule)
    timeline = Timeline(stored, rule)
    for index in (0, 3, 1, 4):
        assert timeline.span(index) == (sum(whole.durations_ns[:index]) / 1e9, whole.durations[index])
        assert stored.asked <= max(index, 3)
