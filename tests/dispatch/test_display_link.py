"""DisplayLink and Tick: pushing and pulling ticks, on virtual time."""

from __future__ import annotations

import asyncio
import gc
import itertools
import threading
import weakref

import pytest

import sddisplaylink as sd

PATIENCE = 10.0  # seconds until a wait that should end at once counts as hung


@pytest.fixture
def clock():
    clock = sd.ManualClock()
    yield clock
    clock.close()


def test_callback_gets_every_tick(clock):
    ticks = []
    with sd.DisplayLink(ticks.append, clock=clock):
        clock.advance(1.0)
    assert [tick.sequence for tick in ticks] == list(range(1, 61))
    assert [tick.timestamp for tick in ticks] == pytest.approx([k / 60 for k in range(1, 61)], abs=1e-9)
    assert all(tick.target_timestamp == pytest.approx(tick.timestamp + 1 / 60, abs=2e-9) for tick in ticks)
    assert {(tick.missed, tick.synthetic) for tick in ticks} == {(0, False)}


def test_tick_is_frozen():
    tick = sd.Tick(1, 0.0, 0.1, 0.1, 0, False)
    with pytest.raises(AttributeError):
        tick.missed = 3


def test_callbacks_run_on_one_library_thread(clock):
    threads = set()
    first = sd.DisplayLink(lambda tick: threads.add(threading.get_ident()), clock=clock)
    second = sd.DisplayLink(lambda tick: threads.add(threading.get_ident()), clock=clock)
    with first, second:
        clock.advance(0.1)
    assert len(threads) == 1
    assert threads != {threading.get_ident()}


def test_nothing_comes_after_stop_and_start_resumes(clock):
    ticks = []
    link = sd.DisplayLink(ticks.append, clock=clock)
    link.start()
    clock.advance(0.5)
    link.stop()
    clock.advance(0.5)
    assert len(ticks) == 30
    assert not link.is_running
    link.start()
    clock.advance(0.5)
    assert len(ticks) == 60
    link.close()


def test_start_stop_close_are_idempotent(clock):
    link = sd.DisplayLink(clock=clock)
    for action in (link.start, link.start, link.stop, link.stop, link.close, link.close):
        action()
    assert link.is_closed


@pytest.mark.parametrize("action", ["stop", "close"])
def test_callback_may_end_its_own_link(clock, action):
    ticks = []
    link = sd.DisplayLink(lambda tick: (ticks.append(tick), getattr(link, action)()), clock=clock)
    link.start()
    clock.advance(0.1)
    assert len(ticks) == 1
    assert not link.is_running
    link.close()


def test_callback_may_stop_and_start_again(clock):
    ticks = []
    link = sd.DisplayLink(lambda tick: (ticks.append(tick), link.stop(), link.start()), clock=clock)
    with link:
        clock.advance(0.1)
    assert len(ticks) == 6


def test_callback_may_drop_the_last_reference(clock):
    holder = []
    holder.append(sd.DisplayLink(lambda tick: holder.clear(), clock=clock))
    gone = weakref.ref(holder[0])
    holder[0].start()
    clock.advance(0.1)
    gc.collect()
    assert gone() is None


def test_dropping_a_running_link_stops_it(clock):
    ticks = []
    link = sd.DisplayLink(ticks.append, clock=clock)
    link.start()
    before = sd.diagnostics()["links"]
    del link
    gc.collect()
    clock.advance(0.5)
    assert ticks == []
    assert sd.diagnostics()["links"] == before - 1


def test_exception_stops_the_link_and_is_raised_by_close_once(clock):
    calls = []

    def fail(tick):
        calls.append(tick)
        raise RuntimeError("boom")

    link = sd.DisplayLink(fail, clock=clock)
    link.start()
    clock.advance(0.5)
    assert len(calls) == 1
    assert not link.is_running
    with pytest.raises(RuntimeError, match="boom"):
        link.close()
    link.close()


