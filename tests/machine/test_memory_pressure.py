"""Memory is freed when the system runs short of it."""

from __future__ import annotations

import os
from typing import ClassVar

import pytest

from sddisplaylink.frames import pool as frame_pool
from sddisplaylink.machine import memory as machine_memory
from sddisplaylink.machine import memory_monitor
from sddisplaylink.machine.memory import is_memory_short
from sddisplaylink.machine.memory_monitor import MemoryMonitor
from support.pool_support import FRAME, NoWorker, drain, let_nothing_be_small, make_pool


class System:
    """Time and memory pressure, set by the test."""

    def __init__(self):
        self.now, self.is_short, self.looks = 100.0, False, 0
        self.monitor = MemoryMonitor(self.look, lambda: self.now)

    def look(self):
        self.looks += 1
        return self.is_short


@pytest.fixture
def system(monkeypatch):
    system = System()
    monkeypatch.setattr(memory_monitor, "monitor", system.monitor)
    monkeypatch.setattr(memory_monitor, "shared_worker", Submitted)
    monkeypatch.setattr(frame_pool, "shared_worker", NoWorker)
    let_nothing_be_small(monkeypatch)
    Submitted.jobs.clear()
    return system


class Submitted:
    jobs: ClassVar[list] = []

    def submit(self, job):
        self.jobs.append(job)


def test_the_figures_are_read_once_a_second_at_most(system):
    for step in range(31):
        system.now = 100 + step / 10
        memory_monitor.monitor.poll()
        while Submitted.jobs:
            assert not Submitted.jobs.pop().work()
    assert system.looks == 4


def test_when_memory_is_short_all_pools_are_purged_and_budgets_shrink_for_a_while(system):
    pools = [make_pool(100)[0] for _ in range(2)]
    readers = [pool.open_reader(20 * FRAME) for pool in pools]
    for pool, reader in zip(pools, readers, strict=True):
        reader.prefetch(range(20))
        drain(pool)
        reader.shown = 0
    assert [pool.nbytes for pool in pools] == [20 * FRAME] * 2
    system.is_short = True
    system.now += 2
    readers[0].prefetch(range(20))
    Submitted.jobs.pop().work()
    assert [pool.nbytes for pool in pools] == [FRAME] * 2
    readers[0].prefetch(range(20))
    drain(pools[0])
    assert pools[0].nbytes == 5 * FRAME
    system.is_short = False
    system.now += 31
    readers[0].prefetch(range(20))
    drain(pools[0])
    assert pools[0].nbytes == 20 * FRAME


def test_requesting_frames_checks_the_memory_as_well(system):
    pool, _ = make_pool(10)
    pool.frame(3)
    assert set(Submitted.jobs) == {memory_monitor.monitor}


@pytest.mark.parametrize(("text", "is_short"), [
    ("some avg10=12.34 avg60=1.00 avg300=0.00 total=5\nfull avg10=1.00 avg60=0.00 avg300=0.00 total=0\n", True),
    ("some avg10=9.00 avg60=90.00 avg300=0.00 total=5\nfull avg10=90.00 avg60=0.00 avg300=0.00 total=0\n", False),
    ("some avg10=0.00 avg60=9.00 avg300=0.00 total=5\n", False),
    ("", False),
    ("nonsense\n", False),
    ("some avg10=many\n", False),
])  # fmt: skip
def test_what_linux_reports(tmp_path, monkeypatch, text, is_short):
    file = tmp_path / "memory"
    file.write_text(text)
    monkeypatch.setattr(machine_memory, "STALL_FILES", (str(tmp_path / "missing"), str(file)))
    assert is_memory_short() is is_short


def test_looking_leaves_no_descriptor_open():
    before = os.listdir("/proc/self/fd") if os.path.isdir("/proc/self/fd") else []  # noqa: PTH112, PTH208
    for _ in range(20):
        is_memory_short()
    after = os.listdir("/proc/self/fd") if before else []  # noqa: PTH208
    assert len(after) == len(before)


def test_pools_are_held_weakly(system):
    pool, decoder = make_pool(3)
    decoder.pool = None
    del pool
    assert len(memory_monitor.monitor.pools) == 0
