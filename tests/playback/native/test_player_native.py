"""The native scheduler, tick by tick: which event comes of which tick."""

from __future__ import annotations

import select
import threading
from collections.abc import Callable

import pytest

from sddisplaylink.native import ffi, lib
from support.native_player import (
    BOUNCE,
    CATCH_UP,
    MODES,
    MS,
    NO_SKIP,
    OVER,
    PAUSED,
    REVERSED_BOUNCE,
    SKIP,
    STOPPED,
    NativePlayer,
    one_loop,
)

Open = Callable[..., NativePlayer]


# ---- the schedule ----


def test_first_frame_comes_with_the_first_tick_and_events_only_with_changes(open_native: Open) -> None:
    player = open_native(2, 3, 1)
    player.play()
    assert player.ticks(14) == ["F0", "", "F1", "", "", "F2", "FL0", "", "F1", "", "", "F2", "FL0", ""]


def test_a_stopped_player_says_nothing(open_native: Open) -> None:
    player = open_native(1, 1)
    assert player.ticks(3) == ["", "", ""]
    player.play()
    player.tick()
    player.stop()
    assert player.ticks(3) == ["", "", ""]
    assert (player.info.status, player.info.frame) == (STOPPED, 0)


def test_durations_off_the_grid_do_not_drift(open_native: Open) -> None:
    player = open_native(1.5, 1.5)
    player.play()
    assert player.ticks(9) == ["F0", "", "F1", "FL0", "", "F1", "FL0", "", "F1"]


def test_durations_shorter_than_a_tick_are_skipped_and_counted(open_native: Open) -> None:
    player = open_native(0.4, 0.4, 0.4)
    player.play()
    player.jump(10 * MS)
    player.take()
    player.jump(10 * MS)  # media time 10: frame 2 lasts from 8 to 12
    event = player.take()
    assert event is not None
    assert (event.said, event.advanced) == ("F2", 2)


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("loops", [1, 2, 3])
def test_every_mode_shows_each_frame_for_its_time_and_finishes_once(open_native: Open, mode: int, loops: int) -> None:
    ticks = (2, 1, 3, 1)
    player = open_native(*ticks)
    player.mode(mode)
    player.loops(loops)
    player.play()
    frames = one_loop(4, mode) * loops + ([one_loop(4, mode)[0]] if mode in (BOUNCE, REVERSED_BOUNCE) else [])
    expected = [frame for frame in frames for _ in range(ticks[frame])]
    said, seen = player.ticks(len(expected)), []
    for word in said:
        seen.append(int(word[-1]) if word else seen[-1])
    assert seen == expected
    assert sum("L" in word for word in said) == loops - 1
    assert player.tick() == "LX"
    assert (player.info.status, player.info.frame, player.info.loops_done) == (OVER, frames[-1], loops)
    assert player.ticks(3) == ["", "", ""]


def test_past_the_end_the_last_frame_and_the_finish_are_one_event(open_native: Open) -> None:
    player = open_native(1, 1, 1)
    player.loops(2)
    player.play()
    player.tick()
    player.jump(1000 * MS)
    event = player.take()
    assert event is not None
    assert (event.said, event.advanced, event.loops_done, event.loop) == ("FLX2", 5, 2, 1)


@pytest.mark.parametrize("loops", [0, 1, 3])
@pytest.mark.parametrize("policy", [SKIP, NO_SKIP, CATCH_UP])
def test_a_single_frame_is_shown_once_and_that_is_all(open_native: Open, loops: int, policy: int) -> None:
    player = open_native(5)
    player.loops(loops)
    player.policy(policy)
    player.play()
    assert player.ticks(3) == ["FX0", "", ""]
    player.play()
    assert player.ticks(2) == ["FX0", ""]


def test_lost_ticks_are_reported_once(open_native: Open) -> None:
    player = open_native(1, 1)
    player.play()
    player.jump(10 * MS, missed=2)
    player.jump(30 * MS, missed=3)
    event = player.take()
    assert event is not None
    assert (event.missed, player.info.missed) == (5, 5)
    player.jump(10 * MS)
    event = player.take()
    assert event is not None and event.missed == 0


