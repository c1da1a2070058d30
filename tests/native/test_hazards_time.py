"""Hazards 31 to 35 (docs/hazards.md): time stamps and periods that cannot be true, and consumers that are late.

What the clock makes of single time stamps (31, 33) is in test_corevideo_clock.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from native_builds import check_in_virtual_time as check_program

PERIODS = {
    "nominal indefinite": {"nominal_flags": 1},
    "nominal zero": {"nominal_scale": 0},
    "scalar 0": {"rate_scalar": 0},
    "scalar NaN": {"rate_scalar": float("nan")},
    "scalar infinite": {"rate_scalar": float("inf")},
    "stamped zero": {"stamp_period": 0},
    "stamped absurd": {"stamp_period": 1e15},
    "no flag set": {"stamp_flags": 0},
    "all at once": {"nominal_scale": 0, "nominal_flags": 1, "rate_scalar": 0, "stamp_period": 0},
}


@pytest.mark.parametrize("knobs", PERIODS.values(), ids=PERIODS)
def test_31_no_absurd_period_gets_through(package: Path, knobs: dict[str, float]) -> None:
    program = f"""
from math import inf, nan
stand.set_displays([(1, 60.0, 0.0)])
for knob, value in {knobs!r}.items():
    stand.set(knob, value)
link = sd.DisplayLink(clock="corevideo")
link.start()
ticks = watch(link, 1)
assert len(ticks) >= 58 and not any(tick.synthetic for tick in ticks)
assert all(abs(tick.period - 1 / 60) < 1e-6 for tick in ticks), ticks[0]
assert abs(link.refresh_rate - 60) < 0.01
assert sum(tick.missed for tick in ticks) == 0
"""
    check_program(package, program)


@pytest.mark.parametrize(("error", "seconds"), [("TWICE", 3), ("BACKWARDS", 3), ("PAST", 1), ("FUTURE", 1)])
def test_32_stamps_only_increase_and_stay_near_the_present(package: Path, error: str, seconds: int) -> None:
    program = f"""
from sddisplaylink.native import lib
link = sd.DisplayLink(clock="corevideo")
link.start()
right = watch(link, 0.2)
stand.set("stamp_error", ["RIGHT", "TWICE", "BACKWARDS", "PAST", "FUTURE"].index({error!r}))
wrong = watch(link, {seconds})
stand.set("stamp_error", 0)
ticks = right + wrong + watch(link, 0.2)
assert len(ticks) > 60 * {seconds} and not any(tick.synthetic for tick in ticks)
for before, after in zip(ticks, ticks[1:]):
    assert after.timestamp > before.timestamp and after.target_timestamp > before.target_timestamp, (before, after)
for tick in ticks:
    assert 0 <= tick.target_timestamp - tick.timestamp <= 1, tick
now = lib.sddl_now() / 1e9
assert abs(ticks[-1].target_timestamp - now) < 2, (ticks[-1], now)
"""
    check_program(package, program)


def test_32_a_callback_may_come_long_before_its_vsync(package: Path) -> None:
    program = """
stand.set("lead", 3)
link = sd.DisplayLink(clock="corevideo")
link.start()
ticks = watch(link, 1)
assert len(ticks) >= 58
for before, after in zip(ticks, ticks[1:]):
    assert abs(after.timestamp - before.timestamp - 1 / 60) < 1e-6
"""
    check_program(package, program)


@pytest.mark.parametrize("timebase", [(125, 3), (1, 1), (1_000_000_000, 24_000_000)])
def test_33_host_time_is_nanoseconds_whatever_its_unit(package: Path, timebase: tuple[int, int]) -> None:
    program = f"""
from sddisplaylink.native import lib
stand.set("timebase_numer", {timebase[0]})
stand.set("timebase_denom", {timebase[1]})
link = sd.DisplayLink(clock="corevideo")
link.start()
ticks = watch(link, 1)
assert len(ticks) >= 58 and not any(tick.synthetic for tick in ticks)
assert all(abs(tick.period - 1 / 60) < 1e-6 for tick in ticks)
assert abs(ticks[-1].timestamp - ticks[0].timestamp - (len(ticks) - 1) / 60) < 1e-6
assert abs(ticks[-1].timestamp - lib.sddl_now() / 1e9) < 0.1
"""
    check_program(package, program)


def test_34_a_slow_consumer_gets_the_latest_tick_and_what_it_missed(package: Path) -> None:
    program = """
from sddisplaylink.native import lib
dispatcher = sd.Dispatcher(thread=False)
ticks = []
link = sd.DisplayLink(ticks.append, clock="corevideo", dispatcher=dispatcher)
link.start()
advance(0.5)
dispatcher.run_pending()
ticks.clear()
for _ in range(100):
    advance(3 / 60)
    assert lib.sddl_mailbox_pending(dispatcher.mailbox) == 1
    assert dispatcher.run_pending() == 1
assert [tick.missed for tick in ticks] == [2] * 100
advance(1)
assert lib.sddl_mailbox_pending(dispatcher.mailbox) == 1
link.stop()
assert dispatcher.run_pending() == 0
"""
    check_program(package, program)


def test_35_ticks_and_what_was_missed_add_up_to_the_time_that_has_passed(package: Path) -> None:
    program = """
import random
chance = random.Random(1)
link = sd.DisplayLink(clock="timer:100")
link.start()
advance(0.001)
ticks = [link.wait(0)]
passed = 0
for _ in range(500):
    seconds = chance.choice((0.004, 0.01, 0.033, 0.2)) * (0.5 + chance.random())
    advance(seconds, at_once=chance.random() < 0.5)
    passed += seconds
    tick = link.wait(0)
    ticks += [tick] if tick else []
assert any(tick.missed for tick in ticks)
assert total(ticks) == int(passed * 100) + 1, (total(ticks), passed * 100)
for before, after in zip(ticks, ticks[1:]):
    assert after.timestamp > before.timestamp
    assert round((after.timestamp - before.timestamp) * 100) == 1 + after.missed
"""
    check_program(package, program)
