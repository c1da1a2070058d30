"""The results as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from benchmarks.measuring import Measurement
from benchmarks.samples import Sample
from benchmarks.summary import Ratio, against_ours
from benchmarks.tasks import MEMORY, TASKS

__all__ = ["Results"]

_NAME, _CELL = 26, 12  # columns


@dataclass
class Results:
    """All results of a run."""

    machine: dict[str, object]
    versions: dict[str, str]
    skipped: dict[str, str]
    """Why a library could not be measured at all."""
    samples: list[Sample] = field(default_factory=list)
    measurements: list[Measurement] = field(default_factory=list)
    complaints: dict[str, dict[str, str]] = field(default_factory=dict)
    """Wrong pictures: file, library, what is wrong."""

    @property
    def ratios(self) -> list[Ratio]:
        """How many times as much as this library the others need."""
        return against_ours(self.measurements, {sample.name: sample.format for sample in self.samples})

    def write(self, path: Path) -> None:
        """All of it as JSON: times in seconds, memory in bytes."""
        files = [{**asdict(sample), "path": str(sample.path)} for sample in self.samples]
        facts = {
            "machine": self.machine,
            "versions": self.versions,
            "skipped": self.skipped,
            "files": files,
            "measurements": [asdict(each) for each in self.measurements],
            "wrong_pictures": self.complaints,
            "ratios": [asdict(ratio) for ratio in self.ratios],
        }
        path.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")

    def text(self) -> str:
        """All of it as tables."""
        lines = [f"{name}: {value}" for name, value in self.machine.items()]
        lines += [f"{name}: {version}" for name, version in self.versions.items()]
        lines += [f"{name}: skipped, {reason}" for name, reason in self.skipped.items()]
        for task in self._tasks():
            lines += ["", *self._table(task)]
        lines += ["", *self._summary(), *self._footnotes()]
        return "\n".join(lines)

    def _tasks(self) -> list[str]:
        return list(dict.fromkeys(each.task for each in self.measurements))

    def _table(self, task: str) -> list[str]:
        found = {(each.file, each.peer): each for each in self.measurements if each.task == task}
        files, peers = (list(dict.fromkeys(names)) for names in zip(*found, strict=True))
        title = f"{TASKS[task].title}: best round, ms" if task in TASKS else "peak memory of decoding all, MB"
        lines = [title, _row("", [_short(peer) for peer in peers])]
        for file in files:
            lines.append(_row(file, [self._cell(found.get((file, peer))) for peer in peers]))
        return lines

    def _cell(self, measurement: Measurement | None) -> str:
        if measurement is None:
            return ""
        if measurement.problem:
            return "·" if measurement.problem == "not offered" else "failed"
        wrong = "!" if measurement.peer in self.complaints.get(measurement.file, {}) else ""
        value = measurement.best / 1e6 if measurement.task == MEMORY else measurement.best * 1e3
        return f"{value:.{0 if value >= 100 else 1 if value >= 10 else 2}f}{wrong}"

    def _summary(self) -> list[str]:
        lines = ["Times as much as sddisplaylink: geometric mean [least … most] over the files"]
        for image_format in dict.fromkeys(ratio.format for ratio in self.ratios):
            for task in self._tasks():
                chosen = [ratio for ratio in self.ratios if (ratio.format, ratio.task) == (image_format, task)]
                lines += [f"{image_format}, {task}"] if chosen else []
                for ratio in sorted(chosen, key=lambda ratio: ratio.mean):
                    span = f"[{ratio.least:.2f} … {ratio.most:.2f}]"
                    lines.append(f"  {ratio.peer:<32}{ratio.mean:8.2f} {span:>20} {ratio.files:3} files")
        return lines

    def _footnotes(self) -> list[str]:
        lines = [f"! {file}: {peer}: {text}" for file, found in self.complaints.items() for peer, text in found.items()]
        for each in self.measurements:
            if each.problem not in {"", "not offered"}:
                lines.append(f"failed: {each.file}, {each.task}: {each.peer}: {each.problem}")
        return ["", *lines] if lines else []


def _row(name: str, cells: Sequence[str]) -> str:
    return f"{name[: _NAME - 1]:<{_NAME}}" + "".join(f"{cell:>{_CELL}}" for cell in cells)


def _short(peer: str) -> str:
    return (
        peer.replace("sddisplaylink, decoder=", "…").replace("sddisplaylink", "ours").replace("frame ", "")[: _CELL - 1]
    )