def test_unread_events_merge_into_the_latest(open_native: Open) -> None:
    player = open_native(1, 1, 1)
    player.loops(2)
    player.play()
    for _ in range(5):
        player.jump(10 * MS)
    event = player.take()
    assert event is not None and player.take() is None
    assert (event.said, event.advanced, event.loops_done) == ("FL1", 5, 1)


def test_after_five_minutes_asleep_play_goes_on_from_where_it_was(open_native: Open) -> None:
    player = open_native(2, 2, 2, 2)
    player.play()
    assert player.ticks(3) == ["F0", "", "F1"]
    assert player.tick(300_001 * MS) == ""
    assert player.ticks(3) == ["", "F2", ""]


def test_less_than_five_minutes_are_made_up_for(open_native: Open) -> None:
    player = open_native(2, 2, 2, 2)
    player.play()
    player.ticks(3)
    media = player.info.media_time
    player.tick(300_000 * MS)
    assert player.info.media_time == media + 300_000 * MS


# ---- one frame at a time ----


def test_no_skip_waits_until_the_frame_was_shown(open_native: Open) -> None:
    player = open_native(1, 1, 1)
    player.policy(NO_SKIP)
    player.play()
    player.jump(10 * MS)
    first = player.take()
    for _ in range(5):
        player.jump(10 * MS)
    assert player.take() is None
    player.shown(first)
    assert player.ticks(3) == ["F1", "F2", "FL0"]


def test_a_frame_that_was_shown_late_is_replaced_at_once(open_native: Open) -> None:
    player = open_native(3, 3, 3)
    player.policy(NO_SKIP)
    player.play()
    player.jump(10 * MS)
    first = player.take()
    for _ in range(4):
        player.jump(10 * MS)
    player.shown(first)
    assert player.ticks(4) == ["F1", "F2", "", ""]  # its time began when the first frame's ended


def test_no_skip_gives_every_frame_a_refresh_at_least_and_keeps_the_remainder(open_native: Open) -> None:
    player = open_native(1.5, 1.5, 1.5, 1.5)
    player.policy(NO_SKIP)
    player.play()
    assert player.ticks(7) == ["F0", "", "F1", "F2", "", "F3", "FL0"]


def test_no_skip_drops_lateness_and_the_next_frame_gets_its_full_time(open_native: Open) -> None:
    player = open_native(3, 3, 3)
    player.policy(NO_SKIP)
    player.play()
    player.tick()
    assert player.tick(200 * MS) == "F1"
    assert player.ticks(4) == ["", "", "F2", ""]


def test_no_skip_shows_frames_shorter_than_a_refresh_one_by_one(open_native: Open) -> None:
    player = open_native(0.1, 0.1, 0.1)
    player.policy(NO_SKIP)
    player.loops(2)
    player.play()
    assert player.ticks(7) == ["F0", "F1", "F2", "FL0", "F1", "F2", "LX"]


def test_catch_up_shows_one_frame_per_tick_until_it_is_on_schedule(open_native: Open) -> None:
    player = open_native(*[2] * 10)
    player.policy(CATCH_UP)
    player.play()
    player.tick()
    assert player.tick(100 * MS) == "F1"  # frame 5 is due
    assert player.ticks(9) == ["F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9", ""]


def test_catch_up_waits_until_the_frame_was_shown(open_native: Open) -> None:
    player = open_native(1, 1, 1, 1)
    player.policy(CATCH_UP)
    player.play()
    player.jump(10 * MS)
    first = player.take()
    player.jump(20 * MS)
    assert player.take() is None
    player.shown(first)
    assert player.ticks(2) == ["F1", "F2"]


