"""Hazards 13 to 15 (docs/hazards.md): locks, ours and the user's."""

from __future__ import annotations

import threading
from pathlib import Path

import sddisplaylink as sd
from native_builds import check_in_virtual_time as check_program
from native_builds import run_program

PATIENCE = 30.0


def test_13_no_lock_is_held_while_a_framework_is_called(package: Path) -> None:
    program = """
links = [sd.DisplayLink(clock="corevideo", display=display) for display in (1, 2, None)]
def round_of_life():
    for link in links:
        link.start()
    advance(0.2)
    sd.displays()
    stand.kill_links()
    advance(2)
    stand.set("create_result", -6661)
    stand.end_links()
    advance(3)
    stand.set("create_result", 0)
    advance(3)
    for link in links:
        link.stop()
    advance(1)
round_of_life()
stand.set("stop_hangs", 1)
links[0].start()
advance(0.2)
links[0].stop()
advance(3)
stand.set("stop_hangs", 0)
advance(1)
round_of_life()
for link in links:
    link.close()
"""
    check_program(package, program)  # the stand-in aborts where one is held


def test_14_locks_are_taken_in_one_order(package: Path) -> None:
    program = """
import random, threading
import sddisplaylink as sd
import standin
standin.loaded().set_displays(((1, 500.0, 500.0), (2, 250.0, 250.0)))

def use(seed):
    chance = random.Random(seed)
    for _ in range(150):
        link = chance.choice(links)
        chance.choice((link.start, link.start, link.stop, lambda: link.wait(0), sd.diagnostics, replace))()

def replace():
    index = random.randrange(len(links))
    former, links[index] = links[index], make()
    former.close()

def make():
    def tick(_):
        random.choice((link.start, link.stop, sd.diagnostics))()
    link = sd.DisplayLink(tick, clock=random.choice(("corevideo", "timer:500")), display=None)
    return link

def calls(seed):
    try:
        use(seed)
    except sd.LinkClosedError:
        calls(seed + 100)

links = [make() for _ in range(12)]
threads = [threading.Thread(target=calls, args=(seed,)) for seed in range(8)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
for link in links:
    link.close()
"""
    done = run_program(package, program)  # the library aborts where the order is broken
    assert (done.returncode, done.stderr) == (0, "")


def test_15_a_stop_under_a_lock_that_the_callback_needs_returns() -> None:
    users_lock = threading.Lock()
    wants_it = threading.Event()
    got_it = threading.Event()

    def callback(_: sd.Tick) -> None:
        wants_it.set()
        with users_lock:
            got_it.set()

    link = sd.DisplayLink(callback, clock="timer:500", dispatcher=sd.Dispatcher())
    with users_lock:
        link.start()
        assert wants_it.wait(PATIENCE)
        link.stop()  # waits for the callback for one second at most
        assert not link.is_running
        assert not got_it.is_set()
    assert got_it.wait(PATIENCE)
    link.close()
