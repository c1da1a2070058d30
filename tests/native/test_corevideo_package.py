"""The whole package on the CoreVideo clock, as on a Mac: programs that run on a build with the stand-in frameworks."""

from __future__ import annotations

from pathlib import Path

import pytest

from native_builds import run_program

PREAMBLE = """
import atexit, time
import sddisplaylink as sd
import standin
stand = standin.loaded()
FAST = ((1, 500.0, 500.0), (2, 250.0, 250.0))
"""

# 1,000 callbacks that each autorelease three objects
POOLS = """
stand.set_displays(FAST)
stand.set("objects_per_callback", 3)
link = sd.DisplayLink(lambda tick: None, clock="corevideo")
link.start()
stand.wait("callbacks", at_least=1000, timeout=60)
made, live = stand.count("objects_made"), stand.count("objects")
assert made >= 3000, made
assert live <= 8, f"{live} objects live of {made} made"
link.close()
del link
for counter in ("threads", "links", "objects"):
    stand.wait(counter, exactly=0, timeout=60)
assert stand.count("callback_pushes") == stand.count("callbacks")
stand.wait("pops", exactly=stand.count("pushes"), timeout=60)  # the release's own pool may still be open
assert stand.count("objects_unpooled") == 0
"""

STOPS = """
stand.set_displays(FAST)
link = sd.DisplayLink(clock="corevideo")
link.start()
assert link.wait(60) is not None
link.close()
del link
for counter in ("threads", "links", "objects"):
    stand.wait(counter, exactly=0, timeout=60)
"""


def succeed(tree: Path, program: str) -> str:
    done = run_program(tree, PREAMBLE + program)
    assert (done.returncode, done.stderr) == (0, ""), done.stderr
    return done.stdout


def test_corevideo_is_there_and_the_default(package: Path) -> None:
    program = """
print(sd.available_clocks(), sd.DisplayLink().clock_name)
print(*((d.id, d.refresh_rate, d.is_main) for d in sd.displays()))
"""
    assert succeed(package, program).splitlines() == [
        "('corevideo', 'timer') corevideo",
        "(1, 60.0, True) (2, 120.0, False)",
    ]


def test_a_link_ticks_in_step_with_its_display(package: Path) -> None:
    program = """
with sd.DisplayLink(clock="corevideo", display=2) as link:
    ticks = [link.wait(60) for _ in range(12)]
    assert abs(link.refresh_rate - 120) < 1e-3, link.refresh_rate
assert stand.count("precise_threads") == 0, "no timer runs beside it"
for before, after in zip(ticks, ticks[1:]):
    assert after.timestamp > before.timestamp and after.target_timestamp > before.target_timestamp
    steps = (after.timestamp - before.timestamp) / after.period
    assert abs(steps - 1 - after.missed) < 0.01, (before, after)
for tick in ticks:
    assert not tick.synthetic
    assert abs(tick.period - 1 / 120) < 1e-6 and abs(tick.target_timestamp - tick.timestamp - tick.period) < 1e-6
    assert abs(tick.timestamp - time.monotonic()) < 60
"""
    succeed(package, program)


def test_ticks_are_in_pythons_monotonic_time_whatever_the_timebase(package: Path) -> None:
    program = """
stand.set("timebase_numer", 125)
stand.set("timebase_denom", 3)
with sd.DisplayLink(clock="corevideo") as link:
    before = time.monotonic()
    tick = link.wait(60)
    assert before - 1 < tick.timestamp < time.monotonic() + 1, tick
"""
    succeed(package, program)


def test_links_on_one_display_share_a_cvdisplaylink(package: Path) -> None:
    program = """
links = [sd.DisplayLink(clock="corevideo", display=d) for d in (1, 1, 1, 2)]
for link in links:
    link.start()
for link in links:
    assert link.wait(60) is not None
print(stand.count("starts"), stand.count("threads"))
links[0].close()
assert links[1].wait(60) is not None
for link in links[1:]:
    link.close()
del link, links
stand.wait("links", exactly=0, timeout=60)
stand.wait("threads", exactly=0, timeout=60)
"""
    assert succeed(package, program).split() == ["2", "2"]


def test_every_callback_drains_its_pool(package: Path) -> None:
    succeed(package, POOLS)


def test_a_closed_link_leaves_no_thread_and_no_cvdisplaylink(package: Path) -> None:
    succeed(package, STOPS)


def test_a_dropped_link_is_stopped(package: Path) -> None:
    program = """
link = sd.DisplayLink(lambda tick: None, clock="corevideo")
link.start()
stand.wait("callbacks", at_least=3, timeout=60)
del link
stand.wait("threads", exactly=0, timeout=60)
stand.wait("links", exactly=0, timeout=60)
"""
    succeed(package, program)


