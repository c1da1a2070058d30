"""The figures of a run as Markdown: ``python -m benchmarks.tables results.json``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.peers.ours import Ours
from benchmarks.summary import BEST_OTHER
from benchmarks.tasks import MEMORY, TASKS

__all__ = ["files_table", "ratios_table"]

_HEADS = {
    "decode": "all, copied",
    "in_place": "all, in place",
    "first": "first",
    "durations": "durations",
    "last": "last",
    "seeks": "6 random",
    MEMORY: "memory",
}


def ratios_table(facts: dict[str, Any], image_format: str) -> str:
    """How many times as much as this library each other one needs: geometric mean (least–most)."""
    found = {(r["peer"], r["task"]): r for r in facts["ratios"] if r["format"] == image_format}
    tasks = [task for task in (*TASKS, MEMORY) if any(task == other for _, other in found)]
    peers = dict.fromkeys(peer for peer, _ in found)
    order = sorted(peers, key=lambda peer: (peer != BEST_OTHER, found.get((peer, "decode"), {"mean": 1e9})["mean"]))
    rows = [[peer, *(_ratio(found.get((peer, task))) for task in tasks)] for peer in order]
    return _table(["", *(_HEADS[task] for task in tasks)], rows)


def files_table(facts: dict[str, Any], peers: Sequence[str]) -> str:
    """Milliseconds for all frames of each file, copied out and in place, and of the fastest other library."""
    best = {(m["file"], m["task"], m["peer"]): min(m["values"]) for m in facts["measurements"] if m["values"]}
    heads = [
        "",
        "size",
        "frames",
        *(f"{peer}{way}" for peer in peers for way in ("", ", in place")),
        "best other, copied",
    ]
    rows = []
    for file in facts["files"]:
        name, (width, height) = file["name"], file["size"]
        keys = [(name, task, peer) for peer in peers for task in ("decode", "in_place")]
        others = [(v, p) for (f, t, p), v in best.items() if (f, t) == (name, "decode") and not p.startswith(Ours.name)]
        cells = [_milliseconds(best.get(key)) for key in keys]
        fastest = f"{_milliseconds(min(others)[0])} ({min(others)[1]})" if others else ""
        rows.append([name.removeprefix("real__"), f"{width}×{height}", str(file["frame_count"]), *cells, fastest])
    return _table(heads, rows)


def _ratio(ratio: dict[str, Any] | None) -> str:
    if ratio is None:
        return ""
    mean, least, most = (f"{ratio[key]:.{1 if ratio[key] >= 2 else 2}f}" for key in ("mean", "least", "most"))
    return f"{mean} ({least}–{most})"


def _milliseconds(seconds: float | None) -> str:
    return "" if seconds is None else f"{1000 * seconds:.{0 if seconds >= 0.1 else 1}f}"


def _table(heads: Iterable[str], rows: Iterable[Sequence[str]]) -> str:
    heads = list(heads)
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def main(path: str) -> None:
    """Print all tables."""
    facts = json.loads(Path(path).read_text(encoding="utf-8"))
    for image_format in dict.fromkeys(ratio["format"] for ratio in facts["ratios"]):
        print(f"\n### {image_format}\n\n{ratios_table(facts, image_format)}")
    print(f"\n### Files\n\n{files_table(facts, [Ours.name, 'skia-python', 'Pillow'])}")


if __name__ == "__main__":
    main(*sys.argv[1:])