def test_exception_is_raised_by_wait(clock):
    def fail(tick):
        raise RuntimeError("boom")

    link = sd.DisplayLink(fail, clock=clock)
    link.start()
    clock.advance(0.1)
    with pytest.raises(RuntimeError, match="boom"):
        link.wait(PATIENCE)
    link.close()


def test_error_in_the_with_block_wins_over_the_callbacks(clock):
    def fail(tick):
        raise RuntimeError("in the callback")

    with pytest.raises(ZeroDivisionError) as caught, sd.DisplayLink(fail, clock=clock):
        clock.advance(0.1)
        raise ZeroDivisionError
    assert str(caught.value.__context__) == "in the callback"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_unasked_error_reaches_unraisablehook(clock, monkeypatch):
    errors = []
    monkeypatch.setattr("sys.unraisablehook", lambda unraisable: errors.append(unraisable.exc_value))

    def fail(tick):
        raise RuntimeError("boom")

    link = sd.DisplayLink(fail, clock=clock)
    link.start()
    clock.advance(0.1)
    del link
    gc.collect()
    assert [str(error) for error in errors] == ["boom"]


def test_an_error_after_one_that_nobody_has_asked_for_reaches_unraisablehook(clock, monkeypatch):
    errors = []
    monkeypatch.setattr("sys.unraisablehook", lambda unraisable: errors.append(unraisable.exc_value))

    def fail(tick):
        raise RuntimeError(tick.sequence)

    link = sd.DisplayLink(fail, clock=clock)
    for _ in range(2):
        link.start()
        clock.advance(0.1)
    with pytest.raises(RuntimeError) as caught:
        link.close()
    first, (second,) = caught.value.args[0], errors
    assert second.args[0] > first


# ---- pulling ----


def test_wait_returns_the_latest_tick_and_what_was_missed(clock):
    with sd.DisplayLink(clock=clock) as link:
        clock.advance(0.1)
        tick = link.wait(PATIENCE)
        assert (tick.sequence, tick.missed) == (6, 5)
        assert link.wait(0) is None


def test_stalled_time_is_counted_as_missed(clock):
    with sd.DisplayLink(clock=clock) as link:
        clock.stall(0.5)
        clock.advance(1 / 60)
        tick = link.wait(PATIENCE)
    assert (tick.sequence, tick.missed) == (1, 30)
    assert tick.timestamp == pytest.approx(31 / 60)


def test_sequence_and_missed_of_a_readers_ticks_agree(clock):
    """Whatever the clock misses and the reader leaves unread."""
    with sd.DisplayLink(clock=clock) as link:
        ticks = []
        for stalled, advanced in itertools.product((0, 3, 0), (1, 4, 1)):  # refreshes
            clock.stall(stalled / 60)
            clock.advance(advanced / 60)
            ticks.append(link.wait(PATIENCE))
    steps = [after.sequence - before.sequence for before, after in itertools.pairwise(ticks)]
    assert steps == [1 + tick.missed for tick in ticks[1:]]
    assert ticks[-1].sequence == 3 * 3 + 3 * (1 + 4 + 1)


def test_wait_serves_a_link_that_has_a_callback_too(clock):
    ticks = []
    with sd.DisplayLink(ticks.append, clock=clock) as link:
        assert link.wait(0) is None
        clock.advance(1 / 60)
        assert link.wait(PATIENCE) == ticks[0]


def test_every_thread_that_waits_gets_every_tick(clock):
    link, seen, turns = sd.DisplayLink(clock=clock), {}, threading.Barrier(4)
    link.start()

    def read(number):
        seen[number] = []
        link.wait(0)  # reads from now on
        for _ in range(10):
            turns.wait(PATIENCE)  # for the tick
            turns.wait(PATIENCE)
            tick = link.wait(0)
            seen[number].append((tick.sequence, tick.missed))

    threads = [threading.Thread(target=read, args=(number,)) for number in range(3)]
    for thread in threads:
        thread.start()
    for _ in range(10):
        turns.wait(PATIENCE)
        clock.advance(1 / 60)
        turns.wait(PATIENCE)
    for thread in threads:
        thread.join(PATIENCE)
    assert list(seen.values()) == [[(number, 0) for number in range(1, 11)]] * 3
    link.close()


