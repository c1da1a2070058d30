"""The whole package on the QuartzCore clock: programs that run on a build with a stand-in application."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from native_builds import run_program
from quartz import PREAMBLE, fail, succeed

CLOCK, SCREEN_LINK = "csrc/clocks/quartzcore.m", "csrc/clocks/screen_link.m"
# 1,000 callbacks that each autorelease three objects, the only ones there are
POOLS = """
stand.set_displays(FAST)
app.start_application()
link = sd.DisplayLink(lambda tick: None, clock="quartzcore")
stand.set("objects_per_call", 0)
stand.set("objects_per_callback", 3)
link.start()
app.wait("ticks", at_least=1000)
link.close()
del link
gone()
assert stand.count("objects_made") >= 3000
left = app.count("leftovers")
assert left == 0, f"{left} objects left by callbacks"
stand.wait("pops", exactly=stand.count("pushes"), timeout=60)
assert stand.count("objects_unpooled") == 0
"""

# every call of a framework autoreleases an object, those of the run loop's own too
TURNS = """
stand.set_displays(FAST)
app.start_application()
link = sd.DisplayLink(lambda tick: None, clock="quartzcore")
link.start()
app.wait("ticks", at_least=300)
live, unpooled = stand.count("objects"), stand.count("objects_unpooled")
link.close()
assert live <= 24, f"{live} objects live"
"""

STOPS = """
stand.set_displays(FAST)
app.start_application()
link = sd.DisplayLink(clock="quartzcore")
link.start()
assert not link.wait(60).synthetic
assert "sddl-quartz" in threads()
assert app.count("display_links") == app.count("targets") == app.count("run_loops") == 1
link.close()
del link
gone(%d)
assert app.count("paused") == app.count("invalidated") == 1
"""


# ---- where it is to be had ----


def test_it_is_listed_while_an_application_runs_and_never_the_default(package: Path) -> None:
    program = """
for state in (0, 1, 2, 3):
    app.set("application", state)
    print(state, *sd.available_clocks(), sd.DisplayLink().clock_name)
app.set("macos", 13)
print(13, *sd.available_clocks())
"""
    assert succeed(package, program).splitlines() == [
        "0 corevideo timer corevideo",
        "1 corevideo timer corevideo",
        "2 corevideo timer corevideo",
        "3 corevideo quartzcore timer corevideo",
        "13 corevideo timer",
    ]


@pytest.mark.parametrize(("knob", "value"), [("application", 0), ("application", 2), ("macos", 11)])
def test_elsewhere_it_is_refused(package: Path, knob: str, value: int) -> None:
    program = f"""
app.set("application", 3)
app.set({knob!r}, {value})
try:
    sd.DisplayLink(clock="quartzcore")
except sd.ClockError as error:
    print(error)
"""
    assert succeed(package, program) == "no clock 'quartzcore' here; there are: corevideo, timer\n"


def test_the_name_of_its_class_may_be_taken_by_another_copy_of_this_library(package: Path) -> None:
    program = """
app.start_application()
app.set("other_copies", 2)
with sd.DisplayLink(clock="quartzcore") as link:
    assert not link.wait(60).synthetic
"""
    succeed(package, program)


# ---- ticks ----


def test_a_link_ticks_in_step_with_its_display(package: Path) -> None:
    program = """
app.start_application()
with sd.DisplayLink(clock="quartzcore", display=2) as link:
    ticks = [link.wait(60) for _ in range(12)]
    assert link.clock_name == "quartzcore" and link.display.id == 2
    assert abs(link.refresh_rate - 120) < 1e-3, link.refresh_rate
for before, after in zip(ticks, ticks[1:]):
    steps = (after.timestamp - before.timestamp) / after.period
    assert abs(steps - 1 - after.missed) < 0.01, (before, after)
for tick in ticks:
    assert not tick.synthetic
    assert abs(tick.period - 1 / 120) < 1e-6 and abs(tick.target_timestamp - tick.timestamp - tick.period) < 1e-6
    assert abs(tick.timestamp - time.monotonic()) < 60
assert stand.count("precise_threads") == 1
"""
    succeed(package, program)


def test_times_that_are_no_numbers_are_replaced_by_now_and_the_displays_period(package: Path) -> None:
    program = """
