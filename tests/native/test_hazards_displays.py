"""Hazards 21 to 30 (docs/hazards.md): displays that sleep, wake, change, disappear, and clocks that stop with them."""

from __future__ import annotations

from pathlib import Path

import pytest

from native_builds import check_in_virtual_time as check_program


def test_21_displays_that_sleep_are_ticked_by_a_timer_until_they_wake(package: Path) -> None:
    program = """
stand.set("create_result", -6661)
link = sd.DisplayLink(clock="corevideo")
link.start()
ticks = watch(link, 3)
assert all(tick.synthetic for tick in ticks)
assert abs(total(ticks) - 180) <= 2, total(ticks)
assert stand.count("starts") == 0
stand.set("create_result", 0)
watch_until(link, is_native, 1.1)
assert not any(tick.synthetic for tick in watch(link, 0.2))
assert sd.diagnostics()["stalls"] == 1 and sd.diagnostics()["native_threads"] == 1  # the timer has gone
"""
    check_program(package, program)


def test_22_a_half_made_link_is_never_started(package: Path) -> None:
    program = """
stand.set("display_zero", 1)
link = sd.DisplayLink(clock="corevideo")
link.start()
assert all(tick.synthetic for tick in watch(link, 3))
assert stand.count("links_created") >= 4 and stand.count("links") == 0
assert stand.count("starts") == 0
stand.set("display_zero", 0)
watch_until(link, is_native, 1.1)
"""
    check_program(package, program)


@pytest.mark.parametrize(("rate", "patience"), [(60.0, 1.0), (120.0, 1.0), (5.0, 2.0)])
def test_23_a_link_that_runs_and_says_nothing_is_made_again(package: Path, rate: float, patience: float) -> None:
    program = f"""
stand.set_displays([(1, {rate}, {rate})])
link = sd.DisplayLink(clock="corevideo")
link.start()
last_tick = watch(link, 1)[-1]
stand.kill_links()
ticks = watch_until(link, is_synthetic, {patience} + 0.1 + 1 / {rate})
silence = ticks[-1].timestamp - last_tick.timestamp
assert {patience} <= silence + 2 / {rate}, silence  # not before that either
starts = stand.count("starts")
assert starts == 1
advance(0.1)
assert stand.count("starts") == 2 and stand.count("links") == 1  # another one: the dead one would never tick
watch_until(link, is_native, 0.1 + 3 / {rate})
assert stand.count("threads") == 1
"""
    check_program(package, program)


def test_23_a_link_that_never_begins_to_tick_is_made_again_and_again(package: Path) -> None:
    program = """
stand.set("ticking", 0)
link = sd.DisplayLink(clock="corevideo")
link.start()
assert watch(link, 0.9) == []
ticks = watch(link, 10)
assert 530 < total(ticks) < 600 and all(tick.synthetic for tick in ticks), total(ticks)
assert stand.count("starts") >= 4 and stand.count("links") <= 1
stand.set("ticking", 1)
watch_until(link, is_native, 2.2)
assert stand.count("threads") == 1
"""
    check_program(package, program)


def test_23_attempts_to_make_it_again_become_rarer_but_never_end(package: Path) -> None:
    program = """
link = sd.DisplayLink(clock="corevideo")
link.start()
watch(link, 0.1)
stand.kill_links()
stand.set("create_result", -6661)
advance(60)
stand.set("create_result", 0)
watch_until(link, is_native, 1.1)
"""
    check_program(package, program)


def test_24_a_link_that_has_stopped_by_itself_is_started_again(package: Path) -> None:
    program = """
link = sd.DisplayLink(clock="corevideo")
link.start()
watch(link, 0.1)
stand.end_links()
ticks = watch_until(link, is_synthetic, 1.1)
assert stand.count("threads") == 0
watch_until(link, is_native, 0.2)
assert stand.count("threads") == 1 and link.is_running
"""
    check_program(package, program)


