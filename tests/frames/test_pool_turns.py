"""Who is served first: nobody keeps another waiting for long."""

from __future__ import annotations

import pytest

from sddisplaylink.frames import pool as frame_pool
from sddisplaylink.frames import retention as pool_plan
from sddisplaylink.frames.pool_route import Turns
from support.pool_support import FRAME, NoWorker, drain, make_pool


class Way:
    def __init__(self, length):
        self.length = length

    def __len__(self):
        return self.length


@pytest.fixture(autouse=True)
def by_hand(monkeypatch):
    monkeypatch.setattr(frame_pool, "shared_worker", NoWorker)
    monkeypatch.setattr(pool_plan, "_SMALL_BYTES", 0)


def test_the_first_goes_first():
    long, other = Way(50), Way(40)
    assert Turns().choose([long, other]) == (long, False)
    assert Turns().choose([]) == (None, False)


def test_a_short_way_goes_before_a_long_one():
    short = Way(2)
    assert Turns().choose([Way(50), Way(20), short]) == (short, True)


def test_not_before_another_short_one():
    first = Way(3)
    assert Turns().choose([first, Way(1)]) == (first, False)


def test_the_long_one_gets_half_of_the_steps():
    turns, long, short = Turns(), Way(50), Way(1)
    taken = [turns.choose([long, short])[0] for _ in range(100)]
    assert 48 <= taken.count(long) <= 52


def test_a_player_plays_on_while_another_is_sent_to_the_end():
    pool, decoder = make_pool(1000)
    calm, greedy = pool.open_reader(20 * FRAME), pool.open_reader(20 * FRAME)
    calm.want([0, 1])
    drain(pool)
    got = []
    greedy.notify(900, got.append)
    for shown in range(1, 40):
        calm.want([shown, shown + 1])
        calm.notify(shown, lambda frame: None)
        for _ in range(10):
            pool.work()
        assert calm.get(shown) is not None
    drain(pool)
    assert got[0].index == 900
    assert len(decoder.composed) <= 1000 + 2 * 40 + 40
    assert decoder.peak <= 21 * FRAME


def test_a_caller_that_waits_lets_players_play_on():
    pool, decoder = make_pool(1000)
    player = pool.open_reader(20 * FRAME)
    player.want([0, 1])
    drain(pool)
    served = []
    compose = decoder.compose

    def compose_and_ask(index):
        compose(index)
        if index == 100:
            player.want([1, 2])
            player.notify(2, lambda frame: served.append(len(decoder.composed)))

    decoder.compose = compose_and_ask
    assert pool.frame(900).index == 900
    assert player.get(2) is not None
    assert decoder.composed.index(2, 5) < 110
    drain(pool)
    assert len(served) == 1
    assert len(decoder.composed) <= 910


def test_without_room_to_come_back_to_a_way_is_gone_to_its_end():
    pool, decoder = make_pool(100)
    one, other = pool.open_reader(FRAME), pool.open_reader(FRAME)
    got = []
    one.notify(90, got.append)
    for _ in range(5):
        pool.work()
    other.notify(1, got.append)
    drain(pool)
    assert [frame.index for frame in got] == [90, 1]
    assert len(decoder.composed) == 91 + 2


def test_where_a_long_way_was_left_is_forgotten_once_nobody_wants_to_go_on():
    pool, _ = make_pool(100, restarts=[80])
    far, near = pool.open_reader(20 * FRAME), pool.open_reader(20 * FRAME)
    far.notify(60, lambda outcome: None)
    for _ in range(8):
        assert pool.work()
    near.notify(81, lambda outcome: None)
    assert pool.work()
    assert pool._kept.parked is not None
    far.close()
    drain(pool)
    assert pool._kept.parked is None
