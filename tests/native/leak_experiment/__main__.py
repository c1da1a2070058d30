"""Runs the experiment and prints its table: ``python -m leak_experiment`` in tests/native."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from leak_experiment import experiment


def main() -> int:
    missing = experiment.missing_tool()
    if missing:
        print(missing, file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as directory:
        programs = experiment.build(Path(directory))
        outcomes = {variant: experiment.run(program) for variant, program in programs.items()}
    print(f"{experiment.PLAYERS:,} players, {experiment.TICKS:,} ticks, 3 tokens a tick; all dropped while running\n")
    print(experiment.table(outcomes))
    print()
    for variant, outcome in outcomes.items():
        if variant.remark:
            findings = ", ".join(f"{name} {count:,}" for name, count in outcome.findings().items())
            print(f"{variant.remark}: {findings or 'nothing left'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
