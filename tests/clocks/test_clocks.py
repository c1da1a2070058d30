"""Clocks: virtual time is exact, shared sources are shared, real ones tick."""

from __future__ import annotations

import itertools
import threading
from pathlib import Path

import pytest

import sddisplaylink as sd
from support.images import GifPicture, build_gif

BALL = Path(__file__).resolve().parents[2] / "examples" / "ball.gif"

PATIENCE = 10.0
ONE_PIXEL = build_gif([GifPicture(fill=number) for number in range(2)], loop=0)


def test_available_clocks_end_with_the_timer():
    assert sd.available_clocks()[-1] == "timer"


def test_displays():
    displays = sd.displays()
    assert displays
    assert sum(display.is_main for display in displays) == 1
    assert all(display.refresh_rate > 0 for display in displays)


@pytest.mark.parametrize("rate", [24.0, 50.0, 59.94, 60.0, 75.0, 120.0, 144.0])
def test_small_advances_make_as_many_ticks_as_one_large(rate):
    clock = sd.ManualClock(refresh_rate=rate)
    ticks = []
    with sd.DisplayLink(ticks.append, clock=clock):
        for _ in range(1000):
            clock.advance(1 / rate)
    assert len(ticks) == 1000
    assert ticks[-1].timestamp == pytest.approx(1000 / rate, abs=1e-8)


def test_virtual_time():
    clock = sd.ManualClock()
    assert clock.time == 0.0
    clock.advance(0.25)
    clock.stall(0.5)
    assert clock.time == 0.75
    clock.close()


@pytest.mark.parametrize("rate", [0, -60, 0.5, 1001, float("nan"), float("inf")])
def test_absurd_refresh_rate(rate):
    with pytest.raises(ValueError, match="refresh rate"):
        sd.ManualClock(refresh_rate=rate)


def test_a_refresh_rate_is_a_number():
    with pytest.raises(TypeError, match="refresh rate"):
        sd.ManualClock(refresh_rate="60")


def test_time_may_be_a_number_of_numpy():
    numpy = pytest.importorskip("numpy")
    clock = sd.ManualClock()
    clock.advance(numpy.int64(1))
    clock.stall(numpy.uint8(2))
    clock.advance(numpy.float64(0.5))
    assert clock.time == 3.5


@pytest.mark.parametrize("duration", [-1, float("nan"), float("inf")])
def test_time_only_goes_forward(duration):
    clock = sd.ManualClock()
    for move in (clock.advance, clock.stall):
        with pytest.raises(ValueError, match="time goes forward"):
            move(duration)


@pytest.mark.parametrize("duration", ["1", None, [1]])
def test_times_are_numbers(duration):
    with sd.AnimatedImagePlayer(BALL, clock=(clock := sd.ManualClock())) as player, sd.DisplayLink(clock=clock) as link:
        for call in (clock.advance, clock.stall, *((player.wait, link.wait) if duration is not None else ())):
            with pytest.raises(TypeError, match=f"a time is a number of seconds, not {type(duration).__name__}"):
                call(duration)


def test_closed_clock():
    clock = sd.ManualClock()
    clock.close()
    clock.close()
    with pytest.raises(sd.LinkClosedError):
        clock.advance(1)
    with pytest.raises(sd.LinkClosedError):
        sd.DisplayLink(clock=clock)


def test_advance_inside_a_callback_is_refused():
    clock = sd.ManualClock()
    errors = []

    def advance(tick):
        try:
            clock.advance(1)
        except sd.ClockError as error:
            errors.append(error)

    with sd.DisplayLink(advance, clock=clock):
        clock.advance(1 / 60)
    assert len(errors) == 1


def test_advance_waits_for_slow_callbacks():
    clock = sd.ManualClock()
    gate = threading.Event()
    seen = []

    def slow(tick):
        gate.wait(PATIENCE)
        seen.append(tick.sequence)

    with sd.DisplayLink(slow, clock=clock):
        threading.Timer(0.05, gate.set).start()
        clock.advance(3 / 60)
    assert seen == [1, 2, 3]


