"""`sddisplaylink probe`: measures the refresh rate and pacing of this machine."""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sddisplaylink.cli.output import positive_float, print_json, print_table
from sddisplaylink.display_link import DisplayLink, Tick
from sddisplaylink.errors import ClockError
from sddisplaylink.playback.pacing_chart import Series, check_name, draw
from sddisplaylink.playback.percentile import percentile

TICK_TIMEOUT = 5.0  # seconds to wait for a tick


@dataclass
class Measurement:
    """Ticks and when they arrived, in seconds of time.monotonic()."""

    clock: str
    ticks: list[Tick] = field(default_factory=list)
    arrivals: list[float] = field(default_factory=list)

    def deviations(self) -> list[float]:
        """The time from each tick's timestamp to its arrival."""
        return [arrival - tick.timestamp for tick, arrival in zip(self.ticks, self.arrivals, strict=True)]

    def summary(self) -> Summary:
        """The figures. There must be at least one tick."""
        first, last = self.ticks[0], self.ticks[-1]
        periods = sum(tick.missed + 1 for tick in self.ticks[1:])
        mean = (last.timestamp - first.timestamp) / periods if periods else last.period
        ordered = sorted(abs(deviation) for deviation in self.deviations())
        return Summary(
            clock=self.clock,
            refresh_rate=1 / last.period,
            ticks=len(self.ticks),
            seconds=self.arrivals[-1] - self.arrivals[0],
            mean_period=mean,
            deviation_p50=percentile(ordered, 50),
            deviation_p95=percentile(ordered, 95),
            deviation_p99=percentile(ordered, 99),
            deviation_max=ordered[-1],
            # The first tick counts what was missed before the measurement.
            missed=sum(tick.missed for tick in self.ticks[1:]),
            synthetic=sum(tick.synthetic for tick in self.ticks),
        )


@dataclass(frozen=True)
class Summary:
    """The figures, in seconds. A deviation is the absolute time from a tick's timestamp to its arrival in Python."""

    clock: str
    refresh_rate: float
    ticks: int
    seconds: float
    mean_period: float
    deviation_p50: float
    deviation_p95: float
    deviation_p99: float
    deviation_max: float
    missed: int
    synthetic: int


def add_parser(commands: Any) -> None:
    """Add this command and its options."""
    parser = commands.add_parser("probe", help="measure the refresh rate and pacing of this machine")
    parser.add_argument(
        "--seconds", type=positive_float, default=3.0, metavar="N", help="how long (default: %(default)s)"
    )
    parser.add_argument(
        "--clock", metavar="NAME", help="auto, corevideo, quartzcore, timer or timer:HZ (default: auto)"
    )
    parser.add_argument("--json", action="store_true", help="as JSON, times in seconds")
    parser.add_argument("--plot", metavar="FILE.png", help="draw a chart of the ticks (needs the extra 'plot')")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Measure, draw if asked to, print the figures."""
    if arguments.plot:
        check_name(arguments.plot)  # raises an error before the measurement
    measurement = measure(arguments.clock, arguments.seconds)
    summary = measurement.summary()
    if arguments.plot:
        draw_ticks(measurement.ticks, measurement.arrivals, arguments.plot, describe(summary))
    if arguments.json:
        print_json(asdict(summary))
    else:
        print_table(readable(summary))
    return 0


def draw_ticks(ticks: Sequence[Tick], arrivals: Sequence[float], path: str | os.PathLike[str], title: str) -> None:
    """Draw a clock's ticks and their arrivals, in seconds. Raises what the chart's draw() raises."""
    series = Series(
        [tick.timestamp for tick in ticks],
        list(arrivals),
        [0, *(tick.missed for tick in ticks[1:])],  # the first counts what was missed before the measurement
        noun="tick",
        missed_verb="missed",
        lateness="Ticks arrived in Python after their own time",
        has_deadline=False,
    )
    draw(series, path, title)


def measure(clock: str | None, seconds: float) -> Measurement:
    """Record ticks for so many seconds, at least one. ClockError if there is none."""
    with DisplayLink(clock=clock) as link:
        measurement = Measurement(link.clock_name)
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 or not measurement.ticks:
            tick = link.wait(min(left, TICK_TIMEOUT) if measurement.ticks else TICK_TIMEOUT)
            arrival = time.monotonic()
            if tick is not None:
                measurement.ticks.append(tick)
                measurement.arrivals.append(arrival)
            elif not measurement.ticks:
                raise ClockError(f"the clock {link.clock_name!r} does not tick")
    return measurement


def describe(summary: Summary) -> str:
    """A title for the chart."""
    return f"{summary.clock} clock, {summary.refresh_rate:.2f} Hz"


def readable(summary: Summary) -> list[tuple[str, object]]:
    """The same as rows of text."""
    deviations = (summary.deviation_p50, summary.deviation_p95, summary.deviation_p99, summary.deviation_max)
    return [
        ("clock", summary.clock),
        ("refresh rate", f"{summary.refresh_rate:.3f} Hz"),
        ("ticks", f"{summary.ticks} in {summary.seconds:.2f} s, {summary.synthetic} of them synthetic"),
        ("mean period", f"{summary.mean_period * 1000:.4f} ms"),
        ("deviation", "p50 {:.3f}, p95 {:.3f}, p99 {:.3f}, max {:.3f} ms".format(*(1000 * d for d in deviations))),
        ("missed", summary.missed),
    ]
