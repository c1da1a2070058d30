"""Hazards 1 to 12 (docs/hazards.md): starting, stopping and closing, whatever CoreVideo does meanwhile."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from native_builds import VIRTUAL, run_program
from native_builds import check_in_virtual_time as check_program
from sddisplaylink.native import ffi, lib

NOTHING_LEFT = """
assert (stand.count("links"), stand.count("threads")) == (0, 0), (stand.count("links"), stand.count("threads"))
"""


def test_01_a_stop_that_waits_for_a_callback_in_flight_delays_no_other_thread(package: Path) -> None:
    program = """
stand.set("callback_holds", 1)
link = sd.DisplayLink(clock="corevideo", display=1)
other = sd.DisplayLink(clock="corevideo", display=2)
link.start()
advance(0.1)
assert stand.count("callbacks_running") == 1
link.stop()  # returns, though the callback does not
assert not link.is_running and link.wait(0) is None
advance(0.6)  # the linger ends: CVDisplayLinkStop now waits for the callback
assert stand.count("stops") == 1 and stand.count("callbacks_running") == 1
other.start()
assert len(watch(other, 0.1)) == 1, "the other display's clock was held up"
stand.set("callback_holds", 0)
assert len(watch(other, 0.1)) > 5
link.close()
other.close()
del link, other
advance(2)
"""
    check_program(package, program + NOTHING_LEFT)


def test_02_callbacks_that_come_after_the_stop_are_dropped(package: Path) -> None:
    program = """
stand.set("stop_waits", 0)
stand.set("stragglers", 3)
dispatcher = sd.Dispatcher(thread=False)
ticks = []
link = sd.DisplayLink(ticks.append, clock="corevideo", dispatcher=dispatcher)
link.start()
advance(0.1)
assert dispatcher.run_pending() == 1
link.close()
callbacks = stand.count("callbacks")
del link
advance(2)
assert stand.count("callbacks") >= callbacks + 3
assert dispatcher.run_pending() == 0 and len(ticks) == 1
"""
    check_program(package, program + NOTHING_LEFT)


def test_03_a_callback_may_stop_its_own_link(package: Path) -> None:
    program = """
dispatcher = sd.Dispatcher(thread=False)
ticks = []
link = sd.DisplayLink(lambda tick: (ticks.append(tick), link.stop()), clock="corevideo", dispatcher=dispatcher)
link.start()
for _ in range(60):
    advance(1 / 60)
    dispatcher.run_pending()
assert len(ticks) == 1 and not link.is_running
assert (stand.count("stops"), stand.count("threads")) == (1, 0)
"""
    check_program(package, program)


def test_04_a_callback_may_stop_and_start_its_own_link(package: Path) -> None:
    program = """
dispatcher = sd.Dispatcher(thread=False)
ticks = []
def restart(tick):
    ticks.append(tick)
    link.stop()
    link.start()
link = sd.DisplayLink(restart, clock="corevideo", dispatcher=dispatcher)
link.start()
for _ in range(60):
    advance(1 / 60)
    dispatcher.run_pending()
assert len(ticks) > 55, len(ticks)
assert stand.count("starts") == 1
"""
    check_program(package, program)  # the stand-in aborts where a link is started on its own thread


def test_05_a_callback_may_drop_the_last_reference(package: Path) -> None:
    program = """
dispatcher = sd.Dispatcher(thread=False)
held = []
held.append(sd.DisplayLink(lambda tick: held.clear(), clock="corevideo", dispatcher=dispatcher))
held[0].start()
advance(0.1)
assert dispatcher.run_pending() == 1 and not held
advance(2)
assert sd.diagnostics()["links"] == 0
"""
    check_program(package, program + NOTHING_LEFT)


def test_06_of_many_closes_of_one_link_one_takes_it_down() -> None:
    source, mailbox = ffi.new("sddl_handle *"), ffi.new("sddl_handle *")
    assert lib.sddl_source_open(lib.SDDL_CLOCK_TIMER, 0, 1000.0, source) == lib.sddl_mailbox_open(mailbox) == 0
    links = []
    for _ in range(1000):
        link = ffi.new("sddl_handle *")
        assert lib.sddl_link_open(source[0], mailbox[0], link) == 0
        lib.sddl_link_start(link[0])
        links.append(link[0])
    outcomes: list[list[int]] = []
    together = threading.Barrier(8)

    def close_all() -> None:
        together.wait(30)
        outcomes.append([lib.sddl_subscriber_close(link) for link in links])

    threads = [threading.Thread(target=close_all) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    for tries in zip(*outcomes, strict=True):
        assert sorted(tries) == [lib.SDDL_E_HANDLE] * 7 + [lib.SDDL_OK]
    assert lib.sddl_mailbox_close(mailbox[0]) == lib.sddl_source_close(source[0]) == 0


def test_07_a_thousand_quick_starts_and_stops_start_one_thread(package: Path) -> None:
    program = """
link = sd.DisplayLink(clock="corevideo")
for _ in range(1000):
    link.start()
    advance(0.0005)
    link.stop()
    advance(0.0005)
assert stand.count("starts") == stand.count("threads_most") == 1, (stand.count("starts"), stand.count("threads_most"))
"""
    check_program(package, program)


def test_08_a_link_is_not_released_before_its_thread_has_begun(package: Path) -> None:
    program = """
