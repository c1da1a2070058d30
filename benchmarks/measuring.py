"""Timing in rounds: in each round every library does every task, so that a busy moment affects all of them."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from benchmarks.peers import Peer
from benchmarks.peers.peer import NotOfferedError
from benchmarks.samples import Sample
from benchmarks.tasks import Task

__all__ = ["CLOCKS", "Measurement", "measure"]

CLOCKS = {"wall": time.perf_counter, "cpu": time.process_time}
"""Time that passes; time that all threads together work, which a busy machine disturbs less."""

_ROOMY = 2 << 30  # bytes: libraries that hold all frames are not asked for more


@dataclass
class Measurement:
    """One task of one library on one file."""

    file: str
    task: str
    peer: str
    values: list[float] = field(default_factory=list)
    """Seconds, one for each round; bytes where memory is measured."""
    problem: str = ""
    """Why there are no values."""

    @property
    def best(self) -> float:
        """The time of the fastest round."""
        return min(self.values)


def measure(
    peers: Sequence[Peer], sample: Sample, tasks: Sequence[Task], *, rounds: int, patience: float, clock: str
) -> list[Measurement]:
    """All tasks on one file, by one of CLOCKS. What takes longer than `patience` seconds is done only once."""
    able = [peer for peer in peers if sample.format in peer.formats]
    results = {
        (task.name, peer.name): Measurement(sample.name, task.name, peer.name) for task in tasks for peer in able
    }
    for number in range(rounds):
        for task, peer in _turns(tasks, able, number):
            result = results[task.name, peer.name]
            if peer.holds_everything and sample.decoded_bytes > _ROOMY:
                result.problem = f"would hold {sample.decoded_bytes / 1e9:.1f} GB of frames"
            elif not result.problem and not (result.values and result.values[0] > patience):
                _take(result, CLOCKS[clock], partial(task.run, peer, sample))
    return list(results.values())


def _turns(tasks: Sequence[Task], peers: Sequence[Peer], number: int) -> Iterator[tuple[Task, Peer]]:
    """Another library begins in each round."""
    shift = number % max(1, len(peers))
    for task in tasks:
        for peer in (*peers[shift:], *peers[:shift]):
            yield task, peer


def _take(result: Measurement, clock: Callable[[], float], run: Callable[[], None]) -> None:
    gc.collect()
    gc.disable()
    try:
        begin = clock()
        run()
        result.values.append(clock() - begin)
    except NotOfferedError:
        result.problem = "not offered"
    except Exception as error:  # a peer may raise anything
        result.problem = f"{type(error).__name__}: {error}".splitlines()[0]
    finally:
        gc.enable()
