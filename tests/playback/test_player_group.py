"""PlayerGroup: the same instant for all members."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import sddisplaylink as sd
from sddisplaylink.playback.group import PlayerGroup

MakeImage = Callable[..., bytes]
Open = Callable[..., sd.AnimatedImagePlayer]
PATIENCE = 20.0


@pytest.fixture
def open_player(make_gif: MakeImage, clock: sd.ManualClock) -> Iterator[Open]:
    """``open_player([50, 50], plays=1, ...)``; ``player.log`` is what it called."""
    opened: list[sd.AnimatedImagePlayer] = []

    def open_player(durations: list[int], plays: int = 0, **options: Any) -> sd.AnimatedImagePlayer:
        player = sd.AnimatedImagePlayer(make_gif(durations, plays=plays), **{"clock": clock, **options})
        log: list[Any] = []
        player.on_frame = lambda frame: log.append(frame.index)
        player.on_finish = lambda: log.append("finish")
        player.log = log  # type: ignore[attr-defined]
        opened.append(player)
        return player

    yield open_player
    for player in opened:
        player.close()


def logs(group: PlayerGroup) -> list[list[Any]]:
    return [player.log for player in group.players]  # type: ignore[attr-defined]


def instants(group: PlayerGroup) -> set[int]:
    return {player.engine.info().media_time for player in group.players}


def set_rate(group: PlayerGroup, rate: float) -> None:
    group.rate = rate


def test_members_show_the_same_instant(open_player: Open, clock: sd.ManualClock) -> None:
    group = PlayerGroup([open_player([100] * 4), open_player([50] * 8), open_player([100] * 4, mode="reverse")])
    group.play()
    for command in (group.play, group.pause, group.play, lambda: set_rate(group, 2.0), lambda: set_rate(group, 0.5)):
        clock.advance(0.13)
        command()
        clock.advance(0.02)
        assert len(instants(group)) == 1
    frames = [player.frame_index for player in group.players]
    assert frames[1] // 2 == frames[0] == 3 - frames[2]


def test_seek_moves_all_to_that_frame(open_player: Open, clock: sd.ManualClock) -> None:
    group = PlayerGroup([open_player([100] * 4), open_player([100] * 4)])
    group.play()
    clock.advance(0.15)
    group.seek(3, loop=1)
    assert [(player.frame_index, player.loop_index) for player in group.players] == [(3, 1)] * 2
    clock.advance(0.02)
    assert logs(group) == [[0, 1, 3]] * 2
    assert len(instants(group)) == 1


def test_commands_reach_all(open_player: Open, clock: sd.ManualClock) -> None:
    group = PlayerGroup([open_player([100] * 4), open_player([100] * 4)])
    group.play()
    clock.advance(0.15)
    assert [player.state for player in group.players] == [sd.PlayerState.PLAYING] * 2
    group.pause()
    assert [player.state for player in group.players] == [sd.PlayerState.PAUSED] * 2
    clock.advance(0.5)
    assert logs(group) == [[0, 1]] * 2
    group.stop()
    assert [(player.state, player.frame_index) for player in group.players] == [(sd.PlayerState.STOPPED, 0)] * 2


def test_a_newcomer_is_aligned(open_player: Open, clock: sd.ManualClock) -> None:
    group = PlayerGroup([open_player([100] * 6)])
    group.rate = 2.0
    group.play()
    clock.advance(0.13)
    late = open_player([50] * 12)
    group.add(late)
    assert late.state is sd.PlayerState.PLAYING
    clock.advance(0.05)
    assert len(instants(group)) == 1
    assert (late.rate, late.frame_index // 2) == (2.0, group.players[0].frame_index)


def test_a_newcomer_to_a_pause_shows_its_frame(open_player: Open, clock: sd.ManualClock) -> None:
    group = PlayerGroup([open_player([100] * 6)])
    group.play()
    clock.advance(0.33)
    group.pause()
    late = open_player([100] * 6)
    group.add(late)
    clock.advance(0.0)
    assert (late.state, late.frame_index, late.log) == (sd.PlayerState.PAUSED, 3, [3])  # type: ignore[attr-defined]
    group.play()
    clock.advance(0.1)
    assert len(instants(group)) == 1


def test_members_of_a_new_group_follow_the_one_that_plays(open_player: Open, clock: sd.ManualClock) -> None:
    idle, playing = open_player([100] * 6), open_player([100] * 6, rate=0.5)
    playing.play()
    clock.advance(0.5)
    group = PlayerGroup([idle, playing])
    clock.advance(1 / 60)
    assert len(instants(group)) == 1
    assert (idle.rate, group.rate, idle.state) == (0.5, 0.5, sd.PlayerState.PLAYING)


def test_a_player_that_leaves_goes_on_alone(open_player: Open, clock: sd.ManualClock) -> None:
    first, second = open_player([100] * 6), open_player([100] * 6)
    group = PlayerGroup([first, second])
    group.play()
    clock.advance(0.05)
    group.remove(second)
    group.stop()
    clock.advance(0.1)
    assert (first.state, second.state) == (sd.PlayerState.STOPPED, sd.PlayerState.PLAYING)
    assert group.players == (first,)
    with pytest.raises(ValueError, match="not in"):
        group.remove(second)


def test_finished_members_wait_for_the_others(open_player: Open, clock: sd.ManualClock) -> None:
    short, long = open_player([50] * 2, plays=1), open_player([50] * 6, plays=1)
    group = PlayerGroup([short, long])
    group.play()
    clock.advance(0.2)
    group.pause()
    group.play()
    assert (short.state, long.state) == (sd.PlayerState.FINISHED, sd.PlayerState.PLAYING)
    clock.advance(0.3)
    assert group.wait(0) is True
    group.play()
    assert (short.state, long.state) == (sd.PlayerState.PLAYING, sd.PlayerState.PLAYING)


def test_wait_is_for_all(open_player: Open, clock: sd.ManualClock) -> None:
    group = PlayerGroup([open_player([50] * 2, plays=1), open_player([50] * 6, plays=1)])
    group.play()
    clock.advance(0.2)
    assert group.wait(0.01) is False
    ended: list[bool] = []
    waiter = threading.Thread(target=lambda: ended.append(group.wait(PATIENCE)))
    waiter.start()
    clock.advance(1.0)
    waiter.join(PATIENCE)
    assert ended == [True]


def test_errors_of_members_are_raised_by_wait_and_close(open_player: Open, clock: sd.ManualClock) -> None:
    group = PlayerGroup([open_player([50] * 2), open_player([50] * 2)])
    for player in group.players:
        player.on_frame = lambda frame: 1 / 0
    group.play()
    clock.advance(0.1)
    with pytest.raises(ZeroDivisionError):
        group.wait(0)
    with pytest.raises(ZeroDivisionError):
        group.close()
    assert group.players == ()
    group.close()


def test_errors_of_several_members_are_all_reported(open_player: Open, clock: sd.ManualClock) -> None:
    def fail(error: Exception) -> None:
        raise error

    players = [open_player([50] * 2) for _ in range(3)]
    errors = [RuntimeError(f"of player {number}") for number in range(3)]
    for player, error in zip(players, errors, strict=True):
        player.on_frame = lambda frame, error=error: fail(error)
    group = PlayerGroup(players)
    group.play()
    clock.advance(0.1)
    with pytest.raises(RuntimeError) as caught:
        group.close()
    assert [caught.value, caught.value.__context__, caught.value.__context__.__context__] == errors
    assert group.players == ()


def test_closed_members_are_left_out(open_player: Open, clock: sd.ManualClock) -> None:
    first, second = open_player([50] * 4), open_player([50] * 4)
    with PlayerGroup([first, second]) as group:
        first.close()
        assert group.players == (second,)
        group.play()
        clock.advance(0.1)
        assert second.frame_index == 1
    assert second.state is sd.PlayerState.CLOSED


def test_an_empty_group_does_nothing(open_player: Open) -> None:
    group = PlayerGroup([])
    group.play()
    group.pause()
    group.stop()
    group.seek(5)
    group.rate = 2.0
    assert (group.rate, group.players, group.wait()) == (1.0, (), True)
    group.close()
    assert "0" in repr(group)


def test_members_on_different_clocks_are_refused(open_player: Open, clock: sd.ManualClock) -> None:
    other = sd.ManualClock()
    here, there = open_player([50] * 2), open_player([50] * 2, clock=other)
    with pytest.raises(sd.ClockError):
        PlayerGroup([here, there])
    group = PlayerGroup([here])
    with pytest.raises(sd.ClockError):
        group.add(there)
    assert group.players == (here,)


def test_bad_members_are_refused(open_player: Open) -> None:
    player = open_player([50] * 2)
    with pytest.raises(ValueError, match="already"):
        PlayerGroup([player, player])
    with pytest.raises(TypeError):
        PlayerGroup([player, "player"])  # type: ignore[list-item]
    closed = open_player([50] * 2)
    closed.close()
    with pytest.raises(sd.LinkClosedError):
        PlayerGroup([player, closed])
    group = PlayerGroup([player])
    player.close()
    with pytest.raises(sd.LinkClosedError):
        group.add(player)


def test_bad_values_change_no_member(open_player: Open) -> None:
    group = PlayerGroup([open_player([50] * 4), open_player([50] * 2)])
    with pytest.raises(IndexError):
        group.seek(3)
    with pytest.raises(ValueError, match="finite"):
        group.rate = math.nan
    assert [(player.frame_index, player.rate) for player in group.players] == [(0, 1.0)] * 2


@pytest.mark.parametrize("timeout", [float("nan"), float("inf"), 1e300])
def test_a_timeout_is_finite(open_player: Open, timeout: float) -> None:
    for group in (sd.PlayerGroup([open_player([50])]), sd.PlayerGroup()):
        with pytest.raises(ValueError, match="a time in seconds"):
            group.wait(timeout)
