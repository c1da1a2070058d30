"""Recording of pacing: the intended and the actual time of each frame."""

from __future__ import annotations

import collections
import itertools
import os
import sys
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Self

from sddisplaylink.copying import refuse_copies
from sddisplaylink.field_docs import document_fields
from sddisplaylink.native import seconds
from sddisplaylink.playback.percentile import percentile

if TYPE_CHECKING:
    from sddisplaylink.playback.pacing_chart import Series

__all__ = ["PacingEvent", "PacingRecorder", "PacingSummary", "chart_series", "draw_playback"]

DEFAULT_CAPACITY = 10_000


@document_fields(
    frame="Index of the frame in the image.",
    loop="The loop that it belongs to, from 0.",
    intended="The refresh of the display that was to show the frame.",
    actual="When the frame was passed to ``on_frame``.",
    lateness="``actual - intended``. Negative if the frame was early: the time that was left until that refresh.",
    skipped="Frames that were due before this one, and replaced by it.",
    missed_ticks="Ticks of the clock that were lost since the frame before.",
)
class PacingEvent(NamedTuple):
    """One frame that was shown. Times in seconds; points in time are those of the clock (``time.monotonic()``)."""

    frame: int
    loop: int
    intended: float
    actual: float
    lateness: float
    skipped: int
    missed_ticks: int


@document_fields(
    frames="Frames shown.",
    seconds="From the first frame to the last.",
    skipped="Frames that were due but replaced by a later one.",
    missed_ticks="Ticks of the clock that were lost.",
    late="Frames after the refresh that was to show them.",
    lateness_mean="Mean lateness.",
    lateness_p50="Half of the frames were no later than this.",
    lateness_p95="95 % of the frames were no later than this.",
    lateness_p99="99 % of the frames were no later than this.",
    lateness_max="The largest lateness.",
    dropped="Earlier events, beyond the recorder's capacity, which are not included.",
)
class PacingSummary(NamedTuple):
    """Statistics of a recording. Times in seconds; a negative lateness is early."""

    frames: int
    seconds: float
    skipped: int
    missed_ticks: int
    late: int
    lateness_mean: float
    lateness_p50: float
    lateness_p95: float
    lateness_p99: float
    lateness_max: float
    dropped: int


class PacingRecorder:
    """Records the frames that a player shows, from `AnimatedImagePlayer.record` until `stop`.

    A context manager, which stops at the end of the block. The latest ``capacity`` events are kept, about 250 bytes
    each. All methods may be called from any thread, also while recording, and take no lock.
    """

    def __init__(self, capacity: int, missed: int, detach: Callable[[PacingRecorder], object]) -> None:
        """Used by `AnimatedImagePlayer.record`; ``missed``: ticks that the player has lost before."""
        self._events: collections.deque[tuple[int, PacingEvent]] = collections.deque(maxlen=to_capacity(capacity))
        self._numbers = itertools.count(1)  # of all events, those dropped included
        self._detach = detach
        self._missed = missed

    def stop(self) -> None:
        """Stop recording; recorded events stay. Idempotent."""
        self._detach(self)

    @property
    def events(self) -> tuple[PacingEvent, ...]:
        """The events recorded so far, oldest first."""
        return tuple([event for _, event in self._events.copy()])  # copied at once, as frames are recorded meanwhile

    def summary(self) -> PacingSummary:
        """Statistics of the events recorded so far; all 0 if there are none."""
        numbered = self._events.copy()
        if not numbered:
            return PacingSummary(0, 0.0, 0, 0, 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0)
        events = [event for _, event in numbered]
        ordered = sorted(event.lateness for event in events)
        return PacingSummary(
            frames=len(events),
            seconds=events[-1].actual - events[0].actual,
            skipped=sum(event.skipped for event in events),
            missed_ticks=sum(event.missed_ticks for event in events),
            late=sum(lateness > 0 for lateness in ordered),
            lateness_mean=sum(ordered) / len(ordered),
            lateness_p50=percentile(ordered, 50),
            lateness_p95=percentile(ordered, 95),
            lateness_p99=percentile(ordered, 99),
            lateness_max=ordered[-1],
            dropped=numbered[0][0] - 1,
        )

    def to_json(self, path: str | os.PathLike[str] | None = None) -> str:
        """The summary and all events as JSON, also written to ``path`` if that is given. OSError."""
        import json  # like csv, loaded only when it is needed

        events = [event._asdict() for event in self.events]
        return _written(json.dumps({"summary": self.summary()._asdict(), "events": events}, indent=1), path)

    def to_csv(self, path: str | os.PathLike[str] | None = None) -> str:
        """All events as CSV with a line of names, also written to ``path`` if that is given. OSError."""
        import csv
        import io

        text = io.StringIO()
        table = csv.writer(text, lineterminator="\n")
        table.writerow(PacingEvent._fields)
        table.writerows(self.events)
        return _written(text.getvalue(), path)

    def plot(self, path: str | os.PathLike[str], title: str | None = None) -> None:
        """Draw a chart (PNG, SVG or PDF, by the file's name): times from frame to frame, lateness, skipped frames.

        Raises SDDisplayLinkError if matplotlib is missing (the extra "plot") or nothing has been
        recorded, OSError if the file cannot be written.
        """
        draw_playback(self.events, path, title)

    def note(self, frame: int, loop: int, intended: int, actual: int, skipped: int, missed: int) -> None:
        """Record a frame that was shown. Called by the player, on its dispatcher; times in nanoseconds.

        ``missed``: the ticks that were lost since the player was made.
        """
        times = seconds(intended), seconds(actual), seconds(actual - intended)
        event = PacingEvent(frame, loop, *times, skipped, missed - self._missed)
        self._missed = missed
        self._events.append((next(self._numbers), event))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.stop()

    def __len__(self) -> int:
        return len(self._events)

    __reduce__ = refuse_copies("copy recorder.events, or save recorder.to_json()")

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self._events)} events>"


def to_capacity(value: object) -> int:
    """A number of events to keep. ValueError."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ValueError(f"capacity must be a whole number of events, at least 1, not {value!r}")
    if value > sys.maxsize:
        raise ValueError(f"capacity must be {sys.maxsize} at most, not {value!r}")
    return value


def _written(text: str, path: str | os.PathLike[str] | None) -> str:
    if path is not None:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
    return text


def draw_playback(events: Sequence[PacingEvent], path: str | os.PathLike[str], title: str | None = None) -> None:
    """Draw the events of a player's recorder. Raises what the chart's draw() raises."""
    from sddisplaylink.playback.pacing_chart import draw

    draw(chart_series(events), path, title or "Playback")


def chart_series(events: Sequence[PacingEvent]) -> Series:
    """What a chart draws of the events of a player's recorder."""
    from sddisplaylink.playback.pacing_chart import Series  # no player needs a chart

    return Series(
        [event.intended for event in events],
        [event.actual for event in events],
        [event.skipped for event in events],
        noun="frame",
        missed_verb="skipped",
        lateness="Frames given to on_frame after the refresh that was to show them (below 0: before)",
        has_deadline=True,
        ticks_missed=sum(event.missed_ticks for event in events),
    )