@pytest.mark.parametrize("policy", [NO_SKIP, CATCH_UP])
def test_one_at_a_time_finishes_only_after_the_last_frame(open_native: Open, policy: int) -> None:
    player = open_native(1, 1, 1)
    player.policy(policy)
    player.loops(1)
    player.play()
    player.tick()
    assert [player.tick(500 * MS), player.tick()] == ["F1", "F2"]
    player.jump(10 * MS)
    event = player.take()
    assert event is not None and event.said == "LX"


def test_one_at_a_time_runs_backwards_as_well(open_native: Open) -> None:
    player = open_native(1, 1, 1)
    player.policy(NO_SKIP)
    player.loops(2)
    player.rate(-3.0)
    player.play()
    assert player.ticks(7) == ["F2", "F1", "F0", "FL2", "F1", "F0", "LX"]


def test_an_old_acknowledgement_does_not_count(open_native: Open) -> None:
    player = open_native(1, 1, 1)
    player.policy(NO_SKIP)
    player.play()
    player.jump(10 * MS)
    first = player.shown(player.take())
    player.jump(10 * MS)
    player.shown(first)
    second = player.take()
    assert player.tick() == ""
    player.shown(second)
    player.shown(first)
    assert player.tick() == "F2"


def test_policy_can_change_in_the_middle(open_native: Open) -> None:
    player = open_native(*[1] * 8)
    player.policy(CATCH_UP)
    player.play()
    player.tick()
    assert player.tick(40 * MS) == "F1"
    player.policy(SKIP)
    assert player.tick() == "F5"
    player.policy(NO_SKIP)
    assert player.tick(30 * MS) == "F6"


# ---- several players ----


def test_one_command_reaches_all_between_two_ticks(open_native: Open) -> None:
    first = open_native(1, 1)
    second = open_native(1, 1, 1, source=first.source)
    command = ffi.new("sddl_command *", {"op": lib.SDDL_OP_PLAY})
    assert lib.sddl_player_command([first.handle, second.handle], 2, command, ffi.NULL) == 0
    first.jump(10 * MS)
    events = [first.take(), second.take()]
    assert [event.said for event in events if event] == ["F0", "F0"]


def test_a_command_gives_what_each_player_is_like_after_it(open_native: Open) -> None:
    first = open_native(1, 1, 1)
    second = open_native(1, 1, 1, 1, source=first.source)
    after = ffi.new("sddl_player_info[]", 2)
    seek = ffi.new("sddl_command *", {"op": lib.SDDL_OP_SEEK, "frame": 2, "loop": -1})
    assert lib.sddl_player_command([first.handle, second.handle], 2, seek, after) == 0
    for player, info in zip((first, second), after, strict=True):
        assert bytes(ffi.buffer(ffi.addressof(info))) == bytes(ffi.buffer(player.info))
    assert [info.frame for info in after] == [2, 2]
    seek.frame = 3  # which the first player has not
    assert lib.sddl_player_command([first.handle, second.handle], 2, seek, after) == lib.SDDL_E_ARGUMENT
    assert [info.frame for info in after] == [2, 2]


def test_on_an_error_nothing_is_done_to_any(open_native: Open) -> None:
    first = open_native(1, 1, 1)
    second = open_native(1, 1, source=first.source)
    seek = ffi.new("sddl_command *", {"op": lib.SDDL_OP_SEEK, "frame": 2, "loop": -1})
    assert lib.sddl_player_command([first.handle, second.handle], 2, seek, ffi.NULL) == lib.SDDL_E_ARGUMENT
    assert (first.info.frame, first.take()) == (0, None)


def test_players_of_one_command_must_be_on_one_source(open_native: Open) -> None:
    first, second = open_native(1, 1), open_native(1, 1)
    play = ffi.new("sddl_command *", {"op": lib.SDDL_OP_PLAY})
    assert lib.sddl_player_command([first.handle, second.handle], 2, play, ffi.NULL) == lib.SDDL_E_SOURCE
    align = ffi.new("sddl_command *", {"op": lib.SDDL_OP_ALIGN, "other": second.handle})
    assert lib.sddl_player_command([first.handle], 1, align, ffi.NULL) == lib.SDDL_E_SOURCE
    assert first.info.status == STOPPED


