"""Dispatcher: which thread runs the callbacks, and how event loops are woken."""

from __future__ import annotations

import asyncio
import gc
import os
import select
import subprocess
import sys
import threading
import weakref

import pytest

import sddisplaylink as sd

PATIENCE = 10.0


@pytest.fixture
def clock():
    clock = sd.ManualClock()
    yield clock
    clock.close()


def is_readable(descriptor: int) -> bool:
    return bool(select.select([descriptor], [], [], 0)[0])


def tick_without_running_callbacks(clock):
    """A tick whose callbacks are not run. The manual clock would run them, so remove the dispatcher from it."""
    clock._dispatchers.clear()
    clock.advance(1 / clock.refresh_rate)


def test_callbacks_run_in_run_pending(clock):
    dispatcher = sd.Dispatcher(thread=False)
    threads = []
    link = sd.DisplayLink(lambda tick: threads.append(threading.get_ident()), clock=clock, dispatcher=dispatcher)
    link.start()
    tick_without_running_callbacks(clock)
    assert threads == []
    assert dispatcher.run_pending() == 1
    assert threads == [threading.get_ident()]
    assert dispatcher.run_pending() == 0
    link.close()
    dispatcher.close()


def test_descriptor_is_readable_while_something_is_pending(clock):
    dispatcher = sd.Dispatcher(thread=False)
    link = sd.DisplayLink(lambda tick: None, clock=clock, dispatcher=dispatcher)
    link.start()
    descriptor = dispatcher.fileno()
    assert not is_readable(descriptor)
    tick_without_running_callbacks(clock)
    tick_without_running_callbacks(clock)
    assert is_readable(descriptor)
    dispatcher.run_pending()
    assert not is_readable(descriptor)
    assert not os.get_inheritable(descriptor)
    assert not os.get_blocking(descriptor)
    link.close()
    dispatcher.close()


def test_stopping_drops_what_was_pending(clock):
    dispatcher = sd.Dispatcher(thread=False)
    calls = []
    link = sd.DisplayLink(calls.append, clock=clock, dispatcher=dispatcher)
    link.start()
    tick_without_running_callbacks(clock)
    link.stop()
    assert not is_readable(dispatcher.fileno())
    dispatcher.run_pending()
    assert calls == []
    link.close()
    dispatcher.close()


def test_wait_returns_whether_there_is_something_to_run(clock):
    dispatcher = sd.Dispatcher(thread=False)
    assert dispatcher.wait(0) is False
    dispatcher.post(lambda: None)
    assert dispatcher.wait(PATIENCE) is True
    dispatcher.run_pending()
    assert dispatcher.wait(0) is False
    dispatcher.close()


def test_posted_calls_run_in_order():
    dispatcher = sd.Dispatcher(thread=False)
    ran = []
    for number in range(100):
        dispatcher.post(lambda number=number: ran.append(number))
    dispatcher.run_pending()
    assert ran == list(range(100))
    dispatcher.close()


def test_an_own_thread_ends_with_its_dispatcher(clock):
    dispatcher = sd.Dispatcher()
    threads = set()
    link = sd.DisplayLink(lambda tick: threads.add(threading.current_thread()), clock=clock, dispatcher=dispatcher)
    with link:
        clock.advance(0.1)
    (thread,) = threads
    gone = weakref.ref(dispatcher)
    del dispatcher, link
    gc.collect()
    assert gone() is None
    thread.join(PATIENCE)
    assert not thread.is_alive()


def test_a_dispatcher_with_a_thread_runs_itself():
    dispatcher = sd.Dispatcher()
    with pytest.raises(sd.ClockError):
        dispatcher.run_pending()
    with pytest.raises(sd.ClockError):
        dispatcher.wait(0)
    dispatcher.close()


def test_closed_dispatcher(clock):
    dispatcher = sd.Dispatcher(thread=False)
    link = sd.DisplayLink(lambda tick: None, clock=clock, dispatcher=dispatcher)
    link.start()
    dispatcher.close()
    dispatcher.close()
    clock.advance(0.1)
    with pytest.raises(sd.LinkClosedError):
        dispatcher.run_pending()
    with pytest.raises(sd.LinkClosedError):
        sd.DisplayLink(clock=clock, dispatcher=dispatcher)
    link.close()


def test_many_clients_in_one_batch(clock):
    dispatcher = sd.Dispatcher(thread=False)
    calls = []
    links = [sd.DisplayLink(lambda tick, n=n: calls.append(n), clock=clock, dispatcher=dispatcher) for n in range(200)]
    for link in links:
        link.start()
    tick_without_running_callbacks(clock)
    assert dispatcher.run_pending() == 200
    assert sorted(calls) == list(range(200))
    for link in links:
        link.close()
    dispatcher.close()


