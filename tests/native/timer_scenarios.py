"""Scenarios of two players on a timer in virtual time, for the programs of test_sleeping_timer.py."""

from __future__ import annotations

import random
import resource
from collections.abc import Callable, Iterable
from typing import Any

from sddisplaylink.native import check, ffi, lib
from support.native_player import CATCH_UP, MODES, MS, NO_SKIP, SKIP, NativePlayer
from virtual_display import advance

NEVER = 2**63 - 1
PERIOD = 1 / 60
RATES = (1.0, 1.0, 0.0, 0.37, -1.0, -2.5, 6.0, 0.02)
COMMANDS = ["rate", "rate", "seek", "mode", "loops", "policy", "pause", "play", "stop", "starve", "align"]

out = ffi.new("sddl_handle *")
check(lib.sddl_source_open(lib.SDDL_CLOCK_TIMER, 0, 60.0, out))
source = int(out[0])
check(lib.sddl_mailbox_open(out))
ticks = int(out[0])
check(lib.sddl_link_open(source, ticks, out))
link = int(out[0])


def tick() -> Any:
    """The link's event, or None."""
    event = ffi.new("sddl_event *")
    return event if check(lib.sddl_mailbox_wait(ticks, event, 1, 0)) else None


def player_of(*durations: int) -> NativePlayer:
    return NativePlayer(list(durations), source=source)


def switches(act: Callable[[], None]) -> int:
    """How often a thread has gone to sleep while that was done a thousand times."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw
    for _ in range(1000):
        act()
    return resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw - before


def command(player: NativePlayer, other: NativePlayer, chance: random.Random) -> None:
    name = chance.choice(COMMANDS)
    values = {
        "rate": chance.choice(RATES),
        "seek": chance.randrange(len(player.durations or ())),
        "loops": chance.randrange(4),
        "mode": chance.choice(MODES),
        "policy": chance.choice((SKIP, SKIP, SKIP, NO_SKIP, CATCH_UP)),
    }
    if name == "align":
        player.command(lib.SDDL_OP_ALIGN, other=other.handle)
    elif name == "starve":
        check(lib.sddl_player_set_starved(player.handle, chance.randrange(2)))
    else:
        getattr(player, name)(*([values[name]] if name in values else []))


def watch(players: list[NativePlayer], begun: int, chance: random.Random) -> Iterable[tuple[Any, ...]]:
    """The events of the players during the next refreshes."""
    for _ in range(chance.randrange(1, 30)):
        advance(chance.choice((0.0011, 0.017, 0.03)))
        for player in players:
            event = player.shown(player.take())
            if event:
                target = event.target and event.target - begun
                counts = (event.loop, event.loops_done, event.advanced, event.missed, event.serial)
                yield (event.said, *counts, target)


def inspect(player: NativePlayer) -> tuple[Any, ...]:
    info = player.info
    return info.status, info.frame, info.loop, info.loops_done, info.media_time, info.frames_due, info.missed


def simulate(seed: int, *, linked: bool) -> tuple[list[tuple[Any, ...]], int]:
    """The events and infos of two players, and the number of ticks; with a link there is one at every refresh."""
    chance, log, players = random.Random(seed), [], []
    for _ in range(2):
        lengths = (chance.choice((1, 5, 30, 200, 900, 2500)) for _ in range(chance.randrange(1, 5)))
        players.append(player_of(*(length * chance.randrange(MS, 2 * MS) for length in lengths)))
    keeper = player_of(MS, MS)  # so that the clock goes on while both are paused
    keeper.rate(0.0)
    keeper.play()
    if linked:
        check(lib.sddl_link_start(link))
    advance(0.1)
    begun, given = lib.sddl_now(), keeper.clock.ticks
    for player in players:
        player.play()
    for _ in range(60):
        log += watch(players, begun, chance)
        command(*chance.sample(players, 2), chance)
        if chance.random() < 0.5:
            log.append(inspect(chance.choice(players)))
    given = keeper.clock.ticks - given
    lib.sddl_link_stop(link)
    for player in (*players, keeper):
        player.close()
    advance(2)  # the clock stops, so that the next run begins like this one
    return log, given


def compare(seeds: Iterable[int]) -> None:
    """AssertionError if a run without the omitted ticks differs from one with all, or if no tick was ever omitted."""
    slept = 0
    for seed in seeds:
        (constant, every), (sleeping, some) = simulate(seed, linked=True), simulate(seed, linked=False)
        for before, after in zip(constant, sleeping, strict=True):
            assert before == after, (seed, before, after)
        slept += some < every / 2
    assert slept, "no clock slept"
