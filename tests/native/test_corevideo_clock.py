"""clocks/corevideo.m without the core above it: time stamps in, ticks out; what it asks of CoreVideo and refuses."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from clock_driver import (
    ALL_FLAGS,
    HOST_TIME,
    PERIOD,
    RATE_SCALAR,
    REFRESH_PERIOD,
    SECOND,
    VIDEO_TIME,
    ClockDriver,
    stamp,
)

NOMINAL = 8_333_333  # display 2 has 120 Hz
SDDL_E_MEMORY, SDDL_E_CLOCK = -5, -7
ALREADY_RUNNING, NOT_RUNNING = -6671, -6672


@contextmanager
def running(driver: ClockDriver, display: int = 2, context: int = 77) -> Iterator[None]:
    clock = driver.create(display, context)
    try:
        assert driver.start(clock) == 0
        yield
    finally:
        driver.destroy(clock)


# ---- time stamps ----


def test_a_tick_is_for_the_vsync_one_period_before_its_output_time(driver: ClockDriver) -> None:
    with running(driver, context=123_456_789_012):
        (tick,) = driver.deliver(stamp(7 * SECOND))
    assert (tick.context, tick.target, tick.period) == (123_456_789_012, 7 * SECOND, PERIOD)
    assert tick.timestamp == tick.target - tick.period


def test_host_time_is_converted_by_the_timebase(driver: ClockDriver) -> None:
    driver.standin.set("timebase_numer", 125)
    driver.standin.set("timebase_denom", 3)
    with running(driver):
        (tick,) = driver.deliver(stamp(24_000_000))
    assert tick.target == SECOND


def test_host_time_near_its_end_does_not_overflow(driver: ClockDriver) -> None:
    driver.standin.set("timebase_numer", 125)
    driver.standin.set("timebase_denom", 3)
    with running(driver):
        (tick,) = driver.deliver(stamp(2**63 - 1))
    assert (tick.target, tick.timestamp) == (2**63 - 1, 2**63 - 1 - PERIOD)


def test_without_a_host_time_the_output_is_one_period_from_now(driver: ClockDriver) -> None:
    with running(driver):
        before = driver.now()
        (tick,) = driver.deliver(stamp(flags=ALL_FLAGS & ~HOST_TIME))
        assert before + PERIOD <= tick.target <= driver.now() + PERIOD


# ---- the ladder of periods ----


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, PERIOD),
        ({"rate_scalar": 0.5}, 33_333_334),
        ({"rate_scalar": 0.0, "flags": ALL_FLAGS & ~RATE_SCALAR}, PERIOD),
        ({"time_scale": 90_000, "refresh_period": 1_501}, 16_677_778),
        ({"flags": ALL_FLAGS & ~REFRESH_PERIOD}, NOMINAL),
        ({"rate_scalar": 0.0}, NOMINAL),
        ({"rate_scalar": float("nan")}, NOMINAL),
        ({"rate_scalar": float("inf")}, NOMINAL),
        ({"rate_scalar": -1.0}, NOMINAL),
        ({"time_scale": 0}, NOMINAL),
        ({"time_scale": -SECOND}, NOMINAL),
        ({"refresh_period": 0}, NOMINAL),
        ({"refresh_period": -PERIOD}, NOMINAL),
        ({"refresh_period": 999_000}, NOMINAL),  # 1001 Hz
        ({"refresh_period": 1_000_001_000}, NOMINAL),  # more than a second
        ({"refresh_period": 2**63 - 1, "time_scale": 1}, NOMINAL),
    ],
)
def test_an_absurd_stamped_period_is_replaced_by_the_nominal_one(
    driver: ClockDriver, fields: dict[str, Any], expected: int
) -> None:
    with running(driver):
        (tick,) = driver.deliver(stamp(**fields))
    assert tick.period == expected


@pytest.mark.parametrize(("knob", "value"), [("nominal_flags", 1), ("nominal_scale", 0)], ids=["indefinite", "zero"])
@pytest.mark.parametrize(
    ("mode_rate", "expected"), [(75.0, 13_333_333), (0.0, PERIOD), (5000.0, PERIOD), (0.1, PERIOD)]
)
def test_without_a_nominal_period_it_is_the_display_modes_and_then_60_hz(
    driver: ClockDriver, knob: str, value: int, mode_rate: float, expected: int
) -> None:
    driver.standin.set_displays([(9, 120, mode_rate)])
    driver.standin.set(knob, value)
    with running(driver, display=9):
        (tick,) = driver.deliver(stamp(refresh_period=0))
    assert tick.period == pytest.approx(expected, abs=1)


# ---- missed ----


def test_missed_vsyncs_are_counted_by_the_video_time(driver: ClockDriver) -> None:
    turns = [0, 1, 2, 5, 6, 7.4, 8.6, 11.3, 100]
    with running(driver):
        ticks = driver.deliver(*(stamp(video_time=round(turn * PERIOD)) for turn in turns))
    assert [tick.missed for tick in ticks] == [0, 0, 0, 2, 0, 0, 0, 2, 88]


@pytest.mark.parametrize("before", [-(2**63), 0, 2**63 - 1])
@pytest.mark.parametrize("after", [-(2**63), 0, 2**63 - 1])
def test_a_discontinuity_of_the_video_time_counts_as_nothing(driver: ClockDriver, before: int, after: int) -> None:
    with running(driver):
        ticks = driver.deliver(stamp(video_time=before), stamp(video_time=after), stamp(video_time=after))
    assert [tick.missed for tick in ticks] == [0, 0, 0]


@pytest.mark.parametrize(
    "fields", [{"flags": ALL_FLAGS & ~VIDEO_TIME}, {"flags": ALL_FLAGS & ~REFRESH_PERIOD}, {"refresh_period": 0}]
)
def test_nothing_is_missed_where_the_stamps_do_not_say(driver: ClockDriver, fields: dict[str, int]) -> None:
    with running(driver):
        ticks = driver.deliver(stamp(video_time=0, **fields), stamp(video_time=50 * PERIOD, **fields))
    assert [tick.missed for tick in ticks] == [0, 0]


def test_what_passed_while_the_link_was_stopped_is_not_missed(driver: ClockDriver) -> None:
    clock = driver.create(2)
    for video_time in (0, 50 * PERIOD):
        assert driver.start(clock) == 0
        (tick,) = driver.deliver(stamp(video_time=video_time))
        assert tick.missed == 0
        driver.stop(clock)
    driver.destroy(clock)


# ---- lifecycle ----


def test_create_makes_a_link_and_starts_nothing(driver: ClockDriver) -> None:
    clock = driver.create()
    assert driver.standin.count("links") == 1
    assert driver.standin.count("threads") == 0
    assert driver.deliver(stamp()) == []
    driver.destroy(clock)


def test_display_0_is_the_main_one(driver: ClockDriver) -> None:
    driver.standin.set_displays([(5, 50, 50), (1, 60, 60)])
    with running(driver, display=0):
        (tick,) = driver.deliver(stamp(refresh_period=0))
    assert tick.period == 20_000_000


REFUSALS = {"create_result": (-6661, -6662, -6670), "display_zero": (1,), "callback_result": (-6660,)}


@pytest.mark.parametrize(("knob", "value"), [(knob, value) for knob, values in REFUSALS.items() for value in values])
def test_a_link_that_cannot_be_had_or_is_half_made_is_refused(driver: ClockDriver, knob: str, value: int) -> None:
    driver.standin.set(knob, value)
    with pytest.raises(RuntimeError, match=str(SDDL_E_CLOCK)):
        driver.create()
    assert driver.standin.count("links") == 0


@pytest.mark.parametrize("display", [0, 5])
def test_no_display_no_link(driver: ClockDriver, display: int) -> None:
    driver.standin.set_displays([])
    with pytest.raises(RuntimeError, match=str(SDDL_E_CLOCK)):
        driver.create(display)


def test_a_failing_start_is_reported(driver: ClockDriver) -> None:
    driver.standin.set("start_result", -6660)
    clock = driver.create()
    assert driver.start(clock) == SDDL_E_CLOCK
    driver.standin.set("start_result", 0)
    assert driver.start(clock) == 0
    driver.destroy(clock)


def test_already_running_and_not_running_are_no_errors(driver: ClockDriver) -> None:
    clock = driver.create()
    driver.stop(clock)
    starts, stops = driver.standin.count("starts"), driver.standin.count("stops")
    assert [driver.start(clock), driver.start(clock)] == [0, 0]
    driver.stop(clock)
    driver.stop(clock)
    assert driver.standin.count("starts") == starts + 1
    assert driver.standin.count("stops") == stops + 1
    driver.destroy(clock)


def test_destroy_stops_a_running_link(driver: ClockDriver) -> None:
    clock = driver.create()
    driver.start(clock)
    driver.destroy(clock)
    driver.standin.wait("threads", exactly=0)
    assert driver.standin.count("links") == 0


@pytest.mark.parametrize("stop_waits", [True, False])
def test_a_callback_that_comes_after_the_release_is_dropped(driver: ClockDriver, stop_waits: bool) -> None:
    driver.standin.set("stop_waits", stop_waits)
    with running(driver, context=1):
        assert len(driver.deliver(stamp())) == 1
    assert driver.deliver(stamp(), late=True) == []
    with running(driver, context=2):  # in the same slot
        assert driver.deliver(stamp(), late=True) == []
        assert [tick.context for tick in driver.deliver(stamp())] == [2]


def test_links_are_limited_and_their_slots_reused(driver: ClockDriver) -> None:
    clocks = [driver.create(context=number) for number in range(64)]
    with pytest.raises(RuntimeError, match=str(SDDL_E_MEMORY)):
        driver.create()
    driver.destroy(clocks.pop(17))
    clocks.append(driver.create(context=64))
    for clock in clocks:
        driver.start(clock)
    ticks = driver.deliver(stamp())
    assert sorted(tick.context for tick in ticks) == [n for n in range(65) if n != 17]
    for clock in clocks:
        driver.destroy(clock)


# ---- displays ----


def test_displays_report_their_rate_by_mode_link_or_default(driver: ClockDriver) -> None:
    driver.standin.set_displays([(4, 60, 59.94), (7, 120, 0), (9, 50, 50)])
    assert driver.displays() == (3, [(4, True, 59.94), (7, False, pytest.approx(120)), (9, False, 50)])
    driver.standin.set("create_result", -6661)
    assert driver.displays() == (3, [(4, True, 59.94), (7, False, 60), (9, False, 50)])


def test_displays_write_no_more_than_there_is_room_for(driver: ClockDriver) -> None:
    assert driver.displays(1) == (2, [(1, True, 60)])
    assert driver.displays(0) == (2, [])


def test_a_window_server_that_does_not_answer_has_no_displays(driver: ClockDriver) -> None:
    driver.standin.set("list_result", 1000)
    assert driver.displays() == (0, [])


# ---- pools ----


def test_every_call_into_a_framework_stands_in_a_pool(driver: ClockDriver) -> None:
    count = driver.standin.count
    made, unpooled = count("objects_made"), count("objects_unpooled")
    with running(driver):
        driver.deliver(stamp())
    driver.displays()
    assert count("objects_made") > made + 8
    assert count("objects_unpooled") == unpooled
    assert count("pushes") == count("pops")
