"""The timer that sleeps through refreshes for which no tick is requested, in virtual time: nothing else may differ.

Which ticks a player requests is tested in tests/playback/native/test_wakeup.py.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from native_builds import HERE
from native_builds import check_in_virtual_time as check_program

PLAYERS = f"""
import sys
sys.path.append({str(HERE.parent)!r})
from timer_scenarios import *
"""


@pytest.mark.parametrize("seeds", [range(40 * part, 40 * (part + 1)) for part in range(2)], ids=["first", "second"])
def test_whatever_players_are_commanded_nothing_but_the_ticks_is_left_out(package: Path, seeds: range) -> None:
    check_program(package, PLAYERS + f"compare({seeds!r})")


def test_a_slow_player_has_a_tick_for_each_frame_and_each_second(package: Path) -> None:
    program = """
player = player_of(200 * MS, 2500 * MS)
player.play()
advance(26.9)
assert player.info.frames_due == 20 and player.clock.ticks in range(39, 42), player.clock.ticks
assert player.info.missed == 0
"""
    check_program(package, PLAYERS + program)


def test_a_link_has_the_very_next_refresh_and_each_after_it(package: Path) -> None:
    program = """
player = player_of(1000 * MS, 1000 * MS)
player.play()
advance(0.5)
origin, given = player.take().target - round(1e9 / 60), player.clock.ticks
assert given == 1
check(lib.sddl_link_start(link))
for refresh in range(1, 100):
    advance(PERIOD + 1e-9)
    event = tick()
    assert event and event.missed == 0 and event.sequence == given + refresh
    assert event.target == origin + round((31 + refresh) * 1e9 / 60), refresh
check(lib.sddl_link_stop(link))
given = player.clock.ticks
advance(1)
assert player.clock.ticks <= given + 3
"""
    check_program(package, PLAYERS + program)


def test_refreshes_slept_through_are_not_missed_those_after_them_are(package: Path) -> None:
    program = """
player = player_of(*[500 * MS] * 4)
player.play()
advance(0.1)
player.shown(player.take())
advance(0.3, at_once=True)
assert player.take() is None and player.info.missed == 0
advance(0.3, at_once=True)
event = player.shown(player.take())
assert (event.said, event.missed) == ("F1", 12), event  # it was due at 0.5 s, and came at 0.7 s
advance(0.5)
event = player.shown(player.take())
assert (event.said, event.missed) == ("F2", 0), event
"""
    check_program(package, PLAYERS + program)


@pytest.mark.parametrize("act", ["player.seek(1)", "player.rate(1000.0)", "other.play()", "lib.sddl_link_start(link)"])
def test_a_sleeping_clock_is_woken_by_a_request(package: Path, act: str) -> None:
    program = f"""
player, other = (player_of(*[500 * MS] * 4) for _ in range(2))
player.play()
player.rate(0.0)
advance(100)
given = player.clock.ticks
assert given == 1 and player.clock.requested == NEVER
{act}
advance(PERIOD + 1e-9)
assert player.clock.ticks == given + 1
"""
    check_program(package, PLAYERS + program)


def test_what_changes_no_tick_wakes_no_thread(package: Path) -> None:
    program = """
player = player_of(500 * MS, 500 * MS, 500 * MS)
player.play()
advance(0.3)
first = player.take()


def say_nothing_new():
    player.shown(first)
    player.info
    player.rate(1.0)
    player.loops(3)
    lib.sddl_player_set_starved(player.handle, 0)
    player.play()
    advance(0)


def pause():
    player.pause()
    advance(0)
    player.play()
    advance(0)


assert switches(say_nothing_new) < 500 < switches(pause)
"""
    check_program(package, PLAYERS + program)


def test_a_command_just_before_a_tick_wakes_no_thread(package: Path) -> None:
    program = """
player = player_of(*[10 * MS] * 4)
player.play()


def look_on():
    advance(PERIOD)


def seek():
    player.seek(1)
    advance(PERIOD)


advance(0.1)
usual = switches(look_on)
assert switches(seek) < usual + 500
"""
    check_program(package, PLAYERS + program)


def test_without_subscribers_a_clock_stops_ticking(package: Path) -> None:
    program = """
player = player_of(*[10 * MS] * 4)
player.play()
advance(0.1)
player.pause()
given = player.clock.ticks
advance(0.2)
assert player.clock.state == lib.SDDL_SOURCE_LINGER
assert player.clock.ticks <= given + 1
player.play()
advance(PERIOD + 1e-9)
assert player.clock.ticks == given + 2
"""
    check_program(package, PLAYERS + program)