def test_align_takes_over_time_rate_and_status(open_native: Open) -> None:
    leader = open_native(2, 2, 2, 2)
    leader.rate(2.0)
    leader.play()
    leader.tick()
    late = open_native(1, 1, 1, 1, 1, 1, 1, 1, source=leader.source)
    assert late.command(lib.SDDL_OP_ALIGN, other=leader.handle) == 0
    leader.jump(10 * MS)
    assert [event.said for event in (leader.take(), late.take()) if event] == ["F1", "F2"]
    assert (late.info.rate, late.info.media_time) == (2.0, leader.info.media_time)
    leader.pause()
    assert late.command(lib.SDDL_OP_ALIGN, other=leader.handle) == 0
    event = late.take()
    assert event is not None and event.said == "F2"
    assert late.info.status == PAUSED


@pytest.mark.parametrize("status", [STOPPED, OVER])
def test_aligned_with_a_stopped_one_a_player_is_stopped(open_native: Open, status: int) -> None:
    leader = open_native(1, 1)
    leader.loops(1)
    if status == OVER:
        leader.play()
        leader.ticks(3)
    other = open_native(1, 1, source=leader.source)
    other.play()
    assert other.command(lib.SDDL_OP_ALIGN, other=leader.handle) == 0
    assert (other.info.status, other.info.frame, other.take()) == (STOPPED, 0, None)


# ---- what comes next ----


def test_upcoming_follows_the_due_frame_in_playing_order(open_native: Open) -> None:
    player = open_native(1, 1, 1, 1)
    assert player.upcoming(6) == [1, 2, 3, 0, 1, 2]
    player.loops(1)
    assert player.upcoming(6) == [1, 2, 3]
    player.mode(BOUNCE)
    assert player.upcoming(9) == [1, 2, 3, 2, 1, 0]
    player.rate(-1.0)
    assert player.upcoming(2) == [1, 2]
    player.play()
    player.ticks(2)
    assert player.upcoming(9) == [2, 3, 2, 1, 0]
    assert player.upcoming(0) == []


# ---- bad arguments ----


@pytest.mark.parametrize(
    "command",
    [
        {"op": 0},
        {"op": 10},
        {"op": lib.SDDL_OP_RATE, "rate": float("nan")},
        {"op": lib.SDDL_OP_RATE, "rate": float("-inf")},
        {"op": lib.SDDL_OP_MODE, "value": 4},
        {"op": lib.SDDL_OP_POLICY, "value": 3},
        {"op": lib.SDDL_OP_SEEK, "frame": 2},
        {"op": lib.SDDL_OP_SEEK, "loop": -2},
        {"op": lib.SDDL_OP_SEEK, "loop": 3},
        {"op": lib.SDDL_OP_SEEK, "loop": 2**63 - 1},
    ],
)
def test_commands_out_of_range_are_refused(open_native: Open, command: dict[str, float]) -> None:
    player = open_native(1, 1)
    player.loops(3)
    assert player.command(**command) == lib.SDDL_E_ARGUMENT
    player.loops(0)
    if command.get("loop") == 3:
        assert player.command(**command) == 0
    else:
        assert player.command(**command) == lib.SDDL_E_ARGUMENT


@pytest.mark.parametrize("count", [1, 8, 9, 30])
def test_the_waiting_readers_of_all_mailboxes_are_notified_of_a_tick(open_native: Open, count: int) -> None:
    players = [open_native(1, 1)]
    players += [open_native(1, 1, source=players[0].source) for _ in range(count - 1)]
    got: list[int] = []

    def read(mailbox: int) -> None:
        got.append(lib.sddl_mailbox_wait(mailbox, ffi.new("sddl_event[]", 4), 4, 10_000 * MS))

    for player in players:
        player.play()
    readers = [threading.Thread(target=read, args=(player.mailbox,)) for player in players]
    for reader in readers:
        reader.start()
    descriptors = [lib.sddl_mailbox_fd(player.mailbox) for player in players]
    players[0].jump(players[0].period)
    for reader in readers:
        reader.join()
    assert got == [1] * count
    assert select.select(descriptors, [], [], 0)[0] == []
    players[0].jump(players[0].period)
    assert select.select(descriptors, [], [], 0)[0] == descriptors


