"""Which frames are held: `keep`, a case at a time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sddisplaylink.frames import retention
from sddisplaylink.frames.retention import Direction, Request, keep, lookahead, make_plan, requested

FORWARD, BACKWARD, BOTH = Direction.FORWARD, Direction.BACKWARD, Direction.BOTH
FRAME = 1 << 20
VAST = 1 << 40


def held(*requests, count=400, budget=VAST, **options):
    return set(keep(requests, count, FRAME, budget, **options))


def test_who_goes_forwards_needs_what_is_requested():
    assert held(Request((5, 6, 7))) == {5, 6, 7}


def test_a_very_small_animation_is_kept_whole():
    for frame_bytes, budget in [(6553, 1 << 20), (6553, 32 << 20), (52428, 256 << 20)]:
        assert set(keep([Request((5, 6))], 10, frame_bytes, budget)) == set(range(10))
        assert set(keep([Request((5, 6))], 10, frame_bytes + 1, budget)) == {5, 6}


@pytest.mark.parametrize(
    ("request_", "caches_all"),
    [
        (Request((5, 4), BACKWARD), False),
        (Request((5, 6), BOTH), False),
        (Request((5, 6), jumps=True), False),
        (Request((5, 6)), True),
    ],
)
def test_what_will_be_needed_again_is_kept_whole_if_it_fits(request_, caches_all):
    whole = retention.CHEAP_BYTES // FRAME
    assert held(request_, count=whole, caches_all=caches_all) == set(range(whole))
    assert len(held(request_, count=whole + 1, caches_all=caches_all)) < whole
    assert len(held(request_, count=whole, budget=(whole - 1) * FRAME, caches_all=caches_all)) < whole


def test_several_at_different_places_keep_what_fits_in_the_budget():
    apart = Request((5, 6, 7)), Request((205, 206, 207))
    assert held(*apart, budget=400 * FRAME) == set(range(400))
    assert held(*apart, budget=399 * FRAME) == {5, 6, 7, 205, 206, 207}
    assert held(Request((5, 6, 7)), Request((6, 7, 8)), budget=400 * FRAME) == {5, 6, 7, 8}


def test_without_room_for_all_frames_a_user_who_wants_them_cached_gets_what_is_requested():
    assert held(Request((5, 6, 7)), budget=399 * FRAME, caches_all=True) == {5, 6, 7}


def test_for_those_who_jump_there_are_key_frames():
    assert held(Request((5, 6), jumps=True)) == {5, 6, *range(20, 400, 20)}


def test_for_those_who_go_back_also_the_frames_between_two_key_frames():
    assert held(Request((150, 149, 148), BACKWARD)) == {150, 149, *range(128, 149), *range(20, 400, 20)}
    assert held(Request((150, 151, 152), BOTH)) == {150, 151, 152, *range(130, 150), *range(20, 400, 20)}


def test_an_edit_log_replaces_these_frames():
    assert held(Request((150, 149), BACKWARD), reach=30) == {150, 149, *range(30, 400, 30)}
    assert held(Request((150, 149), BACKWARD), reach=400) == {150, 149}


def test_a_decoder_that_cannot_resume_has_no_use_for_key_frames():
    cheap = retention.CHEAP_BYTES // FRAME
    assert held(Request((150, 149), BACKWARD), can_resume=False) == {150, *range(149 - cheap, 150)}
    assert held(Request((150, 151), jumps=True), can_resume=False) == {150, 151}


requests = st.lists(
    st.builds(Request, st.lists(st.integers(0, 99), min_size=1, max_size=9).map(tuple), st.sampled_from(Direction)),
    max_size=5,
)


@given(requests, st.integers(0, 120 * FRAME), st.integers(0, 120), st.booleans())
def test_never_more_than_fits_and_what_is_due_first(wanted, budget, reach, can_resume):
    capacity = max(1, budget // FRAME)
    kept = held(*wanted, count=100, budget=budget, reach=reach, can_resume=can_resume)
    assert len(kept) <= capacity
    assert kept.issuperset(requested(wanted, capacity))


def test_the_due_frames_of_all_users_come_before_any_lookahead():
    wanted = [Request((1, 2, 3)), Request((7, 8)), Request((2, 3))]
    assert requested(wanted, 10) == [1, 7, 2, 8, 3]
    assert requested(wanted, 2) == [1, 7]


def test_lookahead():
    assert lookahead(retention.AHEAD_BYTES) == 1
    assert lookahead(100 * FRAME) == 1
    assert lookahead(1) == 2


def plan(*requests, count=400, budget=VAST, reach=0):
    return make_plan(requests, count, FRAME, budget, lambda count, room: reach, can_resume=True)


def test_backward_lookahead_is_longer_unless_a_log_or_all_frames_are_held():
    back = Request((150, 149), BACKWARD)
    assert plan(back).backward_lookahead == 10
    assert plan(back, reach=20).backward_lookahead == lookahead(FRAME)
    assert plan(back, count=10).backward_lookahead == lookahead(FRAME)


def test_an_edit_log_takes_its_room_from_the_budget():
    back = Request((150, 149), BACKWARD)
    with_log = plan(back, budget=60 * FRAME, reach=20)
    assert with_log.log_room == retention.LOG_BYTES
    assert with_log.capacity == (60 * FRAME - retention.LOG_BYTES) // FRAME


def test_a_log_that_is_not_needed_or_does_not_reach_a_key_frame_is_not_kept():
    assert plan(Request((150, 151)), reach=20).log_room == 0
    assert plan(Request((150, 149), BACKWARD), reach=19).log_room == 0
    assert plan(Request((150, 149), BACKWARD), reach=19).backward_lookahead == 10
