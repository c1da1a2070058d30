"""The QuartzCore clock where the application fails it: a main thread that does not answer, no links, exits."""

from __future__ import annotations

from pathlib import Path

import pytest

from native_builds import run_program
from quartz import PREAMBLE, succeed

# ---- a main thread that does not answer ----


def test_a_timer_ticks_while_the_main_thread_does_not_answer(package: Path) -> None:
    program = """
app.start_application()
app.set("main_answers", 0)
with sd.DisplayLink(clock="quartzcore") as link:
    ticks = [link.wait(60) for _ in range(3)]
    assert all(tick.synthetic for tick in ticks), ticks
    assert app.count("display_links_made") == 0
    app.set("main_answers", 1)
    while link.wait(60).synthetic:
        pass
del link
gone()
"""
    succeed(package, program)


def test_requests_do_not_pile_up_on_a_main_thread_that_never_answers(package: Path) -> None:
    program = """
app.set("application", 3)  # no thread serves its run loop
with sd.DisplayLink(clock="quartzcore") as link:
    end = time.monotonic() + 4
    while time.monotonic() < end:
        assert link.wait(60).synthetic
    assert app.count("sources") <= 1
del link
app.wait("sources", exactly=0)
assert app.count("performed") == app.count("display_links_made") == 0
"""
    succeed(package, program)


@pytest.mark.parametrize("ending", ["pass", "sys.exit(0)", "link.close()"])
def test_the_process_exits_while_the_main_thread_does_not_answer(package: Path, ending: str) -> None:
    program = f"""
app.set("application", 3)
link = sd.DisplayLink(lambda tick: None, clock="quartzcore")
link.start()
app.wait("sources", at_least=1)
{ending}
"""
    done = run_program(package, PREAMBLE + program, timeout=20)
    assert (done.returncode, done.stderr) == (0, "")


def test_a_link_that_comes_too_late_is_invalidated(package: Path) -> None:
    program = """
app.start_application()
app.set("make_holds", 1)
with sd.DisplayLink(clock="quartzcore") as link:
    app.wait("making", at_least=1)
    assert link.wait(60).synthetic
app.set("make_holds", 0)
del link
app.wait("display_links_made", at_least=1)
gone()
assert app.count("invalidated") == app.count("display_links_made")
"""
    succeed(package, program)


def test_a_screen_that_gives_no_link_is_ticked_by_a_timer(package: Path) -> None:
    program = """
app.start_application()
app.set("make_fails", 1)
with sd.DisplayLink(clock="quartzcore") as link:
    assert link.wait(60).synthetic
    app.set("make_fails", 0)
    while link.wait(60).synthetic:
        pass
del link
gone()
"""
    succeed(package, program)


def test_an_application_that_ends_leaves_a_timer(package: Path) -> None:
    program = """
app.start_application()
with sd.DisplayLink(clock="quartzcore") as link:
    assert not link.wait(60).synthetic
    link.stop()
    gone()
    app.set("application", 2)
    link.start()
    assert link.wait(60).synthetic
    assert sd.available_clocks() == ("corevideo", "timer")
"""
    succeed(package, program)


@pytest.mark.parametrize("ending", ["pass", "sys.exit(0)", "raise SystemExit"])
def test_an_exit_while_ticking_leaves_nothing(package: Path, ending: str) -> None:
    early = """
import atexit
def report():
    gone()
    print("clean")
atexit.register(report)
"""
    body = """
app.start_application()
link = sd.DisplayLink(lambda tick: None, clock="quartzcore")
link.start()
app.wait("ticks", at_least=10)
"""
    program = early + PREAMBLE + body + ending  # registered before the package's own handler, it runs after it
    done = run_program(package, program)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "clean", "")
