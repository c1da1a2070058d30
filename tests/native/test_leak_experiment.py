"""The leak that this library began with, its cures one by one, and that the library as a whole has it not."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from leak_experiment import experiment
from leak_experiment.experiment import PLAYERS, TICKS, TOKENS, VARIANTS, Outcome, Variant
from native_builds import run_program
from support.requirements import unavailable

# of each variant, the only figures that are not 0: what a mutant is caught by
PINNED = {"running_tokens": TOKENS, "tokens": TOKENS, "links": PLAYERS, "cv_links": PLAYERS}
ENDLESS = {"held_threads": PLAYERS, "threads": PLAYERS}
PROXIES = {"proxies": PLAYERS}
DELAYED = {"held_threads": PLAYERS}
EXPECTED = {
    # proxy, pool, stop
    (True, False, False): PINNED | ENDLESS | PROXIES,
    (True, True, False): DELAYED | PROXIES,
    (True, False, True): PINNED | PROXIES,
    (True, True, True): PROXIES,
    (False, False, False): PINNED | ENDLESS,
    (False, True, False): DELAYED,
    (False, False, True): PINNED,
    (False, True, True): {},
}


@pytest.fixture(scope="module")
def programs(tmp_path_factory: pytest.TempPathFactory) -> dict[Variant, Path]:
    missing = experiment.missing_tool()
    if missing:
        unavailable(missing)
    return experiment.build(tmp_path_factory.mktemp("leak"))


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda v: f"{v.context}-pool={v.pool:d}-stop={v.stop:d}")
def test_what_each_variant_leaves_behind(programs: dict[Variant, Path], variant: Variant) -> None:
    outcome = experiment.run(programs[variant])
    assert outcome.ticks == TICKS
    assert outcome.findings() == EXPECTED[variant.proxy, variant.pool, variant.stop]
    assert (outcome.complaints == 0) == variant.pool


def test_the_table_has_a_line_for_each_variant() -> None:
    outcome = Outcome(10_000, 30_000, 1000, dict.fromkeys(experiment.LEFT, 1234), 0)
    lines = experiment.table(dict.fromkeys(VARIANTS, outcome)).splitlines()
    assert len(lines) == 2 + len(VARIANTS)
    assert len(set(map(len, lines))) == 1
    assert "SDWebImage 5.20 " in lines[2]
    assert "1,234" in lines[2]


# Players that play, have shown a frame, and are dropped as they run; three objects are autoreleased in each callback
DROPPED = """
import gc, io, os, sys, time
from PIL import Image
import sddisplaylink as sd
import standin
stand = standin.loaded()
stand.set_displays(((1, 500.0, 500.0),))
stand.set("objects_per_callback", 3)

def animation():
    frames = [Image.new("RGB", (4, 4), color) for color in ("red", "green", "blue")]
    file = io.BytesIO()
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:], duration=20, loop=0)
    return file.getvalue()

def resident():
    gc.collect()
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

def drop_while_running(image, count):
    shown = set()
    players = []
    for i in range(count):
        players.append(sd.AnimatedImagePlayer(image, clock="corevideo", on_frame=lambda frame, i=i: shown.add(i)))
        players[-1].play()
    end = time.monotonic() + 30
    # of one or two callbacks, in which all may have shown their first frame, too little would be left to notice
    while (len(shown) < count or stand.count("objects_made") < 30) and time.monotonic() < end:
        time.sleep(0.001)
    assert len(shown) == count, f"{len(shown)} of {count} players have shown a frame"
    assert all(player.state is sd.PlayerState.PLAYING for player in players)
    live = stand.count("objects")
    assert live <= 8, f"{live} objects live while running"

image = sd.AnimatedImage.open(animation())
before = 0
for dropped in range(100, PLAYERS + 1, 100):
    drop_while_running(image, 100)
    if dropped == 1000:
        before = resident()
grown = resident() - before
image.close()
del image
stand.wait("links", exactly=0, timeout=10)
stand.wait("threads", exactly=0, timeout=10)
end = time.monotonic() + 10
figures = ("links", "players", "sources", "native_threads", "pool_bytes")
while any(sd.diagnostics()[name] for name in figures) and time.monotonic() < end:
    time.sleep(0.01)
left = {name: sd.diagnostics()[name] for name in figures}
assert not any(left.values()), left
players = sum(isinstance(thing, sd.AnimatedImagePlayer) for thing in gc.get_objects())
assert players == 0, f"{players} players live"
assert stand.count("objects_made") >= 1000
assert stand.count("objects_unpooled") == 0
assert stand.count("objects") == 0, f"{stand.count('objects')} objects live"
assert grown < 1_000_000, f"grew by {grown} bytes"
"""

CLOCK = "csrc/clocks/corevideo.m"
POOL = "    @autoreleasepool {\n        (void)link,"
# what to replace by what, how many players it takes to notice, and by what they notice
MUTANTS = {
    "pool removed": ((CLOCK, POOL, POOL.replace("@autoreleasepool ", "")), 100, "objects live while running"),
    "stop removed": ((CLOCK, "CVDisplayLinkStop(slot->link);", ""), 1000, "links is 1"),
    "context never released": (
        ("csrc/playback/api.c", "    free(player);\n}", "    (void)player;\n}"),
        10_000,
        "grew by",
    ),
}


def test_ten_thousand_players_dropped_while_running_leave_nothing(package: Path) -> None:
    done = run_program(package, f"PLAYERS = 10_000{DROPPED}", timeout=240)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("mutant", MUTANTS)
def test_a_package_that_leaks_is_noticed(build: Callable[..., Path], mutant: str) -> None:
    mutation, players, finding = MUTANTS[mutant]
    done = run_program(build(mutation), f"PLAYERS = {players}{DROPPED}", timeout=240)
    assert done.returncode == 1, "the mutant was not noticed"
    assert finding in done.stderr.splitlines()[-1]
