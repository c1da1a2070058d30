"""Peak memory of decoding a file once, each library in a process of its own."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from pathlib import Path

from benchmarks.generate import TINY
from benchmarks.measuring import Measurement
from benchmarks.peers import PEERS, Peer
from benchmarks.samples import Sample
from benchmarks.tasks import MEMORY

__all__ = ["measure_memory"]

_SECONDS = 300
_ROOT = Path(__file__).parents[1]
_STATUS, _RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


def measure_memory(peer: Peer, sample: Sample, tiny: Path) -> Measurement:
    """Bytes by which memory grows while all frames are decoded and dropped, one by one.

    `tiny`: the folder of the generated tiny files, with which the library is warmed up before.
    """
    result = Measurement(sample.name, MEMORY, peer.name)
    warm = next(tiny / recipe.name for recipe in TINY if recipe.name.endswith(sample.format.lower()))
    command = [sys.executable, "-m", "benchmarks.memory", peer.name, str(warm), str(sample.path)]
    try:
        done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, timeout=_SECONDS, check=True)
        result.values = [float(json.loads(done.stdout.splitlines()[-1]))]
    except subprocess.CalledProcessError as error:
        result.problem = (error.stderr.strip().splitlines() or [f"exit code {error.returncode}"])[-1]
    except subprocess.TimeoutExpired:
        result.problem = f"over {_SECONDS} s"
    return result


def main(name: str, warm: str, path: str) -> None:
    """Run in the process that is measured: prints the bytes."""
    peer = next(peer for peer in PEERS if peer.name == name)()
    for _ in peer.frames(Path(warm)):
        pass
    before = _start()
    for _ in peer.frames(Path(path)):
        pass
    print(json.dumps(max(0, _peak() - before)))


def _start() -> int:
    """Bytes in memory now; from here on the peak is counted."""
    if not _STATUS.exists():
        return _peak()
    with contextlib.suppress(OSError):
        _RESET.write_text("5")  # the peak so far is forgotten
    return _status("VmRSS")


def _peak() -> int:
    # Linux reports ru_maxrss of the process that started this one, if that was larger
    if _STATUS.exists():
        return _status("VmHWM")
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


def _status(field: str) -> int:
    (line,) = (line for line in _STATUS.read_text().splitlines() if line.startswith(f"{field}:"))
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    main(*sys.argv[1:])
