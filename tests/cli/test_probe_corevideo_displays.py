"""`doctor --probe-corevideo` on a Mac whose displays are all asleep, or that has none."""

from __future__ import annotations

from pathlib import Path

import pytest

from sddisplaylink.cli import probe_corevideo


def test_without_displays_corevideos_own_functions_are_not_tried(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(probe_corevideo, "FRAMEWORK", str(tmp_path / "CoreVideo"))
    monkeypatch.setattr(probe_corevideo, "displays", tuple)
    monkeypatch.setattr(probe_corevideo, "count_threads", lambda: 5)
    monkeypatch.setattr(probe_corevideo, "probe_cycles", lambda: iter([("cycles", 5)]))
    names = [name for name, _ in probe_corevideo.probe()]
    assert "cycles" in names
    assert "Create" not in names
    assert names[-1] == "stops abandoned"
