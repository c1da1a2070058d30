"""What playing costs: frames composed, and frames held, by a decoder that counts both."""

from __future__ import annotations

from math import isqrt

import pytest

from sddisplaylink.frames import pool as frame_pool
from sddisplaylink.frames import reader, retention
from sddisplaylink.frames.retention import Direction
from support.pool_support import FRAME, NoWorker, drain, held, let_nothing_be_small, make_pool

FORWARD, BACKWARD, BOTH = Direction.FORWARD, Direction.BACKWARD, Direction.BOTH


@pytest.fixture(autouse=True)
def large_frames(monkeypatch):
    """Frames too large for anything to be held just because it is cheap; decoded by hand."""
    monkeypatch.setattr(frame_pool, "shared_worker", NoWorker)
    let_nothing_be_small(monkeypatch)
    monkeypatch.setattr(retention, "CHEAP_BYTES", 0)
    monkeypatch.setattr(retention, "AHEAD_BYTES", FRAME)
    monkeypatch.setattr(reader, "default_budget", lambda frame_bytes=0: 1_000_000 * FRAME)


class Viewer:
    """Goes through the frames as a player's feed does, and remembers the most that was held."""

    def __init__(self, pool, count, direction=FORWARD, begin=0, budget=None):
        self.pool, self.count, self.direction = pool, count, direction
        self.reader = pool.open_reader(budget)
        self.begin, self.shown = begin, 0
        self.most = 0

    def at(self, showing):
        if self.direction is not BOTH:
            return (self.begin + showing * self.direction) % self.count
        place = showing % (2 * (self.count - 1))
        return min(place, 2 * (self.count - 1) - place)

    def prefetch(self):
        ahead = range(1 + self.reader.lookahead(self.direction))
        self.reader.prefetch(list(dict.fromkeys(self.at(self.shown + step) for step in ahead)), self.direction)

    def show(self, frames=1):
        for _ in range(frames):
            self.prefetch()
            drain(self.pool)
            frame = self.reader.get(self.at(self.shown))
            assert frame is not None
            assert bytes(frame.rgba)[0] == self.at(self.shown) % 256
            self.reader.shown = frame.index
            self.most = max(self.most, self.pool.nbytes // FRAME)
            self.shown += 1


def cost(decoder, viewer, frames):
    before = len(decoder.composed)
    viewer.show(frames)
    return (len(decoder.composed) - before) / frames


# forwards


def test_forward_play_holds_the_frame_that_is_shown_and_the_next():
    pool, decoder = make_pool(300)
    viewer = Viewer(pool, 300)
    viewer.show(1000)
    assert viewer.most == 2
    assert len(decoder.composed) == 1001
    assert decoder.peak <= 3 * FRAME
    assert decoder.resumed == []


def test_several_in_step_hold_no_more_than_one_does():
    pool, decoder = make_pool(300)
    viewers = [Viewer(pool, 300, begin=begin) for begin in (0, 0, 1)]
    for _ in range(600):
        for viewer in viewers:
            viewer.show()
    assert max(viewer.most for viewer in viewers) <= 4
    assert len(decoder.composed) <= 605


def test_at_different_places_each_frame_is_decoded_once_a_loop_if_there_is_room_to_leave_it_behind():
    pool, decoder = make_pool(100)
    viewers = [Viewer(pool, 100, begin=begin, budget=100 * FRAME) for begin in (0, 40)]
    for _ in range(100):
        for viewer in viewers:
            viewer.show()
    before = len(decoder.composed)
    for _ in range(100):
        for viewer in viewers:
            viewer.show()
    assert len(decoder.composed) - before <= 101


def test_at_different_places_without_such_room_each_costs_as_much_as_alone():
    pool, decoder = make_pool(300)
    viewers = [Viewer(pool, 300, begin=begin, budget=8 * FRAME) for begin in (0, 100, 200)]
    for viewer in viewers:
        viewer.show()
    before = len(decoder.composed)
    for _ in range(300):
        for viewer in viewers:
            viewer.show()
    assert len(decoder.composed) - before <= 3 * 301
    assert max(viewer.most for viewer in viewers) <= 8


# backwards, and there and back


@pytest.mark.parametrize(("direction", "begin"), [(BACKWARD, 299), (BOTH, 0)])
@pytest.mark.parametrize("budget", [None, 150, 60, 40])
def test_backwards_costs_at_most_twice_as_much_as_forwards(direction, begin, budget):
    pool, decoder = make_pool(300)
    viewer = Viewer(pool, 300, direction, begin, budget and budget * FRAME)
    assert cost(decoder, viewer, 300) <= 2
    assert cost(decoder, viewer, 600) <= 1.4
    assert viewer.most <= min(80, budget or 80)


@pytest.mark.parametrize(("count", "budget", "times"), [(300, 20, 4), (300, 10, 7), (1000, 60, 4)])
def test_with_a_small_budget_far_from_quadratic(count, budget, times):
    pool, decoder = make_pool(count)
    viewer = Viewer(pool, count, BACKWARD, count - 1, budget * FRAME)
    assert cost(decoder, viewer, 2 * count) <= times <= isqrt(count)
    assert viewer.most <= budget


def test_the_turn_of_a_bounce_costs_no_pass():
    pool, decoder = make_pool(300)
    viewer = Viewer(pool, 300, BOTH)
    viewer.show(290)
    before = len(decoder.composed)
    for _ in range(20):
        viewer.show()
        assert len(decoder.composed) - before <= 60
    assert viewer.most <= 100


def test_frames_that_need_none_before_them_are_free_key_frames():
    pool, decoder = make_pool(300, restarts=range(300))
    viewer = Viewer(pool, 300, BACKWARD, 299)
    assert cost(decoder, viewer, 600) <= 1.1
    assert viewer.most <= 4


def test_the_first_frame_backwards_needs_no_more_than_one_pass():
    pool, decoder = make_pool(300)
    Viewer(pool, 300, BACKWARD, 299).show()
    assert len(decoder.composed) == 300


def test_turning_round_gives_the_key_frames_up():
    pool, _ = make_pool(300)
    viewer = Viewer(pool, 300, BACKWARD, 299)
    viewer.show(300)
    viewer.direction, viewer.begin, viewer.most = FORWARD, 1 - viewer.shown, 0
    viewer.show(100)
    assert pool.nbytes == 2 * FRAME


# jumping about


def test_a_cold_jump_costs_the_path_from_the_nearest_frame_that_needs_none_and_no_more():
    pool, decoder = make_pool(1000, restarts=[400])
    pool.frame(700)
    assert len(decoder.composed) == 301


def test_after_a_cold_jump_others_cost_a_few_frames():
    pool, decoder = make_pool(1000)
    pool.frame(999)
    for step in range(200):
        before = len(decoder.composed)
        pool.frame(step * 383 % 1000)
        assert len(decoder.composed) - before <= 33
    assert len(decoder.composed) < 1000 + 200 * 20


def test_a_player_that_is_sent_about_leaves_key_frames_behind():
    pool, decoder = make_pool(1000)
    viewer = Viewer(pool, 1000)
    viewer.show(3)
    viewer.begin = 800 - viewer.shown
    viewer.show(3)
    for place in (500, 300, 700, 20):
        before = len(decoder.composed)
        viewer.begin = place - viewer.shown
        viewer.show()
        assert len(decoder.composed) - before <= 34


def test_a_player_that_goes_on_in_order_after_a_jump_gives_the_key_frames_up():
    pool, _ = make_pool(300)
    viewer = Viewer(pool, 300)
    viewer.show()
    viewer.begin = 200
    viewer.show(600)
    assert pool.nbytes == 2 * FRAME


def test_frames_asked_for_backwards_cost_twice_as_much_at_most():
    pool, decoder = make_pool(300)
    for index in reversed(range(300)):
        assert pool.frame(index).index == index
    assert len(decoder.composed) <= 2 * 300 + 20
    assert pool.nbytes <= 80 * FRAME


def test_the_first_frame_does_not_ask_how_many_there_are():
    pool, decoder = make_pool(300)
    decoder.delay_ns = lambda index: 0
    del decoder.info
    assert pool.frame(0).index == 0


# purging


def test_purge_keeps_what_players_show_and_nothing_else():
    pool, decoder = make_pool(300)
    viewers = [Viewer(pool, 300, BACKWARD, 299), Viewer(pool, 300, begin=50)]
    for viewer in viewers:
        viewer.show(2)
    stopped = pool.open_reader(None)
    stopped.prefetch([7, 8])
    drain(pool)
    assert pool.nbytes > 20 * FRAME
    shown = pool.cache.frames.get(51)
    pool.purge()
    drain(pool)
    assert held(pool) == [51, 298]
    assert pool.cache.frames.get(51) is shown
    assert decoder.purged == 1
    before = len(decoder.composed)
    viewers[1].show()
    assert len(decoder.composed) - before <= 2


def test_frames_that_were_handed_out_stay_valid_when_the_pool_is_purged():
    pool, _ = make_pool(300)
    frame = pool.frame(7)
    pool.purge()
    assert pool.nbytes == 0
    assert bytes(frame.rgba) == b"\7" * FRAME
    assert pool.frame(8).index == 8


def test_nothing_happens_when_a_closed_pool_is_purged():
    pool, decoder = make_pool(3)
    pool.close()
    pool.purge()
    assert decoder.purged == 0