def test_for_asyncio_runs_callbacks_in_the_loop():
    async def main():
        dispatcher = sd.Dispatcher.for_asyncio()
        done = asyncio.Event()
        threads = []

        def on_tick(tick):
            threads.append(threading.get_ident())
            if len(threads) == 3:
                done.set()

        with sd.DisplayLink(on_tick, clock="timer:250", dispatcher=dispatcher):
            await asyncio.wait_for(done.wait(), PATIENCE)
        dispatcher.close()
        assert set(threads) == {threading.get_ident()}

    asyncio.run(main())


def test_manual_clock_drives_an_asyncio_dispatcher_from_either_side():
    async def main():
        dispatcher = sd.Dispatcher.for_asyncio(asyncio.get_running_loop())
        clock = sd.ManualClock()
        threads = []
        with sd.DisplayLink(lambda tick: threads.append(threading.get_ident()), clock=clock, dispatcher=dispatcher):
            clock.advance(0.5)
            assert len(threads) == 30
            await asyncio.wait_for(asyncio.to_thread(clock.advance, 0.5), PATIENCE)
        dispatcher.close()
        assert len(threads) == 60
        assert set(threads) == {threading.get_ident()}

    asyncio.run(main())


def test_slow_callback_does_not_hold_back_the_clock():
    started, waiter = threading.Event(), threading.Event()
    ticks = []

    def slow(tick):
        ticks.append(tick)
        started.set()
        waiter.wait(PATIENCE)

    with sd.DisplayLink(slow, clock="timer:1000") as link, sd.DisplayLink(clock="timer:1000") as observer:
        assert started.wait(PATIENCE)
        while observer.wait(PATIENCE).sequence < ticks[0].sequence + 20:
            pass
        waiter.set()
        while len(ticks) < 2:
            observer.wait(PATIENCE)
        link.stop()
    assert ticks[1].missed >= 19


COUNT_DESCRIPTORS = """
import os
count = 0
for number in range(1024):  # not by /dev/fd, which Linux has in /proc
    try:
        os.fstat(number)
        count += 1
    except OSError:
        pass
"""


def open_descriptors() -> int:
    names = {}
    exec(COUNT_DESCRIPTORS, names)
    return names["count"]


def test_a_loop_that_is_closed_is_refused_and_keeps_no_descriptor():
    loop = asyncio.new_event_loop()
    loop.close()
    before = open_descriptors()
    for _ in range(20):
        with pytest.raises(RuntimeError):
            sd.Dispatcher.for_asyncio(loop)
    gc.collect()
    assert open_descriptors() <= before + 1


@pytest.mark.parametrize("end", ["dropped", "closed", "dropped after the loop"])
def test_a_loop_keeps_no_descriptor_of_a_dropped_dispatcher(end):
    before = open_descriptors()
    loop = asyncio.new_event_loop()
    dispatcher = sd.Dispatcher.for_asyncio(loop)
    if end == "closed":
        dispatcher.close()
    elif end == "dropped after the loop":
        loop.close()
    del dispatcher
    if not loop.is_closed():
        for _ in range(3):
            loop.run_until_complete(asyncio.sleep(0))
        loop.close()
    assert open_descriptors() <= before


def test_programs_that_are_started_meanwhile_inherit_no_pipe():
    stop = threading.Event()

    def make_pipes():
        while not stop.is_set():
            dispatcher = sd.Dispatcher(thread=False)
            dispatcher.fileno()
            dispatcher.close()

    list_own = [sys.executable, "-S", "-c", COUNT_DESCRIPTORS + "print(count)"]
    usual = int(subprocess.run(list_own, capture_output=True, close_fds=False).stdout)
    threads = [threading.Thread(target=make_pipes) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(30):
            assert int(subprocess.run(list_own, capture_output=True, close_fds=False).stdout) <= usual
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_a_clock_is_advanced_while_the_loop_ends(clock, monkeypatch):
    """The loop is closed just after it was found to run."""
    loop, calls = asyncio.new_event_loop(), []
    dispatcher = sd.Dispatcher.for_asyncio(loop)
    link = sd.DisplayLink(calls.append, clock=clock, dispatcher=dispatcher)
    link.start()
    loop.close()
    answers = [True]
    monkeypatch.setattr(loop, "is_running", lambda: bool(answers and answers.pop()))
    clock.advance(1 / clock.refresh_rate)
    assert len(calls) == 1
    link.close()
    dispatcher.close()