def test_25_the_removal_of_a_display_is_reported_and_survived(package: Path) -> None:
    program = """
link = sd.DisplayLink(clock="corevideo", display=2)
link.start()
watch(link, 0.1)
stand.set_displays([(1, 60.0, 60.0)])
assert [display.id for display in sd.displays()] == [1]
watch_until(link, is_synthetic, 1.2)
ticks = watch(link, 5)
assert abs(total(ticks) - 600) <= 2 and all(tick.synthetic for tick in ticks)  # at the rate that it had
assert link.display.id == 2
stand.set_displays([(1, 60.0, 60.0), (2, 120.0, 0.0)])
watch_until(link, is_native, 1.1)
"""
    check_program(package, program)


def test_25_what_follows_the_main_display_moves_to_the_next(package: Path) -> None:
    program = """
link = sd.DisplayLink(clock="corevideo")
link.start()
watch(link, 0.1)
stand.set_displays([(2, 120.0, 0.0)])
watch_until(link, is_synthetic, 1.2)
watch_until(link, is_native, 1.2)
watch(link, 0.1)
assert abs(link.refresh_rate - 120) < 0.01 and link.display.id == 2
"""
    check_program(package, program)


def test_26_a_change_of_the_refresh_rate_changes_no_speed(package: Path) -> None:
    program = """
from sddisplaylink.native import ffi, lib
handles = [ffi.new("sddl_handle *") for _ in range(3)]
source, mailbox, player = handles
assert lib.sddl_source_open(lib.SDDL_CLOCK_COREVIDEO, 0, 60.0, source) == lib.sddl_mailbox_open(mailbox) == 0
assert lib.sddl_player_open(source[0], mailbox[0], [40_000_000] * 5, 5, player) == 0
play = ffi.new("sddl_command *", {"op": lib.SDDL_OP_PLAY})
assert lib.sddl_player_command(player, 1, play, ffi.NULL) == 0
link = sd.DisplayLink(clock="corevideo")
link.start()
def media_time():
    info = ffi.new("sddl_player_info *")
    assert lib.sddl_player_get_info(player[0], info) == 0
    return info.media_time / 1e9
watch(link, 1)
before = media_time()
stand.set_displays([(1, 120.0, 120.0)])
changed = watch_until(link, lambda tick: abs(tick.period - 1 / 120) < 1e-6, 2)
ticks = watch(link, 3 - len(changed) / 480)
assert abs(link.refresh_rate - 120) < 0.01
assert abs(total(ticks) - 120 * (3 - len(changed) / 480)) <= 2
played = media_time() - before
target = ticks[-1].target_timestamp
watch(link, 5)
assert abs(media_time() - before - played - 5) < 0.02, (played, media_time() - before)
"""
    check_program(package, program)


def test_27_a_rate_that_was_wrong_after_waking_is_corrected(package: Path) -> None:
    program = """
stand.set("rate_kept", 1)  # a link goes on at the rate that its display had when it was made
link = sd.DisplayLink(clock="corevideo", display=2)
link.start()
assert abs(watch(link, 0.1)[-1].period - 1 / 120) < 1e-6
stand.kill_links()
def wake(rate):
    stand.set_displays([(1, 60.0, 60.0), (2, rate, rate)])
wake(0.0)
watch_until(link, is_synthetic, 1.1)
ticks = watch_until(link, is_native, 1.2)
assert abs(ticks[-1].period - 1 / 60) < 1e-6
wake(60.0)
starts = stand.count("starts")
ticks = watch(link, 3)
assert stand.count("starts") == starts and not any(tick.synthetic for tick in ticks), "the rate was right so far"
wake(120.0)
ticks = watch(link, 3)
assert abs(ticks[-1].period - 1 / 120) < 1e-6 and is_native(ticks[-1]), ticks[-1]
assert max(b.timestamp - a.timestamp for a, b in zip(ticks, ticks[1:])) < 0.1
"""
    check_program(package, program)