@pytest.mark.parametrize("ending", ["pass", "sys.exit(0)", "link.close()"])
def test_an_exit_while_ticking_stops_the_display(package: Path, ending: str) -> None:
    program = """
import sys
def report():
    stand.wait("threads", exactly=0, timeout=60)
    stand.wait("links", exactly=0, timeout=60)
    print("clean")
"""
    # registered before the package was imported it would run after the package's own exit handler
    early = program + PREAMBLE.replace("import atexit, time\n", "import atexit, time\natexit.register(report)\n")
    body = """
link = sd.DisplayLink(lambda tick: None, clock="corevideo")
link.start()
stand.wait("callbacks", at_least=30, timeout=60)
"""
    done = run_program(package, early + body + ending)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "clean", "")


FAILURES = {
    "displays asleep": ("create_result", -6661),
    "no display": ("display_zero", 1),
    "no start": ("start_result", -6660),
}


@pytest.mark.parametrize(("knob", "value"), FAILURES.values(), ids=FAILURES)
def test_a_timer_ticks_until_the_display_can_be_had(package: Path, knob: str, value: int) -> None:
    program = f"""
stand.set({knob!r}, {value})
with sd.DisplayLink(clock="corevideo") as link:
    ticks = [link.wait(60) for _ in range(3)]
    assert all(tick.synthetic for tick in ticks), ticks
    assert stand.count("starts") == 0
    assert sd.diagnostics()["stalls"] == 1
    stand.set({knob!r}, 0)
    end = time.monotonic() + 60
    while ticks[-1].synthetic and time.monotonic() < end:
        ticks.append(link.wait(60))
    assert not ticks[-1].synthetic
    ticks += [link.wait(60) for _ in range(5)]
    assert not any(tick.synthetic for tick in ticks[-5:])
for before, after in zip(ticks, ticks[1:]):
    assert after.sequence > before.sequence
    assert after.timestamp > before.timestamp and after.target_timestamp > before.target_timestamp
del link
stand.wait("links", exactly=0, timeout=60)
"""
    succeed(package, program)


def test_no_display_at_all_is_ticked_by_a_timer(package: Path) -> None:
    program = """
stand.set_displays([])
assert sd.displays() == ()
with sd.DisplayLink(clock="corevideo") as link:
    assert link.wait(60).synthetic
    assert abs(link.display.refresh_rate - 60) < 1e-3
"""
    succeed(package, program)


def test_callbacks_that_come_after_the_stop_are_dropped(package: Path) -> None:
    program = """
stand.set("stop_waits", 0)
stand.set("stragglers", 5)
ticks = []
link = sd.DisplayLink(ticks.append, clock="corevideo")
link.start()
stand.wait("callbacks", at_least=30, timeout=60)
link.close()
received = len(ticks)
assert received > 0
stand.wait("stops", at_least=1, timeout=60)
after = stand.count("callbacks")
stand.wait("threads", exactly=0, timeout=60)
assert stand.count("callbacks") >= after + 3
assert len(ticks) == received
del link
stand.wait("links", exactly=0, timeout=60)
"""
    succeed(package, program)


def test_a_stop_from_inside_the_callback_ends_the_ticks(package: Path) -> None:
    program = """
ticks = []
def once(tick):
    ticks.append(tick)
    link.stop()
link = sd.DisplayLink(once, clock="corevideo")
link.start()
stand.wait("threads", at_least=1, timeout=60)
stand.wait("threads", exactly=0, timeout=60)
assert len(ticks) == 1
link.close()
"""
    succeed(package, program)


def test_a_player_plays_on_the_display(package: Path, tmp_path: Path) -> None:
    program = f"""
from PIL import Image
frames = [Image.new("P", (4, 4), color) for color in (1, 2, 3)]
frames[0].putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255])
for frame in frames[1:]:
    frame.putpalette([0, 0, 0, 255, 0, 0, 0, 255, 0, 0, 0, 255])
path = {str(tmp_path / "three.gif")!r}
frames[0].save(path, save_all=True, append_images=frames[1:], duration=20, loop=0)
shown = []
with sd.AnimatedImage.open(path) as image:
    player = sd.AnimatedImagePlayer(image, clock="corevideo", loop_count=2, late_policy="no_skip",
                                    on_frame=lambda frame: shown.append(frame.index))
    player.play()
    assert player.wait(60)
    assert shown == [0, 1, 2, 0, 1, 2], shown
    player.close()
stand.wait("threads", exactly=0, timeout=60)
"""
    succeed(package, program)