def test_a_thread_that_has_ended_leaves_no_reader_behind(clock):
    with sd.DisplayLink(clock=clock) as link:
        for _ in range(5):
            thread = threading.Thread(target=link.wait, args=(0,))
            thread.start()
            thread.join()
        assert sd.diagnostics()["links"] <= 3


def test_wait_on_a_closed_link_raises(clock):
    link = sd.DisplayLink(clock=clock)
    link.close()
    with pytest.raises(sd.LinkClosedError):
        link.wait()
    with pytest.raises(ValueError):
        link.start()


def test_close_wakes_a_waiting_thread(clock):
    link = sd.DisplayLink(clock=clock)
    link.start()
    raised = []

    def wait():
        with pytest.raises(sd.LinkClosedError):
            link.wait()
        raised.append(True)

    thread = threading.Thread(target=wait)
    thread.start()
    link.close()
    thread.join(PATIENCE)
    assert raised == [True]


def test_iteration_starts_the_link_and_ends_when_it_is_stopped():
    sequences = []
    link = sd.DisplayLink(clock="timer:500")
    for tick in link:
        sequences.append(tick.sequence)
        if len(sequences) == 5:
            link.stop()
    assert sequences == sorted(set(sequences))
    link.close()


def test_two_iterations_do_not_take_each_others_ticks(clock):
    with sd.DisplayLink(clock=clock) as link:
        first, second = link._open_iteration(), link._open_iteration()
        clock.advance(1 / 60)
        assert (first.poll().sequence, second.poll().sequence) == (1, 1)


def test_async_iteration_ends_when_the_link_is_closed():
    async def count() -> int:
        seen = 0
        async for _ in link:
            seen += 1
            if seen == 5:
                link.close()
        return seen

    link = sd.DisplayLink(clock="timer:500")
    assert asyncio.run(asyncio.wait_for(count(), PATIENCE)) == 5


# ---- what it is, and bad arguments ----


def test_properties(clock):
    link = sd.DisplayLink(clock=clock)
    assert link.clock_name == "manual"
    assert link.refresh_period == pytest.approx(1 / 60)
    assert link.refresh_rate == pytest.approx(60)
    assert link.display == sd.Display(0, 60.0, True)
    assert "stopped" in repr(link)
    link.close()
    assert "closed" in repr(link)
    with pytest.raises(sd.LinkClosedError):
        _ = link.display


@pytest.mark.parametrize("clock_name", ["sundial", "timer:fast", "timer:0", "timer:1e9", "timer:nan"])
def test_unknown_clock(clock_name):
    with pytest.raises(sd.ClockError, match="no clock"):
        sd.DisplayLink(clock=clock_name)


def test_unknown_display():
    with pytest.raises(sd.ClockError, match="no display"):
        sd.DisplayLink(display=987654, clock="timer")


def test_arguments_of_the_wrong_type(clock):
    with pytest.raises(TypeError):
        sd.DisplayLink("not callable", clock=clock)
    with pytest.raises(TypeError):
        sd.DisplayLink(clock=60)
    with pytest.raises(TypeError):
        sd.DisplayLink(clock=clock, dispatcher="main")


def test_environment_overrides_auto(monkeypatch):
    monkeypatch.setenv("SDDISPLAYLINK_CLOCK", "timer:120")
    for name in (None, "auto"):
        link = sd.DisplayLink(clock=name)
        assert link.refresh_rate == pytest.approx(120)
        link.close()
    monkeypatch.setenv("SDDISPLAYLINK_CLOCK", "sundial")
    with pytest.raises(sd.ClockError):
        sd.DisplayLink()