def test_27_a_display_that_ticks_slower_than_it_says_is_made_again_once(package: Path) -> None:
    program = """
stand.set_displays([(1, 60.0, 120.0)])
stand.set("nominal_scale", 0)
link = sd.DisplayLink(clock="corevideo")
link.start()
watch(link, 0.1)
stand.kill_links()
watch_until(link, is_synthetic, 1.2)
watch(link, 30)
assert stand.count("starts") <= 3, stand.count("starts")
"""
    check_program(package, program)


def test_28_subscribers_of_one_display_share_a_link_and_do_not_stop_each_others(package: Path) -> None:
    program = """
first, second = (sd.DisplayLink(clock="corevideo", display=display) for display in (1, None))
other = sd.DisplayLink(clock="corevideo", display=2)
for link in (first, second, other):
    link.start()
advance(0.1)
assert stand.count("links") == stand.count("threads") == stand.count("starts") == 2
first.close()
advance(1)
assert stand.count("threads") == 2
second.wait(0)  # one tick for all that has been
assert abs(total(watch(second, 1)) - 60) <= 1
other.wait(0)
second.close()
assert abs(total(watch(other, 1)) - 120) <= 1
assert stand.count("threads") == 1
"""
    check_program(package, program)


def test_29_a_link_lingers_for_twenty_ticks_and_comes_back_at_once(package: Path) -> None:
    program = """
link = sd.DisplayLink(clock="corevideo")
link.start()
watch(link, 0.1)
link.stop()
advance(18 / 60)
assert stand.count("stops") == 0, "stopped too soon"
link.start()
link.stop()
advance(18 / 60)
assert stand.count("stops") == 0, "not counted from the last stop"
advance(3 / 60)
assert (stand.count("stops"), stand.count("threads")) == (1, 0)
advance(1)
link.start()
watch_until(link, is_native, 3 / 60)
"""
    check_program(package, program)


def test_29_a_slow_display_lingers_for_half_a_second(package: Path) -> None:
    program = """
stand.set_displays([(1, 24.0, 24.0)])
link = sd.DisplayLink(clock="corevideo")
link.start()
watch(link, 0.2)
link.stop()
advance(0.49)
assert stand.count("stops") == 0
advance(0.02)
assert stand.count("stops") == 1
"""
    check_program(package, program)


def test_30_ten_minutes_of_sleep_are_one_tick_that_reports_them(package: Path) -> None:
    program = """
stand.set_displays([(1, 10.0, 10.0)])
link = sd.DisplayLink(clock="corevideo")
link.start()
last = watch(link, 1)[-1]
stand.set("create_result", -6661)
stand.kill_links()
advance(600)
stand.set("create_result", 0)
advance(2)
tick = link.wait(0)
assert 5900 < tick.missed < 6100, tick
assert link.wait(0) is None, "a burst"
assert tick.sequence == last.sequence + tick.missed + 1
assert len(watch(link, 1)) == 10
"""
    check_program(package, program)


def test_30_a_clock_whose_thread_slept_catches_up_in_one_tick(package: Path) -> None:
    program = """
import io
from PIL import Image
link = sd.DisplayLink(clock="timer:10")
link.start()
file = io.BytesIO()
first, second = Image.new("L", (2, 2), 0), Image.new("L", (2, 2), 255)
first.save(file, "GIF", save_all=True, append_images=[second], duration=100, loop=0)
player = sd.AnimatedImagePlayer(file.getvalue(), clock="timer:10")
player.play()
last = watch(link, 1)[-1]
advance(600, at_once=True)
ticks = watch(link, 1)
assert 5990 < player.stats.missed_ticks <= 6000, ("a burst", player.stats)
assert len(ticks) in (10, 11), len(ticks)
assert ticks[0].sequence == last.sequence + ticks[0].missed + 1
assert 5990 < ticks[0].missed <= 6000 and sum(tick.missed for tick in ticks[1:]) == 0, ticks[:2]
"""
    check_program(package, program)