def test_confirming_an_event_returns_the_time_and_what_follows(open_native: Open) -> None:
    player = open_native(1, 1, 1)
    showing = ffi.new("sddl_shown_info *")
    player.play()
    player.jump(3 * player.period)
    event = player.take()
    assert event is not None
    assert lib.sddl_player_confirm_shown(player.handle, event.epoch + 1, event.serial, showing) == 0
    assert lib.sddl_player_confirm_shown(player.handle, event.epoch, event.serial, showing) == 1
    assert showing.now == player.time - player.period
    assert list(showing.upcoming)[: showing.count] == player.upcoming(lib.SDDL_UPCOMING)
    assert player.info.frames_due == 1
    lib.sddl_subscriber_close(player.handle)
    assert lib.sddl_player_confirm_shown(player.handle, event.epoch, event.serial, showing) == 0


def test_an_event_that_is_shown_counts_as_acted_on(open_native: Open) -> None:
    player = open_native(1, 1, 1)
    showing = ffi.new("sddl_shown_info *")
    player.policy(lib.SDDL_NO_SKIP)
    player.play()
    for frame in (0, 1, 2):
        player.jump(player.period)
        event = player.take()
        assert event is not None
        assert event.frame == frame
        player.jump(player.period)
        assert player.take() is None
        assert lib.sddl_player_confirm_shown(player.handle, event.epoch, event.serial, showing) == 1


def test_null_pointers_and_empty_lists_are_refused(open_native: Open) -> None:
    player = open_native(1, 1)
    command, out = ffi.new("sddl_command *", {"op": lib.SDDL_OP_PLAY}), ffi.new("sddl_handle *")
    assert lib.sddl_player_command(ffi.NULL, 1, command, ffi.NULL) == lib.SDDL_E_ARGUMENT
    assert lib.sddl_player_command([player.handle], 0, command, ffi.NULL) == lib.SDDL_E_ARGUMENT
    assert lib.sddl_player_command([player.handle], 1, ffi.NULL, ffi.NULL) == lib.SDDL_E_ARGUMENT
    assert lib.sddl_player_get_info(player.handle, ffi.NULL) == lib.SDDL_E_ARGUMENT
    assert lib.sddl_player_upcoming(player.handle, ffi.NULL, 1) == lib.SDDL_E_ARGUMENT
    assert lib.sddl_player_confirm_shown(player.handle, 1, 1, ffi.NULL) == lib.SDDL_E_ARGUMENT
    assert lib.sddl_player_open(player.source, player.mailbox, ffi.NULL, 1, out) == lib.SDDL_E_ARGUMENT
    assert lib.sddl_player_open(player.source, player.mailbox, [], 0, out) == lib.SDDL_E_ARGUMENT
    assert lib.sddl_player_open(player.source, player.mailbox, [1, 0], 2, out) == lib.SDDL_E_ARGUMENT
    assert lib.sddl_player_open(player.source, player.source, [1, 1], 2, out) == lib.SDDL_E_HANDLE


def test_closed_and_foreign_handles_are_errors(open_native: Open) -> None:
    player = open_native(1, 1)
    assert lib.sddl_player_confirm(player.mailbox, 1) == lib.SDDL_E_HANDLE
    lib.sddl_subscriber_close(player.handle)
    assert player.command(lib.SDDL_OP_PLAY) == lib.SDDL_E_HANDLE
    assert lib.sddl_player_set_starved(player.handle, 1) == lib.SDDL_E_HANDLE
    assert lib.sddl_player_get_info(player.handle, ffi.new("sddl_player_info *")) == lib.SDDL_E_HANDLE
