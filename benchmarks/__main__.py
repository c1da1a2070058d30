"""Compare this library with its peers.

    python -m pip install --group bench
    python -m benchmarks

measures generated files, or the real files of a corpus (--corpus, SDDISPLAYLINK_CORPUS), or files that are named, and
writes results.json and chart.png. Times as they are on one processor: --cpus 1.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

from benchmarks import generate, machine, peers, samples
from benchmarks.chart import draw
from benchmarks.checking import complaint
from benchmarks.measuring import CLOCKS, measure
from benchmarks.memory import measure_memory
from benchmarks.report import Results
from benchmarks.samples import Sample
from benchmarks.tasks import MEMORY, TASKS

_OUTPUT = Path("build/benchmarks")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run as the options say."""
    options = _parser().parse_args(arguments)
    machine.use_cpus(options.cpus)
    options.output.mkdir(parents=True, exist_ok=True)
    loaded, skipped = peers.load(options.peers)
    facts = {**machine.describe(), "clock": options.clock, "rounds": options.rounds}
    results = Results(facts, {peer.name: peer.version for peer in loaded}, skipped)
    results.samples = _samples(options)
    for sample in results.samples:
        print(f"measuring {sample.name} …", file=sys.stderr)
        _measure(results, loaded, sample, options)
        results.write(options.output / "results.json")
    print(results.text())
    if find_spec("matplotlib"):
        draw(results.ratios, options.output / "chart.png")
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m benchmarks", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    corpus = os.environ.get("SDDISPLAYLINK_CORPUS")
    names = [peer.name for peer in peers.PEERS]
    add = parser.add_argument
    add("files", nargs="*", type=Path, metavar="FILE", help="GIF and APNG files to measure")
    add(
        "--corpus", type=Path, default=corpus, metavar="DIR", help="measure its files real__*, or all if there are none"
    )
    add("--generated", action="store_true", help="measure the generated files, also where there are others")
    add("--tiny", action="store_true", help="measure two tiny generated files: to try this out")
    add("--peers", nargs="+", default=(), choices=names, metavar="NAME", help=f"only these of: {', '.join(names)}")
    add("--tasks", nargs="+", default=[*TASKS, MEMORY], choices=[*TASKS, MEMORY], help="only these")
    add("--rounds", type=int, default=5, metavar="N", help="how often each is timed (default: %(default)s)")
    add("--patience", type=float, default=2.0, metavar="SECONDS", help="what takes longer is timed once (%(default)s)")
    add("--clock", choices=CLOCKS, default="wall", help="cpu: count the time of all threads (for busy machines)")
    add("--cpus", type=int, metavar="N", help="use so many processors (Linux only; default: all)")
    add(
        "--output",
        type=Path,
        default=_OUTPUT,
        metavar="DIR",
        help="default: %(default)s, where generated files are kept",
    )
    return parser


def _samples(options: argparse.Namespace) -> list[Sample]:
    generated = options.output / "files"
    if options.tiny:
        return samples.from_recipes(generate.TINY, generated)
    chosen = [samples.sample(path) for path in options.files]
    if options.corpus and not options.files:
        chosen = samples.from_corpus(options.corpus)
    return chosen + (samples.from_recipes(generate.RECIPES, generated) if options.generated or not chosen else [])


def _measure(results: Results, loaded: Sequence[peers.Peer], sample: Sample, options: argparse.Namespace) -> None:
    able = [peer for peer in loaded if sample.format in peer.formats]
    wrong = {peer.name: text for peer in able if (text := complaint(peer, sample))}
    if wrong:
        results.complaints[sample.name] = wrong
    timed = [TASKS[name] for name in options.tasks if name in TASKS]
    results.measurements += measure(
        loaded, sample, timed, rounds=options.rounds, patience=options.patience, clock=options.clock
    )
    if MEMORY in options.tasks:
        samples.from_recipes(generate.TINY, options.output / "files")
        results.measurements += [measure_memory(peer, sample, options.output / "files") for peer in able]


if __name__ == "__main__":
    sys.exit(main())
