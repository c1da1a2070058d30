"""What macOS says of its memory, asked of a stand-in by the very calls that a Mac would get."""

from __future__ import annotations

import ctypes
import os
import sys
from types import SimpleNamespace

import pytest

from fakes.darwin import VM_STATISTICS64, Mac
from sddisplaylink.machine import memory, memory_macos

PAGE = os.sysconf("SC_PAGE_SIZE")


@pytest.fixture
def mac(monkeypatch: pytest.MonkeyPatch) -> Mac:
    monkeypatch.setattr(memory_macos, "_hosts", {})
    return Mac()


def test_the_structure_is_as_large_as_apples() -> None:
    assert ctypes.sizeof(memory_macos.VMStatistics64) == VM_STATISTICS64.size == 152


def test_free_and_inactive_pages_are_available(mac: Mac) -> None:
    assert memory_macos.available_bytes(mac.library) == 1500 * PAGE
    mac.free_pages = 4_000_000_000
    assert memory_macos.available_bytes(mac.library) == 4_000_000_500 * PAGE


def test_one_right_of_the_host_is_taken_for_a_process(mac: Mac, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        memory_macos.available_bytes(mac.library)
    assert len(mac.ports) == 1
    monkeypatch.setattr(os, "getpid", lambda: -1)  # in a forked child
    assert memory_macos.available_bytes(mac.library) == 1500 * PAGE
    assert len(mac.ports) == 2


def test_a_host_that_does_not_answer(mac: Mac, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory_macos, "_hosts", {os.getpid(): 1})
    assert memory_macos.available_bytes(mac.library) is None


@pytest.mark.parametrize(("level", "percent"), [(1, 0.0), (2, 50.0), (4, 100.0), (3, 0.0), (None, 0.0)])
def test_the_level_of_pressure(mac: Mac, level: int | None, percent: float) -> None:
    mac.pressure = level
    assert memory_macos.pressure_percent(mac.library) == percent


def test_where_there_are_no_such_functions() -> None:
    """As in the C library of Linux."""
    assert memory_macos.available_bytes(SimpleNamespace()) is None
    assert memory_macos.pressure_percent(SimpleNamespace()) == 0.0


def test_the_c_library_of_this_process() -> None:
    """That of a Mac knows; no other does."""
    total = PAGE * os.sysconf("SC_PHYS_PAGES")
    available = memory_macos.available_bytes()
    assert available is None if sys.platform != "darwin" else 0 < (available or 0) < total
    assert memory_macos.pressure_percent() in ((0.0, 50.0, 100.0) if sys.platform == "darwin" else (0.0,))


@pytest.fixture
def on_a_mac(mac: Mac, monkeypatch: pytest.MonkeyPatch) -> Mac:
    """The package asks that Mac."""
    for name in ("available_bytes", "pressure_percent"):
        ask = getattr(memory_macos, name)
        monkeypatch.setattr(memory_macos, name, lambda ask=ask: ask(mac.library))
    monkeypatch.setattr(memory, "GROUP_LIMIT", "/nowhere")
    monkeypatch.setattr(memory, "measured", (float("-inf"), 0))
    return mac


def test_the_budget_is_three_fifths_of_what_is_available(on_a_mac: Mac, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    assert memory.usable_memory() == 1500 * PAGE * 3 // 5


@pytest.mark.parametrize(("level", "is_short"), [(1, False), (2, True), (4, True)])
def test_memory_is_short_above_the_normal_level(
    on_a_mac: Mac, monkeypatch: pytest.MonkeyPatch, level: int, is_short: bool
) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    on_a_mac.pressure = level
    assert memory.is_memory_short() is is_short
