"""How much memory decoded frames may take: what the machine has, what its container allows, what is free."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sddisplaylink.machine import memory as memory_budget

MACHINE = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
KB, MB = 1024, 1 << 20


@pytest.fixture
def system(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A directory whose files are read in place of the system's; it is empty at first."""
    monkeypatch.setattr(memory_budget, "MEMORY_INFO", str(tmp_path / "meminfo"))
    monkeypatch.setattr(memory_budget, "GROUP_LIMIT", str(tmp_path / "max"))
    monkeypatch.setattr(memory_budget, "GROUP_USE", str(tmp_path / "current"))
    monkeypatch.setattr(memory_budget, "measured", (float("-inf"), 0))
    return tmp_path


def test_a_fifth_of_the_machine(system: Path) -> None:
    assert memory_budget.usable_memory() == MACHINE // 5


def test_no_more_than_three_fifths_of_what_is_free(system: Path) -> None:
    (system / "meminfo").write_text(f"MemTotal: 1 kB\nMemAvailable: {100 * MB // KB} kB\n")
    assert memory_budget.usable_memory() == 60 * MB


def test_the_limit_of_a_container_counts_as_the_memory_of_the_machine(system: Path) -> None:
    (system / "max").write_text(f"{200 * MB}\n")
    (system / "current").write_text(f"{20 * MB}\n")
    assert memory_budget.usable_memory() == 40 * MB
    (system / "current").write_text(f"{150 * MB}\n")
    memory_budget.measured = float("-inf"), 0
    assert memory_budget.usable_memory() == 30 * MB


@pytest.mark.parametrize("limit", ["max\n", "", f"{MACHINE * 2}\n"])
def test_a_container_without_a_limit(system: Path, limit: str) -> None:
    (system / "max").write_text(limit)
    assert memory_budget.usable_memory() == MACHINE // 5


def test_the_system_is_not_asked_for_every_image(system: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 100.0
    monkeypatch.setattr(memory_budget.time, "monotonic", lambda: now)
    before = memory_budget.usable_memory()
    (system / "meminfo").write_text("MemAvailable: 10 kB\n")
    assert memory_budget.usable_memory() == before
    now += 1
    assert memory_budget.usable_memory() == 6 * KB


def test_the_default_is_256_mb_or_four_frames(system: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_budget, "usable_memory", lambda: 1000 * MB)
    sizes = [0, 1, 64 * MB, 65 * MB, 200 * MB, 300 * MB]
    assert [memory_budget.default_budget(size) // MB for size in sizes] == [256, 256, 256, 260, 800, 1000]
