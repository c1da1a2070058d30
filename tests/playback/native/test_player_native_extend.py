"""The native scheduler of an animation whose frames are still to come."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sddisplaylink.native import ffi, lib
from support.native_player import (
    BOUNCE,
    CATCH_UP,
    MS,
    NO_SKIP,
    NORMAL,
    OVER,
    PLAYING,
    REVERSE,
    REVERSED_BOUNCE,
    SKIP,
    NativePlayer,
)

TICK = 10 * MS
POLICIES = (SKIP, NO_SKIP, CATCH_UP)


@pytest.fixture
def growing() -> Iterator[NativePlayer]:
    """A player without frames."""
    player = NativePlayer(None)
    yield player
    player.close()


def extend(player: NativePlayer, first: int, *ticks: float, complete: bool = False) -> None:
    assert player.extend(first, [round(count * TICK) for count in ticks], complete) == lib.SDDL_OK


# ---- waiting for the first frame, and for the next ----


def test_play_before_the_first_frame_waits_for_it(growing: NativePlayer) -> None:
    growing.play()
    assert growing.ticks(3) == ["", "", ""]
    assert growing.info.status == PLAYING
    extend(growing, 0, 2)
    extend(growing, 1, 2)
    assert growing.ticks(3) == ["F0", "", "F1"]


@pytest.mark.parametrize("policy", POLICIES)
def test_the_last_frame_there_stays_and_the_next_follows_at_the_tick_after_it_came(
    growing: NativePlayer, policy: int
) -> None:
    growing.policy(policy)
    extend(growing, 0, 2, 1)
    growing.play()
    assert growing.ticks(8) == ["F0", "", "F1", "", "", "", "", ""]
    extend(growing, 2, 3, 1)
    assert growing.ticks(6) == ["F2", "", "", "F3", "", ""]


def test_no_time_is_skipped_when_several_frames_come_late(growing: NativePlayer) -> None:
    extend(growing, 0, 1)
    growing.play()
    growing.tick()
    growing.jump(500 * MS)
    assert growing.take() is None
    extend(growing, 1, 1.5, 1.5)
    growing.jump(TICK)
    event = growing.take()
    assert event is not None
    assert (event.said, event.advanced) == ("F1", 1)
    assert growing.ticks(3) == ["", "F2", ""]


def test_frames_that_are_there_in_time_keep_to_the_schedule(growing: NativePlayer) -> None:
    extend(growing, 0, 1.5)
    growing.play()
    assert growing.tick() == "F0"
    extend(growing, 1, 1.5)
    assert growing.ticks(2) == ["", "F1"]
    extend(growing, 2, 1.5, complete=True)
    assert growing.ticks(2) == ["F2", ""]


# ---- the end ----


def test_nothing_finishes_and_no_loop_ends_before_the_end_is_known(growing: NativePlayer) -> None:
    growing.loops(2)
    extend(growing, 0, 1, 1)
    growing.play()
    assert growing.ticks(6) == ["F0", "F1", "", "", "", ""]
    assert (growing.info.status, growing.info.loop, growing.info.loops_done) == (PLAYING, 0, 0)
    assert growing.extend(2, [], complete=True) == lib.SDDL_OK
    assert growing.ticks(3) == ["FL0", "F1", "LX"]
    assert growing.info.status == OVER


@pytest.mark.parametrize("policy", POLICIES)
def test_a_single_frame_is_finished_when_no_other_can_come(growing: NativePlayer, policy: int) -> None:
    growing.policy(policy)
    extend(growing, 0, 1)
    growing.play()
    assert growing.ticks(3) == ["F0", "", ""]
    extend(growing, 1, complete=True)
    assert growing.ticks(2) == ["X", ""]


def test_endless_play_goes_round_at_once_when_the_end_is_known(growing: NativePlayer) -> None:
    extend(growing, 0, 1, 1)
    growing.play()
    assert growing.ticks(4) == ["F0", "F1", "", ""]
    extend(growing, 2, complete=True)
    assert growing.ticks(3) == ["FL0", "F1", "FL0"]


def test_a_bounce_turns_at_the_end_and_not_before(growing: NativePlayer) -> None:
    growing.mode(BOUNCE)
    growing.loops(1)
    extend(growing, 0, 1, 1)
    growing.play()
    assert growing.ticks(4) == ["F0", "F1", "", ""]
    extend(growing, 2, 1, complete=True)
    assert growing.ticks(4) == ["F2", "F1", "F0", "LX"]


# ---- going back waits for the end ----


@pytest.mark.parametrize(("mode", "rate"), [(REVERSE, 1.0), (REVERSED_BOUNCE, 1.0), (NORMAL, -1.0), (REVERSE, -1.0)])
def test_play_that_goes_back_begins_when_the_end_is_known(growing: NativePlayer, mode: int, rate: float) -> None:
    growing.mode(mode)
    growing.rate(rate)
    growing.loops(1)
    extend(growing, 0, 1, 1)
    growing.play()
    assert growing.ticks(3) == ["", "", ""]
    extend(growing, 2, 1, complete=True)
    order = [0, 1, 2] if (mode, rate) == (REVERSE, -1.0) else [2, 1, 0]
    assert growing.ticks(3) == [f"F{frame}" for frame in order]


def test_endless_play_backwards_begins_as_ever(growing: NativePlayer) -> None:
    growing.rate(-1)
    growing.play()
    extend(growing, 0, 1, 1)
    assert growing.ticks(2) == ["", ""]
    extend(growing, 2, complete=True)
    assert growing.ticks(5) == ["F0", "F1", "F0", "FL1", "F0"]


@pytest.mark.parametrize("loops", [0, 3])
def test_turning_round_while_playing_holds_the_frame_until_the_end_is_known(growing: NativePlayer, loops: int) -> None:
    growing.loops(loops)
    extend(growing, 0, 1, 1, 1)
    growing.play()
    assert growing.ticks(2) == ["F0", "F1"]
    growing.rate(-1)
    assert growing.ticks(4) == ["", "", "", ""]
    extend(growing, 3, 1, complete=True)
    # the clock is anchored at the first tick after the wait, at the start of frame 1, before which lies frame 0
    expected = ["", "F0", "FL3", "F2"] if loops == 0 else ["", "F0", "LX", ""]
    assert growing.ticks(4) == expected


def test_turning_there_and_back_while_frames_come_changes_nothing(growing: NativePlayer) -> None:
    extend(growing, 0, 1, 1)
    growing.play()
    assert growing.ticks(1) == ["F0"]
    growing.rate(-1)
    growing.rate(1)
    assert growing.ticks(1) == ["F1"]
    extend(growing, 2, complete=True)
    assert growing.ticks(2) == ["FL0", "F1"]


def test_a_frame_stands_through_growth_when_the_mode_turns(growing: NativePlayer) -> None:
    extend(growing, 0, 1, 3, 1)
    growing.play()
    assert growing.ticks(2) == ["F0", "F1"]
    growing.mode(REVERSE)
    assert growing.ticks(2) == ["", ""]
    extend(growing, 3, 1, 1)
    assert (growing.info.frame, growing.tick()) == (1, "")
    extend(growing, 5, 1, complete=True)
    assert growing.info.frame == 1
    assert growing.ticks(4) == ["", "", "", "F0"]  # its three ticks are counted from the end of the wait
    assert growing.tick() == "FL5"


def test_loops_can_be_set_while_playing(growing: NativePlayer) -> None:
    extend(growing, 0, 1, 1)
    growing.play()
    assert growing.ticks(3) == ["F0", "F1", ""]
    growing.loops(2)
    extend(growing, 2, complete=True)
    assert growing.ticks(3) == ["FL0", "F1", "LX"]


def test_loops_set_while_going_back_report_no_loop(growing: NativePlayer) -> None:
    growing.loops(2)
    extend(growing, 0, 1, 1)
    growing.play()
    assert growing.ticks(2) == ["F0", "F1"]
    growing.rate(-1)
    growing.loops(5)
    assert growing.ticks(2) == ["", ""]
    extend(growing, 2, complete=True)
    assert growing.ticks(3) == ["", "F0", "LX"]


# ---- seeking ----


def test_seek_goes_to_frames_that_are_there_in_the_one_loop(growing: NativePlayer) -> None:
    assert growing.command(lib.SDDL_OP_SEEK, frame=0) == lib.SDDL_E_ARGUMENT
    extend(growing, 0, 1, 1)
    assert growing.command(lib.SDDL_OP_SEEK, frame=2) == lib.SDDL_E_ARGUMENT
    assert growing.command(lib.SDDL_OP_SEEK, frame=1, loop=1) == lib.SDDL_E_ARGUMENT
    growing.seek(1, loop=0)
    event = growing.shown(growing.take())
    assert event is not None
    assert event.said == "F1"


def test_a_frame_sought_while_play_waits_is_shown(growing: NativePlayer) -> None:
    growing.mode(REVERSE)
    extend(growing, 0, 1, 1, 1)
    growing.play()
    growing.tick()
    growing.seek(1)
    assert growing.ticks(3) == ["F1", "", ""]
    extend(growing, 3, 1, complete=True)
    assert growing.ticks(3) == ["", "F0", "FL3"]


def test_a_frame_sought_backwards_in_endless_play_is_of_the_one_loop(growing: NativePlayer) -> None:
    growing.rate(-1)
    extend(growing, 0, 1, 1, 1)
    growing.play()
    growing.seek(2, loop=0)
    assert growing.ticks(2) == ["F2", ""]
    extend(growing, 3, complete=True)
    assert growing.ticks(4) == ["", "F1", "F0", "FL2"]


def test_aligning_a_player_without_frames_leaves_it_waiting(growing: NativePlayer) -> None:
    leader = NativePlayer([TICK, TICK], source=growing.source)
    leader.play()
    leader.tick()
    assert growing.command(lib.SDDL_OP_ALIGN, other=leader.handle) == lib.SDDL_OK
    assert growing.info.status == PLAYING
    growing.time = leader.time
    assert growing.ticks(2) == ["", ""]
    extend(growing, 0, 1, 1)
    assert growing.ticks(2) == ["F0", "F1"]
    leader.close()


# ---- the figures ----


def test_upcoming_ends_with_what_is_there(growing: NativePlayer) -> None:
    assert growing.upcoming(8) == []
    extend(growing, 0, 1, 1, 1)
    assert growing.upcoming(8) == [1, 2]
    extend(growing, 3, 1, complete=True)
    assert growing.upcoming(8) == [1, 2, 3, 0, 1, 2, 3, 0]


def test_pause_and_stop_while_waiting(growing: NativePlayer) -> None:
    extend(growing, 0, 1, 1)
    growing.play()
    assert growing.ticks(4) == ["F0", "F1", "", ""]
    growing.pause()
    extend(growing, 2, 1)
    assert growing.ticks(2) == ["", ""]
    growing.play()
    assert growing.ticks(3) == ["F2", "", ""]
    growing.stop()
    growing.play()
    assert growing.ticks(3) == ["F0", "F1", "F2"]


def test_arguments(growing: NativePlayer) -> None:
    wrong = lib.SDDL_E_ARGUMENT
    assert growing.extend(0, [], complete=True) == wrong  # an animation has a frame
    assert growing.extend(1, [TICK]) == wrong
    assert growing.extend(0, [0]) == wrong
    assert growing.extend(0, [TICK, 2**62]) == wrong
    assert lib.sddl_player_extend(growing.handle, 0, ffi.NULL, 1, 0) == wrong
    assert lib.sddl_player_extend(growing.handle, 0, ffi.new("int64_t[]", 1), 2**24 + 1, 0) == wrong
    assert growing.upcoming(4) == []
    extend(growing, 0, 1)
    assert growing.extend(0, [TICK]) == wrong
    assert growing.extend(1, [2**61]) == wrong  # with the first it is too long
    extend(growing, 1, 1, complete=True)
    assert growing.extend(2, [TICK]) == wrong
    assert lib.sddl_player_extend(0, 0, ffi.NULL, 0, 0) == lib.SDDL_E_HANDLE
    with_frames = NativePlayer([TICK])
    assert with_frames.extend(1, [TICK]) == wrong
    with_frames.close()
    assert with_frames.extend(1, [TICK]) == lib.SDDL_E_HANDLE


def test_thousands_of_frames_one_by_one(growing: NativePlayer) -> None:
    for index in range(5000):
        assert growing.extend(index, [index + 1]) == lib.SDDL_OK
    growing.seek(4999)
    assert growing.info.media_time == 4999 * 5000 // 2


# ---- whatever the order of frames and ticks ----

steps = st.lists(
    st.one_of(st.tuples(st.just("tick"), st.integers(1, 4)), st.tuples(st.just("frames"), st.integers(1, 3))),
    min_size=1,
    max_size=40,
)


@given(steps, st.sampled_from(POLICIES), st.integers(0, 2))
@settings(max_examples=150, deadline=None)
def test_every_frame_comes_once_in_order_and_none_before_its_time(
    script: list[tuple[str, int]], policy: int, loops: int
) -> None:
    player = NativePlayer(None)
    try:
        player.policy(policy)
        player.loops(loops)
        player.play()
        shown, count = _run(player, script)
        assert [frame for frame, _ in shown] == list(range(len(shown)))
        assert all(target - shown[0][1] >= frame * 4 * TICK for frame, target in shown)
        if count > 1:
            assert player.extend(count, [], complete=True) == lib.SDDL_OK
            rest, _ = _run(player, [("tick", 4)] * (count - len(shown)))
            assert [frame for frame, _ in shown + rest] == list(range(count))
            assert player.tick(4 * TICK) == ("LX" if loops == 1 else "FL0")
    finally:
        player.close()


def _run(player: NativePlayer, script: list[tuple[str, int]]) -> tuple[list[tuple[int, int]], int]:
    """What was shown, frame and target; how many frames there are. Frames last four ticks."""
    shown: list[tuple[int, int]] = []
    count = 0
    for what, amount in script:
        if what == "frames":
            extend(player, count, *[4] * amount)
            count += amount
            continue
        player.jump(amount * TICK)
        event = player.shown(player.take())
        if event is not None:
            assert not event.flags & (lib.SDDL_EVENT_LOOP | lib.SDDL_EVENT_FINISHED)
            shown.append((event.frame, event.target))
    return shown, count
