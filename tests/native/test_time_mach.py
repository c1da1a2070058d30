"""platform/time_mach.c: mach ticks to nanoseconds, and waits that end on time."""

from __future__ import annotations

import time

import pytest

from clock_driver import SECOND, ClockDriver

LARGEST = 2**63 - 1
TIMEBASES = [(1, 1), (125, 3), (1_000_000_000, 33_333_335), (3, 125), (2**32 - 1, 2**32 - 2), (1, 2**32 - 1)]
TICKS = [0, 1, 2, 3, 124, 125, 10**9, 2**32, 2**56 + 12_345, 2**62, 2**63 - 1, 2**63, 2**64 - 1]


@pytest.mark.parametrize(("numer", "denom"), TIMEBASES)
def test_host_time_is_converted_exactly_and_never_overflows(driver: ClockDriver, numer: int, denom: int) -> None:
    driver.standin.set("timebase_numer", numer)
    driver.standin.set("timebase_denom", denom)
    for ticks in TICKS:
        assert driver.host_time_to_ns(ticks) == min(ticks * numer // denom, LARGEST), ticks


def test_a_broken_timebase_counts_as_nanoseconds(driver: ClockDriver) -> None:
    driver.standin.set("timebase_denom", 0)
    assert driver.host_time_to_ns(12_345) == 12_345


def test_now_is_what_python_calls_monotonic_time(driver: ClockDriver) -> None:
    for numer, denom in TIMEBASES[:3]:
        driver.standin.set("timebase_numer", numer)
        driver.standin.set("timebase_denom", denom)
        before = time.monotonic_ns()
        now = driver.now()
        assert before - 100 <= now <= time.monotonic_ns()  # a tick of 125/3 ns is the most that is lost


@pytest.mark.parametrize("deadline", [-LARGEST, -1, 0, 1])
def test_a_deadline_in_the_past_ends_the_wait_at_once(driver: ClockDriver, deadline: int) -> None:
    before = driver.now()
    assert driver.wait_until(deadline) is False
    assert driver.now() - before < SECOND


def test_a_wait_lasts_until_its_deadline(driver: ClockDriver) -> None:
    deadline = driver.now() + SECOND // 50
    assert driver.wait_until(deadline) is False
    assert deadline <= driver.now() < deadline + 5 * SECOND


@pytest.mark.parametrize("ahead", [10 * SECOND, 10_000_000 * SECOND, LARGEST])
def test_a_notification_ends_the_wait_in_time(driver: ClockDriver, ahead: int) -> None:
    before = driver.now()
    assert driver.wait_for_notify(min(before + ahead, LARGEST)) is True
    assert driver.now() - before < 5 * SECOND


def test_a_thread_that_needs_precision_asks_for_the_interactive_class(driver: ClockDriver) -> None:
    before = driver.standin.count("precise_threads")
    driver.wait_for_notify(driver.now() + SECOND)
    assert driver.standin.count("precise_threads") == before + 1
