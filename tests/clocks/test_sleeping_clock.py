"""The timer, in real time: it sleeps while no tick is requested, and wakes for a request."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from sddisplaylink.native import check, ffi, lib
from support.native_player import MS, Event, NativePlayer

Open = Callable[..., NativePlayer]
NEVER = 2**63 - 1
SECOND = 1000 * MS
PATIENCE = 10 * SECOND


@pytest.fixture
def timer() -> Iterator[int]:
    """A source of 250 refreshes a second."""
    out = ffi.new("sddl_handle *")
    check(lib.sddl_source_open(lib.SDDL_CLOCK_TIMER, 0, 250.0, out))
    yield out[0]
    lib.sddl_source_close(out[0])


def take(player: NativePlayer) -> Event:
    event = player.shown(player.take(PATIENCE))
    assert event is not None, "the clock sleeps"
    return event


def test_a_slow_player_has_few_ticks(open_native: Open, timer: int) -> None:
    player = open_native(20, 20, source=timer)
    player.play()
    events, ticks = [take(player)], player.clock.ticks
    events += [take(player) for _ in range(5)]
    refreshes = (events[-1].target - events[0].target) * 250 // SECOND
    assert refreshes >= 240
    assert player.clock.ticks - ticks <= 20


def test_a_link_beside_it_has_every_tick(open_native: Open, timer: int) -> None:
    player = open_native(20, 20, source=timer)
    player.play()
    first = take(player)
    out = ffi.new("sddl_handle *")
    mailbox = ffi.new("sddl_handle *")
    check(lib.sddl_mailbox_open(mailbox))
    check(lib.sddl_link_open(timer, mailbox[0], out))
    check(lib.sddl_link_start(out[0]))
    event = ffi.new("sddl_event *")
    assert check(lib.sddl_mailbox_wait(mailbox[0], event, 1, PATIENCE)) == 1
    expected = event.target
    while event.target < first.target + 600 * MS:
        assert check(lib.sddl_mailbox_wait(mailbox[0], event, 1, PATIENCE)) == 1
        expected += (event.missed + 1) * 4 * MS
        assert event.target == expected, "none was left out"
    check(lib.sddl_subscriber_close(out[0]))
    check(lib.sddl_mailbox_close(mailbox[0]))


def lull(player: NativePlayer) -> None:
    """Have the clock of this link, its only user, sleep until a tick is requested."""
    player.rate(0.0)
    for _ in range(PATIENCE // (10 * MS)):
        if player.clock.requested == NEVER:
            return
        player.take(10 * MS)
    raise AssertionError("the clock has not come to the tick that was requested before")


def start_over(player: NativePlayer) -> None:
    player.stop()
    player.play()


ACTS: dict[str, Callable[[NativePlayer], None]] = {
    "stop and play": start_over,
    "seek": lambda player: player.seek(1),
    "rate": lambda player: player.rate(100.0),
}


@pytest.mark.parametrize("act", ACTS)
def test_a_command_wakes_a_sleeping_clock(open_native: Open, timer: int, act: str) -> None:
    player = open_native(20, 20, source=timer)
    player.play()
    take(player)
    lull(player)
    ACTS[act](player)
    take(player)


def test_another_player_wakes_a_sleeping_clock(open_native: Open, timer: int) -> None:
    player, other = open_native(20, 20, source=timer), open_native(20, 20, source=timer)
    player.play()
    take(player)
    lull(player)
    other.play()
    take(other)


def test_a_sleeping_clock_ends_with_its_last_client(open_native: Open, timer: int) -> None:
    player = open_native(20, 20, source=timer)
    player.play()
    take(player)
    lull(player)
    check(lib.sddl_subscriber_close(player.handle))
    for _ in range(PATIENCE // (10 * MS)):
        if player.clock.state == lib.SDDL_SOURCE_IDLE:
            return
        player.take(10 * MS)
    raise AssertionError("the clock sleeps")