def test_time_that_two_threads_let_pass_adds_up():
    clock = sd.ManualClock()
    inside, together = threading.Event(), threading.Barrier(2)

    def hold_up(tick):
        inside.set()
        together.wait(PATIENCE)

    with sd.DisplayLink(hold_up, clock=clock):
        first = threading.Thread(target=clock.advance, args=(1 / 60,))
        first.start()
        assert inside.wait(PATIENCE)
        second = threading.Thread(target=clock.advance, args=(1 / 60,))
        second.start()
        together.wait(PATIENCE)  # the second call came before the first was over
        together.wait(PATIENCE)
        first.join(PATIENCE)
        second.join(PATIENCE)
    assert clock.time == pytest.approx(2 / 60)
    clock.close()


def test_more_clocks_than_any_program_has():
    clocks = [sd.ManualClock() for _ in range(500)]
    links = [sd.DisplayLink(clock=clock) for clock in clocks]
    for link, clock in zip(links, clocks, strict=True):
        link.start()
        clock.advance(1 / 60)
        assert link.wait(PATIENCE).sequence == 1
        link.close()
        clock.close()


def test_a_thousand_links_share_one_clock_thread():
    links = [sd.DisplayLink(clock="timer:120") for _ in range(1000)]
    for link in links:
        link.start()
    assert all(link.wait(PATIENCE) for link in links)
    assert sd.diagnostics()["native_threads"] == 2  # clock and control
    for link in links:
        link.close()


def test_timer_ticks_at_its_rate_and_in_order():
    with sd.DisplayLink(clock="timer:250") as link:
        ticks = [link.wait(PATIENCE) for _ in range(50)]
    periods = {round(tick.target_timestamp - tick.timestamp, 6) for tick in ticks}
    assert periods == {0.004}
    for earlier, later in itertools.pairwise(ticks):
        steps = (later.timestamp - earlier.timestamp) / 0.004
        assert steps == pytest.approx(later.missed + 1, abs=1e-3)


def test_advancing_does_not_wait_for_the_callbacks_of_other_clocks(clock):
    ticks = sd.DisplayLink(clock="timer:1000")
    ticks.start()
    # another event of it is pending whenever the callback returns
    busy = sd.DisplayLink(lambda tick: [ticks.wait(PATIENCE) for _ in range(3)], clock="timer:1000")
    seen = []
    with ticks, busy, sd.DisplayLink(seen.append, clock=clock):
        advancing = threading.Thread(target=clock.advance, args=(0.1,), daemon=True)
        advancing.start()
        advancing.join(PATIENCE)
        assert not advancing.is_alive()
        assert [tick.sequence for tick in seen] == [1, 2, 3, 4, 5, 6]


def test_dispatchers_may_come_and_go_while_a_clock_is_advanced(clock):
    stop, failures = threading.Event(), []

    def come_and_go():
        try:
            while not stop.is_set():
                dispatcher = sd.Dispatcher(thread=False)
                with sd.DisplayLink(lambda tick: None, clock=clock, dispatcher=dispatcher):
                    dispatcher.close()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=come_and_go) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(200):
            clock.advance(1 / 60)
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert failures == []


@pytest.mark.parametrize("time", [float("inf"), float("nan"), 1e300, 1e10, 2**70])
def test_times_that_the_clock_cannot_count(clock, time):
    with sd.DisplayLink(clock=clock) as link, sd.AnimatedImagePlayer(ONE_PIXEL, clock=clock) as player:
        player.play()
        for wait in (link.wait, player.wait, sd.Dispatcher(thread=False).wait):
            with pytest.raises(ValueError):
                wait(time)
        with pytest.raises(ValueError):
            clock.stall(time)
        with pytest.raises(ValueError):
            clock.advance(time)


def test_time_ends_where_the_native_side_cannot_count_it(clock):
    clock.stall(9.2e9)
    with pytest.raises(ValueError):
        clock.advance(1e8)
    assert clock.time == 9.2e9
    clock.advance(0.1)


def test_more_clocks_than_there_can_be():
    clocks = []
    with pytest.raises(sd.ClockError, match="too many clocks"):
        for _ in range(2000):
            clocks.append(sd.ManualClock())
    clocks.pop()
    sd.ManualClock().close()