app.start_application()
app.set("stamp_nan", 1)
with sd.DisplayLink(clock="quartzcore") as link:
    before = time.monotonic()
    ticks = [link.wait(60) for _ in range(5)]
    assert all(before - 1 < tick.timestamp < time.monotonic() + 1 for tick in ticks), ticks
    assert all(abs(tick.period - 1 / 60) < 1e-6 for tick in ticks), ticks
"""
    succeed(package, program)


def test_links_on_one_display_share_a_cadisplaylink(package: Path) -> None:
    program = """
app.start_application()
links = [sd.DisplayLink(clock="quartzcore", display=d) for d in (1, 1, 1, 2)]
for link in links:
    link.start()
for link in links:
    assert not link.wait(60).synthetic
print(app.count("display_links"), threads().count("sddl-quartz"))
links[0].close()
assert links[1].wait(60) is not None
for link in links[1:]:
    link.close()
del link, links
gone()
"""
    assert succeed(package, program).split() == ["2", "2"]


def test_a_link_that_is_started_again_is_a_new_one(package: Path) -> None:
    program = """
app.start_application()
with sd.DisplayLink(clock="quartzcore") as link:
    for time_round in (1, 2, 3):
        link.start()
        assert not link.wait(60).synthetic
        link.stop()
        gone()
        assert app.count("display_links_made") == time_round
"""
    succeed(package, program)


def test_a_link_that_stops_ticking_is_replaced(package: Path) -> None:
    program = """
app.start_application()
with sd.DisplayLink(clock="quartzcore") as link:
    assert not link.wait(60).synthetic
    app.set("ticking", 0)
    while not link.wait(60).synthetic:
        pass
    app.set("ticking", 1)
    while link.wait(60).synthetic:
        pass
assert app.count("display_links_made") >= 2
del link
gone()
"""
    succeed(package, program)


# ---- what is left behind ----


def test_every_callback_drains_its_pool(package: Path) -> None:
    succeed(package, POOLS)


def test_every_turn_of_the_run_loop_drains_its_pool(package: Path) -> None:
    succeed(package, TURNS)


def test_a_closed_link_leaves_no_thread_and_no_object(package: Path) -> None:
    succeed(package, STOPS % 60)


MUTANTS = {
    "no pool in the callback": (
        CLOCK,
        "    @autoreleasepool {\n        (void)selector;",
        "    {\n        (void)selector;",
        POOLS,
        "left by callbacks",
    ),
    "no pool in the turn": (
        CLOCK,
        "        @autoreleasepool {\n            CFRunLoopRun",
        "        {\n            CFRunLoopRun",
        TURNS,
        "objects live",
    ),
    "no invalidate": (SCREEN_LINK, '    send(link, "invalidate");\n', "", STOPS % 3, "display_links is 1"),
    "the link is not released": (SCREEN_LINK, '    send(link, "release");\n', "", STOPS % 3, "display_links is 1"),
    "the target is not released": (SCREEN_LINK, '    send(target, "release");\n', "", STOPS % 3, "targets is 1"),
    "the stop is not signalled": (
        CLOCK,
        "        CFRunLoopSourceSignal(self->stop_source);\n",
        "",
        STOPS % 3,
        "display_links is 1",
    ),
    "the loop is not released": (CLOCK, "        CFRelease(self->loop);\n", "", STOPS % 3, "run_loops is 1"),
    "the request's source stays": (
        SCREEN_LINK,
        "    CFRunLoopSourceInvalidate(source);\n    CFRelease(source);\n",
        "",
        STOPS % 3,
        "sources is 1",
    ),
}


@pytest.mark.parametrize(("file", "old", "new", "program", "finding"), MUTANTS.values(), ids=MUTANTS)
def test_a_mutant_is_noticed(
    build: Callable[..., Path], file: str, old: str, new: str, program: str, finding: str
) -> None:
    assert finding in fail(build((file, old, new)), program)


def test_an_invalidate_on_another_thread_is_noticed(build: Callable[..., Path]) -> None:
    mutant = build((CLOCK, "        CFRunLoopWakeUp(self->loop);", "        sddl_screen_link_end(self->link);"))
    done = run_program(mutant, PREAMBLE + STOPS % 3)
    assert "a link was invalidated off its thread" in done.stderr
