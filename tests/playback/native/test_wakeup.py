"""Ticks that are not requested: a player posts the same events with every tick and with only those."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sddisplaylink.native import check, ffi, lib
from support.extent import examples
from support.native_player import BOUNCE, CATCH_UP, MODES, MS, NO_SKIP, OVER, SKIP, NativePlayer

Open = Callable[..., NativePlayer]
NEVER = 2**63 - 1
SECOND = 1000 * MS
RATES = (1.0, 0.5, 0.25, 0.013, 1e-9, 2.0, 8.0, 1.1, -1.0, -0.3, -3.0, 0.0)


def tick_both(constant: NativePlayer, sleeping: NativePlayer, time: int) -> int:
    """One refresh for both, if the players requested it; 1 if the second did. Their events must be the same."""
    constant.jump(time)
    is_due = constant.time >= sleeping.clock.requested
    if is_due:
        sleeping.jump(constant.time - sleeping.time)
    assert constant.shown(constant.take()) == sleeping.shown(sleeping.take())
    assert (constant.info.status, constant.info.frame) == (sleeping.info.status, sleeping.info.frame)
    return int(is_due)


def run_command(player: NativePlayer, name: str, value: int) -> None:
    count = len(player.durations or ())
    policy = (SKIP, SKIP, NO_SKIP, CATCH_UP)[value % 4]
    values = {
        "rate": RATES[value % len(RATES)],
        "mode": MODES[value % 4],
        "loops": value % 4,
        "seek": value % count,
        "policy": policy,
    }
    if name in values:
        getattr(player, name)(values[name])
    elif name == "starve":
        check(lib.sddl_player_set_starved(player.handle, value % 2))
    else:
        getattr(player, name)()


commands = st.tuples(
    st.sampled_from(["play", "pause", "stop", "seek", "rate", "mode", "loops", "policy", "starve"]), st.integers(0, 35)
)
lengths = st.one_of(st.integers(1, 50 * MS), st.integers(50 * MS, 3 * SECOND))
timelines = st.lists(lengths, min_size=1, max_size=5)
scripts = st.lists(st.tuples(commands, st.integers(1, 30)), max_size=12)


@given(timelines, st.integers(0, 3), st.sampled_from(MODES), st.sampled_from(RATES), scripts, st.integers(MS, 20 * MS))
@example([200 * MS] * 3, 2, BOUNCE, 1.0, [], 10 * MS)
@example([MS, 2], 1, BOUNCE, 0.5, [(("play", 0), 2), (("loops", 0), 2)], MS)  # the frame that closed it opens a loop
@examples(300)
def test_a_sleeping_player_posts_what_a_constantly_ticked_one_posts(
    durations: list[int],
    loops: int,
    mode: int,
    rate: float,
    script: list[tuple[tuple[str, int], int]],
    period: int,
) -> None:
    both = NativePlayer(durations, period), NativePlayer(durations, period)
    try:
        for player in both:
            player.loops(loops)
            player.mode(mode)
            player.rate(rate)
            player.play()
        for command, refreshes in [*script, (("play", 0), 40)]:
            for _ in range(refreshes):
                tick_both(*both, period)
            if (
                both[1].time < both[0].time
            ):  # virtual time does not report refreshes that were left out: this is the last
                both[1].jump(both[0].time - both[1].time)
                assert both[1].take() is None
            for player in both:
                run_command(player, *command)
            assert both[0].shown(both[0].take()) == both[1].shown(both[1].take())
            assert both[0].info.media_time == both[1].info.media_time
    finally:
        for player in both:
            player.close()


@given(st.lists(st.integers(60 * MS, SECOND), min_size=2, max_size=5), st.sampled_from(MODES), st.integers(0, 2))
@examples(100)
def test_a_sleeping_player_is_ticked_for_its_frames_alone(durations: list[int], mode: int, loops: int) -> None:
    constant, sleeping = NativePlayer(durations), NativePlayer(durations)
    try:
        for player in (constant, sleeping):
            player.mode(mode)
            player.loops(loops)
            player.play()
        ticks = sum(tick_both(constant, sleeping, 10 * MS) for _ in range(500))
        said = sleeping.info.frames_due + (sleeping.info.status == OVER)
        assert ticks <= said + 5, "one for each frame, for the end, and for each second without any"
    finally:
        constant.close()
        sleeping.close()


def test_a_player_sleeps_never_so_long_that_the_system_seems_to_have_slept(open_native: Open) -> None:
    """If more than five minutes pass between two ticks, playback does not catch up."""
    constant, sleeping = open_native(100_000, 100_000), open_native(100_000, 100_000)
    for player in (constant, sleeping):
        player.play()
    ticks = [tick_both(constant, sleeping, 10 * MS) for _ in range(100_000 + 2)]
    assert (sleeping.info.frame, constant.info.media_time, sum(ticks)) == (1, 100_001 * 10 * MS, 1001)


def test_when_a_player_requests_its_next_tick(open_native: Open) -> None:
    player = open_native(20, 30)
    assert player.clock.requested == 0
    player.play()
    assert player.clock.requested <= 1, "the first there is"
    player.tick()
    assert player.clock.requested == 210 * MS
    player.rate(2.0)
    assert player.clock.requested == 110 * MS
    player.rate(0.01)
    assert player.clock.requested <= 110 * MS, "a request stands until the clock ticks"
    player.jump(100 * MS)
    assert player.clock.requested == 110 * MS + SECOND
    player.rate(0.0)
    player.tick()
    assert player.clock.requested == NEVER
    player.seek(1)
    assert player.clock.requested == player.time + 1
    player.tick()
    assert player.clock.requested == NEVER
    player.rate(1.0)
    assert player.clock.requested == player.time + 300 * MS
    player.pause()
    player.tick()
    assert player.clock.requested == NEVER


def test_outside_the_timeline_a_player_does_not_sleep(open_native: Open) -> None:
    """Aligned backwards with a longer one, and without its frame: it is brought inside by the second tick."""
    both = []
    for _ in range(2):
        leader = open_native(100, 100, 100)
        player = open_native(10, 10, 10, 10, source=leader.source)
        for each in (leader, player):
            each.loops(1)
        leader.rate(-1.0)
        leader.play()
        leader.tick()
        player.time = leader.time
        check(lib.sddl_player_set_starved(player.handle, 1))
        player.command(lib.SDDL_OP_ALIGN, other=leader.handle)
        both.append(player)
    for _ in range(50):
        tick_both(*both, 10 * MS)
    assert both[0].info.media_time == 0


@pytest.mark.parametrize("policy", [NO_SKIP, CATCH_UP])
def test_no_skip_requests_every_tick(open_native: Open, policy: int) -> None:
    player = open_native(20, 30)
    player.play()
    player.tick()
    player.policy(policy)
    assert player.clock.requested == player.time + 1
    player.tick()
    assert player.clock.requested == 0


def test_while_frames_are_still_to_come_every_tick_is_requested() -> None:
    player = NativePlayer(None)
    player.extend(0, [SECOND])
    player.play()
    player.tick()
    assert player.clock.requested == 0
    player.extend(1, [SECOND], complete=True)
    player.tick()
    assert player.clock.requested > player.time + 900 * MS
    player.close()


def test_of_several_clients_the_most_impatient_counts(open_native: Open) -> None:
    slow = open_native(50, 50)
    quick = open_native(20, 20, source=slow.source)
    slow.play()
    quick.play()
    slow.tick()
    assert slow.clock.requested == 210 * MS
    out = ffi.new("sddl_handle *")
    check(lib.sddl_link_open(slow.source, slow.mailbox, out))
    check(lib.sddl_link_start(out[0]))
    assert slow.clock.requested == slow.time + 1
    slow.jump(10 * MS)
    assert slow.clock.requested == 0
    check(lib.sddl_subscriber_close(out[0]))
