"""`PYTHONPATH=tests python -m stress.exits --count 1000`: ends of the interpreter in all situations of the tests."""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import time
from concurrent.futures import ThreadPoolExecutor

from support.exit_situations import Situation, endings, others, waiters


def main() -> int:
    """End so many interpreters, the situations in turn; 1 if one of them did not end as it should."""
    parser = argparse.ArgumentParser(prog="python -m stress.exits", description=__doc__)
    parser.add_argument("--count", type=int, default=1000, help="ends of the interpreter (default: %(default)s)")
    parser.add_argument("--at-once", type=int, default=os.cpu_count(), help="interpreters (default: %(default)s)")
    options = parser.parse_args()
    situations = endings() | waiters() | (others() if hasattr(os, "fork") else {})
    chosen = list(itertools.islice(itertools.cycle(situations.items()), options.count))
    begin = time.monotonic()
    with ThreadPoolExecutor(options.at_once) as pool:
        problems = pool.map(Situation.problem, [situation for _, situation in chosen])
        failures = [f"{name}: {problem}" for (name, _), problem in zip(chosen, problems, strict=True) if problem]
    took = time.monotonic() - begin
    print(f"Python {sys.version.split()[0]}: {len(chosen)} ends in {len(situations)} situations, {took:.0f} s")
    print(f"{len(failures)} failures", *failures, sep="\n")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