stand.set("thread_retains", 0)  # the stand-in aborts if a link is released under its thread
stand.set("thread_delay", 0.2)
stand.set("stop_waits", 0)
link = sd.DisplayLink(clock="corevideo", display=2)
link.start()
advance(0.001)
link.close()
del link
advance(0.19)  # the linger at 120 Hz has ended
assert stand.count("stops") == 1 and stand.count("links") == 1
advance(2)
"""
    check_program(package, program + NOTHING_LEFT)


def test_09_a_closed_handle_stays_dead_however_often_its_slot_is_used(package: Path) -> None:
    program = """
from sddisplaylink.native import ffi, lib
source, mailbox, link = (ffi.new("sddl_handle *") for _ in range(3))
assert lib.sddl_source_open(lib.SDDL_CLOCK_MANUAL, 0, 60.0, source) == lib.sddl_mailbox_open(mailbox) == 0
seen = set()
for _ in range(2**16 + 1):
    assert lib.sddl_link_open(source[0], mailbox[0], link) == 0
    seen.add(link[0])
    assert lib.sddl_subscriber_close(link[0]) == 0
assert len(seen) == 2**16 + 1, "an old handle came back"
assert len({handle & 0xFFFFFFFF for handle in seen}) == 1, "the slot was not used again"
assert lib.sddl_link_open(source[0], mailbox[0], link) == 0
calls = (lib.sddl_link_start, lib.sddl_link_stop, lib.sddl_subscriber_close)
assert all(call(handle) == lib.SDDL_E_HANDLE for handle in seen for call in calls)
assert not any(lib.sddl_subscriber_is_current(handle, 0) for handle in seen)
"""
    check_program(package, program)


def test_10_starting_and_stopping_twice_are_one_start_and_one_stop(package: Path) -> None:
    program = """
link = sd.DisplayLink(clock="corevideo")
for _ in range(3):
    link.start()
    advance(0.1)
for _ in range(3):
    link.stop()
    advance(1)
assert (stand.count("starts"), stand.count("stops")) == (1, 1)
link.start()
assert watch(link, 0.2)
assert (stand.count("starts"), stand.count("links_created")) == (2, 1)
"""
    check_program(package, program)


@pytest.mark.parametrize(
    ("knob", "value"), [("callback_result", -6660), ("start_result", -6673), ("start_result", -6660)]
)
def test_11_a_link_that_cannot_be_started_ticks_all_the_same(package: Path, knob: str, value: int) -> None:
    program = f"""
stand.set({knob!r}, {value})
link = sd.DisplayLink(clock="corevideo")
link.start()
ticks = watch(link, 1)
assert total(ticks) >= 59 and all(tick.synthetic for tick in ticks)
assert stand.count("threads") == 0
stand.set({knob!r}, 0)
watch_until(link, is_native, 1.1)
"""
    check_program(package, program)


def test_11_a_start_that_fails_soon_after_a_stop_is_tried_again(package: Path) -> None:
    program = """
stand.set("restart_gap", 0.015)
link = sd.DisplayLink(clock="corevideo")
link.start()
watch(link, 0.1)
link.stop()
advance(20 / 60 + 0.001)  # the linger has just ended
assert stand.count("stops") == 1
link.start()
ticks = watch(link, 0.5)
assert stand.count("starts") == 2 and len(ticks) > 20 and not any(tick.synthetic for tick in ticks)
"""
    check_program(package, program)


HANGING = """
link = sd.DisplayLink(clock="corevideo")
link.start()
assert watch(link, 0.1)
stand.set("stop_hangs", 1)
link.stop()
advance(0.5)
assert stand.count("stops_hanging") == 1
"""


def test_12_a_stop_that_never_returns_holds_up_no_call_and_no_tick(package: Path) -> None:
    program = """
def fifty_calls():
    longest = 0
    for call in (link.start, link.stop, lambda: link.refresh_period, lambda: link.wait(0), sd.diagnostics) * 10:
        began = time.perf_counter()
        call()
        longest = max(longest, time.perf_counter() - began)
    return longest
assert min(fifty_calls() for _ in range(3)) < 0.1
link.start()
ticks = watch(link, 0.9)
assert total(ticks) > 40 and all(tick.synthetic for tick in ticks), (total(ticks), ticks[-1])
assert sd.diagnostics()["abandoned"] == 0
ticks = watch(link, 3)
assert sd.diagnostics()["abandoned"] == 1
assert max(b.timestamp - a.timestamp for a, b in zip(ticks, ticks[1:])) < 0.1
assert is_native(ticks[-1]) and stand.count("starts") == 2  # another link has taken over
assert abs(total(watch(link, 1)) - 60) <= 1  # the old one ticks too, and its ticks are dropped
stand.set("stop_hangs", 0)  # it returns after all, and the thread that called it cleans up
advance(1)
assert (stand.count("links"), stand.count("threads")) == (1, 1)
"""
    check_program(package, HANGING + program)


def test_12_a_link_that_has_stopped_is_not_stopped_once_more(package: Path) -> None:
    program = """
link, other = (sd.DisplayLink(clock="corevideo", display=display) for display in (1, 2))
link.start()
watch(link, 0.1)
link.stop()
advance(1)
assert (stand.count("stops"), stand.count("threads")) == (1, 0)
stand.set("stop_hangs", 1)
link.close()
del link
advance(1)
assert stand.count("links") == stand.count("stops_hanging") == 0
other.start()
assert watch(other, 0.1), "the control thread hangs"
"""
    check_program(package, program)


def test_12_a_stop_that_never_returns_does_not_keep_the_process(package: Path) -> None:
    program = """
link.start()
watch(link, 3)
assert stand.count("stops_hanging") == 1
print(time.monotonic())
"""
    done = run_program(package, VIRTUAL + HANGING + program)
    assert (done.returncode, done.stderr) == (0, "")
    assert time.monotonic() - float(done.stdout) < 3
