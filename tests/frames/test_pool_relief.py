"""Memory is given back when it is short."""

from __future__ import annotations

import os
from typing import ClassVar

import pytest

from sddisplaylink.frames import memory, retention
from sddisplaylink.frames import pool as frame_pool
from sddisplaylink.frames.memory import MemoryMonitor, PressureGauge, stalled_percent
from support.pool_support import FRAME, NoWorker, drain, make_pool


class Weather:
    """Time and pressure as a test wants them."""

    def __init__(self):
        self.now, self.stalled, self.looks = 100.0, 0.0, 0
        self.gauge = PressureGauge(self.look, lambda: self.now)

    def look(self):
        self.looks += 1
        return self.stalled


@pytest.fixture
def weather(monkeypatch):
    weather = Weather()
    monkeypatch.setattr(memory, "monitor", MemoryMonitor(weather.gauge))
    monkeypatch.setattr(memory, "shared_worker", Submitted)
    monkeypatch.setattr(frame_pool, "shared_worker", NoWorker)
    monkeypatch.setattr(retention, "SMALL_BYTES", 0)
    Submitted.jobs.clear()
    return weather


class Submitted:
    jobs: ClassVar[list] = []

    def submit(self, job):
        self.jobs.append(job)


def test_the_figures_are_read_once_a_second_at_most(weather):
    for step in range(31):
        weather.now = 100 + step / 10
        memory.monitor.poll()
        while Submitted.jobs:
            assert not Submitted.jobs.pop().work()
    assert weather.looks == 4


def test_when_memory_is_short_all_pools_are_purged_and_budgets_shrink_for_a_while(weather):
    pools = [make_pool(100)[0] for _ in range(2)]
    readers = [pool.open_reader(20 * FRAME) for pool in pools]
    for pool, reader in zip(pools, readers, strict=True):
        reader.want(range(20))
        drain(pool)
        reader.shown = 0
    assert [pool.nbytes for pool in pools] == [20 * FRAME] * 2
    weather.stalled = 40.0
    weather.now += 2
    readers[0].want(range(20))
    Submitted.jobs.pop().work()
    assert [pool.nbytes for pool in pools] == [FRAME] * 2
    readers[0].want(range(20))
    drain(pools[0])
    assert pools[0].nbytes == 5 * FRAME
    weather.stalled = 0.0
    weather.now += 31
    readers[0].want(range(20))
    drain(pools[0])
    assert pools[0].nbytes == 20 * FRAME


def test_little_stalling_is_no_pressure(weather):
    weather.stalled = 5.0
    assert not weather.gauge.check()
    assert weather.gauge.share == 1.0


def test_asking_for_frames_looks_as_well(weather):
    pool, _ = make_pool(10)
    pool.frame(3)
    assert Submitted.jobs == [memory.monitor]


@pytest.mark.parametrize(("text", "percent"), [
    ("some avg10=12.34 avg60=1.00 avg300=0.00 total=5\nfull avg10=1.00 avg60=0.00 avg300=0.00 total=0\n", 12.34),
    ("some avg10=0.00 avg60=9.00 avg300=0.00 total=5\n", 0.0),
    ("", 0.0),
    ("nonsense\n", 0.0),
    ("some avg10=many\n", 0.0),
])  # fmt: skip
def test_what_linux_tells(tmp_path, monkeypatch, text, percent):
    file = tmp_path / "memory"
    file.write_text(text)
    monkeypatch.setattr(memory, "_STALL_FILES", (str(tmp_path / "missing"), str(file)))
    assert stalled_percent() == percent


def test_looking_leaves_no_descriptor_open():
    before = os.listdir("/proc/self/fd") if os.path.isdir("/proc/self/fd") else []  # noqa: PTH112, PTH208
    for _ in range(20):
        stalled_percent()
    after = os.listdir("/proc/self/fd") if before else []  # noqa: PTH208
    assert len(after) == len(before)


def test_pools_are_held_weakly(weather):
    pool, decoder = make_pool(3)
    decoder.pool = None
    del pool
    assert len(memory.monitor._pools) == 0
